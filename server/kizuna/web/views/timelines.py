"""The timeline of the dataset: when what is said to have been, as exactly as it is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pyoxigraph import Literal, NamedNode

from kizuna.checks.pages import Group
from kizuna.vocabulary import (
    KZ_INFERRED,
    KZ_MODALITY,
    RDF_OBJECT,
    RDF_SUBJECT,
    SEM_EARLIEST_BEGIN,
    SEM_LATEST_END,
    term,
)
from kizuna.web.names import Term
from kizuna.web.pictures.svg import Label
from kizuna.web.pictures.timeline import Chronicle, Span, draw_timeline, in_order
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.site import Site
from kizuna.web.views.maps import linked
from kizuna.web.views.picturing import Picture, kind_names, kind_of, label, more, some_members
from kizuna.web.views.values import dates_in_words

EVENTS = (term("schema:Event"),)
"""Classes whose members are told when they have no date: of others nobody expects one."""
_REST = Group("events")
PERIODS = (
    (term("schema:startDate"), term("schema:endDate")),
    (term("dct:date"), term("dct:date")),
)
"""Properties with a first and a last day; a thing may have either."""
PLANNED = frozenset({term("kz:planned")})
ANNOUNCED = frozenset({term("kz:announced")})
_STATUS = term("kz:status")
MOST_SPANS = 60
_MOST_CLAIMS = 300


@dataclass(frozen=True, slots=True)
class Time:
    """When something was, and in what manner that is said."""

    begin: date | None
    end: date | None
    hollow: bool = False
    broken: bool = False


def lanes(reader: Reader) -> tuple[Group, ...]:
    """Return the kinds of things that a timeline tells apart; the last is of all others."""
    return (*reader.site.pages.lanes, _REST)


def dataset_timeline(reader: Reader) -> Picture | None:
    """Return the timeline; None where nothing can be dated."""
    spans, beside = [], []
    undatable = set(some_members(reader, EVENTS))
    drawn = (*EVENTS, *(kind for lane in lanes(reader) for kind in lane.classes))
    for thing in some_members(reader, drawn):
        times = times_of(reader.site, thing)
        known = label(reader, thing)
        kind = kind_of(reader, thing, lanes(reader))
        spans += [span_of(reader, known, kind, time) for time in times]
        if not times and thing in undatable:
            beside.append(reader.link(thing))
    if not spans:
        return None
    found = timeline_picture(reader, "timeline", spans, beside, "pictures/timeline")
    return replace(found, more=more(reader, len(spans) - len(found.rows), drawn))


def timeline_picture(
    reader: Reader, name: str, spans: Sequence[Span], beside: Sequence[Link], path: str
) -> Picture:
    """Return a timeline with its table; of too many spans, those that begin last."""
    shown = in_order(spans)[-MOST_SPANS:]
    chronicle = Chronicle(
        name,
        reader.text("pictures.timeline"),
        reader.text("pictures.timeline.text"),
        reader.language,
        kind_names(reader, lanes(reader)),
        reader.text("pictures.planned"),
        reader.text("pictures.inferred"),
    )
    left_out = len(spans) - len(shown)
    return Picture(
        draw_timeline(chronicle, shown),
        (reader.text("pictures.thing"), reader.text("pictures.when")),
        tuple((linked(span.label), Link(Words(_told(reader, span)))) for span in shown),
        path=path,
        more=reader.text("pictures.more", n=left_out) if left_out else "",
        beside=tuple(sorted(beside, key=lambda found: found.words.text)),
        beside_title=reader.text("pictures.undatable"),
    )


def span_of(reader: Reader, known: Label, kind: int, time: Time) -> Span:
    """Return a time as it is drawn."""
    begin, end = (day.isoformat() if day else "" for day in (time.begin, time.end))
    when = dates_in_words(reader, begin, end, "")
    return Span(known, time.begin, time.end, kind, when, time.hollow, time.broken)


def _told(reader: Reader, span: Span) -> str:
    notes = [reader.text("pictures.planned")] if span.hollow else []
    notes += [reader.text("pictures.inferred")] if span.broken else []
    return f"{span.when} ({', '.join(notes)})" if notes else span.when


def times_of(site: Site, thing: NamedNode) -> list[Time]:
    """Return the times of a thing that have bounds; documents that differ give several."""
    stated = site.index.outgoing(thing)
    announced = any(q.predicate == _STATUS and q.object in ANNOUNCED for q in stated)
    found = [
        Time(*bounds, hollow=announced, broken=False)
        for first, last in PERIODS
        if any(bounds := _period({q.predicate: q.object for q in stated}, first, last))
    ]
    nodes = {q.object for q in stated if site.names.is_value(q.object)}
    for node in sorted(nodes, key=str):
        bounds = bounds_of(site, node)
        if any(bounds):
            manners = set(_manners(site, thing, node))
            planned = bool(manners) and manners <= PLANNED
            inferred = manners == {KZ_INFERRED}
            found.append(Time(*bounds, hollow=planned or announced, broken=inferred))
    return found


def bounds_of(site: Site, node: Term) -> tuple[date | None, date | None]:
    """Return the earliest and the latest day of a time."""
    if not isinstance(node, NamedNode):
        return None, None
    stated = {q.predicate: q.object for q in site.index.outgoing(node)}
    return _period(stated, SEM_EARLIEST_BEGIN, SEM_LATEST_END)


def _period(
    stated: dict[NamedNode, Term], first: NamedNode, last: NamedNode
) -> tuple[date | None, date | None]:
    begin, end = day_of(stated.get(first)), day_of(stated.get(last))
    return (begin, end) if begin is None or end is None or begin <= end else (end, begin)


def day_of(value: Term | None) -> date | None:
    """Return the day that a literal begins with; None for what is no day of the common era.

    >>> day_of(Literal("2017-09-20T10:00:00Z")), day_of(Literal("September"))
    (datetime.date(2017, 9, 20), None)
    """
    try:
        return date.fromisoformat(value.value[:10]) if isinstance(value, Literal) else None
    except ValueError:
        return None


def _manners(site: Site, thing: NamedNode, node: Term) -> Iterator[Term]:
    """Yield in what manners documents say that a thing has this time."""
    for quad in site.index.some_incoming(thing, _MOST_CLAIMS):
        if quad.predicate == RDF_SUBJECT and isinstance(quad.subject, NamedNode):
            claim = {q.predicate: q.object for q in site.index.outgoing(quad.subject)}
            if claim.get(RDF_OBJECT) == node and KZ_MODALITY in claim:
                yield claim[KZ_MODALITY]
