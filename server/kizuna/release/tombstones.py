"""Things that a past release had and the current one has not: when they went, and what follows.

``.tombstones.json`` stands beside the releases and not in one of them, as the history does: which
things have gone depends on what was current before, and is no part of a release's content. A build,
a write and a rollback each bury what their release has no longer, and raise what it has again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from pyoxigraph import NamedNode

from kizuna.engine import DescriptionIndex, lost_subjects
from kizuna.errors import KizunaError
from kizuna.iris import Addresses
from kizuna.release.contents import INDEX_FILE
from kizuna.release.disk import locked
from kizuna.release.manifest import Manifest, read_manifest
from kizuna.release.times import now
from kizuna.vocabulary import DCT_REPLACED_BY

FILE_NAME = ".tombstones.json"
MOST = 50_000
"""How many are kept; those that went first are forgotten first."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is known of a thing that has gone.

    ``last`` and ``release`` are the versions of the releases in which it was last, and with which
    it went at the moment ``gone`` (ISO 8601); ``replaced`` are the IRIs that its last description
    named in its place.
    """

    last: str
    release: str
    gone: str
    replaced: tuple[str, ...] = ()


def read_tombstones(folder: Path) -> dict[str, Tombstone]:
    """Return the tombstones in the folder of releases by IRI, none where it cannot be read."""
    try:
        rows = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        return {
            iri: Tombstone(**row | {"replaced": tuple(row["replaced"])})
            for iri, row in rows.items()
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def bury(folder: Path, old: str, new: str, write: Callable[[Path, str], None]) -> None:
    """Note in ``folder`` which things the release ``old`` has and ``new``, its successor, has not.

    Where either cannot be read, nothing is noted: no release waits for that.
    """
    with suppress(KizunaError, OSError), locked(folder):
        was, became = last_filled(folder, old), read_manifest(folder / new)
        if was is None or not became.filled or was.id == became.id:
            return
        told = read_tombstones(folder)
        found = _with_lost(folder, was, became, told)
        if found != told:
            rows = {iri: asdict(stone) for iri, stone in list(found.items())[-MOST:]}
            write(folder / FILE_NAME, json.dumps(rows, ensure_ascii=False, indent=0) + "\n")


def last_filled(folder: Path, identifier: str) -> Manifest | None:
    """Return the manifest of a release, or of that before it which has an index of what it says."""
    seen: set[str] = set()
    current: str | None = identifier
    while current is not None and current not in seen:
        manifest = read_manifest(folder / current)
        if manifest.filled:
            return manifest
        seen.add(current)
        current = manifest.parent
    return None


def _with_lost(
    folder: Path, was: Manifest, became: Manifest, told: Mapping[str, Tombstone]
) -> dict[str, Tombstone]:
    old, new = (folder / m.id / INDEX_FILE for m in (was, became))
    lost = lost_subjects(old, new, Addresses(was.base).things, MOST)
    moment = now().isoformat()
    with closing(DescriptionIndex(old)) as before, closing(DescriptionIndex(new)) as after:
        kept = {iri: stone for iri, stone in told.items() if not after.has(NamedNode(iri))}
        for iri in lost:
            kept.pop(iri, None)  # the newest stand last
            kept[iri] = Tombstone(was.version, became.version, moment, _replaced(before, iri))
    return kept


def _replaced(index: DescriptionIndex, iri: str) -> tuple[str, ...]:
    named = (q.object for q in index.outgoing(NamedNode(iri)) if q.predicate == DCT_REPLACED_BY)
    return tuple(sorted(value.value for value in named if isinstance(value, NamedNode)))
