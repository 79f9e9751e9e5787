"""The folder of releases: which are there, which is current, and switching in one step."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kizuna.engine import SEARCH_FILE
from kizuna.errors import NoRelease, ReleaseBroken, UnavailableError
from kizuna.release.contents import INDEX_FILE
from kizuna.release.disk import sync, sync_all
from kizuna.release.manifest import FILE_NAME, Manifest, read_manifest, verify

KEPT = 10
"""How many releases stay: the current one, the newest others, and the build it was written on."""
_CURRENT = "current"
_BUILDING = ".building-"
_OLD = ".old-"


@dataclass(frozen=True, slots=True)
class Release:
    """One release on disk."""

    folder: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        """The release's identifier: the beginning of its content's digest."""
        return self.manifest.id

    @property
    def store(self) -> Path:
        """The folder of the RocksDB store."""
        return self.folder / "store"

    @property
    def index(self) -> Path:
        """The SQLite file with the descriptions of things."""
        return self.folder / INDEX_FILE

    @property
    def search(self) -> Path:
        """The SQLite file with the full-text index."""
        return self.folder / SEARCH_FILE

    @property
    def dumps(self) -> Path:
        """The folder of the dumps."""
        return self.folder / "dumps"


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
            return (self.folder / _CURRENT).readlink().name
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
        """Return the identifiers of all releases, the newest first."""
        if not self.folder.is_dir():
            return []
        found = [
            p for p in self.folder.iterdir() if not p.is_symlink() and (p / FILE_NAME).is_file()
        ]
        found.sort(key=lambda p: ((p / FILE_NAME).stat().st_mtime_ns, p.name), reverse=True)
        return [p.name for p in found if not p.name.startswith(".")]

    @contextmanager
    def building(self) -> Iterator[Path]:
        """Give a fresh folder to build in; only one process builds at a time.

        Whatever a killed build has left is removed first; this one is removed at the end unless
        ``publish`` has moved it. The current release is not touched.

        Raises UnavailableError when another build runs or the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            self._take(lock)
            self._clear()
            folder = self.folder / f"{_BUILDING}{os.getpid()}"
            try:
                folder.mkdir()
            except OSError as error:
                raise self._unwritable(error) from error
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)

    def _unwritable(self, error: OSError) -> UnavailableError:
        return UnavailableError(
            f"{self.folder}: cannot be written: {error.strerror}",
            hint="Choose another folder: --releases DIR or KIZUNA_RELEASES.",
        )

    def _clear(self) -> None:
        """Remove what builds have left that were killed; the caller holds the lock."""
        for stale in self.folder.glob(f"{_BUILDING}*"):
            shutil.rmtree(stale, ignore_errors=True)
        for stale in self.folder.glob(f"{_OLD}*"):
            shutil.rmtree(stale, ignore_errors=True)
        for link in self.folder.glob(f".{_CURRENT}-*"):
            link.unlink(missing_ok=True)

    def _take(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UnavailableError(
                f"{self.folder}: another build is running there",
                hint="Wait until it ends, or choose another folder with --releases.",
            ) from error

    def publish(self, built: Path, identifier: str) -> Release:
        """Make the folder ``built`` the release ``identifier`` and the current one.

        An intact release of the same content stays as it is. Everything is on disk before the
        link is switched by one rename, so a crash leaves the old release or the new one.
        """
        place = self.folder / identifier
        try:
            release = self.get(identifier)
        except ReleaseBroken:
            if self.durable:
                sync_all(built)
            if place.exists():
                place.rename(self.folder / f"{_OLD}{identifier}-{os.getpid()}")
            built.rename(place)
            self._sync()
            release = Release(place, read_manifest(place))
        self.switch(identifier)
        self._clear()
        self._forget_old(identifier)
        return release

    def switch(self, identifier: str) -> None:
        """Make ``identifier`` the current release, in one step."""
        link = self.folder / f".{_CURRENT}-{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(identifier)
        link.replace(self.folder / _CURRENT)
        self._sync()

    def before(self, identifier: str) -> Release:
        """Return the release before this one: that on which it was written, else the next older.

        Raises NoRelease when there is none, and ReleaseBroken when its files are damaged.
        """
        ids = self.ids()
        parent = read_manifest(self.folder / identifier).parent
        older = ids[ids.index(identifier) + 1 :] if identifier in ids else ids
        found = parent if parent in ids else next(iter(older), None)
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
        others = [i for i in self.ids() if i != current]
        for identifier in [i for i in others[KEPT - 1 :] if i != origin]:
            shutil.rmtree(self.folder / identifier, ignore_errors=True)
