"""The shapes of countries, read from the file that ``docs/geometry.py`` makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

_FILE = Path(__file__).parent / "countries.txt"
_HUNDREDTHS = 100
NAMELESS = "--"

Point = tuple[float, float]
Ring = tuple[Point, ...]


@dataclass(frozen=True)
class Part:
    """A part of a country: a circle around it, and its outline, which is read when it is needed."""

    around: Point
    km: float
    arcs: tuple[tuple[str, bool], ...]

    @cached_property
    def ring(self) -> Ring:
        """The outline in degrees of longitude and latitude."""
        points: list[Point] = []
        for line, backwards in self.arcs:
            arc = decoded(line)[::-1] if backwards else decoded(line)
            points.extend(arc[1:] if points else arc)
        return tuple(points)


@dataclass(frozen=True, slots=True)
class Country:
    """A country: its two letters (ISO 3166-1; ``--`` for none), a point well inside, its parts."""

    code: str
    middle: Point
    parts: tuple[Part, ...]


@lru_cache(1)
def countries() -> dict[str, Country]:
    """Return all countries by their letters."""
    lines = [x for x in _FILE.read_text("ascii").splitlines() if not x.startswith("#")]
    number = int(lines[0])
    arcs = lines[1 : number + 1]
    return {line[:2]: _country(line, arcs) for line in lines[number + 1 :]}


def middle(code: str) -> Point | None:
    """Return a point well inside a country, None for one without a shape.

    It says no more than which country is meant.
    """
    found = countries().get(code) if code != NAMELESS else None
    return found.middle if found else None


def decoded(line: str) -> Ring:
    """Return the points of an encoded polyline."""
    x = y = 0
    points = []
    numbers = _numbers(line)
    for dx in numbers:
        x, y = x + dx, y + next(numbers)
        points.append((x / _HUNDREDTHS, y / _HUNDREDTHS))
    return tuple(points)


def _country(line: str, arcs: list[str]) -> Country:
    code, inside, *parts = line.split(" ")
    x, y = map(float, inside.split(","))
    return Country(code, (x, y), tuple(_part(part, arcs) for part in parts))


def _part(text: str, arcs: list[str]) -> Part:
    circle, _, names = text.partition(":")
    x, y, km = map(float, circle.split(","))
    numbers = ((int(n.removeprefix("~")), n.startswith("~")) for n in names.split(","))
    return Part((x, y), km, tuple((arcs[n], backwards) for n, backwards in numbers))


def _numbers(line: str) -> Iterator[int]:
    value = shift = 0
    for sign in line:
        bits = ord(sign) - 63
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits < 0x20:
            yield ~(value >> 1) if value & 1 else value >> 1
            value = shift = 0
