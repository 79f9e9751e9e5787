"""The releases that are kept, as a list for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict

from kizuna.release.differing import Counts, difference_of, summary
from kizuna.release.folder import Releases
from kizuna.release.succession import Kept, succession


def listing_text(releases: Releases) -> str:
    """Return a line for each release, the newest first; the current one has a star.

    Below it stands what it has that the one before has not, and the other way round.
    """
    return "".join(
        f"{'*' if kept.current else ' '} {kept.manifest.id}  {kept.since}  "
        f"{kept.manifest.counts['triples']} triples, "
        f"{f'written on {kept.manifest.parent}' if kept.manifest.parent else 'built'}\n"
        + (f"    since {kept.before.id}: {summary(counts)}\n" if counts and kept.before else "")
        for kept, counts in _counted(releases)
    )


def listing_json(releases: Releases) -> str:
    """Return the manifests of all releases as JSON, the newest first.

    ``since`` is when it became current, ``before`` what was before, ``changes`` how much differs.
    """
    rows = [
        asdict(kept.manifest)
        | {
            "current": kept.current,
            "since": kept.since,
            "before": kept.before.id if kept.before else None,
            "changes": asdict(counts) if counts else None,
        }
        for kept, counts in _counted(releases)
    ]
    return json.dumps(rows, ensure_ascii=False) + "\n"


def _counted(releases: Releases) -> Iterator[tuple[Kept, Counts | None]]:
    for kept in succession(releases):
        yield kept, counts_of(releases, kept)


def counts_of(releases: Releases, kept: Kept) -> Counts | None:
    """Return how much a release differs from the one before, None where none can be compared.

    Raises what ``difference_of`` raises.
    """
    if kept.compared is None:
        return None
    with closing(difference_of(releases.folder, *kept.compared)) as found:
        return found.counts
