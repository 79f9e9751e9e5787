"""What the pages of a project show of its data, and what that is called.

What is said in general vocabularies (places, people, organisations, events) needs no saying. What
a project says in its own words stands in its ``pages.toml`` (``kizuna.checks.showing``), so that no
word of any domain stands in the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from kizuna.checks.paths import Path, PropertyPath, read_path
from kizuna.vocabulary import KZ_SOURCE_DOCUMENT, term

MOST_MARKS = 5
"""Kinds of things that a project may have told apart in pictures: there are no more marks."""


@dataclass(frozen=True, slots=True)
class Group:
    """Classes that are shown together, under a ``name`` for machines.

    People read its ``labels``, by language; those of the program itself have none here.
    """

    name: str
    classes: tuple[NamedNode, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facet:
    """What lists are filtered by: property paths from a thing to the values.

    With a ``kind``, only members of that class are values. ``compared``: things that are compared
    are told which of its values they share.
    """

    name: str
    paths: tuple[PropertyPath, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    kind: NamedNode | None = None
    compared: bool = False

    @property
    def steps(self) -> tuple[Path, ...]:
        """The paths as they are gone."""
        return tuple(path.steps for path in self.paths)


@dataclass(frozen=True, slots=True)
class Between:
    """A class whose members only relate two things: by the first property and by the second."""

    kind: NamedNode
    first: NamedNode
    second: NamedNode


LOCATED = ("dct:spatial", "schema:location", "schema:address", "org:basedAt")
COUNTRY = Facet(
    "country",
    (read_path(f"({'|'.join(LOCATED)})?/schema:containedInPlace*"),),
    kind=term("schema:Country"),
)
_TYPE = Facet("type", (read_path("rdf:type"),))
_DOCUMENT = Facet(
    "document",
    (read_path("^rdf:subject/prov:wasQuotedFrom"),),
    kind=KZ_SOURCE_DOCUMENT,
    compared=True,
)
_ORGANISATIONS = Group(
    "organisations",
    tuple(map(term, ("org:Organization", "foaf:Organization", "schema:Organization"))),
)
_EVENTS = Group("events", (term("schema:Event"),))
_PEOPLE = Group("people", tuple(map(term, ("foaf:Person", "schema:Person"))))
_PLACES = Group("places", tuple(map(term, ("schema:Place", "dct:Location"))))
_DOCUMENTS = Group("documents", (KZ_SOURCE_DOCUMENT,))


_COUNTED = read_path("^schema:containedInPlace*/(^dct:spatial|^schema:location)?")
_TIMES = (
    read_path("kz:when"),
    read_path("org:memberDuring|dct:issued|dct:date|schema:startDate|schema:datePublished"),
)


@dataclass(frozen=True)
class Pages:
    """What pages show; without a file of the project it is as written here."""

    navigation: tuple[Group, ...] = (_ORGANISATIONS, _PEOPLE, _PLACES, _EVENTS)
    marks: tuple[Group, ...] = (_ORGANISATIONS, _EVENTS)
    """The kinds of things that pictures tell apart."""
    lanes: tuple[Group, ...] = ()
    """The kinds of things that timelines tell apart; events are drawn in any case."""
    facets: tuple[Facet, ...] = (COUNTRY,)
    tied: tuple[NamedNode, ...] = ()
    """Classes whose members tie places together on a map: those of their partners."""
    partners: tuple[NamedNode, ...] = ()
    """The properties that name these."""
    nodes: tuple[NamedNode, ...] = (
        *_ORGANISATIONS.classes,
        *_PEOPLE.classes,
        *_PLACES.classes,
        *_EVENTS.classes,
    )
    """Classes whose members, and what relates them, are a network."""
    through: tuple[Between, ...] = ()
    compared: tuple[NamedNode, ...] = tuple(map(term, ("org:Organization", "schema:Place")))
    """Classes whose members are offered for comparison."""
    counted_with: PropertyPath = _COUNTED
    """The path from a thing that is compared to those that are counted with it."""
    located: tuple[NamedNode, ...] = tuple(map(term, LOCATED))
    """Properties that say where a thing is, the best first."""
    times: tuple[PropertyPath, ...] = _TIMES
    """Paths to the times of a thing."""
    schema_classes: Mapping[NamedNode, str] = field(default_factory=dict)
    """What classes are in the words of schema.org, the narrowest first."""
    schema_properties: Mapping[NamedNode, str] = field(default_factory=dict)

    @property
    def all_facets(self) -> tuple[Facet, ...]:
        """The facets of every list, in their order."""
        return (_TYPE, *self.facets, _DOCUMENT)

    @property
    def all_navigation(self) -> tuple[Group, ...]:
        """The groups that pages lead to, with the documents at the end."""
        return (*self.navigation, _DOCUMENTS)

    def facet(self, name: str) -> Facet | None:
        """Return the facet with this name."""
        return next((facet for facet in self.all_facets if facet.name == name), None)
