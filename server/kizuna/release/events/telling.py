"""Bringing the logs of events up to the release that is current.

``python -m kizuna.release.events.telling RELEASES`` does it in a process of its own: no request, no
write and no build waits for it. Of what a release brings and the next takes back, before either is
told, nothing is told: the log tells how the members came to be what they are, not each step.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from kizuna.engine import DescriptionIndex, differing_subjects
from kizuna.errors import ReleaseBroken, UnavailableError
from kizuna.release.catalogue import source_of
from kizuna.release.contents import INDEX_FILE
from kizuna.release.disk import locked
from kizuna.release.events.catalogue import catalogue_members
from kizuna.release.events.log import FOLDER, Feed
from kizuna.release.events.members import Members, touched
from kizuna.release.events.writing import LogWriter, writing
from kizuna.release.folder import Releases
from kizuna.release.helping import folder_to_help, helped
from kizuna.release.history import last_moments, read_history
from kizuna.release.manifest import read_manifest
from kizuna.release.release import Release

Said = tuple[str, list[str]]
"""A member and all that is said of it."""


def tell(releases: Releases) -> bool:
    """Add to the logs what the current release brings; return whether it is told whole now.

    What is not filled is told once it is. Of several processes one does it; the others wait for it.

    Raises NoRelease and ReleaseBroken, and UnavailableError where a log cannot be written.
    """
    folder = releases.folder
    current = releases.current_id()
    if current is None or not read_manifest(folder / current).filled:
        return False
    release = Release(folder / current, read_manifest(folder / current))
    try:
        (folder / FOLDER).mkdir(exist_ok=True)
        with release.kept(), locked(folder / FOLDER), _opened(release) as new:
            moment = last_moments(read_history(folder)).get(release.id) or release.manifest.created
            for feed, saying in _SAYING.items():
                with writing(folder, feed) as log:
                    if log.told != release.id:
                        _tell(log, release, saying(folder, release, new, log), moment)
    except (OSError, sqlite3.Error) as error:
        raise UnavailableError(
            f"{folder / FOLDER}: the events of {current} cannot be written: {error}",
            hint="Free some space or give permission; the releases are untouched.",
        ) from error
    return True


def _tell(log: LogWriter, release: Release, said: Iterable[Said], moment: str) -> None:
    log.begin()
    for member, lines in said:
        log.add(member, lines, moment)
    log.end(release.id)


def _dataset(folder: Path, _: Release, new: Members, log: LogWriter) -> Iterator[Said]:
    _look(folder, log, new)
    return ((member, new.said(member)) for member in log.wanted())


def _catalogue(_: Path, release: Release, new: Members, log: LogWriter) -> Iterator[Said]:
    said = dict(catalogue_members(source_of(release, new.index)))
    log.want(said)
    log.want_all()
    return ((member, said.get(member, [])) for member in log.wanted())


_SAYING: dict[Feed, Callable[[Path, Release, Members, LogWriter], Iterator[Said]]] = {
    Feed.DATASET: _dataset,
    Feed.CATALOGUE: _catalogue,
}
"""What finds the members of a feed that may have changed, with what is said of them now."""


def _look(folder: Path, log: LogWriter, new: Members) -> None:
    """Note which members may have changed: all, where the release that was told last has gone."""
    with ExitStack() as undo:
        try:
            before = Release(folder / log.told, read_manifest(folder / log.told))
            undo.enter_context(before.kept())
            old = undo.enter_context(_opened(before))
        except ReleaseBroken:
            log.want_all()
            log.want(new.all())
            return
        changed = differing_subjects(before.index, folder / new.manifest.id / INDEX_FILE)
        with closing(changed):
            log.want(touched(old, new, changed))


@contextmanager
def _opened(release: Release) -> Iterator[Members]:
    with closing(DescriptionIndex(release.index)) as index:
        yield Members(index, release.manifest)


async def told(folder: Path) -> bool:
    """Bring the log up to date in a process of its own; return whether that went well."""
    return await helped("kizuna.release.events.telling", folder) == 0


def main() -> None:
    """Tell the current release of the folder that is named, at the lowest priority."""
    sys.exit(0 if tell(Releases(folder_to_help())) else 1)


if __name__ == "__main__":
    main()
