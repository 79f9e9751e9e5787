"""``manifest.json``: what a release is made of, so that every byte can be checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from kizuna.errors import ReleaseBroken
from kizuna.release.disk import put, put_for_good

FILE_NAME = "manifest.json"
_BROKEN = "Build the release again: kizuna build."
_STORE = "store"
_CURRENT = "store/CURRENT"
_FACTS = ("base", "languages", "prefixes", "value_classes", "roles", "corrections")
"""What a manifest says beside the content, from which the identifier is made."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Digest and size of one file of a release."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known of a release. ``created`` is ISO 8601 in UTC; ``files`` goes by relative path.

    ``classes`` counts the members of each class, ``graphs`` the triples of each named graph;
    ``prefixes`` are those of the source files, for output that people read. ``roles`` tells which
    graphs are the ontology's and the shapes' (folder names); all others are data.

    ``corrections`` is the address to which readers are sent who have some; ``texts`` names the
    files of the documents (by IRI) whose whole text is published. ``tables`` are the queries (by
    name) whose answers are files.

    A release that was written over HTTP names the ``parent`` on which it was written and the
    ``origin``, the build at the beginning. ``merged`` tells whether the default graph is the merge
    of the named graphs. Until ``filled``, dumps, index and ``classes`` are not there yet.
    """

    id: str
    version: str
    created: str
    commit: str | None
    base: str
    languages: tuple[str, ...]
    counts: Mapping[str, int]
    classes: Mapping[str, int]
    graphs: Mapping[str, int]
    prefixes: Mapping[str, str]
    value_classes: tuple[str, ...]
    files: Mapping[str, FileRecord]
    roles: Mapping[str, str] = field(default_factory=dict)
    parent: str | None = None
    origin: str | None = None
    corrections: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    merged: bool = True
    filled: bool = True


def record(path: Path) -> FileRecord:
    """Return digest and size of the file at ``path``."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return FileRecord(digest, path.stat().st_size)


def record_all(folder: Path) -> dict[str, FileRecord]:
    """Return the records of all files below ``folder``, by path relative to it."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != FILE_NAME)
    return {p.relative_to(folder).as_posix(): record(p) for p in files}


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into the release's folder, in one step."""
    put(folder / FILE_NAME, _text(manifest))


def renew_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a release that is there already: a crash leaves the old or the new.

    What it names must be on disk before.
    """
    put_for_good(folder / FILE_NAME, _text(manifest))


def _text(manifest: Manifest) -> str:
    return json.dumps(asdict(manifest), ensure_ascii=False, indent=1) + "\n"


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of the release in ``folder``.

    Raises ReleaseBroken when there is none, or none that can be read.
    """
    path = folder / FILE_NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        content["files"] = {name: FileRecord(**row) for name, row in content["files"].items()}
        content["languages"] = tuple(content["languages"])
        content["value_classes"] = tuple(content["value_classes"])
        return Manifest(**content)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ReleaseBroken(f"{path}: cannot be read: {error}", hint=_BROKEN) from error


def stamp_of(folder: Path) -> tuple[int, int]:
    """Return what changes when a manifest is written anew. Raises OSError when there is none."""
    found = (folder / FILE_NAME).stat()
    return found.st_ino, found.st_mtime_ns


def with_facts(known: Manifest, made: Manifest) -> Manifest:
    """Return what is known of a release, with the facts of another manifest of its content."""
    return replace(known, **{name: getattr(made, name) for name in _FACTS})


def verify(folder: Path, manifest: Manifest) -> None:
    """Pass if every file of the release is as its manifest says, which names all of the store's.

    Raises ReleaseBroken naming the first file that is not: the engine itself notices flipped
    bytes only when it happens to read them.
    """
    stored = {f"{_STORE}/{path.name}" for path in (folder / _STORE).glob("*")}
    if left_out := {_CURRENT, *stored} - manifest.files.keys():
        raise ReleaseBroken(f"{folder / FILE_NAME}: does not name {min(left_out)}", hint=_BROKEN)
    for name, expected in manifest.files.items():
        path = folder / name
        try:
            found = record(path)
        except (OSError, ValueError) as error:
            raise ReleaseBroken(f"{path}: cannot be read: {error}", hint=_BROKEN) from error
        if found != expected:
            raise ReleaseBroken(
                f"{path}: SHA-256 is {found.sha256}, the manifest says {expected.sha256}",
                hint=_BROKEN,
            )
