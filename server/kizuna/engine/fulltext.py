"""The full-text index of a release: literals by the words that stand in them.

One SQLite file (FTS5). What a word is stands in ``kizuna.engine.words``; the index itself holds
no text twice, and equal statements give equal bytes.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from kizuna.engine.words import expression, indexed
from kizuna.errors import QueryTooLong, ReleaseBroken
from kizuna.vocabulary import (
    KZ_QUOTE,
    KZ_QUOTE_PREFIX,
    KZ_SHA256,
    LABELS,
    OA_EXACT,
    OA_PREFIX,
    PREFIXES,
    RDF_LANG_STRING,
    SKOS_ALT_LABEL,
    XSD_STRING,
)

FILE_NAME = "search.sqlite"
SECONDS = 5.0
"""What one look into the index may take."""
_STEPS_BETWEEN_LOOKS = 10_000
_TEXTS = {XSD_STRING, RDF_LANG_STRING}
_LEFT_OUT = {OA_EXACT, OA_PREFIX, KZ_QUOTE_PREFIX, KZ_SHA256}
"""Copies that the build has made of quotes, and what nobody looks for; SHACL's texts too."""
_WEIGHTS = dict.fromkeys(LABELS, 8.0) | {SKOS_ALT_LABEL: 6.0, KZ_QUOTE: 2.0}

_SCHEMA = """
CREATE TABLE literal (
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    predicate TEXT NOT NULL,
    value TEXT NOT NULL,
    language TEXT NOT NULL,
    weight REAL NOT NULL
) STRICT;
CREATE VIRTUAL TABLE word USING fts5(
    text, content='', tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co M*'"
);
"""
_FIND = """
SELECT subject, predicate, value, language, -bm25(word) * weight AS score
FROM word JOIN literal ON literal.id = word.rowid
WHERE word MATCH ?
ORDER BY score DESC, subject, predicate, value, language
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing whose literal holds the words. The higher the score, the better; it has no unit."""

    thing: NamedNode
    predicate: NamedNode
    text: Literal
    score: float


def write_search(path: Path, quads: Iterable[Quad]) -> None:
    """Write the index over the texts of ``quads`` to the new file ``path``.

    Texts of named subjects count, each once, whatever graphs they stand in.
    """
    rows = sorted({row for quad in quads if (row := _row(quad)) is not None})
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_SCHEMA)
        connection.executemany(
            "INSERT INTO literal VALUES (?, ?, ?, ?, ?, ?)",
            ((number, *row) for number, row in enumerate(rows, 1)),
        )
        connection.executemany(
            "INSERT INTO word (rowid, text) VALUES (?, ?)",
            ((number, indexed(row[2])) for number, row in enumerate(rows, 1)),
        )
        connection.execute("INSERT INTO word (word) VALUES ('optimize')")


def _row(quad: Quad) -> tuple[str, str, str, str, float] | None:
    """Return what the index keeps of a statement, None where it keeps nothing."""
    subject, predicate, text = quad.subject, quad.predicate, quad.object
    if not isinstance(subject, NamedNode) or not isinstance(text, Literal):
        return None
    if text.datatype not in _TEXTS or predicate in _LEFT_OUT:
        return None
    if predicate.value.startswith(PREFIXES["sh"]):
        return None
    weight = _WEIGHTS.get(predicate, 1.0)
    return (subject.value, predicate.value, text.value, text.language or "", weight)


def search(path: Path, words: str, languages: Sequence[str] = (), limit: int = 100) -> list[Hit]:
    """Return the things whose texts hold all ``words``, the best first, each once.

    A word finds its beginnings too; ``"several words"`` in quotation marks are looked for exactly
    so. Case and Latin accents do not count. With ``languages`` only texts in these count (``en``
    means ``en-GB`` too). Nothing that is typed is an error; words without a letter find nothing.

    Raises ReleaseBroken when the index cannot be read, and QueryTooLong after ``SECONDS``.
    """
    wanted = expression(words)
    if not wanted or limit <= 0:
        return []
    until = time.monotonic() + SECONDS
    try:
        with closing(_opened(path)) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS_BETWEEN_LOOKS)
            return _best(connection.execute(_FIND, (wanted,)), languages, limit)
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise QueryTooLong(
                f"the search took more than {SECONDS:g} seconds",
                hint="Search for longer or for more words.",
            ) from error
        raise _broken(path, error) from error
    except sqlite3.Error as error:
        raise _broken(path, error) from error


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _broken(path: Path, error: Exception) -> ReleaseBroken:
    return ReleaseBroken(
        f"{path}: the search index cannot be read: {error}",
        hint="Build the release again: kizuna build.",
    )


def _best(
    rows: Iterable[tuple[str, str, str, str, float]], languages: Sequence[str], limit: int
) -> list[Hit]:
    """Return one hit per subject, as many as are wanted."""
    found: dict[str, Hit] = {}
    for subject, predicate, value, language, score in _in_languages(rows, languages):
        if subject not in found:
            text = Literal(value, language=language or None)
            found[subject] = Hit(NamedNode(subject), NamedNode(predicate), text, score)
            if len(found) == limit:
                break
    return list(found.values())


def _in_languages(
    rows: Iterable[tuple[str, str, str, str, float]], languages: Sequence[str]
) -> Iterator[tuple[str, str, str, str, float]]:
    wanted = tuple(language.lower() for language in languages)
    for row in rows:
        tag = row[3].lower()
        if not wanted or any(tag == w or tag.startswith(f"{w}-") for w in wanted):
            yield row
