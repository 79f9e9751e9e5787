"""One release on disk: its files, its manifest, and the hold that keeps it there."""

from __future__ import annotations

import fcntl
import os
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from kizuna.engine import FRAGMENTS_FILE, SEARCH_FILE
from kizuna.errors import ReleaseBroken
from kizuna.release.contents import INDEX_FILE
from kizuna.release.disk import locked
from kizuna.release.manifest import Manifest, renew_manifest, with_facts

CURRENT = "current"
"""The link, in the folder of releases, to the one that is served."""


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
    def fragments(self) -> Path:
        """The file in which triple patterns are looked up."""
        return self.folder / FRAGMENTS_FILE

    @property
    def dumps(self) -> Path:
        """The folder of the dumps."""
        return self.folder / "dumps"

    @property
    def since(self) -> datetime:
        """When it became current, or where it is not the current one, when it was made.

        Going back to an older release is a change too, so this never goes back in time.
        """
        made = datetime.fromisoformat(self.manifest.created)
        link = self.folder.parent / CURRENT
        try:
            is_current = link.readlink().name == self.folder.name
            switched = datetime.fromtimestamp(link.lstat().st_mtime, UTC)
        except OSError:
            return made
        return switched if is_current else made

    def kept(self) -> ExitStack:
        """Return a hold on the release: until it is closed, no pruning removes it.

        Raises ReleaseBroken when it has been removed already.
        """
        with ExitStack() as undo:
            try:
                found = undo.enter_context(locked(self.folder, fcntl.LOCK_SH))
                there = os.path.samestat(os.fstat(found), self.folder.stat())
            except OSError:
                there = False
            if not there:
                raise ReleaseBroken(f"{self.folder}: has been removed", hint="Use a newer one.")
            return undo.pop_all()

    def renewed(self, made: Manifest) -> Release:
        """Return the release with the facts of a manifest that was made of the same content."""
        manifest = with_facts(self.manifest, made)
        if manifest != self.manifest:
            renew_manifest(self.folder, manifest)
        return replace(self, manifest=manifest)
