"""Networks: of all things that the project wants in one, and around one thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import TypeGuard

from pyoxigraph import NamedNode

from kizuna.resources import Resource
from kizuna.vocabulary import (
    DCT_SOURCE,
    KZ_CLAIM,
    OA_HAS_SOURCE,
    PROV_QUOTED_FROM,
    RDF_OBJECT,
    RDF_PREDICATE,
    RDF_SUBJECT,
    RDF_TYPE,
    RDFS_DEFINED_BY,
    term,
)
from kizuna.web.names import Term
from kizuna.web.pictures.neighbours import Neighbour, draw_neighbours
from kizuna.web.pictures.network import Relation, Thing, Web, draw_network
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.site import Site
from kizuna.web.views.maps import linked
from kizuna.web.views.mentions import ELSEWHERE
from kizuna.web.views.picturing import (
    Picture,
    kind_names,
    kind_of,
    label,
    marks,
    more,
    some_members,
)

COLUMNS = ("pictures.from", "pictures.relation", "pictures.to")
MOST_NODES, MOST_SIDE = 150, 12
_MOST_LOOKED_AT = 500
_SILENT = frozenset(
    {
        RDF_TYPE, RDF_SUBJECT, RDF_OBJECT, RDF_PREDICATE, PROV_QUOTED_FROM, OA_HAS_SOURCE,
        DCT_SOURCE, RDFS_DEFINED_BY, *ELSEWHERE,
        *map(term, ("prov:wasDerivedFrom", "skos:inScheme", "dct:license", "owl:sameAs")),
    }
)  # fmt: skip
"""Properties that speak of the record, or that a picture of neighbours need not tell."""

Edge = tuple[NamedNode, NamedNode, NamedNode]


def dataset_network(reader: Reader) -> Picture | None:
    """Return the network of the dataset; None where nothing relates its things."""
    nodes_of = reader.site.pages.nodes
    members = some_members(reader, nodes_of)
    edges = sorted(set(_edges(reader, frozenset(members))), key=str)
    degrees: dict[NamedNode, int] = {}
    for start, _, end in edges:
        for node in (start, end):
            degrees[node] = degrees.get(node, 0) + 1
    nodes = _hubs(edges, degrees)
    if not nodes:
        return None
    drawn = [edge for edge in edges if edge[0] in nodes and edge[2] in nodes]
    lonely = [reader.link(m) for m in members if m not in degrees][:MOST_NODES]
    found = network_picture(reader, sorted(nodes, key=str), drawn, lonely)
    return replace(found, more=more(reader, len(degrees) - len(nodes), nodes_of))


def _hubs(edges: Sequence[Edge], degrees: Mapping[NamedNode, int]) -> set[NamedNode]:
    """Return the nodes to draw: both ends of relations, those among much related things first."""
    nodes: set[NamedNode] = set()
    for start, _, end in sorted(edges, key=lambda e: -degrees[e[0]] - degrees[e[2]]):
        if len(nodes | {start, end}) <= MOST_NODES:
            nodes |= {start, end}
    return nodes


def network_picture(
    reader: Reader,
    nodes: Sequence[NamedNode],
    edges: Sequence[Edge],
    beside: Sequence[Link],
) -> Picture:
    """Return a network with a table of its relations."""
    number = {node: n for n, node in enumerate(nodes)}
    things = [reader.held(thing_of, node) for node in nodes]
    relations = [
        Relation(
            number[a],
            number[b],
            f"{reader.name(a).text} – {reader.name(p).text} – {reader.name(b).text}",
        )
        for a, p, b in edges
    ]
    return Picture(
        draw_network(_network(reader), things, relations),
        tuple(reader.text(column) for column in COLUMNS),
        tuple((reader.link(a), Link(reader.name(p)), reader.link(b)) for a, p, b in edges),
        path="pictures/network",
        beside=tuple(sorted(beside, key=lambda known: known.words.text)),
        beside_title=reader.text("pictures.unrelated"),
    )


def thing_of(reader: Reader, node: NamedNode) -> Thing:
    """Return a thing as a mark with its name, and its kind in words."""
    kind = kind_of(reader, node, marks(reader))
    types = sorted(reader.name(t).text for t in reader.site.names.types(node))
    return Thing(label(reader, node), kind, ", ".join(types))


def neighbours_picture(reader: Reader, resource: Resource) -> Picture | None:
    """Return a thing among its neighbours; None where it has none."""
    named = ((value, p) for p, values in resource.properties.items() for value in values)
    right = _neighbours(reader, resource, named)
    beyond = {node for node, _ in right}
    left = [p for p in _neighbours(reader, resource, resource.pointing) if p[0] not in beyond]
    if not left and not right:
        return None
    shown_left, shown_right = _chosen(reader, left), _chosen(reader, right)
    left_out = len(left) + len(right) - len(shown_left) - len(shown_right)
    drawing = draw_neighbours(
        reader.held(_around_one),
        reader.held(thing_of, resource.iri),
        _beside(reader, shown_left),
        _beside(reader, shown_right),
    )
    rows = [*_rows(reader, shown_left, "←"), *_rows(reader, shown_right, "→")]
    return Picture(
        drawing,
        (reader.text("pictures.relation"), reader.text("pictures.thing")),
        tuple(rows),
        path="pictures/neighbours",
        query=(("iri", resource.iri.value),),
        more=reader.text("pictures.more", n=left_out) if left_out else "",
    )


def _chosen(reader: Reader, pairs: Sequence[tuple[NamedNode, str]]) -> list[tuple[NamedNode, str]]:
    """Return as many as one side holds: people, places and the like before topics."""
    if len(pairs) <= MOST_SIDE:
        return list(pairs)
    last = len(marks(reader)) - 1
    ranked = sorted(pairs, key=lambda pair: reader.held(thing_of, pair[0]).kind == last)
    kept = set(ranked[:MOST_SIDE])
    return [pair for pair in pairs if pair in kept]


def _beside(reader: Reader, pairs: Sequence[tuple[NamedNode, str]]) -> list[Neighbour]:
    """Return the neighbours of one side; what the line above says already is not said again."""
    before = ("", *(relation for _, relation in pairs))
    return [
        Neighbour(reader.held(thing_of, node), relation, "" if relation == last else relation)
        for (node, relation), last in zip(pairs, before, strict=False)
    ]


def _rows(
    reader: Reader, pairs: Sequence[tuple[NamedNode, str]], arrow: str
) -> Iterator[tuple[Link, ...]]:
    for node, relation in pairs:
        yield Link(Words(f"{arrow} {relation}")), linked(reader.held(thing_of, node).label)


def _neighbours(
    reader: Reader, resource: Resource, related: Iterable[tuple[Term, NamedNode]]
) -> list[tuple[NamedNode, str]]:
    """Return neighbours, each once with all that relates it, in a fixed order."""
    relations: dict[NamedNode, set[str]] = {}
    for node, predicate in islice(related, _MOST_LOOKED_AT):
        if node != resource.iri and _tells(node, predicate, reader.site):
            relations.setdefault(node, set()).add(reader.link(predicate).words.text)
    found = [(node, ", ".join(sorted(texts))) for node, texts in relations.items()]
    return sorted(found, key=lambda pair: (pair[1], reader.name(pair[0]).text, pair[0].value))


def _tells(node: Term, predicate: NamedNode, site: Site) -> TypeGuard[NamedNode]:
    """Tell whether a statement relates two things of the domain."""
    if predicate in _SILENT or not isinstance(node, NamedNode):
        return False
    types = site.names.types(node)
    return (
        bool(types)
        and KZ_CLAIM not in types
        and types.isdisjoint(site.names.value_classes)
        and site.addresses.page(node.value) is not None
    )


def _edges(reader: Reader, members: frozenset[NamedNode]) -> Iterator[Edge]:
    index = reader.site.index
    for node in members:
        for quad in index.outgoing(node):
            if quad.object in members and quad.predicate not in _SILENT and quad.object != node:
                yield node, quad.predicate, quad.object  # type: ignore[misc]
    for way in reader.site.pages.through:
        for between in some_members(reader, (way.kind,)):
            stated = index.outgoing(between)
            starts = [q.object for q in stated if q.predicate == way.first]
            ends = [q.object for q in stated if q.predicate == way.second]
            for start, end in product(starts, ends):
                if {start, end} <= members and start != end:
                    yield start, way.first, end  # type: ignore[misc]


def _network(reader: Reader) -> Web:
    kinds = kind_names(reader, marks(reader))
    title, text = reader.text("pictures.network"), reader.text("pictures.network.text")
    return Web("network", title, text, reader.language, kinds)


def _around_one(reader: Reader) -> Web:
    kinds = kind_names(reader, marks(reader))
    title, text = reader.text("pictures.neighbours"), reader.text("pictures.neighbours.text")
    return Web("neighbours", title, text, reader.language, kinds, width=800.0)
