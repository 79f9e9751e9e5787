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
"""Of a release that differs in more subjects of a kind it is not told what is new: it is another
one, and numbers of a part would be wrong."""


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
    """Return what is new in a release.

    None where no earlier one is kept to compare it with, and where nearly all is new.
    """
    if not manifest.filled:
        return None
    for identifier in way_back(read_history(releases), manifest.id):
        with suppress(ReleaseBroken, OSError):
            before = read_manifest(releases / identifier)
            if before.filled and before.id != manifest.id:
                return _compared(releases, before, manifest)
    return None


def _compared(releases: Path, before: Manifest, manifest: Manifest) -> News | None:
    old, new = (releases / m.id / INDEX_FILE for m in (before, manifest))
    things = Addresses(manifest.base).things
    added = lost_subjects(new, old, things, MOST + 1)
    changed = changed_subjects(old, new, things, MOST + 1)
    gone = lost_subjects(old, new, things, MOST + 1)
    if max(map(len, (added, changed, gone))) > MOST:
        return None
    return News(
        before,
        added=_told(new, added, manifest),
        changed=_told(new, changed, manifest),
        gone=_told(old, gone, before),
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
