"""Reading a project's files as hostile input: what is no plain text file is named and refused."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MAX_BYTES = 64 * 1024 * 1024


class Unreadable(Exception):
    """A file that cannot be taken as text; ``line`` counts from 1, 0 where there is none."""

    def __init__(self, message: str, hint: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line


def read_bytes(path: Path, *, links: bool = False) -> bytes:
    """Return the bytes of the regular file at ``path``; ``links`` allows symbolic links.

    Raises Unreadable for links, devices, folders, files over 64 MiB and errors of the system.
    """
    try:
        status = path.stat() if links else path.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise Unreadable(
                "is a symbolic link", "Put the file itself here; links are not followed."
            )
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable(
                "is no regular file", "Remove it, or rename it so that it is not read."
            )
        if status.st_size > MAX_BYTES:
            raise Unreadable(
                f"has {status.st_size} bytes, more than {MAX_BYTES}", "Split it into several files."
            )
        return path.read_bytes()
    except OSError as error:
        raise _refused(error) from error


def _refused(error: OSError) -> Unreadable:
    """Return what the operating system's refusal means to the one who keeps the files."""
    advice = {
        errno.ENOENT: ("has vanished", "It was listed and then removed. Run the command again."),
        errno.EACCES: ("may not be read", "Give yourself permission: chmod u+r FILE."),
        errno.ELOOP: ("is a symbolic link that leads back to itself", "Remove the link."),
    }
    message, hint = advice.get(
        error.errno or 0, (f"cannot be read: {error.strerror}", "See that the file is in order.")
    )
    return Unreadable(message, hint)


def read_text(path: Path, *, links: bool = False) -> str:
    """Return the UTF-8 text of the file at ``path``, line ends as they stand in it.

    Raises Unreadable as ``read_bytes`` does, and for a BOM, NUL bytes and other encodings.
    """
    return as_text(read_bytes(path, links=links))


def as_text(data: bytes) -> str:
    """Return ``data`` decoded as UTF-8.

    Raises Unreadable with the line of the first byte that is out of place.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        raise Unreadable("begins with a byte order mark", "Save it as UTF-8 without BOM.", 1)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("is UTF-16, not UTF-8", "Save it as UTF-8 without BOM.", 1)
    nul = data.find(b"\0")
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        raise Unreadable("holds a NUL byte", "Remove the byte; text files have none.", line)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        raise Unreadable(
            f"is not UTF-8: byte 0x{byte:02X}", "Save it as UTF-8 (it looks like Latin-1).", line
        ) from error


def replace_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` in one step: who reads it meanwhile sees the old or the new one.

    Raises OSError when the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
