"""The feed of events as RDF: a Linked Data Event Stream of activities, in pages.

LDES and TREE say how the pages hang together (``tree:relation``), DCAT-AP Feeds what an event is:
an activity of Activity Streams, and what is said of its object in the graph with its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode

from kizuna.release.differing.lines import labels, relabelled
from kizuna.release.events import Event, Kind, Page
from kizuna.vocabulary import DCT_TITLE, PREFIXES, RDF_TYPE, term
from kizuna.web.site import About

SPELT = PREFIXES | {
    "as": "https://www.w3.org/ns/activitystreams#",
    "ldes": "https://w3id.org/ldes#",
    "tree": "https://w3id.org/tree#",
}
"""The prefixes of the feed: those of a release may change, and a full page never does."""
_DATE_TIME = term("xsd:dateTime")
_LICENSE = term("dct:license")


def _own(name: str) -> NamedNode:
    prefix, _, local = name.partition(":")
    return NamedNode(SPELT[prefix] + local)


_PUBLISHED, _OBJECT = _own("as:published"), _own("as:object")
_NODE, _RELATION = _own("tree:Node"), _own("tree:relation")


def feed_rows(
    feed: str, about: About, rows: Iterable[Page], pages: Iterable[Page]
) -> Iterator[str]:
    """Yield the entry of the feed, as N-Quads: what it is, and where its events are.

    ``rows`` are those of pages, ``pages`` those that are in no row yet.
    """
    root = NamedNode(feed)
    stream = _stream(feed)
    yield f"{root} {RDF_TYPE} {_NODE} ."
    yield f"{stream} {RDF_TYPE} {_own('ldes:EventStream')} ."
    yield f"{stream} {_own('ldes:timestampPath')} {_PUBLISHED} ."
    yield f"{stream} {_own('ldes:versionOfPath')} {_OBJECT} ."
    yield f"{stream} {_own('tree:view')} {root} ."
    for title in about.titles:
        yield f"{stream} {DCT_TITLE} {title} ."
    if about.license is not None:
        yield f"{stream} {_LICENSE} {about.license} ."
    for row in rows:
        yield from _relations(root, f"{feed}/row-{row.number}", row, f"row{row.number}")
    yield from _page_relations(feed, root, pages)


def row_rows(feed: str, number: int, pages: Iterable[Page]) -> Iterator[str]:
    """Yield a row of full pages, as N-Quads: where they are, and from when to when they are."""
    node = NamedNode(f"{feed}/row-{number}")
    yield f"{node} {RDF_TYPE} {_NODE} ."
    yield f"{_stream(feed)} {_own('tree:view')} {NamedNode(feed)} ."
    yield from _page_relations(feed, node, pages)


def page_rows(feed: str, number: int, events: Iterable[Event]) -> Iterator[str]:
    """Yield a page of events, as N-Quads."""
    node = NamedNode(f"{feed}/{number}")
    stream = _stream(feed)
    yield f"{node} {RDF_TYPE} {_NODE} ."
    yield f"{stream} {RDF_TYPE} {_own('ldes:EventStream')} ."
    yield f"{stream} {_own('tree:view')} {NamedNode(feed)} ."
    for event in events:
        activity = NamedNode(f"{feed}/{number}#{event.number}")
        yield f"{stream} {_own('tree:member')} {activity} ."
        yield f"{activity} {RDF_TYPE} {_own(f'as:{event.kind}')} ."
        yield f"{activity} {_OBJECT} {event.member} ."
        yield f"{activity} {_PUBLISHED} {_moment(event.moment)} ."
        if event.kind is not Kind.DELETE:
            yield from _said(activity, event)


def _said(activity: NamedNode, event: Event) -> Iterator[str]:
    """Yield what is said of a member; a blank node is called by the event: it is no other's."""
    nodes = {label for line in event.lines for label in labels(line)}
    names = {label: f"_:e{event.number}{label[2:]}" for label in nodes}
    for line in event.lines:
        yield f"{relabelled(line, names)} {activity} ."


def _page_relations(feed: str, of: NamedNode, pages: Iterable[Page]) -> Iterator[str]:
    for page in pages:
        yield from _relations(of, f"{feed}/{page.number}", page, str(page.number))


def _relations(of: NamedNode, to: str, page: Page, name: str) -> Iterator[str]:
    """Yield that what comes after a moment, and before one where it is known, is at an address."""
    bounds = [("GreaterThanOrEqualTo", page.first)]
    if page.full:
        bounds.append(("LessThanOrEqualTo", page.last))
    for kind, moment in bounds:
        relation = f"_:{kind}{name}"
        yield f"{of} {_RELATION} {relation} ."
        yield f"{relation} {RDF_TYPE} {_own(f'tree:{kind}Relation')} ."
        yield f"{relation} {_own('tree:path')} {_PUBLISHED} ."
        yield f"{relation} {_own('tree:value')} {_moment(moment)} ."
        yield f"{relation} {_own('tree:node')} {NamedNode(to)} ."


def _stream(feed: str) -> NamedNode:
    return NamedNode(f"{feed}#stream")


def _moment(iso: str) -> Literal:
    return Literal(iso, datatype=_DATE_TIME)
