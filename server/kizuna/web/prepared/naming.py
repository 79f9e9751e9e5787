"""What prepared representations are called, and the file in which they are.

They are right only for the release, the program and the project's own pages that they were made
with: the name of the file is a digest of all of these, so that no other file is ever read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import kizuna
from kizuna.formats import HTML, Format
from kizuna.release import Release
from kizuna.release.manifest import FILE_NAME as MANIFEST

FOLDER = ".prepared"
"""Below the folder of releases."""
TYPES = "types"
"""The name of what has no body, for who is led from a thing to its description."""
_PROGRAM = Path(kizuna.__file__).parent
_WRITERS = ("pyoxigraph", "jinja2", "markupsafe", "babel")
"""Libraries that have a part in the bytes of a representation."""


def name_of(form: Format, language: str = "", *, chosen: bool = False) -> str:
    """Return what the representation in a format is called, a page by its language too.

    >>> name_of(HTML, "de", chosen=True), name_of(HTML, "de")
    ('html?lang=de', 'html de')
    """
    if form is not HTML:
        return form.suffix
    return f"html?lang={language}" if chosen else f"html {language}"


def place(release: Release, folder: Path) -> Path:
    """Return the file of a release whose project is in ``folder``; it need not be there yet.

    Files of the project that cannot be read count as if they were not there.
    """
    digest = hashlib.sha256(_program().encode())
    for path in (release.folder / MANIFEST, *_told_by(folder)):
        digest.update(f"\0{path.name}\0".encode())
        try:
            digest.update(path.read_bytes())
        except OSError:
            digest.update(b"\0")
    name = f"{release.id}-{digest.hexdigest()[:16]}.table"
    return release.folder.parent / FOLDER / name


def _told_by(folder: Path) -> Iterator[Path]:
    """Yield the files of a project that say what pages show and that no release holds."""
    yield folder / "pages.toml"
    yield from sorted((folder / "queries").glob("*.rq"))


@lru_cache(1)
def _program() -> str:
    """Return a digest of the program and of the libraries that write for it."""
    digest = hashlib.sha256(" ".join(map(version, _WRITERS)).encode())
    for path in sorted(_files(_PROGRAM)):
        digest.update(f"\0{path.relative_to(_PROGRAM)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(folder: Path) -> Iterable[Path]:
    return (p for p in folder.rglob("*") if p.is_file() and p.parent.name != "__pycache__")
