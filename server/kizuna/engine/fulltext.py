"""The full-text index of a release: literals by the words that stand in them.

One SQLite file (FTS5). What a word is stands in ``kizuna.engine.words``; beside the words of all
texts it holds whole names, for those that begin so, and the words by which typing errors are
mended. Equal statements give equal bytes. ``kizuna.engine.looking`` reads it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from kizuna.engine.spelling import near_rows
from kizuna.engine.words import indexed, plain
from kizuna.vocabulary import (
    KZ_AS_STATED,
    KZ_DATE_TEXT,
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
NAME, OTHER_NAME, QUOTED, ANYTHING = 8.0, 6.0, 2.0, 1.0
"""The weights of texts: what things are called, what else, the words of documents, all others."""
_TEXTS = {XSD_STRING, RDF_LANG_STRING}
_LEFT_OUT = {OA_EXACT, OA_PREFIX, KZ_QUOTE_PREFIX, KZ_SHA256}
"""Copies that the build has made of quotes, and what nobody looks for; SHACL's texts too."""
_WEIGHTS = (
    dict.fromkeys(LABELS, NAME)
    | {SKOS_ALT_LABEL: OTHER_NAME}
    | dict.fromkeys((KZ_QUOTE, KZ_DATE_TEXT, KZ_AS_STATED), QUOTED)
)
NAME_PREDICATES = frozenset(p for p, weight in _WEIGHTS.items() if weight >= OTHER_NAME)
"""What things are called by."""

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
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(word, row);
CREATE TABLE name (
    plain TEXT, id INTEGER, PRIMARY KEY (plain, id)
) WITHOUT ROWID, STRICT;
CREATE TABLE near (
    letter TEXT, length INTEGER, word TEXT, pairs INTEGER, texts INTEGER,
    PRIMARY KEY (letter, length, word)
) WITHOUT ROWID, STRICT;
"""
_Row = tuple[str, str, str, str, float]


def write_search(path: Path, quads: Iterable[Quad]) -> None:
    """Write the index over the texts of ``quads`` to the new file ``path``.

    Texts of named subjects count, each once, whatever graphs they stand in.

    Raises OSError when the file cannot be written.
    """
    rows = sorted({row for quad in quads if (row := _row(quad)) is not None})
    try:
        _write(path, rows)
    except sqlite3.Error as error:
        raise OSError(f"{path.name}: {error}") from error


def _write(path: Path, rows: Sequence[_Row]) -> None:
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
        connection.executemany("INSERT INTO name VALUES (?, ?)", _names(rows))
        found = connection.execute("SELECT term, doc FROM vocabulary").fetchall()
        connection.executemany("INSERT INTO near VALUES (?, ?, ?, ?, ?)", near_rows(found))


def _names(rows: Iterable[_Row]) -> Iterable[tuple[str, int]]:
    """Yield the names of things as they are compared, with the numbers of their rows."""
    for number, (_, _, value, _, weight) in enumerate(rows, 1):
        if weight >= OTHER_NAME and (name := plain(value)):
            yield name, number


def _row(quad: Quad) -> _Row | None:
    """Return what the index keeps of a statement, None where it keeps nothing."""
    subject, predicate, text = quad.subject, quad.predicate, quad.object
    if not isinstance(subject, NamedNode) or not isinstance(text, Literal):
        return None
    if text.datatype not in _TEXTS or predicate in _LEFT_OUT:
        return None
    if predicate.value.startswith(PREFIXES["sh"]):
        return None
    weight = _WEIGHTS.get(predicate, ANYTHING)
    return (subject.value, predicate.value, text.value, text.language or "", weight)
