"""The file of prepared answers: all that was written is found, and nothing else."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kizuna.web.prepared.table import MAGIC, Table, Unreadable, Writing

KEYS = st.binary(min_size=1, max_size=40)
RECORDS = st.dictionaries(KEYS, st.binary(max_size=200), max_size=60)


def written(path: Path, records: dict[bytes, bytes], *, whole: bool = True) -> Path:
    with closing(Writing(path)) as file:
        for key, data in records.items():
            if key not in file.known:
                file.add(key, data)
        if whole:
            file.finish(len(records), 7)
    return path


@settings(max_examples=200)
@given(RECORDS, KEYS)
@example({}, b"x")
def test_what_was_written_is_found(records: dict[bytes, bytes], other: bytes) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Table(written(Path(folder) / "t", records))) as table,
    ):
        assert {key: table.find(key) for key in records} == records
        assert table.find(other) == records.get(other)
        assert (table.number, table.note) == (len(records), 7)


@settings(max_examples=200)
@given(first=RECORDS, more=RECORDS, cut=st.integers(0, 10_000), whole=st.booleans())
def test_what_was_broken_off_is_gone_on_with(
    first: dict[bytes, bytes], more: dict[bytes, bytes], cut: int, *, whole: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "t", first, whole=whole)
        data = path.read_bytes()
        path.write_bytes(data[: len(data) - cut % (len(data) + 1)] if not whole else data)
        both = first | {key: value for key, value in more.items() if key not in first}
        with closing(Table(written(path, both))) as table:
            assert {key: table.find(key) for key in both} == both
            assert table.number == len(both)


def test_records_of_one_checksum_are_told_apart(tmp_path: Path) -> None:
    same = {b"plumless": b"1", b"buckeroo": b"2"}  # of which zlib.crc32 is the same
    with closing(Table(written(tmp_path / "t", same))) as table:
        assert (table.find(b"plumless"), table.find(b"buckeroo")) == (b"1", b"2")


@pytest.mark.parametrize(
    "damage",
    [lambda data: data[:-1], lambda data: b"", lambda data: b"x" + data[1:], lambda data: data + b"x",
     lambda data: MAGIC, lambda data: data[: len(data) // 2]],
)  # fmt: skip
def test_a_file_that_is_not_whole_is_not_read(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    path = written(tmp_path / "t", {b"%d" % n: b"x" * 50 for n in range(30)})
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(Unreadable):
        Table(path)


def test_a_damaged_table_is_told_and_leads_nowhere(tmp_path: Path) -> None:
    records = {b"%d" % n: b"x" * 50 for n in range(30)}
    path = written(tmp_path / "t", records)
    data = bytearray(path.read_bytes())
    end = len(data) - 40
    data[end - 64 * 8 : end] = b"\xff" * (64 * 8)
    path.write_bytes(data)
    with closing(Table(path)) as table, pytest.raises(Unreadable):
        table.find(b"1")


def test_nothing_of_a_file_that_is_no_table_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"something else" * 100)
    shutil.copy(written(path, {b"a": b"1"}), tmp_path / "copy")
    with closing(Table(tmp_path / "copy")) as table:
        assert (table.find(b"a"), table.number) == (b"1", 1)
