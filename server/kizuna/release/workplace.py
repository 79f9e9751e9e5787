"""Where a release is made: a folder of its own beside the releases, and the lock that comes first.

Whoever makes another release current holds the lock, so that what is current stays it meanwhile.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kizuna.errors import UnavailableError

LOCK = ".lock"
BUILDING = ".building-"
REMOVED = ".old-"
_BETWEEN_TRIES = 0.05
_STALE = (f"{BUILDING}*", f"{REMOVED}*", ".current-*", "..history-*", "..tombstones.json-*")


@contextmanager
def alone(releases: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold the lock of the folder of releases, which is made if it is not there.

    Raises UnavailableError when another process holds it for longer than ``patience`` seconds,
    and when the folder cannot be written.
    """
    try:
        releases.mkdir(parents=True, exist_ok=True)
        lock = os.open(releases / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise _unwritable(releases, error) from error
    try:
        _take(lock, releases, time.monotonic() + patience)
        yield
    finally:
        os.close(lock)


@contextmanager
def workplace(releases: Path) -> Iterator[Path]:
    """Give a fresh folder to build in, with the lock held; it is removed unless it is moved.

    Whatever a killed build has left is removed first.

    Raises what ``alone`` raises.
    """
    with alone(releases):
        clear(releases)
        folder = releases / f"{BUILDING}{os.getpid()}"
        try:
            folder.mkdir()
        except OSError as error:
            raise _unwritable(releases, error) from error
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def clear(releases: Path) -> None:
    """Remove what was left by processes that were killed; the caller holds the lock."""
    for stale in (path for pattern in _STALE for path in releases.glob(pattern)):
        if stale.is_dir() and not stale.is_symlink():
            shutil.rmtree(stale, ignore_errors=True)
        else:
            stale.unlink(missing_ok=True)


def _take(lock: int, releases: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if time.monotonic() >= until:
                raise UnavailableError(
                    f"{releases}: another build is running there",
                    hint="Wait until it ends, or choose another folder with --releases.",
                ) from error
            time.sleep(_BETWEEN_TRIES)
        else:
            return


def _unwritable(releases: Path, error: OSError) -> UnavailableError:
    return UnavailableError(
        f"{releases}: cannot be written: {error.strerror}",
        hint="Choose another folder: --releases DIR or KIZUNA_RELEASES.",
    )
