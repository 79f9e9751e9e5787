"""The facts about a thing in words: grouped, ordered, each value with the quotes for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from kizuna.resources import Resource
from kizuna.vocabulary import (
    DCT_IDENTIFIER,
    DCT_SOURCE,
    KZ_CONTENT_END,
    KZ_EDITORIAL,
    KZ_FURNITURE,
    KZ_SHA256,
    RDFS_DEFINED_BY,
    SKOS_DEFINITION,
    term,
)
from kizuna.web.names import Term
from kizuna.web.ordering import LAST, NOWHERE, Place
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.site import Site
from kizuna.web.views.evidence import Quote, badges, quote_of
from kizuna.web.views.values import Shown, shown

RECORD = frozenset(
    {
        DCT_IDENTIFIER,
        DCT_SOURCE,
        KZ_CONTENT_END,
        KZ_FURNITURE,
        KZ_SHA256,
        RDFS_DEFINED_BY,
        *map(term, ("dct:rights", "prov:wasDerivedFrom", "skos:editorialNote", "skos:inScheme")),
    }
)
"""Properties that speak of the record more than of the thing; they are read last."""


class Value(NamedTuple):
    """One value of a fact with its quotes; ``manner`` is empty where it is plainly stated."""

    shown: Shown
    quotes: tuple[Quote, ...]
    manner: tuple[Words, ...]
    documents: tuple[Words, ...]
    needs_evidence: bool


@dataclass(frozen=True, slots=True)
class _Property:
    """A property of whatever is of the same classes: what it is called and where it stands.

    ``group`` is where the group stands that it is read with, and how that is called; ``order`` is
    its place in there. ``editorial``: its values are no claims of documents.
    """

    name: Link
    hint: Words
    editorial: bool
    group: tuple[float, Words]
    order: float


class Fact(NamedTuple):
    """A property with its values; ``differs``: they are figures or times that do not agree."""

    name: Link
    hint: Words
    values: tuple[Value, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that are read together."""

    title: Words
    facts: tuple[Fact, ...]


def groups_of(reader: Reader, resource: Resource, apart: frozenset[NamedNode]) -> tuple[Group, ...]:
    """Return the facts, ordered and grouped as the shapes of the thing's classes say.

    Properties in ``apart`` are shown elsewhere on the page.
    """
    grouped: dict[tuple[float, Words], list[tuple[float, Fact]]] = {}
    for predicate in resource.properties.keys() - apart:
        told = reader.held(_property, resource.types, predicate)
        fact = told.order, _fact(reader, resource, predicate, told)
        grouped.setdefault(told.group, []).append(fact)
    in_order = sorted(grouped.items(), key=lambda pair: (pair[0][0], pair[0][1].text))
    return tuple(
        Group(title, tuple(fact for _, fact in sorted(facts, key=_within_group)))
        for (_, title), facts in in_order
    )


def _within_group(pair: tuple[float, Fact]) -> tuple[float, str]:
    order, fact = pair
    return order, fact.name.words.text


def _property(reader: Reader, types: tuple[NamedNode, ...], predicate: NamedNode) -> _Property:
    stated = reader.site.index.outgoing(predicate)
    hints = (q.object for q in stated if q.predicate == SKOS_DEFINITION)
    place = reader.site.held(_places, types).get(predicate, NOWHERE)
    return _Property(
        name=reader.link(predicate),
        hint=reader.best(hint for hint in hints if isinstance(hint, Literal)),
        editorial=any(q.predicate == KZ_EDITORIAL for q in stated),
        group=_group(reader, predicate, place),
        order=place.order,
    )


def _places(site: Site, types: tuple[NamedNode, ...]) -> dict[NamedNode, Place]:
    return site.ordering.places(k for own in types for k in site.classes.ancestors(own))


def _group(reader: Reader, predicate: NamedNode, place: Place) -> tuple[float, Words]:
    """Return where the group of a property stands, and what it is called."""
    if predicate in RECORD:
        return LAST + 1, Words(reader.text("thing.record"))
    if place.group is None:
        return LAST, Words(reader.text("thing.further"))
    return place.group_order, reader.name(place.group)


def fact_of(reader: Reader, resource: Resource, predicate: NamedNode) -> Fact:
    """Return what is said of ``resource`` by one property."""
    told = reader.held(_property, resource.types, predicate)
    return _fact(reader, resource, predicate, told)


def _fact(reader: Reader, resource: Resource, predicate: NamedNode, told: _Property) -> Fact:
    claimable = not (told.editorial or reader.site.names.is_value(resource.iri))
    found = resource.values(predicate)
    chosen = reader.own_language(found) if told.editorial else found
    values = tuple(
        [_value(reader, resource, predicate, value, needs_evidence=claimable) for value in chosen]
    )
    return Fact(
        name=told.name,
        hint=told.hint,
        values=values,
        differs=len(values) > 1 and sum(value.shown.spelled_out for value in values) > 1,
    )


def _value(
    reader: Reader,
    resource: Resource,
    predicate: NamedNode,
    value: Term,
    *,
    needs_evidence: bool,
) -> Value:
    evidence = resource.evidence_for(predicate, value)
    quotes = tuple([quote_of(reader, e) for e in evidence]) if evidence else ()
    return Value(
        shown=shown(reader, value),
        quotes=quotes,
        manner=badges(quotes),
        documents=tuple(dict.fromkeys([quote.document.words for quote in quotes])),
        needs_evidence=needs_evidence and not quotes,
    )
