"""What releases need of a file system: content that survives a crash, and locks that do not."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def sync(path: Path) -> None:
    """Wait until a file's or folder's content is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_all(folder: Path) -> None:
    """Wait until a folder is on disk with all that is in it."""
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)


def put(path: Path, text: str) -> None:
    """Write a file in one step: who reads it finds the old text or the new one."""
    _beside(path, text).replace(path)


def put_for_good(path: Path, text: str) -> None:
    """Write a file in one step: also after a crash of the machine it is the old or the new one."""
    beside = _beside(path, text)
    sync(beside)
    beside.replace(path)
    sync(path.parent)


def _beside(path: Path, text: str) -> Path:
    """Return a new file with ``text``, to be put at ``path``."""
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    return beside


@contextmanager
def locked(path: Path, kind: int = fcntl.LOCK_EX) -> Iterator[int]:
    """Give a file or folder, open and locked: once nobody else has a lock that rules this one out.

    The lock is flock(2): it ends with the process that holds it, however that ends. Where the file
    system has no such locks, there is none.

    Raises OSError where there is no such file, and BlockingIOError where ``kind`` is not to wait.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, kind)
        except BlockingIOError:
            raise
        except OSError:
            pass
        yield descriptor
    finally:
        os.close(descriptor)
