"""The file of prepared representations: records one after another, and a table that finds them.

::

    MAGIC | record ... | table | end

A record is the length of its key, that of its bytes, key and bytes. The table has a slot for the
place of each record, at the checksum of its key or in the next free one (linear probing), and at
least as many empty slots. It is read where it lies: to find a record touches two pages of memory,
where a search in a database touches a dozen; measured, that is half of what an answer costs.

A file without its end is still being written. Its whole records can be read, and gone on with.
"""

from __future__ import annotations

import mmap
import os
import struct
from array import array
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

MAGIC = b"kizuna prepared 1\n"
_LENGTHS = struct.Struct("<II")
_SLOT = struct.Struct("<Q")
_END = struct.Struct("<QQQQ8s")
"""Place and slots of the table, two numbers that the writer notes, and a mark."""
_MARK = b"complete"
_MOST_STEPS = 1_000


class Unreadable(Exception):
    """A file is not what it should be."""


class Table:
    """A whole file, open for reading; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises OSError, and Unreadable when it is not whole."""
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < len(MAGIC) + _END.size:
                raise Unreadable(f"{path}: is too short")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        end = size - _END.size
        self._table, slots, number, note, mark = _END.unpack_from(self._map, end)
        self.number: int = number
        self.note: int = note
        self._mask = slots - 1
        whole = self._map[: len(MAGIC)] == MAGIC and mark == _MARK
        if not whole or self._table + slots * _SLOT.size != end or slots & self._mask:
            raise Unreadable(f"{path}: is not whole")

    def find(self, key: bytes) -> bytes | None:
        """Return the bytes under ``key``. Raises Unreadable where the file is damaged."""
        found, table, mask = self._map, self._table, self._mask
        slot = crc32(key)
        for step in range(_MOST_STEPS):
            at: int = _SLOT.unpack_from(found, table + ((slot + step) & mask) * 8)[0]
            if not at:
                return None
            if at >= table:
                break
            keys, size = _LENGTHS.unpack_from(found, at)
            begin = at + 8 + keys
            if found[at + 8 : begin] == key:
                return found[begin : begin + size]
        raise Unreadable("the table is damaged")

    def close(self) -> None:
        """Close the file."""
        self._map.close()


class Writing:
    """A file that is being written.

    ``known`` are the places of what was written whole before, by key; who writes sees to it that
    no key comes twice. Of the others only their checksums are remembered: there may be millions.
    """

    def __init__(self, path: Path) -> None:
        """Begin or go on. Raises OSError."""
        self.known: dict[bytes, int] = {}
        self.size = 0
        """Bytes of all records without their keys."""
        self._sums, self._places = array("I"), array("Q")
        self._file = path.open("r+b" if path.exists() else "w+b")
        self._file.truncate(self._read())
        self._file.seek(0, os.SEEK_END)

    def _read(self) -> int:
        """Note the records that are whole; return where the last of them ends."""
        is_ours = self._file.read(len(MAGIC)) == MAGIC
        if not is_ours:
            self._file.seek(0)
            self._file.truncate()
            self._file.write(MAGIC)
        end = len(MAGIC)
        for key, at, size, after in self._records(end) if is_ours else ():
            self.known[key], end = at, after
            self._note(key, at, size)
        return end

    def _note(self, key: bytes, place: int, size: int) -> None:
        self._sums.append(crc32(key))
        self._places.append(place)
        self.size += size

    def _records(self, at: int) -> Iterator[tuple[bytes, int, int, int]]:
        size = self._end()
        while at + _LENGTHS.size <= size:
            self._file.seek(at)
            keys, length = _LENGTHS.unpack(self._file.read(_LENGTHS.size))
            after = at + _LENGTHS.size + keys + length
            if after > size or not keys:
                return
            yield self._file.read(keys), at, length, after
            at = after

    def _end(self) -> int:
        """Return where records end at the latest: at the table, if the file is whole already."""
        size = os.fstat(self._file.fileno()).st_size
        if size > len(MAGIC) + _END.size:
            self._file.seek(size - _END.size)
            table, *_, mark = _END.unpack(self._file.read(_END.size))
            if mark == _MARK:
                return min(int(table), size)
        return size

    def get(self, key: bytes) -> bytes | None:
        """Return the bytes that were written under ``key`` before."""
        at = self.known.get(key)
        if at is None:
            return None
        self._file.seek(at)
        keys, size = _LENGTHS.unpack(self._file.read(_LENGTHS.size))
        self._file.seek(keys, os.SEEK_CUR)
        found = self._file.read(size)
        self._file.seek(0, os.SEEK_END)
        return found

    def add(self, key: bytes, data: bytes) -> None:
        """Write a record. Raises OSError."""
        self._note(key, self._file.tell(), len(data))
        self._file.write(_LENGTHS.pack(len(key), len(data)) + key + data)

    def finish(self, number: int, note: int) -> None:
        """Write the table and the end, with two numbers that a reader gets. Raises OSError."""
        table, slots = self._file.tell(), _slots(self._sums, self._places)
        self._file.write(slots.tobytes())
        self._file.write(_END.pack(table, len(slots), number, note, _MARK))
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file, whole or not."""
        self._file.close()


def _slots(sums: array[int], places: array[int]) -> array[int]:
    """Return the table: at least two slots for each record, as many as a power of two."""
    slots = array("Q", bytes(8 * (1 << len(places).bit_length() + 1)))
    mask = len(slots) - 1
    for checksum, place in zip(sums, places, strict=True):
        slot = checksum & mask
        while slots[slot]:
            slot = (slot + 1) & mask
        slots[slot] = place
    return slots
