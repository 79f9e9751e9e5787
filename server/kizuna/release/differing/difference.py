"""The difference between two releases, as it is kept in a file and read from it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass

SCHEMA = """
CREATE TABLE quad (sign TEXT, line TEXT);
CREATE TABLE changed (what TEXT, thing TEXT, fact TEXT, claim TEXT);
CREATE TABLE claim (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE row (place INTEGER PRIMARY KEY, thing TEXT, what TEXT, fact TEXT, claim TEXT);
CREATE TABLE thing (
    key TEXT PRIMARY KEY, how TEXT, kind TEXT, names TEXT
) WITHOUT ROWID;
CREATE TABLE counted (counts TEXT);
"""
CAME, WENT, CHANGED = "came", "went", "changed"
ADDED, REMOVED = "added", "removed"
EVIDENCE = {f"evidence {how}": how for how in (CAME, WENT, CHANGED)}
"""What happened to the evidence of a fact that stayed, as rows name it."""
THING, VALUE, OTHER = "thing", "value", "other"
MOSTLY = 2
"""A release of whose facts more than one in so many came is told to be a new one."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much differs: things of the domain, facts, the evidence of facts that stayed.

    ``moved`` are statements that stand in another file and say the same; ``facts`` is how many the
    newer release has. ``too_many``: more differs than was asked for, and nothing else is known.
    """

    came: int = 0
    went: int = 0
    changed: int = 0
    added: int = 0
    removed: int = 0
    evidence: int = 0
    moved: int = 0
    rows: int = 0
    quads: int = 0
    facts: int = 0
    too_many: bool = False

    @property
    def nothing(self) -> bool:
        """Whether the releases say the same, statement by statement."""
        return not (self.quads or self.too_many)

    @property
    def mostly_new(self) -> bool:
        """Whether most of the newer release came with it, so that a list of it tells little."""
        return self.added * MOSTLY > self.facts


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that differs. Terms stand as in N-Triples.

    ``what`` is ``added``, ``removed``, or one of ``EVIDENCE``, where ``claim`` speaks for ``fact``.
    """

    place: int
    thing: str
    what: str
    fact: str
    claim: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something about which something differs.

    ``how`` it came, went or changed; ``kind`` tells apart what a reader looks for (``thing``), what
    spells out a value, and all else; ``names`` are literals as in N-Triples.
    """

    key: str
    how: str
    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a release says and another does not. Readers get it in a fixed order, bit by bit."""

    connection: sqlite3.Connection

    @property
    def counts(self) -> Counts:
        """How much there is of it."""
        found: tuple[str] = self.connection.execute("SELECT counts FROM counted").fetchone()
        return Counts(**json.loads(found[0]))

    def rows(self, after: int = 0, most: int = -1) -> Iterator[Row]:
        """Yield what differs, by thing, after the row at this place; a negative ``most`` is all."""
        query = "SELECT place, thing, what, fact, claim FROM row WHERE place > ? LIMIT ?"
        return (Row(*found) for found in self.connection.execute(query, (after, most)))

    def thing(self, key: str) -> Thing:
        """Return what is known of something that differs. Raises LookupError."""
        query = "SELECT key, how, kind, names FROM thing WHERE key = ?"
        found = self.connection.execute(query, (key,)).fetchone()
        if found is None:
            raise LookupError(key)
        return _thing(found)

    def things(self, how: str, most: int = -1) -> Iterator[Thing]:
        """Yield the things of the domain that came, went or changed, by IRI."""
        query = "SELECT key, how, kind, names FROM thing WHERE how = ? AND kind = ? LIMIT ?"
        return map(_thing, self.connection.execute(query, (how, THING, most)))

    def quads(self) -> Iterator[tuple[str, str]]:
        """Yield each statement that only one has, as N-Quads, after ``-`` or ``+``.

        Blank nodes are called as in the older one; those that came have labels that it has not.
        """
        query = "SELECT sign, line FROM quad ORDER BY sign DESC, line"
        return ((sign, line) for sign, line in self.connection.execute(query))

    def close(self) -> None:
        """Give it back."""
        self.connection.close()


def keep_counts(connection: sqlite3.Connection, counts: Counts) -> None:
    """Write down how much there is; nothing is counted again when it is read."""
    connection.execute("INSERT INTO counted VALUES (?)", (json.dumps(asdict(counts)),))


def _thing(found: tuple[str, str, str, str]) -> Thing:
    key, how, kind, names = found
    return Thing(key, how, kind, tuple(json.loads(names)))
