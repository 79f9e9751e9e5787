"""The releases that are kept as readers see them: when each became current, and after which."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kizuna.errors import ReleaseBroken, UsageError
from kizuna.release.folder import Releases
from kizuna.release.history import last_moments, read_history, way_back
from kizuna.release.manifest import Manifest, read_manifest

CURRENT, BEFORE = "current", "before"


@dataclass(frozen=True, slots=True)
class Kept:
    """A release that is kept; ``since`` is when it last became current (ISO 8601, UTC).

    ``before`` is what was current then, as far as it is kept; None for the first.
    """

    manifest: Manifest
    since: str
    before: Manifest | None
    current: bool

    @property
    def compared(self) -> tuple[Manifest, Manifest] | None:
        """The release before and this one, None where they cannot be compared (yet)."""
        if self.before is None or not self.manifest.filled:
            return None
        return self.before, self.manifest


def succession(releases: Releases) -> list[Kept]:
    """Return the releases that are kept, the one that became current last first."""
    steps = read_history(releases.folder)
    moments = last_moments(steps)
    current = releases.current_id()
    kept = (_read(releases.folder, identifier) for identifier in releases.ids())
    known = {manifest.id: manifest for manifest in kept if manifest is not None}
    found = [
        Kept(
            manifest,
            moments.get(manifest.id) or manifest.created,
            _before(manifest, known, way_back(steps, manifest.id)),
            manifest.id == current,
        )
        for manifest in known.values()
    ]
    return sorted(found, key=lambda kept: (kept.current, kept.since), reverse=True)


def named(releases: Releases, name: str) -> Manifest:
    """Return the release with this identifier, or with a unique beginning of it.

    ``current`` and ``before`` are names, too.

    Raises UsageError where there is none or more than one, and NoRelease and ReleaseBroken.
    """
    current = releases.current_id() or ""
    if name == CURRENT:
        return releases.current().manifest
    if name == BEFORE:
        return releases.before(current).manifest
    ids = releases.ids()
    fitting = [name] if name in ids else [i for i in ids if name and i.startswith(name)]
    if len(fitting) != 1:
        raise UsageError(
            f"{len(fitting) or 'no'} releases in {releases.folder} begin with {name!r}",
            hint="kizuna releases lists those that are kept; current and before are names, too.",
        )
    return read_manifest(releases.folder / fitting[0])


def _read(folder: Path, identifier: str) -> Manifest | None:
    with suppress(ReleaseBroken):
        return read_manifest(folder / identifier)
    return None


def _before(manifest: Manifest, known: dict[str, Manifest], way: list[str]) -> Manifest | None:
    """Return what a release came after: the last that was current before and is kept whole.

    Without a history it is the parent, or else the one that was made before.
    """
    order = list(known)
    older = [] if way else order[order.index(manifest.id) + 1 :]
    names = (*way, *([manifest.parent] if manifest.parent else ()), *older)
    found = (known[i] for i in names if i in known and i != manifest.id)
    return next((before for before in found if before.filled), None)
