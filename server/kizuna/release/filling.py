"""What a written release lacks while it is served already: dumps, index and the count of classes.

``python -m kizuna.release.filling FOLDER`` fills it in. The manifest is written last, in one step:
until then the release is what it was, and a filling that was killed can be done again.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from kizuna.engine.sandbox import deny_network, die_with_parent
from kizuna.iris import DERIVED, REIFIERS, Addresses
from kizuna.release.contents import Statements, members, write_contents
from kizuna.release.disk import locked, put_for_good, sync, sync_all
from kizuna.release.manifest import Manifest, read_manifest, record_all, renew_manifest
from kizuna.release.release import CURRENT, Release
from kizuna.release.terms import as_written, read_forms
from kizuna.release.tombstones import bury
from kizuna.release.touched import note_touched

_BESIDE = ".filling"


def fill(folder: Path) -> Manifest:
    """Write what the release in ``folder`` lacks; return its manifest, which says that it is whole.

    Of several processes that would fill the same release one does; the others wait for it.

    Raises ReleaseBroken when there is no release.
    """
    manifest = read_manifest(folder)
    if manifest.filled:
        return manifest
    with locked(folder / "store"):  # it is there already: a lock of its own would be recorded
        manifest = read_manifest(folder)
        return manifest if manifest.filled else _fill(folder, manifest)


def _fill(folder: Path, manifest: Manifest) -> Manifest:
    beside = folder / _BESIDE
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    store = Store.read_only(str(folder / "store"))
    published = sorted(set(_published(folder, store, manifest)), key=str)
    apart = NamedNode(Addresses(manifest.base).graph(REIFIERS))
    reifiers = sorted(store.quads_for_pattern(None, None, None, apart), key=str)
    shown = reifiers if manifest.merged else ()
    statements = Statements(published, shown, read_forms(folder))
    write_contents(beside, folder / "store", statements, manifest)
    sync_all(beside)
    for path in sorted(beside.iterdir()):
        _move(path, folder / path.name)
    beside.rmdir()
    sync(folder)  # a manifest on disk names nothing that is not
    whole = _whole(folder, manifest, published)
    renew_manifest(folder, whole)
    _bury(folder, whole)
    return whole


def _bury(folder: Path, manifest: Manifest) -> None:
    """Note what has gone and changed since the release before, if this is still the current one."""
    releases = folder.parent
    with suppress(OSError):
        if manifest.parent is not None and (releases / CURRENT).readlink().name == manifest.id:
            bury(releases, manifest.parent, manifest.id, put_for_good)
            note_touched(releases, manifest.parent, manifest.id, put_for_good)


async def filled(release: Release) -> Release:
    """Return the release made whole by a process of its own, or as it is where that fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "kizuna.release.filling",
        str(release.folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
    return Release(release.folder, read_manifest(release.folder))


def _published(folder: Path, store: Store, manifest: Manifest) -> Iterator[Quad]:
    """Yield what is published, as it was written: without reifiers, and each statement once."""
    apart = NamedNode(Addresses(manifest.base).graph(REIFIERS))
    left_out = {DefaultGraph(), apart} if manifest.merged else set()
    stored = (q for q in store if q.graph_name not in left_out)
    return as_written(stored, read_forms(folder))


def _whole(folder: Path, manifest: Manifest, published: list[Quad]) -> Manifest:
    apart = {*manifest.roles, Addresses(manifest.base).graph(DERIVED)}
    data = (q for q in published if getattr(q.graph_name, "value", "") not in apart)
    return replace(
        manifest,
        classes=dict(sorted(members(data).items())),
        files=record_all(folder),
        filled=True,
    )


def _move(path: Path, place: Path) -> None:
    """Put a file or folder in place of one that an earlier filling has left."""
    if place.is_dir():
        shutil.rmtree(place)
    path.replace(place)


def main() -> None:
    """Fill in the release that is named, at the lowest priority."""
    die_with_parent()
    deny_network()
    os.nice(10)
    fill(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
