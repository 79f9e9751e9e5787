"""Which of the releases that are kept tell of a thing, and which did at a moment (RFC 7089)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from pyoxigraph import NamedNode

from kizuna.engine import DescriptionIndex
from kizuna.errors import ReleaseBroken
from kizuna.release.contents import INDEX_FILE
from kizuna.release.folder import Releases
from kizuna.release.history import read_history
from kizuna.release.manifest import Manifest, read_manifest


@dataclass(frozen=True, slots=True)
class Memento:
    """A thing as a release has it; ``moment`` is when that was made, which never changes."""

    manifest: Manifest
    moment: datetime


def mementos(releases: Releases, thing: NamedNode) -> list[Memento]:
    """Return the releases that are kept and describe a thing, the oldest first."""
    found = []
    for identifier in releases.ids():
        with suppress(ReleaseBroken):
            manifest = read_manifest(releases.folder / identifier)
            if manifest.filled and _has(releases, identifier, thing):
                found.append(Memento(manifest, _moment(manifest.created)))
    return sorted(found, key=lambda memento: (memento.moment, memento.manifest.id))


def current_at(releases: Releases, known: Sequence[Memento], moment: datetime) -> Memento:
    """Return which of some mementos, of which there is one at least, was current at a moment.

    Where another release was current then, it is the last one before; before all, the first.
    """
    by_id = {memento.manifest.id: memento for memento in known}
    steps = [s for s in read_history(releases.folder) if s.moment and s.identifier in by_id]
    began = [(_moment(step.moment), by_id[step.identifier]) for step in steps]
    noted = {memento.manifest.id for _, memento in began}
    began += [(memento.moment, memento) for memento in known if memento.manifest.id not in noted]
    before = sorted((pair for pair in began if pair[0] <= moment), key=lambda pair: pair[0])
    return before[-1][1] if before else known[0]


def _has(releases: Releases, identifier: str, thing: NamedNode) -> bool:
    with closing(DescriptionIndex(releases.folder / identifier / INDEX_FILE)) as index:
        return index.has(thing)


def _moment(iso: str) -> datetime:
    found = datetime.fromisoformat(iso)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
