"""Releases and what came with them, as pages and the feed of news show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from kizuna.release.differing import Counts, Difference, Row, Thing, name_of
from kizuna.release.manifest import Manifest
from kizuna.release.succession import Kept
from kizuna.vocabulary import KZ_QUOTE
from kizuna.web.reader import Link, Reader, Words

PER_PAGE = 400
"""Facts that one page shows at most."""
_HOW = {"came": "changes.came", "went": "changes.went", "changed": "changes.changed"}
_WHAT = {
    "added": ("+", "changes.added"),
    "removed": ("−", "changes.removed"),
    "evidence came": ("~", "changes.evidence_came"),
    "evidence went": ("~", "changes.evidence_went"),
    "evidence changed": ("~", "changes.evidence_changed"),
}
"""How each kind of row is marked and told."""


@dataclass(frozen=True, slots=True)
class ReleaseShown:
    """A release that is kept. ``day`` is when it became current, in words.

    ``counts`` and ``summary`` tell what came with it, and are not there where it is the first that
    is kept. ``notes`` are Markdown.
    """

    manifest: Manifest
    since: str
    day: str
    current: bool
    href: str
    before: Manifest | None
    counts: Counts | None
    summary: str
    notes: str


@dataclass(frozen=True, slots=True)
class FactShown:
    """A fact that came or went, or the evidence of one: ``claim`` and what happened to it.

    ``language`` is that of its value: a name may have come in one and gone in another.
    """

    sign: str
    how: str
    subject: Link | None
    predicate: Link
    value: Link
    language: str = ""
    claim: Link | None = None
    quote: Words | None = None


@dataclass(frozen=True, slots=True)
class ThingShown:
    """A thing of which something changed."""

    link: Link
    how: str
    facts: tuple[FactShown, ...]


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of how many is shown, and where the others are; no link where there is none."""

    page: int
    pages: int
    earlier: str
    later: str


def release_shown(
    reader: Reader, kept: Kept, counts: Counts | None = None, notes: str = ""
) -> ReleaseShown:
    """Return a release as it is listed."""
    return ReleaseShown(
        manifest=kept.manifest,
        since=kept.since,
        day=reader.day(kept.since.partition("T")[0]),
        current=kept.current,
        href=reader.href(f"changes/{kept.manifest.id}"),
        before=kept.before,
        counts=counts,
        summary=_summary(reader, kept, counts),
        notes=notes,
    )


def _summary(reader: Reader, kept: Kept, counts: Counts | None) -> str:
    if counts is None or kept.before is None:
        return reader.text("changes.first", facts=kept.manifest.counts["triples"])
    if counts.nothing:
        return reader.text("changes.same")
    if counts.too_many:
        return reader.text("changes.too_many")
    told = {name: getattr(counts, name) for name in ("came", "went", "changed")}
    told |= {name: getattr(counts, name) for name in ("added", "removed", "evidence")}
    said = reader.text("changes.summary", **told)
    return f"{reader.text('changes.mostly_new')} {said}" if counts.mostly_new else said


def paging(reader: Reader, path: str, page: int, rows: int) -> Paging:
    """Return where the pages beside one are; ``path`` is that of the first, as in IRIs."""
    pages = max(1, -(-rows // PER_PAGE))

    def href(number: int) -> str:
        if not 1 <= number <= pages:
            return ""
        return reader.href(path, page=str(number)) if number > 1 else reader.href(path)

    return Paging(page, pages, href(page - 1), href(page + 1))


def things_shown(reader: Reader, found: Difference, page: int) -> tuple[ThingShown, ...]:
    """Return what differs, as much as a page shows, by thing."""
    rows = list(found.rows((page - 1) * PER_PAGE, PER_PAGE))
    return tuple(
        _thing_shown(reader, found.thing(key), list(group))
        for key, group in groupby(rows, key=lambda row: row.thing)
    )


def _thing_shown(reader: Reader, thing: Thing, rows: Sequence[Row]) -> ThingShown:
    link = reader.link(NamedNode(thing.key[1:-1])) if thing.key.startswith("<") else Link(Words(""))
    if thing.how == "went" and thing.names:  # the index of today has no name for it
        link = Link(Words(name_of(thing, reader.language)), link.href, link.outside)
    facts = (_fact_shown(reader, row) for row in rows)
    return ThingShown(link, reader.text(_HOW[thing.how]), tuple(facts))


def _fact_shown(reader: Reader, row: Row) -> FactShown:
    quad = next(_read(row.fact))
    claim = NamedNode(row.claim[1:-1]) if row.claim.startswith("<") else None
    sign, how = _WHAT[row.what]
    return FactShown(
        sign=sign,
        how=reader.text(how),
        subject=None if str(quad.subject) == row.thing else reader.link(quad.subject),
        predicate=reader.link(quad.predicate),
        value=reader.link(quad.object),
        language=(quad.object.language or "") if isinstance(quad.object, Literal) else "",
        claim=Link(Words(reader.text("changes.claim")), reader.link(claim).href) if claim else None,
        quote=_quote(reader, claim) if claim else None,
    )


def _quote(reader: Reader, claim: NamedNode) -> Words | None:
    """Return the words on which a claim rests today, None where it has none."""
    said = (q.object for q in reader.site.index.outgoing(claim, {str(KZ_QUOTE)}))
    return next((reader.name(words) for words in said), None)


def _read(fact: str) -> Iterator[Quad]:
    return iter(parse(f"{fact} .\n", RdfFormat.N_TRIPLES, lenient=True))
