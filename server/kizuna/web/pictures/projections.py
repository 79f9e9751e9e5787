"""From places on the earth to places on paper.

What lies together is drawn in a panel of its own around its middle, true to area (Lambert's
azimuthal projection); what is spread over the earth is drawn on the whole earth (Equal Earth,
Šavrič, Patterson and Jenny 2018).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kizuna.web.pictures.countries import Point

EARTH_KM = 6371.0
APART_KM = 2_400.0
"""Places further from each other than this stand in different panels."""
MOST_PANELS = 3
WIDEST_KM = 6_500.0
"""A group of places that reaches further from its middle than this is drawn on the whole earth."""
LEAST_KM = 330.0
"""Half of the height that a panel shows at least, so that one place is seen in its country."""
_ROOM = 1.5


@dataclass(frozen=True)
class Frame:
    """A rectangle on paper and how a place gets into it; ``km`` are a unit's length, 0 unknown."""

    x: float
    y: float
    width: float
    height: float
    plane: Callable[[Point], Point]
    scale: float
    centre: Point
    middle: Point | None = None

    def put(self, place: Point) -> Point:
        """Return where a place stands within the frame."""
        px, py = self.plane(place)
        return (
            self.width / 2 + (px - self.centre[0]) * self.scale,
            self.height / 2 - (py - self.centre[1]) * self.scale,
        )


def groups(places: Sequence[Point]) -> list[list[int]]:
    """Return the numbers of places that lie together, from west to east; one group if scattered."""
    left, found = set(range(len(places))), []
    while left:
        waiting = [min(left)]
        group = []
        while waiting:
            here = waiting.pop()
            if here in left:
                left.discard(here)
                group.append(here)
                near = [o for o in left if distance(places[here], places[o]) < APART_KM]
                waiting.extend(sorted(near))
        found.append(sorted(group))
    if len(found) > MOST_PANELS:
        return [list(range(len(places)))]
    return sorted(found, key=lambda group: sum(places[i][0] for i in group) / len(group))


def distance(a: Point, b: Point) -> float:
    """Return the distance of two places in kilometres."""
    (ax, ay), (bx, by) = _radians(a), _radians(b)
    half = math.sin((by - ay) / 2) ** 2
    half += math.cos(ay) * math.cos(by) * math.sin((bx - ax) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))


def framed(places: Sequence[Point], x: float, width: float, height: float) -> Frame:
    """Return a frame that shows all ``places`` with some land around them."""
    around = middle_of(places)
    if max(distance(around, place) for place in places) > WIDEST_KM:
        edge_x, edge_y = equal_earth((180, 0))[0], equal_earth((0, 90))[1]
        scale = min(width / (2 * edge_x), height / (2 * edge_y))
        return Frame(x, 0, width, height, equal_earth, scale, (0.0, 0.0))
    plane = azimuthal(around)
    flat = [plane(place) for place in places]
    xs, ys = [p[0] for p in flat], [p[1] for p in flat]
    least = 2 * LEAST_KM / EARTH_KM
    scale = min(
        width / max((max(xs) - min(xs)) * _ROOM, least),
        height / max((max(ys) - min(ys)) * _ROOM, least),
    )
    centre = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    return Frame(x, 0, width, height, plane, scale, centre, around)


def middle_of(places: Sequence[Point]) -> Point:
    """Return the place in the midst of others; it does not matter where the date changes."""
    x = y = z = 0.0
    for place in places:
        east, north = _radians(place)
        x += math.cos(north) * math.cos(east)
        y += math.cos(north) * math.sin(east)
        z += math.sin(north)
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))


@lru_cache(200)
def azimuthal(around: Point) -> Callable[[Point], Point]:
    """Return Lambert's azimuthal equal-area projection around a place, in radii of the earth.

    It is the same one for the same place, so that what it has projected can be remembered.
    """
    east, north = _radians(around)
    sin_0, cos_0 = math.sin(north), math.cos(north)

    def plane(place: Point) -> Point:
        x, y = _radians(place)
        sin_y, cos_y, cos_x = math.sin(y), math.cos(y), math.cos(x - east)
        k = math.sqrt(2 / max(1 + sin_0 * sin_y + cos_0 * cos_y * cos_x, 1e-9))
        return (
            k * cos_y * math.sin(x - east),
            k * (cos_0 * sin_y - sin_0 * cos_y * cos_x),
        )

    return plane


def equal_earth(place: Point) -> Point:
    """Return a place in the Equal Earth projection, in radii of the earth."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    x, y = _radians(place)
    t = math.asin(math.sqrt(3) / 2 * math.sin(y))
    t2, t6 = t**2, t**6
    down = 3 * (9 * a4 * t6 * t2 + 7 * a3 * t6 + 3 * a2 * t2 + a1)
    return (
        2 * math.sqrt(3) * x * math.cos(t) / down,
        t * (a4 * t6 * t2 + a3 * t6 + a2 * t2 + a1),
    )


def _radians(place: Point) -> Point:
    return math.radians(place[0]), math.radians(place[1])
