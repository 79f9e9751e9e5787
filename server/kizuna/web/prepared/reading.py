"""Looking up what was prepared: one search in a file that nobody changes, and one unpacking."""

from __future__ import annotations

import struct
import threading
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import zstandard

from kizuna.web.prepared.table import Table, Unreadable

NOWHERE = Path()
"""No file: there is nothing then."""
_HEAD = struct.Struct("<HH")
"""Bytes of the entity tag and of the types, before these and the body."""


class Ready(NamedTuple):
    """A prepared representation: its bytes, its entity tag, and the types of its thing.

    ``types`` is the end of the ``Link`` header (``web.links.type_links``), commas included.
    """

    types: bytes
    tag: bytes
    body: bytes

    def bytes(self) -> bytes:
        """Return all of it, for ``ready_of``."""
        return _HEAD.pack(len(self.tag), len(self.types)) + self.tag + self.types + self.body


def ready_of(data: bytes) -> Ready:
    """Return what ``Ready.bytes`` has given."""
    tag, types = _HEAD.unpack_from(data)
    types += 4 + tag
    return Ready(data[4 + tag : types], data[4 : 4 + tag], data[types:])


def key_of(path: str, name: str) -> bytes:
    """Return where the representation of that name (``name_of``) of a page is in the file."""
    return f"{name}\n{path}".encode()


def sample_key(name: str) -> bytes:
    """Return where the sample is beside which all representations of a name are packed."""
    return f"{name}\n\n".encode()


def is_sample(key: bytes) -> bool:
    """Tell whether a key is that of a sample: no path is empty."""
    return key.endswith(b"\n\n")


class Prepared:
    """What was prepared for a release, at ``path``; nothing until ``look`` has found the file.

    Safe to use from several threads. What cannot be read is as if it were not there: all of it can
    be made anew.
    """

    def __init__(self, path: Path = NOWHERE) -> None:
        self.path = path
        self._table: Table | None = None
        self._local = threading.local()  # an unpacker is not used by two threads at once

    @property
    def number(self) -> int:
        """How many representations there are."""
        return self._table.number if self._table is not None else 0

    def look(self) -> bool:
        """Tell whether the file is there; from then on it is read."""
        if self._table is None and self.path.is_file():
            with suppress(OSError, Unreadable):
                self._table = Table(self.path)
        return self._table is not None

    def find(self, path: str, name: str) -> Ready | None:
        """Return the representation of that name (``name_of``) of the page at ``path``, if any."""
        if self._table is None:
            return None
        try:
            found = self._table.find(key_of(path, name))
            if found is None:
                return None
            return ready_of(self._unpacker(name, self._table).decompress(found))
        except (Unreadable, struct.error, zstandard.ZstdError):
            return None

    def close(self) -> None:
        """Close the file."""
        if self._table is not None:
            self._table.close()
            self._table = None

    def _unpacker(self, name: str, table: Table) -> zstandard.ZstdDecompressor:
        try:
            return self._local.unpackers[name]  # type: ignore[no-any-return]
        except (AttributeError, KeyError):
            known = self._local.__dict__.setdefault("unpackers", {})
            sample = dictionary(table.find(sample_key(name)) or b"")
            known[name] = zstandard.ZstdDecompressor(dict_data=sample)
            return known[name]  # type: ignore[no-any-return]


def dictionary(sample: bytes) -> zstandard.ZstdCompressionDict:
    """Return a sample as what others may repeat of it."""
    return zstandard.ZstdCompressionDict(sample, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
