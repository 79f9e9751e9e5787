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


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait until nobody else has locked the file or folder, and lock it for the context.

    The lock is flock(2): it ends with the process that holds it, however that ends.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
