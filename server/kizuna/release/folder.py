"""The folder of releases: which are there, which is current, and switching in one step."""

from __future__ import annotations

import fcntl
import os
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

from kizuna.errors import NoRelease, ReleaseBroken, UnavailableError
from kizuna.release.archive import archive, is_for_archive, trim_all
from kizuna.release.disk import locked, put, put_for_good, sync, sync_all
from kizuna.release.history import FILE_NAME as HISTORY_FILE
from kizuna.release.history import Step, Way, last_made, read_history, way_back, with_step
from kizuna.release.manifest import FILE_NAME, Manifest, read_manifest, verify
from kizuna.release.release import CURRENT, Release
from kizuna.release.times import now
from kizuna.release.tombstones import bury
from kizuna.release.touched import note_touched
from kizuna.release.workplace import REMOVED, alone, clear, workplace

KEPT = 10
"""How many releases stay: the current one and those made last, besides what it came after
and what is served."""
PATIENCE = 10.0
"""Seconds for which going back waits for a build or write that runs."""


@dataclass(frozen=True, slots=True)
class Releases:
    """A folder of releases. ``current`` in it is a symbolic link to the one that is served.

    ``durable``: a release is on disk before it is current, so that a crash of the machine loses
    nothing; a folder that is thrown away need not wait for that.
    """

    folder: Path
    durable: bool = True

    def current_id(self) -> str | None:
        """Return the identifier of the current release, None where there is none."""
        try:
            return (self.folder / CURRENT).readlink().name
        except OSError:
            return None

    def current(self) -> Release:
        """Return the current release, verified; if it is damaged, the newest intact one.

        Raises NoRelease when there is nothing to fall back on.
        """
        identifier = self.current_id()
        if identifier is None:
            raise NoRelease(
                f"{self.folder}: there is no release yet", hint="Build one: kizuna build."
            )
        for candidate in (identifier, *(i for i in self.ids() if i != identifier)):
            try:
                return self.get(candidate)
            except ReleaseBroken as error:
                trouble = error
        raise NoRelease(f"no release in {self.folder} is intact: {trouble.message}") from trouble

    def get(self, identifier: str) -> Release:
        """Return the release with this identifier, its files verified.

        Raises ReleaseBroken when a file is missing or changed.
        """
        folder = self.folder / identifier
        manifest = read_manifest(folder)
        verify(folder, manifest)
        return Release(folder, manifest)

    def ids(self) -> list[str]:
        """Return the identifiers of all releases, the one that was made last first."""
        if not self.folder.is_dir():
            return []
        made = last_made(read_history(self.folder))
        found = [
            p for p in self.folder.iterdir() if not p.is_symlink() and (p / FILE_NAME).is_file()
        ]
        found.sort(
            key=lambda p: (made.get(p.name, -1), (p / FILE_NAME).stat().st_mtime_ns, p.name),
            reverse=True,
        )
        return [p.name for p in found if not p.name.startswith(".")]

    def building(self) -> AbstractContextManager[Path]:
        """Give a fresh folder to build in; only one process builds or switches at a time.

        It is removed at the end unless ``publish`` has moved it. The current release is not
        touched, and stays the current one.

        Raises UnavailableError when another build runs or the folder cannot be written.
        """
        return workplace(self.folder)

    def publish(self, built: Path, identifier: str) -> Release:
        """Make the folder ``built``, of one's own building, the current release ``identifier``.

        An intact release of the same content stays, and only what its manifest says besides may
        change. Everything is on disk before the link is switched by one rename, so a crash leaves
        the old release or the new one.

        Raises UnavailableError when it was written on a release that is not the current one.
        """
        made = read_manifest(built)
        self._check_parent(made.parent)
        try:
            release = self._same(identifier, made).renewed(made)
        except ReleaseBroken:
            release = self._placed(built, Release(self.folder / identifier, made))
        self._step(Step(Way.MADE, identifier, now().isoformat()))
        self._forget_old(identifier)
        clear(self.folder)
        trim_all(self.folder)
        return release

    def _same(self, identifier: str, made: Manifest) -> Release:
        """Return the release that is there already of what was built.

        Raises ReleaseBroken when it is damaged, or an older kizuna made fewer files.
        """
        found = self.get(identifier)
        fewer = {
            name for name in made.files if not name.startswith("store/")
        } - found.manifest.files.keys()
        if fewer and found.manifest.filled:
            raise ReleaseBroken(f"{found.folder}: has no {min(fewer)}", hint="It is built anew.")
        return found

    def _placed(self, built: Path, release: Release) -> Release:
        """Move what was built to the place of a release, in which there is none that is intact."""
        if self.durable:
            sync_all(built)
        if release.folder.exists():
            release.folder.rename(self.folder / f"{REMOVED}{release.folder.name}-{os.getpid()}")
        built.rename(release.folder)
        self._sync()
        return release

    def _check_parent(self, parent: str | None) -> None:
        current = self.current_id()
        if parent not in {None, current}:
            raise UnavailableError(
                f"{self.folder}: this was written on {parent}, but {current} is current now",
                hint="Write it again, on that.",
            )

    def rollback(self, to: str = "") -> Release:
        """Return the release ``to``, or else the one before the current one: now it is current.

        A build or write that runs is waited for, so that it does not undo this.

        Raises what ``get`` and ``before`` raise, and UnavailableError when the wait is too long.
        """
        with alone(self.folder, PATIENCE):
            release = self.get(to) if to else self.before(self.current_id() or "")
            self.switch(release.id)
            return release

    def switch(self, identifier: str) -> None:
        """Make a release that is there already the current one, in one step."""
        self._step(Step(Way.BACK, identifier, now().isoformat()))

    def _step(self, step: Step) -> None:
        """Note the step, then do it."""
        current = self.current_id()
        if step.identifier == current:
            return  # and what stands there since when stays true
        write = put_for_good if self.durable else put
        history = with_step(read_history(self.folder), step, current)
        write(self.folder / HISTORY_FILE, history)
        if current is not None:
            bury(self.folder, current, step.identifier, write)
            note_touched(self.folder, current, step.identifier, write)
        link = self.folder / f".{CURRENT}-{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(step.identifier)
        link.replace(self.folder / CURRENT)
        self._sync()

    def before(self, identifier: str) -> Release:
        """Return the release before this one: that on which it was written, else the last current.

        Where neither is kept, it is the newest of those from before there was a history.

        Raises NoRelease when there is none, and ReleaseBroken when its files are damaged.
        """
        parent = read_manifest(self.folder / identifier).parent
        ids, steps = self.ids(), read_history(self.folder)
        older = ids[ids.index(identifier) + 1 :] if identifier in ids else ids
        known = {step.identifier for step in steps}
        before = (parent, *way_back(steps, identifier), *(i for i in older if i not in known))
        found = next((i for i in before if i in ids), None)
        if found is None:
            raise NoRelease(
                f"{self.folder}: there is no release before {identifier}",
                hint="kizuna releases lists those that are kept.",
            )
        return self.get(found)

    def _sync(self) -> None:
        if self.durable:
            sync(self.folder)

    def _forget_old(self, current: str) -> None:
        origin = read_manifest(self.folder / current).origin
        spared = {origin, *way_back(read_history(self.folder), current)[:1]}
        others = [i for i in self.ids() if i != current]
        for identifier in [i for i in others[KEPT - 1 :] if i not in spared]:
            self._forget(self.folder / identifier)

    def _forget(self, folder: Path) -> None:
        """Take a release out of the folder, unless somebody serves it; then another time.

        The dumps of what was built stay in the archive.
        """
        with suppress(OSError, ReleaseBroken), locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
            if is_for_archive(read_manifest(folder)):
                archive(folder)
            else:
                folder.rename(self.folder / f"{REMOVED}{folder.name}-{os.getpid()}")
