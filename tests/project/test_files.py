"""Files are read as hostile input: told apart, named and refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.project.files import MAX_BYTES, Unreadable, as_text, read_bytes, read_text

# fmt: off
BYTES = [
    # bytes                             message                             line
    (b"\xef\xbb\xbfa",                  "begins with a byte order mark",    1),
    ("a".encode("utf-16"),              "is UTF-16, not UTF-8",             1),
    ("a".encode("utf-16-be"),           "holds a NUL byte",                 1),  # no BOM: NULs tell
    (b"\xfe\xff\x00a",                  "is UTF-16, not UTF-8",             1),
    (b"a\n\nb\x00c",                    "holds a NUL byte",                 3),
    ("a\nä".encode("latin-1"),          "is not UTF-8: byte 0xE4",          2),
    (b"\n\n\xed\xa0\x80",               "is not UTF-8: byte 0xED",          3),  # a surrogate
    (b"\n\xf4\x90\x80\x80",             "is not UTF-8: byte 0xF4",          2),  # past U+10FFFF
    (b"\xc0\xaf",                       "is not UTF-8: byte 0xC0",          1),  # overlong
]
# fmt: on


@pytest.mark.parametrize(("data", "message", "line"), BYTES)
def test_what_is_no_text(data: bytes, message: str, line: int) -> None:
    with pytest.raises(Unreadable) as caught:
        as_text(data)
    assert (caught.value.message, caught.value.line) == (message, line)
    assert caught.value.hint


def test_text_comes_back_as_it_is(tmp_path: Path) -> None:
    text = "a\r\nb\rc\n絆👋\u2028\ufeff"
    (tmp_path / "x").write_bytes(text.encode())
    assert read_text(tmp_path / "x") == text


@given(st.binary())
def test_any_bytes_are_text_or_unreadable(data: bytes) -> None:
    try:
        assert as_text(data).encode() == data
    except Unreadable as error:
        assert 1 <= error.line <= data.count(b"\n") + 1


def test_no_regular_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("folder")
    (tmp_path / "loop").symlink_to("loop")
    for name, message in (
        ("folder", "is no regular file"),
        ("pipe", "is no regular file"),
        ("link", "is a symbolic link"),
        ("loop", "is a symbolic link"),
        ("nothing", "has vanished"),
    ):
        with pytest.raises(Unreadable, match=message):
            read_bytes(tmp_path / name)


def test_links_are_followed_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "device").symlink_to("/dev/zero")
    assert read_bytes(tmp_path / "link", links=True) == b"a"
    with pytest.raises(Unreadable, match="leads back to itself"):
        read_bytes(tmp_path / "loop", links=True)
    with pytest.raises(Unreadable, match="is no regular file"):
        read_bytes(tmp_path / "device", links=True)


def test_too_large(tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(Unreadable, match="more than"):
        read_bytes(tmp_path / "x")


def test_other_trouble_is_told_in_the_words_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> bytes:
        raise OSError(5, "Input/output error")

    (tmp_path / "x").write_bytes(b"")
    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(Unreadable, match="cannot be read: Input/output error"):
        read_bytes(tmp_path / "x")
