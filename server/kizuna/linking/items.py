"""Items of Wikidata as values, read from SPARQL rows and from the JSON of the Wikibase API."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from pyoxigraph import Literal, NamedNode

from kizuna.linking.client import Row, Wrong
from kizuna.linking.mapping import ITEM, item_of
from kizuna.linking.things import Point
from kizuna.project.dates import Bounds, bounds
from kizuna.vocabulary import RDFS_LABEL, SKOS_ALT_LABEL

DIRECT = "http://www.wikidata.org/prop/direct/"
DESCRIPTION = "http://schema.org/description"
TYPE, SUBCLASS, POINT = "P31", "P279", "P625"
_WKT = re.compile(r"\s*Point\(\s*(-?[0-9.eE+-]+)\s+(-?[0-9.eE+-]+)\s*\)\s*", re.IGNORECASE)
_TIME = re.compile(r"([+-]?)(\d{4,})-(\d\d)-(\d\d)T.*")
_YEAR, _MONTH, _DAY = 9, 10, 11
"""Precisions of times in Wikibase."""


@dataclass
class Item:
    """An item: names and descriptions by language, and the values of its properties as texts.

    Values that are items are their identifiers. ``types`` are those of the classes asked for to
    which it belongs, also by way of subclasses; ``has_type`` tells whether it belongs to any.
    """

    id: str
    names: dict[str, dict[str, None]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    values: dict[str, set[str]] = field(default_factory=dict)
    types: set[str] = field(default_factory=set)
    points: list[Point] = field(default_factory=list)
    dates: dict[str, list[Bounds]] = field(default_factory=dict)

    @property
    def has_type(self) -> bool:
        """Whether it belongs to any class."""
        return bool(self.values.get(TYPE))

    def label(self, languages: Iterable[str]) -> str:
        """Return a name in the first of ``languages`` that it has, else any, else ``id``."""
        order = [*languages, *sorted(self.names)]
        return next((next(iter(self.names[code])) for code in order if code in self.names), self.id)

    def description(self, languages: Iterable[str]) -> str:
        """Return a description as ``label`` does, an empty text where there is none."""
        order = [*languages, *sorted(self.descriptions)]
        return next((self.descriptions[c] for c in order if c in self.descriptions), "")


def from_rows(rows: Iterable[Row], asked: Iterable[str]) -> dict[str, Item]:
    """Return the items of which ``rows`` (item, property, value) speak, if they were asked for."""
    items = {item: Item(item) for item in asked}
    told: set[str] = set()
    for row in rows:
        subject, predicate, value = (row.get(name) for name in ("item", "property", "value"))
        if not (isinstance(subject, NamedNode) and isinstance(predicate, NamedNode)):
            continue
        found = items.get(item_of(subject.value) or "")
        if found is not None and isinstance(value, NamedNode | Literal):
            told.add(found.id)
            _take(found, predicate.value, value)
    return {item: items[item] for item in items if item in told}


def _take(item: Item, predicate: str, value: NamedNode | Literal) -> None:
    if isinstance(value, Literal) and value.language:
        if predicate == DESCRIPTION:
            item.descriptions.setdefault(value.language, value.value)
        elif predicate in {RDFS_LABEL.value, SKOS_ALT_LABEL.value}:
            names = item.names.setdefault(value.language, {})
            is_main = predicate == RDFS_LABEL.value
            item.names[value.language] = {value.value: None} | names if is_main else names
            item.names[value.language][value.value] = None
        return
    prop = predicate.removeprefix(DIRECT)
    if prop == SUBCLASS:
        item.types.update(filter(None, [item_of(value.value)]))
    elif prop != predicate:
        _take_value(item, prop, value)


def _take_value(item: Item, prop: str, value: NamedNode | Literal) -> None:
    point = _point(value.value) if isinstance(value, Literal) else None
    when = _whole_year(value) if isinstance(value, Literal) else None
    if point:
        item.points.append(point)
    if when:
        item.dates.setdefault(prop, []).append(when)
    text = (item_of(value.value) or value.value) if isinstance(value, NamedNode) else value.value
    item.values.setdefault(prop, set()).add(text)


def _point(text: str) -> Point | None:
    match = _WKT.fullmatch(text)
    try:
        return (float(match[2]), float(match[1])) if match else None
    except ValueError:
        return None


def _whole_year(value: Literal) -> Bounds | None:
    """Return the year of a time: its precision is not among direct values."""
    if not value.datatype.value.endswith("#dateTime"):
        return None
    match = _TIME.fullmatch(value.value)
    year = int(match[2]) if match and match[1] != "-" else 0
    return Bounds(date(year, 1, 1), date(year, 12, 31)) if 0 < year <= 9999 else None


@dataclass(frozen=True, slots=True)
class Statement:
    """A value that an item has for a property, in a form that can be compared."""

    property: str
    value: str


@dataclass(frozen=True)
class Entity:
    """An item as it is now: where it has been merged into, its classes, positions, statements."""

    id: str
    types: frozenset[str]
    points: tuple[Point, ...]
    statements: frozenset[Statement]


def entities_in(answer: object) -> dict[str, Entity | None]:
    """Return the items in an answer of wbgetentities or Special:EntityData, None for a missing one.

    Raises Wrong where it is none.
    """
    found = answer.get("entities") if isinstance(answer, dict) else None
    if not isinstance(found, dict):
        raise Wrong("it has no entities")
    return {str(key): _entity(value) for key, value in found.items() if ITEM.fullmatch(str(key))}


def _entity(told: object) -> Entity | None:
    if not isinstance(told, dict) or not ITEM.fullmatch(str(told.get("id"))):
        raise Wrong("an entity has no identifier")
    if "missing" in told:
        return None
    claims = told.get("claims", {})
    claims = claims if isinstance(claims, dict) else {}
    snaks = [snak for listed in claims.values() for snak in _snaks(listed)]
    points = [point for p, v in snaks if p == POINT and (point := _globe(v))]
    statements = frozenset(Statement(p, text) for p, v in snaks if (text := comparable(v)))
    types = frozenset(s.value for s in statements if s.property == TYPE)
    return Entity(str(told["id"]), types, tuple(points), statements)


def _snaks(listed: object) -> Iterator[tuple[str, object]]:
    """Yield property and value of each statement that is not deprecated."""
    for statement in listed if isinstance(listed, list) else ():
        if isinstance(statement, dict) and statement.get("rank") != "deprecated":
            snak = statement.get("mainsnak")
            value = snak.get("datavalue") if isinstance(snak, dict) else None
            if isinstance(snak, dict) and isinstance(value, dict):
                yield str(snak.get("property")), value.get("value")


def _globe(value: object) -> Point | None:
    told = value if isinstance(value, dict) else {}
    lat, lon = told.get("latitude"), told.get("longitude")
    return (lat, lon) if isinstance(lat, int | float) and isinstance(lon, int | float) else None


def comparable(value: object) -> str:
    """Return a value of the Wikibase JSON as a text that is the same for equal values.

    >>> comparable({"time": "+2017-10-00T00:00:00Z", "precision": 10}), comparable({"id": "Q64"})
    ('2017-10', 'Q64')
    """
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        return ""
    if "time" in value:
        return _time(str(value["time"]), value.get("precision"))
    if "amount" in value:
        return str(value["amount"]).lstrip("+")
    return str(value.get("id") or value.get("text") or "")


def _time(text: str, precision: object) -> str:
    match = _TIME.fullmatch(text)
    if not match or match[1] == "-":
        return text
    parts = {_YEAR: match[2], _MONTH: f"{match[2]}-{match[3]}"}
    day = f"{match[2]}-{match[3]}-{match[4]}"
    return parts.get(precision if isinstance(precision, int) else _DAY, day)


def span(text: str) -> Bounds | None:
    """Return the days that a comparable time stands for, None where it is none."""
    try:
        return bounds(text)
    except ValueError:
        return None
