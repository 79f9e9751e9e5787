"""A thing and an item side by side: each feature with its weight and its reason, and the score."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kizuna.linking.items import Item
from kizuna.linking.mapping import ANYTHING, Mapping
from kizuna.linking.names import Likeness, most_alike
from kizuna.linking.things import Point, Thing

EARTH_KM = 6371.0
_COUNTRIES = ("P17", "P27")
_ANY_LANGUAGE = "mul"
"""The language of Wikidata's names that hold in all."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing compared: what it adds to the score (negative: takes), and why."""

    name: str
    points: float
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """All features of a pair; ``score`` is from 0 to 1."""

    features: tuple[Feature, ...]

    @property
    def score(self) -> float:
        """The sum of the points, not below 0 and not above 1, to two digits."""
        return round(min(1.0, max(0.0, sum(f.points for f in self.features))), 2)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What each feature says, as lines."""
        return tuple(f"{f.name} {f.points:+.2f}: {f.reason}" for f in self.features)

    def agrees(self, name: str) -> bool:
        """Tell whether the feature of that name speaks for the pair."""
        return any(f.points > 0 for f in self.features if f.name == name)


# fmt: off
NAME        = 0.55  # all of it for equal names in every language that both sides have
TYPE        = 0.15
TYPE_WIDE   = 0.07  # agrees with a wider class only
OTHER_TYPE  = -0.50
COUNTRY     = 0.10
FOREIGN     = -0.40
NEAR        = 0.20
FAR         = -0.50
IDENTIFIER  = 0.50
OTHER_ID    = -0.60
NEIGHBOUR   = 0.10  # for each, up to
NEIGHBOURS  = 0.20
DATE        = 0.15
OTHER_DATE  = -0.30
# fmt: on


@dataclass(frozen=True, slots=True)
class Pair:
    """A thing and an item that may be the same; ``near_km`` is how far apart they may lie."""

    thing: Thing
    item: Item
    mapping: Mapping
    countries: frozenset[str]
    near_km: float


def compare(pair: Pair) -> Comparison:
    """Return the features by which the two can be compared; what one side lacks says nothing."""
    found = (feature for look in _FEATURES for feature in look(pair))
    return Comparison(tuple(found))


def _names(pair: Pair) -> Iterator[Feature]:
    everywhere = tuple(pair.item.names.get(_ANY_LANGUAGE, {}))
    alike = [
        found
        for language, names in pair.thing.names.items()
        if (found := most_alike(language, names, (*pair.item.names.get(language, {}), *everywhere)))
    ]
    if not alike:
        others = [name for names in pair.item.names.values() for name in names]
        own = [name for names in pair.thing.names.values() for name in names]
        found = most_alike("any", own, others)
        alike = [found] if found else []
    if alike:
        value = sum(a.value * a.worth for a in alike) / len(alike)
        yield Feature("name", round(NAME * value, 2), "; ".join(map(_told, alike)))


def _told(alike: Likeness) -> str:
    short = ", an acronym" if alike.worth < 1 else ""
    if alike.name == alike.other:
        return f"{alike.language} “{alike.name}”{short}"
    return f"{alike.language} “{alike.name}” / “{alike.other}” ({alike.value:.2f}{short})"


def _type(pair: Pair) -> Iterator[Feature]:
    levels = list(pair.mapping.levels(pair.thing.classes))
    if not pair.item.has_type or ANYTHING in levels[0]:
        return
    for depth, expected in enumerate(levels):
        common = sorted(expected & pair.item.types)
        if common:
            points = TYPE_WIDE if depth else TYPE
            wide = " (a wider class)" if depth else ""
            yield Feature("type", points, f"belongs to {', '.join(common)}{wide}")
            return
    classes = ", ".join(sorted(pair.item.values["P31"]))
    wanted = ", ".join(sorted(levels[0]))
    yield Feature("type", OTHER_TYPE, f"is {classes}, which is not below {wanted}")


def _country(pair: Pair) -> Iterator[Feature]:
    here = pair.thing.places & pair.countries
    there = {c for prop in _COUNTRIES for c in pair.item.values.get(prop, ())}
    if here and there:
        common = sorted(here & there)
        if common:
            yield Feature("country", COUNTRY, f"both {', '.join(common)}")
        else:
            words = f"{', '.join(sorted(here))} here, {', '.join(sorted(there))} there"
            yield Feature("country", FOREIGN, words)


def _position(pair: Pair) -> Iterator[Feature]:
    if pair.thing.point and pair.item.points:
        km = min(distance(pair.thing.point, point) for point in pair.item.points)
        points = NEAR if km <= pair.near_km else FAR if km > 5 * pair.near_km else 0.0
        yield Feature("position", points, f"{km:.1f} km apart")


def _identifiers(pair: Pair) -> Iterator[Feature]:
    for prop, values in pair.thing.identifiers.items():
        there = pair.item.values.get(prop)
        if there:
            common = sorted(values & there)
            if common:
                yield Feature("identifier", IDENTIFIER, f"both have {prop} {common[0]}")
            else:
                words = (
                    f"{prop} is {', '.join(sorted(values))} here, {', '.join(sorted(there))} there"
                )
                yield Feature("identifier", OTHER_ID, words)


def _neighbours(pair: Pair) -> Iterator[Feature]:
    """Compare what stands beside both; countries and types, which many share, do not count."""
    known = dict.fromkeys(pair.thing.places, "lies in") | dict(pair.thing.neighbours)
    left_out = {*_COUNTRIES, "P31"}
    there = {v for p, values in pair.item.values.items() if p not in left_out for v in values}
    shared = sorted((there & known.keys()) - pair.countries)
    if shared:
        points = min(NEIGHBOURS, NEIGHBOUR * len(shared))
        named = "; ".join(f"{item} ({known[item]})" for item in shared[:3])
        yield Feature("neighbours", points, named)


def _dates(pair: Pair) -> Iterator[Feature]:
    for prop, when in pair.thing.dates.items():
        there = pair.item.dates.get(prop)
        if not there or not when.earliest or not when.latest:
            continue
        said = f"{prop} {when.earliest} to {when.latest}"
        meets = any(
            t.earliest and t.latest and t.earliest <= when.latest and when.earliest <= t.latest
            for t in there
        )
        years = ", ".join(str(t.earliest.year) for t in there if t.earliest)
        points = DATE if meets else OTHER_DATE
        yield Feature("date", points, f"{said} here, {years} there")


_FEATURES: tuple[Callable[[Pair], Iterator[Feature]], ...] = (
    _names,
    _type,
    _country,
    _position,
    _identifiers,
    _neighbours,
    _dates,
)
"""What is compared, in the order in which it is told."""


def distance(one: Point, other: Point) -> float:
    """Return the kilometres between two points (latitude, longitude in degrees), on a sphere.

    >>> round(distance((52.52, 13.405), (48.137, 11.575)))
    504
    """
    lat1, lon1, lat2, lon2 = map(math.radians, (*one, *other))
    chord = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(chord)))
