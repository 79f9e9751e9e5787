"""The term-true index of descriptions: what each subject says and what is said of it.

One SQLite file per release. Its rows are N-Quads as they were parsed, since the store itself
normalises literals (``"007"^^xsd:int`` would come back as ``"7"^^xsd:integer``).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Container, Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from kizuna.errors import ReleaseBroken

_MAPPED = 1_000_000_000
"""Bytes of the file that are read through the page cache of the system, without a copy."""
_SMALL = 16_000
"""Bytes of N-Quads about a term that are read along when it is only looked for."""
_HELD, _HELD_BYTES = 2_000, 4_000
"""Of how many terms what they say is held unpacked, if it has at most so many bytes: a page asks
for the same properties, classes and claims again and again."""
_LOOK = """
SELECT length(outgoing), length(incoming),
    CASE WHEN length(outgoing) + length(incoming) < ?2 THEN outgoing END,
    CASE WHEN length(outgoing) + length(incoming) < ?2 THEN incoming END
FROM description WHERE subject = ?1
"""
# The keys stand in a tree of their own: in one with the rows, a search would read whole rows of
# megabytes (what points to a class) on its way to a small one.
_SCHEMA = """
CREATE TABLE description (
    place INTEGER PRIMARY KEY,
    subject TEXT NOT NULL UNIQUE,
    outgoing BLOB NOT NULL,
    incoming BLOB NOT NULL
) STRICT;
"""
_INSERT = "INSERT INTO description (subject, outgoing, incoming) VALUES (?, ?, ?)"


def write_index(path: Path, quads: Iterable[Quad]) -> None:
    """Write the index of ``quads`` to the new file ``path``; the order of rows is fixed.

    Subjects and objects are keyed as they stand in N-Triples (``<iri>``, ``_:label``).

    Raises OSError when the file cannot be written.
    """
    outgoing: dict[str, list[Quad]] = {}
    incoming: dict[str, list[Quad]] = {}
    for quad in quads:
        outgoing.setdefault(str(quad.subject), []).append(quad)
        if isinstance(quad.object, NamedNode | BlankNode):
            incoming.setdefault(str(quad.object), []).append(quad)
    rows = (
        (key, _packed(outgoing.get(key, ())), _packed(incoming.get(key, ())))
        for key in sorted(outgoing.keys() | incoming.keys())
    )
    try:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.executescript(_SCHEMA)
            connection.executemany(_INSERT, rows)
    except sqlite3.Error as error:
        raise OSError(f"{path.name}: {error}") from error


def _packed(quads: Iterable[Quad]) -> bytes:
    return serialize(sorted(quads, key=str), format=RdfFormat.N_QUADS) or b""


class _Looked(NamedTuple):
    """How many bytes are said by and of a term, and which, if they are few."""

    key: str = ""
    said: int = 0
    mentioned: int = 0
    outgoing: bytes | None = b""
    incoming: bytes | None = b""


class DescriptionIndex:
    """The index of one release, open for reading; safe to use from several threads.

    Without a ``path`` nothing is described: the release has no index yet.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._held: dict[str, tuple[Quad, ...]] = {}
        self._connection()

    def outgoing(
        self, term: NamedNode | BlankNode, only: Container[str] | None = None
    ) -> tuple[Quad, ...]:
        """Return the statements whose subject is ``term``, in the graphs of their files.

        ``only``: those with one of these predicates, as they stand in N-Triples (``<iri>``). That
        is much quicker than to choose from all: the others are not parsed.
        """
        if only is not None:
            return self._quads("outgoing", term, only)
        key = str(term)
        held = self._held.get(key)
        if held is None:
            row = self._row("outgoing", key)
            held = _unpacked(row)
            if len(row) <= _HELD_BYTES:
                if len(self._held) >= _HELD:
                    self._held.clear()
                self._held[key] = held
        return held

    def incoming(
        self, term: NamedNode | BlankNode, only: Container[str] | None = None
    ) -> tuple[Quad, ...]:
        """Return the statements whose object is ``term``; ``only`` as for ``outgoing``."""
        return self._quads("incoming", term, only)

    def both(self, term: NamedNode | BlankNode) -> tuple[tuple[Quad, ...], tuple[Quad, ...]]:
        """Return ``outgoing`` and ``incoming`` of ``term``, found at once."""
        key = str(term)
        return _unpacked(self._row("outgoing", key)), _unpacked(self._row("incoming", key))

    def has(self, term: NamedNode) -> bool:
        """Tell whether ``term`` is the subject of anything."""
        return self._look(str(term)).said > 0

    def weight(self, term: NamedNode) -> int:
        """Return how many bytes of N-Quads are there about ``term``, in both directions."""
        looked = self._look(str(term))
        return looked.said + looked.mentioned

    def _look(self, key: str) -> _Looked:
        """Return how much is said by and of a term, and what is, if it is little.

        It is remembered until another term is looked for: who asks whether there is a thing asks
        for all about it next.
        """
        looked = self._looked()
        if looked.key != key:
            row = self._connection().execute(_LOOK, (key, _SMALL)).fetchone()
            looked = self._local.looked = _Looked(key, *row) if row else _Looked(key)
        return looked

    def _looked(self) -> _Looked:
        looked: _Looked = getattr(self._local, "looked", _Looked())
        return looked

    def some_incoming(self, term: NamedNode | BlankNode, most: int) -> tuple[Quad, ...]:
        """Return at most so many of the statements whose object is ``term``, always the same."""
        return _unpacked(self._row("incoming", str(term)), most)

    def subjects(self, start: str = "", first: str = "") -> Iterator[NamedNode]:
        """Yield the IRIs of all subjects that begin with ``start``, sorted, from one on."""
        rows = self._connection().execute(
            "SELECT subject FROM description WHERE subject >= ? AND subject < ? "
            "AND length(outgoing) > 0 ORDER BY subject",
            (max(f"<{start}", f"<{first}>"), f"<{start}\U0010ffff"),
        )
        return (NamedNode(key[1:-1]) for (key,) in rows)

    def close(self) -> None:
        """Close the file."""
        for connection in self._open:
            connection.close()

    def _quads(
        self,
        column: str,
        term: NamedNode | BlankNode | Triple,
        only: Container[str] | None = None,
    ) -> tuple[Quad, ...]:
        row = self._row(column, str(term))
        return _unpacked(row if only is None else _chosen(row, only))

    def row(self, key: str, *, incoming: bool = False) -> bytes:
        """Return the statements of a term, itself as it stands in N-Triples, as N-Quads.

        For who reads the rows of many terms: to parse them would take several times as long.
        """
        return self._row("incoming" if incoming else "outgoing", key)

    def _row(self, column: str, key: str) -> bytes:
        looked = self._looked()
        held = looked.incoming if column == "incoming" else looked.outgoing
        if looked.key == key and held is not None:
            return held
        row: tuple[bytes] | None = (
            self._connection()
            .execute(f"SELECT {column} FROM description WHERE subject = ?", (key,))  # noqa: S608
            .fetchone()
        )
        return row[0] if row else b""

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection; SQLite connections are not shared among threads."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            try:
                connection = opened(self.path)
                connection.execute("SELECT 1 FROM description LIMIT 1")
            except sqlite3.Error as error:
                raise ReleaseBroken(
                    f"{self.path}: the index cannot be read: {error}",
                    hint="Build the release again: kizuna build.",
                ) from error
            self._local.connection = connection
            self._open.append(connection)
        return connection


def _chosen(rows: bytes, only: Container[str]) -> bytes:
    """Return the lines whose second word is one of ``only``; a subject holds no space."""
    lines = rows.split(b"\n")
    return b"\n".join(x for x in lines if x and x.split(b" ", 2)[1].decode() in only)


def _unpacked(data: bytes, most: int | None = None) -> tuple[Quad, ...]:
    return tuple(islice(parse(data, RdfFormat.N_QUADS), most)) if data else ()


def opened(path: Path | None) -> sqlite3.Connection:
    """Return a connection to an index, an empty one without a path. Raises sqlite3.Error."""
    if path is None:
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        connection.executescript(_SCHEMA)
        return connection
    connection = sqlite3.connect(address_of(path), uri=True, check_same_thread=False)
    connection.execute(f"PRAGMA mmap_size={_MAPPED}")
    return connection


def address_of(path: Path) -> str:
    """Return the address by which SQLite opens a file that nobody changes."""
    return f"{path.resolve().as_uri()}?mode=ro&immutable=1"
