"""The folder of a copy: made beside its place, and put there whole."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from kizuna.errors import UnavailableError, UsageError
from kizuna.release.disk import locked

MARK = ".kizuna-export.json"
"""The file by which a folder is known for a copy, which the next one may replace."""


def check_place(folder: Path, kept: Iterable[Path], *, force: bool) -> None:
    """Pass if a copy may be put at ``folder``, and all that is there be removed.

    ``force`` takes any folder for an old copy, but none in which something of ``kept`` is.

    Raises UsageError.
    """
    for path in kept:
        if path.resolve().is_relative_to(folder.resolve()):
            raise UsageError(
                f"{folder} holds {path.resolve()}, which would be removed",
                hint="Name a folder for the copy alone: kizuna export site.",
            )
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder", hint="Name a folder, new or empty.")
    if not force and not (folder / MARK).is_file() and any(folder.iterdir()):
        raise UsageError(
            f"{folder} is not empty, and no earlier export",
            hint="Name another folder, or replace all that is in it: --force.",
        )


@contextmanager
def placed(folder: Path, about: Mapping[str, object]) -> Iterator[Path]:
    """Give an empty folder that takes the place of ``folder`` at the end, if all has gone well.

    ``about`` stands in it as JSON.

    Raises UnavailableError where another export to the same place runs, and OSError.
    """
    folder = folder.resolve()
    beside, before = (folder.with_name(f".{folder.name}.{end}") for end in ("new", "old"))
    beside.mkdir(parents=True, exist_ok=True)
    with _alone(beside):
        try:
            _empty(beside)
            yield beside
            (beside / MARK).write_text(json.dumps(dict(about), indent=1) + "\n", encoding="utf-8")
            _swap(folder, beside, before)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def _alone(beside: Path) -> Iterator[None]:
    try:
        with locked(beside, fcntl.LOCK_EX | fcntl.LOCK_NB):
            yield
    except BlockingIOError as error:
        raise UnavailableError(
            f"{beside}: another export is running there", hint="Wait until it ends."
        ) from error


def _empty(folder: Path) -> None:
    """Remove what an export that was killed has left."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _swap(folder: Path, beside: Path, before: Path) -> None:
    """Put one folder in the place of another; where that fails, the other one stays."""
    shutil.rmtree(before, ignore_errors=True)
    if folder.exists():
        folder.rename(before)
    try:
        beside.rename(folder)
    except OSError:
        if before.exists():
            before.rename(folder)
        raise
    shutil.rmtree(before, ignore_errors=True)
