"""What a release has that the one before it had not, and the other way round."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode

from kizuna.engine import DescriptionIndex, changed_subjects, lost_subjects
from kizuna.errors import ReleaseBroken
from kizuna.iris import Addresses
from kizuna.release.contents import INDEX_FILE
from kizuna.release.history import read_history, way_back
from kizuna.release.manifest import Manifest, read_manifest
from kizuna.vocabulary import KZ_CLAIM, RDF_TYPE

MOST = 2_000
"""How many subjects of a kind are looked at; a release that differs in more is another one."""


@dataclass(frozen=True, slots=True)
class News:
    """The things (IRIs) that came, changed and went since the release ``before``.

    Claims, their parts, and nodes that only spell out a value are none that a reader looks for.
    """

    before: Manifest
    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]


def news_of(releases: Path, manifest: Manifest) -> News | None:
    """Return what is new in a release, None where no earlier one is kept to compare it with."""
    if not manifest.filled:
        return None
    for identifier in way_back(read_history(releases), manifest.id):
        with suppress(ReleaseBroken, OSError):
            before = read_manifest(releases / identifier)
            if before.filled and before.id != manifest.id:
                return _compared(releases, before, manifest)
    return None


def _compared(releases: Path, before: Manifest, manifest: Manifest) -> News:
    old, new = (releases / m.id / INDEX_FILE for m in (before, manifest))
    things = Addresses(manifest.base).things
    return News(
        before,
        added=_told(new, lost_subjects(new, old, things, MOST), manifest),
        changed=_told(new, changed_subjects(old, new, things, MOST), manifest),
        gone=_told(old, lost_subjects(old, new, things, MOST), before),
    )


def _told(path: Path, subjects: Iterable[str], manifest: Manifest) -> tuple[str, ...]:
    """Return the subjects, described in the index at ``path``, that a reader may look for."""
    apart = {KZ_CLAIM, *map(NamedNode, manifest.value_classes)}
    with closing(DescriptionIndex(path)) as index:
        return tuple(
            iri
            for iri in subjects
            if "#" not in iri
            and apart.isdisjoint(
                q.object for q in index.outgoing(NamedNode(iri)) if q.predicate == RDF_TYPE
            )
        )
