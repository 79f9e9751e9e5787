"""Looking into the full-text index: things by words, names by their beginnings, words mended."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from kizuna.engine.fulltext import NAME, OTHER_NAME, QUOTED
from kizuna.engine.spelling import nearest
from kizuna.engine.words import MOST_WORDS, expression, forms, is_paired, plain
from kizuna.errors import QueryTooLong, ReleaseBroken

SECONDS = 5.0
"""What one look into the index may take."""
_STEPS_BETWEEN_LOOKS = 10_000
_MOST_MENDED = 4
"""Words of one search that are mended; for each, some thousand others are looked at."""
_LAST = "\U0010ffff"
_EXACT_NAME, _EXACT_OTHER, _BEGINNING, _WORDS, _OTHER_WORDS, _QUOTE, _ANYTHING = 6, 5, 4, 3, 2, 1, 0
"""How a text was found, the best first: it is the whole part of a score."""
_RANKS = {NAME: _WORDS, OTHER_NAME: _OTHER_WORDS, QUOTED: _QUOTE}
_FIND = """
SELECT subject, predicate, value, language, weight, -bm25(word) AS score
FROM word JOIN literal ON literal.id = word.rowid
WHERE word MATCH ? AND weight >= ?
ORDER BY weight DESC, score DESC, subject, predicate, value, language
"""
_BEGIN = """
SELECT subject, predicate, value, language, weight, plain
FROM name JOIN literal USING (id)
WHERE plain >= ? AND plain < ?
ORDER BY plain, id
"""
_KNOWN = "SELECT 1 FROM vocabulary WHERE term >= ? AND term < ? LIMIT 1"
_IS_THERE = "SELECT 1 FROM sqlite_master WHERE name = ?"


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing whose literal holds the words. The higher the score, the better; it has no unit."""

    thing: NamedNode
    predicate: NamedNode
    text: Literal
    score: float

    @property
    def is_name(self) -> bool:
        """Whether the text is what the thing is called."""
        return self.score >= _OTHER_WORDS


def search(path: Path, words: str, languages: Sequence[str] = (), limit: int = 100) -> list[Hit]:
    """Return the things whose texts hold all ``words``, the best first, each once.

    A word finds its beginnings too; ``"several words"`` in quotation marks are looked for exactly
    so. Case and Latin accents do not count. With ``languages`` only texts in these count (``en``
    means ``en-GB`` too). Nothing that is typed is an error; words without a letter find nothing.

    Raises ReleaseBroken when the index cannot be read, and QueryTooLong after ``SECONDS``.
    """
    with opened(path) as index:
        return index.things(words, languages, limit)


@contextmanager
def opened(path: Path, seconds: float | None = None) -> Iterator[TextIndex]:
    """Give the index in the file ``path``, for so many seconds; ``SECONDS`` unless said otherwise.

    Raises ReleaseBroken when the index cannot be read, and QueryTooLong when the time is over.
    """
    until = time.monotonic() + (SECONDS if seconds is None else seconds)
    try:
        with closing(_connected(path)) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS_BETWEEN_LOOKS)
            yield TextIndex(connection)
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise QueryTooLong(
                "the search took too long", hint="Search for longer or for more words."
            ) from error
        raise _broken(path, error) from error
    except sqlite3.Error as error:
        raise _broken(path, error) from error


class TextIndex:
    """An index that is open for reading. One that was built before names were kept has none."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def things(
        self, words: str, languages: Sequence[str] = (), limit: int = 100, *, some: bool = False
    ) -> list[Hit]:
        """Return the things whose texts hold all ``words``, or ``some``, the best first, each once.

        First come exact names, names that begin so, names with the words; then other names; quotes
        and all else.
        """
        wanted = expression(words, " OR " if some else " AND ")
        if not wanted or limit <= 0:
            return []
        if some:
            return _best(_in_languages(self._holding(wanted), languages), limit)
        named = sorted(
            islice(_in_languages(self._named(words, NAME), languages), _compared(limit)),
            key=lambda hit: -hit.score,
        )
        begun = _best(named, limit)
        if len(begun) == limit:
            return begun
        return _best([*begun, *_in_languages(self._holding(wanted), languages)], limit)

    def names(self, words: str, limit: int = 10) -> list[Hit]:
        """Return the things that are called so, begin so, or have these words in a name."""
        named = list(islice(self._named(words, OTHER_NAME), _compared(limit)))
        if len(named) < limit and (wanted := expression(words)):
            named += islice(self._holding(wanted, OTHER_NAME), _compared(limit))
        return _best(sorted(named, key=lambda hit: -hit.score), limit)

    def mended(self, words: str) -> dict[str, str]:
        """Return words (folded) that stand nowhere, each with the one that was probably meant."""
        if not self._has("near"):
            return {}
        typed = dict.fromkeys(plain(words).split()[:MOST_WORDS])
        new = islice((word for word in typed if self._is_new(word)), _MOST_MENDED)
        pairs = ((word, nearest(self.connection, word)) for word in new)
        return {word: meant for word, meant in pairs if meant is not None}

    def _is_new(self, word: str) -> bool:
        """Tell whether no word of any text begins so."""
        if is_paired(word):
            return False
        return not any(
            self.connection.execute(_KNOWN, (form, form + _LAST)).fetchone() for form in forms(word)
        )

    def _holding(self, wanted: str, least: float = 0) -> Iterator[Hit]:
        for *row, weight, score in self.connection.execute(_FIND, (wanted, least)):
            yield _hit(row, _RANKS.get(weight, _ANYTHING) + score / (1 + score))

    def _named(self, words: str, least: float) -> Iterator[Hit]:
        """Yield the things whose names begin with ``words``, exact names first."""
        end = "\0" if '"' in words else _LAST  # in quotation marks a beginning is not enough
        for name in forms(plain(words)):
            if not name or not self._has("name"):
                return
            for *row, weight, other in self.connection.execute(_BEGIN, (name, name + end)):
                if weight >= least or other == name:
                    rank = _named_rank(weight, same=other == name)
                    yield _hit(row, rank + 1 / (1 + len(other)))

    def _has(self, table: str) -> bool:
        return self.connection.execute(_IS_THERE, (table,)).fetchone() is not None


def _named_rank(weight: float, *, same: bool) -> int:
    if same:
        return _EXACT_NAME if weight >= NAME else _EXACT_OTHER
    return _BEGINNING if weight >= NAME else _OTHER_WORDS


def _compared(limit: int) -> int:
    """Return how many names are read to find the best: names come in several languages."""
    return max(200, 2 * limit)


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _broken(path: Path, error: Exception) -> ReleaseBroken:
    return ReleaseBroken(
        f"{path}: the search index cannot be read: {error}",
        hint="Build the release again: kizuna build.",
    )


def _hit(row: Sequence[object], score: float) -> Hit:
    subject, predicate, value, language = map(str, row)
    text = Literal(value, language=language or None)
    return Hit(NamedNode(subject), NamedNode(predicate), text, score)


def _best(hits: Iterable[Hit], limit: int) -> list[Hit]:
    """Return one hit per thing, as many as are wanted."""
    found: dict[str, Hit] = {}
    for hit in hits:
        if found.setdefault(hit.thing.value, hit) is hit and len(found) == limit:
            break
    return list(found.values())


def _in_languages(hits: Iterable[Hit], languages: Sequence[str]) -> Iterator[Hit]:
    wanted = tuple(language.lower() for language in languages)
    for hit in hits:
        tag = (hit.text.language or "").lower()
        if not wanted or any(tag == w or tag.startswith(f"{w}-") for w in wanted):
            yield hit
