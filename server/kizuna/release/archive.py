"""The files of releases that are not kept whole any more: their addresses answer for good.

``archive/ID/`` in the folder of releases holds the manifest and the dumps of each release that was
built and whose store has gone. Releases that were written over HTTP go with all they had: there may
be thousands of them, and what they say is in the next one. Nothing but people removes the archive.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from kizuna.errors import ReleaseBroken
from kizuna.release.dumps import DUMPS, FACTS
from kizuna.release.manifest import FILE_NAME, Manifest, read_manifest

ARCHIVE = "archive"
_KEPT = {DUMPS, FACTS, FILE_NAME}
_IDENTIFIER = re.compile(r"[0-9a-f]{12}")


def is_for_archive(manifest: Manifest) -> bool:
    """Tell whether the dumps of a release stay when its store goes."""
    return manifest.parent is None and manifest.filled


def archive(folder: Path) -> None:
    """Move the release in ``folder`` into the archive beside it, without its store and indexes.

    What is in the archive already of the same release has the same content, and goes.
    """
    place = folder.parent / ARCHIVE / folder.name
    place.parent.mkdir(exist_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    folder.rename(place)
    trim(place)


def trim(place: Path) -> None:
    """Remove what the archive does not keep of a release; what a crash has left, too."""
    for path in place.iterdir():
        if path.name in _KEPT:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def trim_all(releases: Path) -> None:
    """Remove from the archive what crashes have left there."""
    for place in (releases / ARCHIVE).glob("*"):
        trim(place)


def folder_of(releases: Path, identifier: str) -> Path | None:
    """Return where the dumps of a release are, with its manifest; None where there are none."""
    if not _IDENTIFIER.fullmatch(identifier):
        return None
    places = (releases / identifier, releases / ARCHIVE / identifier)
    return next((place for place in places if (place / FILE_NAME).is_file()), None)


def lasting(releases: Path) -> list[Manifest]:
    """Return the manifests of all releases whose dumps stay for good, the newest first.

    What cannot be read is left out.
    """
    found: dict[str, Manifest] = {}
    for path in (*releases.glob(f"*/{FILE_NAME}"), *releases.glob(f"{ARCHIVE}/*/{FILE_NAME}")):
        if _IDENTIFIER.fullmatch(path.parent.name) and not path.parent.is_symlink():
            try:
                manifest = read_manifest(path.parent)
            except ReleaseBroken:
                continue
            if is_for_archive(manifest):
                found.setdefault(manifest.id, manifest)
    return sorted(found.values(), key=lambda m: (m.created, m.id), reverse=True)
