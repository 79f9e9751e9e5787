"""Two things side by side: their facts, and what they have in common."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kizuna.resources import Resource, describe
from kizuna.vocabulary import (
    KZ_EVIDENCE,
    KZ_OPEN_QUESTION,
    RDFS_LABEL,
    SKOS_ALT_LABEL,
    SKOS_PREF_LABEL,
    term,
)
from kizuna.web.lists.asked import token
from kizuna.web.lists.collation import sort_key
from kizuna.web.lists.common import OTHERS, Common, circle, common_of, is_compared
from kizuna.web.lists.members import inside
from kizuna.web.names import Term
from kizuna.web.ordering import NOWHERE
from kizuna.web.reader import Link, Reader
from kizuna.web.views.facts import RECORD
from kizuna.web.views.mentions import ELSEWHERE
from kizuna.web.views.values import Shown, shown

MOST_LISTED = 100
_APART = (
    RECORD
    | {KZ_EVIDENCE, KZ_OPEN_QUESTION, SKOS_PREF_LABEL, SKOS_ALT_LABEL, RDFS_LABEL}
    | {*ELSEWHERE, term("skos:scopeNote"), term("skos:note")}
)


@dataclass(frozen=True, slots=True)
class Value:
    """A value that one of the two has; ``same``: the other has it too."""

    term: Term
    shown: Shown
    quotes: int
    same: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """A property with the values that each of the two has."""

    iri: str
    name: Link
    first: tuple[Value, ...]
    second: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: itself, and who is counted with it."""

    iri: NamedNode
    link: Link
    short: str
    count: int
    counted: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """What names both, or is said of both, of one kind."""

    name: str
    title: str
    things: tuple[NamedNode, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two things side by side."""

    sides: tuple[Side, Side]
    facts: tuple[Facts, ...]
    shared: tuple[Shared, ...]


def compare_href(reader: Reader, types: Iterable[NamedNode], iri: NamedNode) -> str:
    """Return the address that compares a thing with another; empty where its kind is not."""
    if not is_compared(reader.site, types):
        return ""
    return reader.href("compare", a=token(reader.site, iri))


def comparison(reader: Reader, first: NamedNode, second: NamedNode) -> Comparison:
    """Return two described things side by side."""
    site = reader.site
    circles = circle(site, first), circle(site, second)
    told = [describe(site.index, thing) for thing in (first, second)]
    return Comparison(
        sides=(_side(reader, circles[0]), _side(reader, circles[1])),
        facts=tuple(_facts(reader, told[0], told[1])),
        shared=tuple(_shared(reader, common_of(site, *circles))),
    )


def _side(reader: Reader, around: tuple[NamedNode, ...]) -> Side:
    thing = around[0]
    places = set(inside(reader.site.index, thing))
    counted = [other for other in around[1:] if other not in places]
    return Side(
        iri=thing,
        link=reader.link(thing),
        short=token(reader.site, thing),
        count=len(counted),
        counted=_links(reader, counted[:MOST_LISTED]),
    )


def _links(reader: Reader, things: Iterable[NamedNode]) -> tuple[Link, ...]:
    return tuple(sorted(map(reader.link, things), key=lambda link: sort_key(link.words.text)))


def _facts(reader: Reader, first: Resource, second: Resource) -> Iterator[Facts]:
    """Yield the facts of both, in the order of the shapes of their classes."""
    classes = reader.site.classes
    kinds = [k for kind in (*first.types, *second.types) for k in classes.ancestors(kind)]
    places = reader.site.ordering.places(kinds)

    def place(predicate: NamedNode) -> tuple[float, float, str]:
        found = places.get(predicate, NOWHERE)
        return found.group_order, found.order, predicate.value

    stated = {predicate for one in (first, second) for predicate in one.properties}
    for predicate in sorted(stated - _APART, key=place):
        yield Facts(
            iri=predicate.value,
            name=reader.link(predicate),
            first=_values(reader, first, second, predicate),
            second=_values(reader, second, first, predicate),
        )


def _values(
    reader: Reader, one: Resource, other: Resource, predicate: NamedNode
) -> tuple[Value, ...]:
    there = other.values(predicate)
    return tuple(
        Value(
            term=value,
            shown=shown(reader, value),
            quotes=len(one.evidence_for(predicate, value)),
            same=value in there,
        )
        for value in reader.own_language(one.values(predicate))
    )


def _shared(reader: Reader, common: Common) -> Iterator[Shared]:
    """Yield what both have in common, by the groups of the navigation and by facets."""
    pages = reader.site.pages
    sections = [(group.name, reader.called(group), common.naming) for group in pages.navigation]
    sections.append((OTHERS, reader.text("compare.others"), common.naming))
    sections += [(each.name, reader.called(each), common.facets) for each in pages.all_facets]
    for name, title, found in sections:
        if found.get(name):
            yield Shared(name, title, found[name], _links(reader, found[name]))


def as_json(reader: Reader, found: Comparison) -> bytes:
    """Return a comparison as JSON."""

    def values(listed: tuple[Value, ...]) -> list[dict[str, object]]:
        return [{**_named(v), "quotes": v.quotes, "same": v.same} for v in listed]

    document = {
        "things": [
            {"iri": s.iri.value, "name": s.link.words.text, "counted": s.count} for s in found.sides
        ],
        "facts": [
            {
                "property": f.iri,
                "name": f.name.words.text,
                "values": [values(f.first), values(f.second)],
            }
            for f in found.facts
        ],
        "common": {s.name: _all_named(reader, s.things) for s in found.shared},
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _named(value: Value) -> dict[str, object]:
    iri = {"iri": value.term.value} if isinstance(value.term, NamedNode) else {}
    return {"name": value.shown.link.words.text, **iri}


def _all_named(reader: Reader, things: Iterable[NamedNode]) -> list[dict[str, str]]:
    return [{"iri": thing.value, "name": reader.name(thing).text} for thing in things]


def as_csv(reader: Reader, found: Comparison) -> bytes:
    """Return a comparison as CSV (RFC 4180): a line per value of one thing, or of both."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(
        ["about", "about iri", "property", "property iri", "value", "value iri", "quotes"]
    )
    for facts in found.facts:
        for side, values in zip(found.sides, (facts.first, facts.second), strict=True):
            about = [side.link.words.text, side.iri.value, facts.name.words.text, facts.iri]
            for value in values:
                named = _named(value)
                writer.writerow([*about, named["name"], named.get("iri", ""), value.quotes])
    both = [" | ".join(side.link.words.text for side in found.sides)]
    both.append(" | ".join(side.iri.value for side in found.sides))
    for shared in found.shared:
        for thing in shared.things:
            writer.writerow([*both, shared.title, "", reader.name(thing).text, thing.value, ""])
    return text.getvalue().encode()
