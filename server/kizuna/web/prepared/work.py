"""Preparing from a release on disk: for the command, and beside a server, giving way to all others.

``python -m kizuna.web.prepared.work RELEASE PROJECT MEGABYTES``
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from kizuna.engine import EmbeddedEngine
from kizuna.release import Release
from kizuna.release.helping import folder_to_help, helped
from kizuna.release.manifest import read_manifest
from kizuna.web.cache import Cache
from kizuna.web.prepared.making import Progress, prepare
from kizuna.web.site import Site, open_site

MEGABYTE = 1_000_000
_NICEST = 19


def prepare_release(
    release: Release, project: Path, megabytes: int, progress: Progress = lambda *_: None
) -> int:
    """Prepare a release of the project in a folder; return how many representations there are.

    Raises ReleaseBroken when it is unreadable or gone, and UnavailableError when the file cannot be
    written.
    """
    with release.kept():
        site = open_site(release, EmbeddedEngine(release.store), project / "queries")
        with closing(site):
            return prepare(replace(site, cache=Cache(0)), megabytes * MEGABYTE, progress)


async def prepared_beside(site: Site, project: Path, megabytes: int) -> bool:
    """Prepare a site's release by a process of its own; tell whether it can be read now."""
    module, release = "kizuna.web.prepared.work", site.release.folder
    await helped(module, release, str(project.absolute()), str(megabytes))
    return site.prepared.look()


def main() -> None:
    """Prepare the release that is named, at the lowest priority."""
    folder = folder_to_help()
    os.nice(_NICEST)
    release = Release(folder, read_manifest(folder))
    prepare_release(release, Path(sys.argv[2]), int(sys.argv[3]))


if __name__ == "__main__":
    main()
