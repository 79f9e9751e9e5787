"""The releases that are kept, as a list for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from kizuna.release.folder import Releases
from kizuna.release.manifest import Manifest, read_manifest


def listing_text(releases: Releases) -> str:
    """Return a line for each release, the newest first; the current one has a star."""
    current = releases.current_id()
    return "".join(
        f"{'*' if known.id == current else ' '} {known.id}  {known.created}  "
        f"{known.counts['triples']} triples, "
        f"{f'written on {known.parent}' if known.parent else 'built'}\n"
        for known in _kept(releases)
    )


def listing_json(releases: Releases) -> str:
    """Return the manifests of all releases as JSON, the newest first."""
    current = releases.current_id()
    rows = [asdict(known) | {"current": known.id == current} for known in _kept(releases)]
    return json.dumps(rows, ensure_ascii=False) + "\n"


def _kept(releases: Releases) -> Iterator[Manifest]:
    return (read_manifest(releases.folder / identifier) for identifier in releases.ids())
