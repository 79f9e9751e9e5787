"""The things of a project that may have an item elsewhere, with what tells them apart."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Reading
from contextlib import suppress
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from kizuna.linking.mapping import Mapping, item_of
from kizuna.project import Project
from kizuna.project.dates import Bounds, bounds
from kizuna.vocabulary import (
    EDTF,
    KZ_EDTF,
    SKOS_ALT_LABEL,
    SKOS_PREF_LABEL,
    XSD_DATE,
    shortened,
    term,
)

EXACT = (term("skos:exactMatch"), term("owl:sameAs"))
LINKS = (*EXACT, term("skos:closeMatch"))
"""Predicates that link a thing with the same thing elsewhere."""
PLACES = ("P131", "P159", "P276", "P17")
"""Wikidata properties whose value is where something is."""
MOST_STEPS = 6
_LATITUDE, _LONGITUDE = term("schema:latitude"), term("schema:longitude")
_SPATIAL = term("dct:spatial")
_NAMES = (SKOS_PREF_LABEL, SKOS_ALT_LABEL)
Point = tuple[float, float]


@dataclass(frozen=True)
class Thing:
    """One thing: names by language, the preferred one first, and what stands around it.

    ``places`` are the items of the places in which it lies, ``neighbours`` those of other things
    that stand in a statement with it, each with the statement's predicate. ``dates`` are by
    Wikidata property. ``links`` has the IRIs elsewhere, by which predicate.
    """

    iri: NamedNode
    classes: frozenset[NamedNode]
    names: Reading[str, tuple[str, ...]]
    places: frozenset[str] = frozenset()
    neighbours: Reading[str, str] = field(default_factory=dict)
    point: Point | None = None
    dates: Reading[str, Bounds] = field(default_factory=dict)
    identifiers: Reading[str, frozenset[str]] = field(default_factory=dict)
    links: Reading[str, NamedNode] = field(default_factory=dict)

    @property
    def items(self) -> tuple[str, ...]:
        """The items that it is linked with."""
        return tuple(filter(None, map(item_of, self.links)))

    @property
    def label(self) -> str:
        """A name to show."""
        return next((names[0] for names in self.names.values()), self.iri.value)


class _Graph:
    """The data of a project by subject and by object."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.about: dict[NamedNode, dict[NamedNode, list[object]]] = {}
        self.into: dict[NamedNode, list[tuple[NamedNode, NamedNode]]] = {}
        for triple in sorted(project.data, key=str):
            subject, value = triple.subject, triple.object
            if isinstance(subject, NamedNode):
                self.about.setdefault(subject, {}).setdefault(triple.predicate, []).append(value)
                if isinstance(value, NamedNode):
                    self.into.setdefault(value, []).append((subject, triple.predicate))
        self.items = self._items()

    def values(self, subject: NamedNode, *predicates: NamedNode) -> Iterable[object]:
        said = self.about.get(subject, {})
        return (value for predicate in predicates for value in said.get(predicate, ()))

    def links(self, subject: NamedNode) -> dict[str, NamedNode]:
        said = self.about.get(subject, {})
        return {
            value.value: predicate
            for predicate in LINKS
            for value in said.get(predicate, ())
            if isinstance(value, NamedNode)
        }

    def _items(self) -> dict[NamedNode, str]:
        found = {}
        for subject in self.about:
            exact = (i for i in self.values(subject, *EXACT) if isinstance(i, NamedNode))
            item = next(filter(None, (item_of(i.value) for i in exact)), None)
            if item:
                found[subject] = item
        return found


def read_things(project: Project, mapping: Mapping) -> tuple[Thing, ...]:
    """Return the things that may be linked, in the order of their IRIs."""
    graph = _Graph(project)
    things = (
        _thing(graph, mapping, iri, frozenset(classes))
        for iri, classes in sorted(project.types.items(), key=lambda pair: pair[0].value)
        if project.addresses.is_thing(iri.value)
        and mapping.may_link(classes)
        and not project.is_value(iri)
    )
    return tuple(thing for thing in things if thing.names)


def _thing(graph: _Graph, mapping: Mapping, iri: NamedNode, classes: frozenset[NamedNode]) -> Thing:
    links = graph.links(iri)
    identifiers: dict[str, set[str]] = {}
    for link, predicate in links.items():
        found = mapping.identifier(link)
        if found and predicate in EXACT:
            identifiers.setdefault(found[0], set()).add(found[1])
    return Thing(
        iri,
        classes,
        _names(graph, iri),
        _places(graph, mapping, iri),
        _neighbours(graph, iri),
        _point(graph, iri),
        _dates(graph, mapping, iri),
        {prop: frozenset(values) for prop, values in identifiers.items()},
        links,
    )


def _names(graph: _Graph, iri: NamedNode) -> dict[str, tuple[str, ...]]:
    names: dict[str, dict[str, None]] = {}
    for value in graph.values(iri, *_NAMES):
        if isinstance(value, Literal) and value.language:
            names.setdefault(value.language, {})[value.value] = None
    order = {language: n for n, language in enumerate(graph.project.languages)}
    languages = sorted(names, key=lambda code: (order.get(code, len(order)), code))
    return {language: tuple(names[language]) for language in languages}


def _places(graph: _Graph, mapping: Mapping, iri: NamedNode) -> frozenset[str]:
    """Return the items of the places in which a thing lies, and of those around them."""
    leading = [_SPATIAL, *(p for p, q in mapping.properties.items() if q in {*PLACES, "P1001"})]
    reached, seen = {iri}, {iri}
    for _ in range(MOST_STEPS):
        values = (v for place in reached for v in graph.values(place, *leading))
        reached = {v for v in values if isinstance(v, NamedNode)} - seen
        seen |= reached
    return frozenset(graph.items[p] for p in seen - {iri} if p in graph.items)


def _neighbours(graph: _Graph, iri: NamedNode) -> dict[str, str]:
    """Return the items of things in a statement with this one, also by way of an unlinked node."""
    found: dict[str, str] = {}
    for other, predicate in _around(graph, iri):
        if other in graph.items:
            found.setdefault(graph.items[other], shortened(predicate.value))
            continue
        is_between = graph.project.addresses.is_thing(other.value)
        for further, second in _around(graph, other) if is_between else ():
            if further in graph.items and further != iri:
                words = f"{shortened(predicate.value)}, {shortened(second.value)}"
                found.setdefault(graph.items[further], words)
    return found


def _around(graph: _Graph, iri: NamedNode) -> list[tuple[NamedNode, NamedNode]]:
    said = graph.about.get(iri, {})
    out = [(v, p) for p, values in said.items() for v in values if isinstance(v, NamedNode)]
    claims = {term("rdf:subject"), term("rdf:object")}
    return [*out, *(pair for pair in graph.into.get(iri, ()) if pair[1] not in claims)]


def _point(graph: _Graph, iri: NamedNode) -> Point | None:
    numbers = []
    for predicate in (_LATITUDE, _LONGITUDE):
        value = next(iter(graph.values(iri, predicate)), None)
        with suppress(ValueError):
            numbers.append(float(getattr(value, "value", "")))
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None


def _dates(graph: _Graph, mapping: Mapping, iri: NamedNode) -> dict[str, Bounds]:
    found = {}
    for predicate, prop in mapping.properties.items():
        if mapping.kinds.get(prop) != "Time":
            continue
        for value in graph.values(iri, predicate):
            text = date_text(graph.about, value)
            with suppress(ValueError):
                found[prop] = bounds(text)
    return {prop: when for prop, when in found.items() if when.earliest and when.latest}


def date_text(about: Reading[NamedNode, Reading[NamedNode, list[object]]], value: object) -> str:
    """Return the EDTF expression that a value is or has, an empty text where there is none."""
    if isinstance(value, Literal):
        return value.value if value.datatype in {EDTF, XSD_DATE} else ""
    said = about.get(value, {}).get(KZ_EDTF, ()) if isinstance(value, NamedNode) else ()
    return next((v.value for v in said if isinstance(v, Literal)), "")
