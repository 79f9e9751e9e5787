"""Looking up what was prepared: one search in a file that nobody changes, and one unpacking."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import zstandard

from kizuna.engine.index import address_of

_MAPPED = 2_000_000_000
"""Bytes of the file that are read through the page cache of the system, without a copy."""
NOWHERE = Path()
"""No file: there is nothing then."""
_FIND = "SELECT types, tag, body FROM representation WHERE path = ? AND name = ?"


class Ready(NamedTuple):
    """A prepared representation: its bytes, its entity tag, and the types of its thing.

    ``types`` is the end of the ``Link`` header (``web.links.type_links``), commas included.
    """

    types: bytes
    tag: str
    body: bytes


@dataclass(slots=True)
class _Opened:
    """What one thread reads with: neither part may be used by two at once."""

    connection: sqlite3.Connection
    unpackers: dict[str, zstandard.ZstdDecompressor]


class Prepared:
    """What was prepared for a release, at ``path``; nothing until ``look`` has found the file.

    Safe to use from several threads. What cannot be read is as if it were not there: all of it can
    be made anew.
    """

    def __init__(self, path: Path = NOWHERE) -> None:
        self.path = path
        self.number = 0
        self._there = False
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []

    def look(self) -> bool:
        """Tell whether the file is there; from then on it is read."""
        if not self._there and self.path.is_file():
            with suppress(sqlite3.Error):
                counted = self._opened().connection.execute("SELECT number FROM made").fetchone()
                self.number = counted[0]
                self._there = True
        return self._there

    def find(self, path: str, name: str) -> Ready | None:
        """Return the representation of that name (``name_of``) of the page at ``path``, if any."""
        if not self._there:
            return None
        try:
            opened = self._opened()
            row = opened.connection.execute(_FIND, (path, name)).fetchone()
            if row is None:
                return None
            types, tag, body = row
            return Ready(types, tag, opened.unpackers[name].decompress(body))
        except (sqlite3.Error, zstandard.ZstdError, KeyError):
            return None

    def close(self) -> None:
        """Close the file."""
        self._there = False
        for connection in self._open:
            connection.close()

    def _opened(self) -> _Opened:
        """Return what this thread reads with. Raises sqlite3.Error."""
        opened: _Opened | None = getattr(self._local, "opened", None)
        if opened is None:
            connection = sqlite3.connect(address_of(self.path), uri=True, check_same_thread=False)
            self._open.append(connection)
            connection.execute(f"PRAGMA mmap_size={_MAPPED}")
            samples = connection.execute("SELECT name, bytes FROM sample")
            opened = self._local.opened = _Opened(
                connection, {name: unpacker(sample) for name, sample in samples}
            )
        return opened


def unpacker(sample: bytes) -> zstandard.ZstdDecompressor:
    """Return what unpacks representations that were packed beside a sample of their like."""
    return zstandard.ZstdDecompressor(dict_data=dictionary(sample))


def dictionary(sample: bytes) -> zstandard.ZstdCompressionDict:
    """Return a sample as what others may repeat of it."""
    return zstandard.ZstdCompressionDict(sample, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
