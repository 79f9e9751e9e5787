"""Which things a name may mean, and how alike it is to what they are called.

The names are those of the full-text index of the release. Looked for are the words of a name that
stand in the fewest texts; what holds them is compared by ``kizuna.engine.likeness``.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from pyoxigraph import Literal

from kizuna.engine.fulltext import NAME, OTHER_NAME
from kizuna.engine.likeness import Name, held_name, is_light, likeness, readings
from kizuna.engine.looking import opened
from kizuna.engine.spelling import LONGEST, nearest
from kizuna.engine.words import MOST_SIGNS, MOST_WORDS, forms, indexed, is_paired, plain
from kizuna.errors import QueryTooLong

OTHER_NAME_WORTH = 0.98
"""How much a thing's other names count beside what it is called."""
MOST_WORDS_ASKED = 6
_MOST_TEXTS = 2_000
"""Texts that the words looked for may stand in together: rare words come first."""
_RARE = 50
"""A word in so few texts is looked for as the beginning of others as well."""
_SHORTEST_PART = 4
_COMPARED = 40
"""Names that are compared, those first that share the rarest words."""
_GOOD, _COMPARED_FURTHER = 0.9, 10
"""How alike a name must be for only so many more to be compared: it will be that one or none."""
_REMEMBERED = 20_000
_END = "\U0010ffff"
_LEAST_WEIGHT = 0.2
_EXACT = """
SELECT subject, value, language, weight FROM name JOIN literal USING (id)
WHERE plain = ? AND subject >= ? AND subject < ? LIMIT ?
"""
_HOLDING = """
SELECT subject, value, language, weight FROM word JOIN literal ON literal.id = word.rowid
WHERE word MATCH ? AND weight >= ? AND subject >= ? AND subject < ?
ORDER BY bm25(word), literal.id LIMIT ?
"""
_COUNT = "SELECT doc FROM vocabulary WHERE term = ?"
_BEGINS = "SELECT 1 FROM vocabulary WHERE term >= ? AND term < ? LIMIT 1"
_TEXTS = "SELECT max(id) FROM literal"


@dataclass(frozen=True, slots=True)
class Nominee:
    """A thing that a name may mean: how alike the name of it is that comes nearest."""

    thing: str
    name: Literal
    alike: float


@contextmanager
def nominating(path: Path, start: str, seconds: float) -> Iterator[Nominator]:
    """Give what finds things whose IRIs begin with ``start`` by their names, for so many seconds.

    Raises ReleaseBroken when the index in the file ``path`` cannot be read, and QueryTooLong when
    the time is over.
    """
    with opened(path, seconds) as index:
        memory = _memory(path, path.stat().st_mtime_ns)
        yield Nominator(index.connection, memory, start, time.monotonic() + seconds)


@dataclass(frozen=True, slots=True)
class Memory:
    """What has been looked up in an index, which nobody changes: it is asked for again and again.

    In how many texts a word stands, how much it tells, and which known word is meant by it, ""
    where none is.
    """

    counts: dict[str, int] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    near: dict[str, str] = field(default_factory=dict)

    def check_room(self) -> None:
        """Forget everything where it is too much."""
        for known in (self.counts, self.weights, self.near):
            if len(known) > _REMEMBERED:
                known.clear()


@lru_cache(4)
def _memory(path: Path, changed: int) -> Memory:  # noqa: ARG001 - part of the key
    return Memory()


class Nominator:
    """Finds things by names in one index."""

    def __init__(
        self, connection: sqlite3.Connection, memory: Memory, start: str, until: float
    ) -> None:
        self.connection = connection
        self._range = (start, start + _END)
        self._until = until
        self._counts, self._weights, self._near = memory.counts, memory.weights, memory.near
        memory.check_room()
        self._texts: int = connection.execute(_TEXTS).fetchone()[0] or 1

    def check_time(self) -> None:
        """Pass while there is time. Raises QueryTooLong."""
        if time.monotonic() > self._until:
            raise QueryTooLong(
                "the names took too long to compare", hint="Send fewer or shorter ones at a time."
            )

    def nominees(self, text: str) -> list[Nominee]:
        """Return the things that a text may mean as a name, those with the likest names first."""
        self.check_time()
        asked = readings(text)
        found: dict[str, Nominee] = {}
        left = 2 * _COMPARED
        for thing, value, language, weight in self._rows(text):
            name = held_name(value)
            alike = max(likeness(each, name, self.weight) for each in asked)
            worth = alike if weight >= NAME else alike * OTHER_NAME_WORTH
            held = found.get(thing)
            if held is None or worth > held.alike:
                found[thing] = Nominee(thing, Literal(value, language=language or None), worth)
            if worth >= _GOOD:
                left = min(left, _COMPARED_FURTHER)
            left -= 1
            if left < 0:
                break
        return sorted(found.values(), key=lambda each: (-each.alike, each.thing))

    def alike(self, asked: Sequence[Name], others: Iterable[str]) -> float:
        """Return how alike a text, by its readings, is to the one of ``others`` that is likest.

        Raises QueryTooLong.
        """
        self.check_time()
        return max(
            (likeness(each, held_name(other), self.weight) for other in others for each in asked),
            default=0.0,
        )

    def weight(self, word: str) -> float:
        """Return how much a word tells: 1 for one that stands in no text, little for common ones.

        It is the inverse document frequency, on a scale that does not depend on how many texts
        there are.
        """
        found = self._weights.get(word)
        if found is None:
            texts = self._texts
            rare = math.log(1 + texts / (1 + self._count(word))) / math.log(1 + texts)
            found = max(_LEAST_WEIGHT, rare)
            if len(word) <= LONGEST:
                self._weights[word] = found
        return found

    def _rows(self, text: str) -> Iterator[tuple[str, str, str, float]]:
        rows: dict[tuple[str, str, str, float], None] = {}
        for form in forms(plain(text)):
            found = self.connection.execute(_EXACT, (form, *self._range, _COMPARED))
            rows.update(dict.fromkeys(found))
        wanted = self._expression(text)
        if wanted:
            asked = (wanted, OTHER_NAME, *self._range, _COMPARED)
            found = self.connection.execute(_HOLDING, asked)
            rows.update(dict.fromkeys(found))
        yield from rows

    def _expression(self, text: str) -> str:
        """Return the FTS5 expression for the rarest words of a text, empty without a known one."""
        words = dict.fromkeys(indexed(text[:MOST_SIGNS]).split()[:MOST_WORDS])
        telling = [word for word in words if not is_light(word)] or list(words)
        known = {form: count for word in telling for form, count in self._known(word)}
        parts: list[str] = []
        total = 0
        for word, count in sorted(known.items(), key=lambda pair: (pair[1], pair[0])):
            total += count
            if parts and (total > _MOST_TEXTS or len(parts) >= MOST_WORDS_ASKED):
                break
            whole = is_paired(word) or count > _RARE or len(word) < _SHORTEST_PART
            parts.append(f'"{word}"' if whole else f'"{word}" *')
        return " OR ".join(parts)

    def _known(self, word: str) -> Iterator[tuple[str, int]]:
        """Yield the words of the index that a word stands for, with the texts that each is in."""
        found = [(form, count) for form in forms(word) if (count := self._count(form))]
        if found or is_paired(word):
            yield from found
            return
        if len(word) >= _SHORTEST_PART - 1 and self._begins(word):
            yield word, 1
            return
        for form in forms(word)[-1:]:
            meant = self._nearest(form)
            meant_all = (meant,) if meant else self._parts(form)
            yield from ((each, self._count(each)) for each in meant_all)

    def _parts(self, word: str) -> tuple[str, ...]:
        """Return the two known words that an unknown one is made of, the longest first one."""
        for at in range(len(word) - _SHORTEST_PART + 1, _SHORTEST_PART - 2, -1):
            if self._count(word[:at]) and self._count(word[at:]):
                return word[:at], word[at:]
        return ()

    def _count(self, word: str) -> int:
        count = self._counts.get(word)
        if count is None:
            row = self.connection.execute(_COUNT, (word,)).fetchone()
            count = row[0] if row else 0
            if len(word) <= LONGEST:
                self._counts[word] = count
        return count

    def _begins(self, word: str) -> bool:
        return self.connection.execute(_BEGINS, (word, word + _END)).fetchone() is not None

    def _nearest(self, word: str) -> str:
        """Return the known word that is probably meant, "" for none."""
        if len(word) > LONGEST:
            return ""
        meant = self._near.get(word)  # another thread may forget it at any time
        if meant is None:
            meant = self._near[word] = nearest(self.connection, word) or ""
        return meant
