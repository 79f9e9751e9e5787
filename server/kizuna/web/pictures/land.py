"""The land behind a map: countries cut to the frame that shows them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kizuna.web.pictures.countries import Country, Part, Point, countries
from kizuna.web.pictures.projections import EARTH_KM, Frame, distance
from kizuna.web.pictures.svg import Element, element

_MARGIN = 4.0
_SMALLEST = 1.6
_SMALLEST_OF_ALL = 4.0
"""Land that is smaller than this on paper, in both directions, is left out."""
_STEP = 7
"""Tenths between two points of an outline at least; more on a map of the whole earth."""
_STEP_OF_ALL = 24
_DATE_LINE, _POLE, _TURN = 180.0, 90.0, 360.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A country as a frame shows it; ``wide`` and ``high`` are its extent on paper."""

    country: Country
    shape: Element
    wide: float
    high: float


@lru_cache(64)
def land(frame: Frame) -> tuple[Seen, ...]:
    """Return the countries that a frame shows.

    Things at one place have one frame, and what takes longest about a map is its land.
    """
    step, least = (_STEP, _SMALLEST) if frame.middle else (_STEP_OF_ALL, _SMALLEST_OF_ALL)
    found = []
    for country in countries().values():
        rings = (
            ring for part in country.parts if _is_near(frame, part) for ring in _put(frame, part)
        )
        cut = [ring for ring in rings if len(ring) > 2 and max(_extent(ring)) >= least]
        if cut:
            path = "".join(_path(ring, step) for ring in cut)
            shape = element("path", d=path, class_="land", fill_rule="evenodd")
            found.append(Seen(country, shape, *_extent([p for ring in cut for p in ring])))
    return tuple(found)


def _is_near(frame: Frame, part: Part) -> bool:
    """Tell whether a part may be in the frame, without reading its outline."""
    if frame.middle is None:
        return True
    reach = math.hypot(frame.width, frame.height) / frame.scale * EARTH_KM
    return distance(frame.middle, part.around) < part.km + reach


def _put(frame: Frame, part: Part) -> Iterator[list[Point]]:
    """Yield the outline of a part on paper, cut to the frame."""
    rings = [list(part.ring)] if frame.middle else _within_a_turn(part.ring)
    edges = (
        (0, -_MARGIN, 1),
        (0, frame.width + _MARGIN, -1),
        (1, -_MARGIN, 1),
        (1, frame.height + _MARGIN, -1),
    )
    for ring in rings:
        yield _cut([frame.put(point) for point in ring], edges)


def _within_a_turn(ring: Sequence[Point]) -> Iterator[list[Point]]:
    """Yield a ring in pieces that do not cross the line where the date changes.

    A ring around a pole is led along that line to the pole and back.
    """
    unwound = [ring[0]]
    for x, y in ring[1:]:
        last = unwound[-1][0]
        unwound.append((x - _TURN * round((x - last) / _TURN), y))
    if abs(unwound[-1][0] - unwound[0][0]) > _DATE_LINE:
        pole = math.copysign(_POLE, unwound[0][1])
        unwound += [(unwound[-1][0], pole), (unwound[0][0], pole)]
    for turn in (-_TURN, 0.0, _TURN):
        moved = [(x + turn, y) for x, y in unwound]
        piece = _cut(moved, ((0, -_DATE_LINE, 1), (0, _DATE_LINE, -1)))
        if piece:
            yield piece


def _cut(ring: list[Point], edges: Iterable[tuple[int, float, int]]) -> list[Point]:
    """Return a ring cut at straight edges (Sutherland and Hodgman 1974).

    An edge is an axis, a number, and 1 where what is larger stays, -1 where what is smaller does.
    """
    for axis, limit, sign in edges:
        if ring:
            ring = list(_clipped(ring, _keeps(axis, limit, sign), axis, limit))
    return ring


def _keeps(axis: int, limit: float, sign: int) -> Callable[[Point], bool]:
    return lambda point: (point[axis] - limit) * sign >= 0


def _clipped(
    ring: list[Point], keeps: Callable[[Point], bool], axis: int, limit: float
) -> Iterator[Point]:
    before, was_in = ring[-1], keeps(ring[-1])
    for point in ring:
        is_in = keeps(point)
        if is_in != was_in:
            part = (limit - before[axis]) / (point[axis] - before[axis])
            other = before[1 - axis] + part * (point[1 - axis] - before[1 - axis])
            yield (limit, other) if axis == 0 else (other, limit)
        if is_in:
            yield point
        before, was_in = point, is_in


def _extent(ring: list[Point]) -> Point:
    xs, ys = [p[0] for p in ring], [p[1] for p in ring]
    return max(xs) - min(xs), max(ys) - min(ys)


def _path(ring: list[Point], step: int) -> str:
    """Return the path of a ring in tenths; steps that cannot be seen are left out."""
    steps: list[tuple[int, int]] = []
    last = (0, 0)
    for x, y in ring:
        now = (round(x * 10), round(y * 10))
        if not steps or abs(now[0] - last[0]) + abs(now[1] - last[1]) >= step:
            steps.append((now[0] - last[0], now[1] - last[1]))
            last = now
    head, *rest = (f"{_tenths(dx)} {_tenths(dy)}" for dx, dy in steps)
    return f"M{head}l{' '.join(rest)}z".replace(" -", "-")


def _tenths(value: int) -> str:
    sign = "-" if value < 0 else ""
    whole, part = divmod(abs(value), 10)
    return f"{sign}{whole or ''}{f'.{part}' if part else ''}" if value else "0"
