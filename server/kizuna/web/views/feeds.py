"""The list of releases for programs: a feed of news (Atom, RFC 4287), and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from kizuna.formats import Format
from kizuna.web.markup import cleaned
from kizuna.web.reader import Reader
from kizuna.web.respond import Representation
from kizuna.web.views.changes import ReleaseShown
from kizuna.web.views.page import render

ATOM = Format("Atom", "atom", "application/atom+xml", frozenset(), charset=True)


def atom(reader: Reader, releases: Sequence[ReleaseShown]) -> Representation:
    """Return the feed of ``releases``, the newest first, in the reader's language.

    The identifiers are the public IRIs of the list and of the releases, wherever it is served.
    """
    name = reader.best(reader.site.about.titles).text or reader.site.addresses.base
    made = render(
        reader,
        "changes.atom",
        "/changes.atom",
        root=reader.site.addresses.base,
        author=name,
        heading=reader.text("changes.feed", title=name),
        releases=releases,
        updated=max((shown.since for shown in releases), default=reader.site.manifest.created),
    )
    return Representation(cleaned(made.body.decode()).encode(), ATOM.content_type, reader.language)


def listed_json(reader: Reader, releases: Sequence[ReleaseShown]) -> bytes:
    """Return the same as JSON, with counts of what came and went."""
    base = reader.site.addresses.base
    rows = [
        {
            "id": shown.manifest.id,
            "version": shown.manifest.version,
            "created": shown.manifest.created,
            "since": shown.since,
            "current": shown.current,
            "before": shown.before.id if shown.before else None,
            "triples": shown.manifest.counts["triples"],
            "changes": asdict(shown.counts) if shown.counts else None,
            "page": f"{base}changes/{shown.manifest.id}",
        }
        for shown in releases
    ]
    return json.dumps({"releases": rows}, ensure_ascii=False, indent=1).encode() + b"\n"
