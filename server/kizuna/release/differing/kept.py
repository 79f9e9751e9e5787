"""Differences that have been found stand beside the releases: releases never change."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from kizuna.errors import UnavailableError
from kizuna.release.differing.comparison import compare
from kizuna.release.differing.difference import Difference
from kizuna.release.manifest import Manifest

FOLDER = ".changes"
MOST = 20_000
_FORM = "1"
"""That of the files; another one is another name."""


def difference_of(releases: Path, old: Manifest, new: Manifest) -> Difference:
    """Return the difference between two releases in a folder, found once and kept there.

    Of more than ``MOST`` subjects it tells only that they are too many: a patch of nearly all is
    none that a reader waits for. ``found`` tells all. Where the folder cannot be written, it is
    found each time. Safe to use from several threads and processes: they find the same.

    Raises ReleaseBroken, and UnavailableError where there is no room.
    """
    path = releases / FOLDER / f"{_FORM}-{old.id}-{new.id}.sqlite"
    with suppress(sqlite3.Error):
        return _opened(path)
    try:
        return _kept(path, releases, old, new)
    except OSError:
        return found(releases, old, new, MOST)
    except sqlite3.Error as error:
        raise UnavailableError(f"{path}: {error}", hint="Free some space.") from error


def found(releases: Path, old: Manifest, new: Manifest, most: int | None = None) -> Difference:
    """Return the difference between two releases, of at most so many subjects, kept nowhere.

    Raises ReleaseBroken, and UnavailableError where there is no room.
    """
    try:
        return compare(releases, old, new, "", most)
    except (OSError, sqlite3.Error) as error:
        raise UnavailableError(
            f"{releases}: {old.id} and {new.id} cannot be compared: {error}",
            hint="Free some space; if a release is damaged, build it again.",
        ) from error


def _kept(path: Path, releases: Path, old: Manifest, new: Manifest) -> Difference:
    path.parent.mkdir(exist_ok=True)
    _forget_old(path.parent)
    beside = path.with_name(f".{path.name}-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        compare(releases, old, new, str(beside), MOST).close()
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return _opened(path)


def _opened(path: Path) -> Difference:
    """Return a difference that is kept. Raises sqlite3.Error where there is none."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False)
    try:
        Difference(connection).counts  # noqa: B018 - to see that it is one
    except BaseException:
        connection.close()
        raise
    return Difference(connection)


def _forget_old(folder: Path) -> None:
    """Remove the differences of releases that are not kept any more."""
    for path in folder.glob("*.sqlite"):
        names = path.stem.split("-")[1:]
        if not all((folder.parent / name).is_dir() for name in names):
            path.unlink(missing_ok=True)
