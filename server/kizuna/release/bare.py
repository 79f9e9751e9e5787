"""A release with nothing in it, to be written to: for conformance suites and experiments."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Store

from kizuna.release.folder import Releases
from kizuna.release.manifest import Manifest, record_all, write_manifest
from kizuna.release.release import Release
from kizuna.release.successor import new_identifier
from kizuna.release.times import now


def empty_release(releases: Releases, base: str) -> Release:
    """Return a new release that is empty and current; its default graph is a graph of its own.

    Raises UnavailableError when the folder cannot be written.
    """
    identifier = new_identifier(base)
    with releases.building() as folder:
        store = Store(str(folder / "store"))
        store.flush()
        del store
        write_manifest(folder, _manifest(folder, identifier, base))
        return releases.publish(folder, identifier)


def _manifest(folder: Path, identifier: str, base: str) -> Manifest:
    created = now()
    return Manifest(
        id=identifier,
        version=f"{created:%Y-%m-%d}-{identifier}",
        created=created.isoformat(),
        commit=None,
        base=base,
        languages=("en",),
        counts={"triples": 0, "things": 0, "documents": 0, "claims": 0},
        classes={},
        graphs={},
        prefixes={},
        value_classes=(),
        files=record_all(folder),
        merged=False,
        filled=False,
    )
