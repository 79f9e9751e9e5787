"""How a project meets Wikidata: the classes, properties and identifiers that its ontology maps."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from pyoxigraph import Literal, NamedNode

from kizuna.iris import is_iri
from kizuna.project import Project, Role
from kizuna.vocabulary import RDFS_SUBCLASS, term

ENTITY = "http://www.wikidata.org/entity/"
ITEM = re.compile(r"Q[1-9][0-9]{0,12}")
ANYTHING = "Q35120"
"""The class of everything in Wikidata: to belong to it tells nothing."""
_TYPE = term("kz:wikidataType")
_PROPERTY = term("kz:wikidataProperty")
_PATTERN = term("kz:identifierPattern")
_KIND = NamedNode("http://wikiba.se/ontology#propertyType")
_PROPERTY_ID = re.compile(r"P[1-9][0-9]{0,12}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """The form of the IRIs that stand for values of a property: ``before``, value, ``after``."""

    before: str
    after: str

    def value(self, iri: str) -> str | None:
        """Return the value that ``iri`` stands for, None where it is of another form."""
        end = len(iri) - len(self.after)
        inside = iri[len(self.before) : end]
        whole = iri.startswith(self.before) and iri.endswith(self.after)
        return inside if whole and inside and "/" not in inside else None

    def iri(self, value: str) -> str:
        """Return the IRI that stands for ``value``."""
        return f"{self.before}{value}{self.after}"


@dataclass(frozen=True)
class Mapping:
    """What ``ontology/`` says of Wikidata; items and properties by their identifiers.

    ``kinds`` are the local names of the datatypes (``WikibaseItem``, ``Time`` …).
    """

    types: dict[NamedNode, frozenset[str]]
    properties: dict[NamedNode, str]
    kinds: dict[str, str]
    patterns: dict[str, Pattern]
    wider: dict[NamedNode, frozenset[NamedNode]]

    def levels(self, classes: Collection[NamedNode]) -> Iterator[frozenset[str]]:
        """Yield the expected Wikidata classes of a thing of ``classes``, the most exact first."""
        reached, seen = set(classes), set(classes)
        while reached:
            types = frozenset(t for kind in reached for t in self.types.get(kind, ()))
            if types:
                yield types
            reached = {w for kind in reached for w in self.wider.get(kind, ())} - seen
            seen |= reached

    def may_link(self, classes: Collection[NamedNode]) -> bool:
        """Tell whether things of ``classes`` may have an item."""
        return next(self.levels(classes), None) is not None

    def identifier(self, iri: str) -> tuple[str, str] | None:
        """Return the property and value for which ``iri`` stands, None where there is none."""
        for prop, pattern in self.patterns.items():
            value = pattern.value(iri)
            if value is not None:
                return prop, value
        return None

    @property
    def all_types(self) -> tuple[str, ...]:
        """Every class of Wikidata that is expected of anything, in the order of numbers."""
        found = {t for types in self.types.values() for t in types} - {ANYTHING}
        return tuple(sorted(found, key=number))


def number(identifier: str) -> int:
    """Return the number in an identifier of Wikidata.

    >>> number("Q64")
    64
    """
    return int(identifier[1:])


def item_of(iri: str) -> str | None:
    """Return the identifier of the item that ``iri`` names, None where it names none.

    >>> item_of("http://www.wikidata.org/entity/Q64"), item_of("http://www.wikidata.org/entity/P31")
    ('Q64', None)
    """
    local = iri.removeprefix(ENTITY)
    return local if local != iri and ITEM.fullmatch(local) else None


def item_iri(item: str) -> str:
    """Return the IRI of an item."""
    return ENTITY + item


def read_mapping(project: Project) -> Mapping:
    """Return what the ontology of ``project`` says of Wikidata."""
    told: dict[NamedNode, list[tuple[NamedNode, str]]] = {}
    for file in project.having(Role.ONTOLOGY):
        for triple in file.triples:
            value = triple.object
            if isinstance(triple.subject, NamedNode) and isinstance(value, NamedNode | Literal):
                told.setdefault(triple.predicate, []).append((triple.subject, value.value))
    patterns = {_property(s.value): v.partition("$1") for s, v in told.get(_PATTERN, ())}
    properties = {s: _property(v) for s, v in told.get(_PROPERTY, ())}
    return Mapping(
        _grouped((s, item) for s, v in told.get(_TYPE, ()) if (item := item_of(v))),
        {s: prop for s, prop in sorted(properties.items(), key=str) if prop},
        {_property(s.value): v.rpartition("#")[2] for s, v in told.get(_KIND, ())},
        {p: Pattern(whole[0], whole[2]) for p, whole in sorted(patterns.items()) if p},
        _grouped((s, NamedNode(v)) for s, v in told.get(RDFS_SUBCLASS, ()) if is_iri(v)),
    )


Value = TypeVar("Value")


def _grouped(pairs: Iterable[tuple[NamedNode, Value]]) -> dict[NamedNode, frozenset[Value]]:
    found: dict[NamedNode, set[Value]] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return {key: frozenset(values) for key, values in found.items()}


def _property(iri: str) -> str:
    local = iri.removeprefix(ENTITY)
    return local if _PROPERTY_ID.fullmatch(local) else ""
