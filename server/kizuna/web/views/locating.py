"""Where things are, as far as the data say: coordinates, or at least the country."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError
from pyoxigraph import BlankNode, Literal, NamedNode

from kizuna.resources import values_of
from kizuna.vocabulary import LABELS, term
from kizuna.web.names import Term
from kizuna.web.pictures.countries import Point, middle
from kizuna.web.site import Site

_GEO = "http://www.w3.org/2003/01/geo/wgs84_pos#"
_OLD_SCHEMA = "http://schema.org/"
COORDINATES = (
    (term("schema:latitude"), term("schema:longitude")),
    (NamedNode(f"{_OLD_SCHEMA}latitude"), NamedNode(f"{_OLD_SCHEMA}longitude")),
    (NamedNode(f"{_GEO}lat"), NamedNode(f"{_GEO}long")),
)
"""Properties with latitude and longitude in degrees (WGS 84)."""
NODES = (
    term("schema:geo"),
    NamedNode(f"{_OLD_SCHEMA}geo"),
    NamedNode(f"{_GEO}location"),
)
"""Properties that lead to a node with the coordinates."""
WITHIN = tuple(map(term, ("schema:containedInPlace", "dct:isPartOf", "skos:broader")))
COUNTRIES = frozenset({term("schema:Country"), NamedNode("http://dbpedia.org/ontology/Country")})
_FURTHEST = 8
"""Steps from a place to the places that it lies in."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something is: by ``place``, or only in the country with the letters ``code``."""

    place: NamedNode | BlankNode
    at: Point
    code: str = ""

    @property
    def exact(self) -> bool:
        """Whether more than the country is known."""
        return not self.code


class Locator:
    """Where the things of a site are, each place looked up once: many things share one."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._known: dict[NamedNode | BlankNode, Spot | None] = {}

    def spot(self, thing: Term) -> Spot | None:
        """Return where a thing is: by itself, else by its places; exact ones count first."""
        if not isinstance(thing, NamedNode | BlankNode):
            return None
        own = self.of_place(thing)
        if own is not None:
            return own
        stated = values_of(self.site.index.outgoing(thing))
        places = [
            value
            for predicate in self.site.pages.located
            for value in stated.get(predicate, ())
            if isinstance(value, NamedNode | BlankNode)
        ]
        spots = [spot for place in places if (spot := self.of_place(place))]
        return next((s for s in spots if s.exact), spots[0] if spots else None)

    def of_place(self, place: NamedNode | BlankNode) -> Spot | None:
        """Return where a place is: its coordinates, or those of the nearest place around it."""
        if place not in self._known:
            self._known[place] = self._found(place)
        return self._known[place]

    def _found(self, place: NamedNode | BlankNode) -> Spot | None:
        for here in (place, *around(self.site, place)):
            at = coordinates(self.site, here)
            if at is not None:
                return Spot(here, at)
            code = country_code(self.site, here)
            inside = middle(code) if code else None
            if inside is not None:
                return Spot(here, inside, code)
        return None


def around(site: Site, place: NamedNode | BlankNode) -> list[NamedNode | BlankNode]:
    """Return the places that a place lies in, the nearest first."""
    found: list[NamedNode | BlankNode] = []
    here = _around(site, place)
    while here is not None and here not in found and len(found) < _FURTHEST:
        found.append(here)
        here = _around(site, here)
    return found


def coordinates(site: Site, place: NamedNode | BlankNode) -> Point | None:
    """Return longitude and latitude that a thing or its node of coordinates has."""
    stated = values_of(site.index.outgoing(place))
    for lat, long in COORDINATES:
        if lat in stated and long in stated:
            at = point_of(min(stated[lat], key=str), min(stated[long], key=str))
            if at is not None:
                return at
    nodes = (value for predicate in stated if predicate in NODES for value in stated[predicate])
    for node in nodes:
        if isinstance(node, NamedNode | BlankNode):
            inner = site.index.outgoing(node)
            if any(q.predicate in pair for q in inner for pair in COORDINATES):
                return coordinates(site, node)
    return None


def point_of(lat: Term | None, long: Term | None) -> Point | None:
    """Return a place from two numbers in degrees; None for what is no place on earth.

    >>> point_of(Literal("48.1"), Literal("11.5")), point_of(Literal("95"), Literal("0"))
    ((11.5, 48.1), None)
    """
    y, x = number_of(lat), number_of(long)
    if y is None or x is None or abs(y) > 90 or abs(x) > 180:
        return None
    return x, y


def number_of(value: Term | None) -> float | None:
    """Return the number that a literal writes, None for anything else."""
    try:
        found = float(value.value) if isinstance(value, Literal) else math.nan
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def country_code(site: Site, place: NamedNode | BlankNode) -> str:
    """Return the two letters of a country by its name in any language, "" if it is none."""
    if COUNTRIES.isdisjoint(site.names.types(place)):
        return ""
    for quad in site.index.outgoing(place):
        if quad.predicate in LABELS and isinstance(quad.object, Literal):
            code = _codes(quad.object.language or "en").get(quad.object.value.casefold())
            if code:
                return code
    return ""


def country_name(code: str, language: str) -> str:
    """Return the name of a country (CLDR) in a language, or its letters."""
    locale = _locale(language)
    return str(locale.territories.get(code, code)) if locale else code


@lru_cache(32)
def _codes(language: str) -> dict[str, str]:
    locale = _locale(language)
    names = locale.territories.items() if locale else ()
    return {name.casefold(): code for code, name in names if len(code) == 2}


@lru_cache(32)
def _locale(language: str) -> Locale | None:
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return None


def _around(site: Site, place: NamedNode | BlankNode) -> NamedNode | BlankNode | None:
    stated = values_of(site.index.outgoing(place))
    wider = (value for predicate in WITHIN for value in stated.get(predicate, ()))
    return next((place for place in wider if isinstance(place, NamedNode | BlankNode)), None)
