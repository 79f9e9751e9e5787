"""Networks: things as marks, what relates them as lines; and the neighbours of one thing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from kizuna.web.pictures.layout import Point, components, spread
from kizuna.web.pictures.legend import Mark, legend
from kizuna.web.pictures.lettering import SIZE, broken, width
from kizuna.web.pictures.placing import Box, Paper, around
from kizuna.web.pictures.svg import Drawing, Element, Label, Node, element, hint, link, words

LINE = SIZE * 1.2
_NAME = 165.0
_DISTANCE = 80.0
_BEAD, _MOST_BEADS = 18.0, 1_200
_MARGIN_X, _MARGIN_Y, _APART = 88.0, 36.0, 26.0
_LEAST_HEIGHT = 120.0
_SIDE, _UPRIGHT = 24.0, 56.0
"""What is beside two nodes that stand alone, and how long the line between them is."""
MARKS = (
    ("circle", "indigo"),
    ("square", "red"),
    ("diamond", "moss"),
    ("triangle", "ochre"),
    ("hexagon", "plum"),
    ("wedge", "indigo"),
    ("pentagon", "moss"),
    ("square", "slate"),
)
"""The marks of kinds: told apart by their form, and besides by their colour."""
_CORNERS = {
    "square": (4, 45),
    "diamond": (4, 0),
    "triangle": (3, -90),
    "wedge": (3, 90),
    "hexagon": (6, 0),
    "pentagon": (5, -90),
}


class Thing(NamedTuple):
    """A node of a network; ``kind`` is the number of its kind."""

    label: Label
    kind: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A line from one thing to another (by their numbers), and what it says."""

    start: int
    end: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Web:
    """What a network is called, and how its kinds are called in its key."""

    name: str
    title: str
    description: str
    language: str
    kinds: tuple[str, ...] = ()
    width: float = 960.0


def draw_network(web: Web, things: Sequence[Thing], relations: Sequence[Relation]) -> Drawing:
    """Return a network of ``things``, which are one or more."""
    edges = [(r.start, r.end) for r in relations if r.start != r.end]
    places, height = _arranged(len(things), sorted(set(edges)), web.width)
    degrees = [0] * len(things)
    for edge in edges:
        for end in edge:
            degrees[end] += 1
    paper = Paper(web.width, height)
    paper.take(Box(x - 8, y - 8, 16, 16) for x, y in places)
    paper.take(_beads([(places[a], places[b]) for a, b in set(edges)]))
    body: list[Node] = [_line(places[r.start], places[r.end], r) for r in relations]
    names = {}
    for i in sorted(range(len(things)), key=lambda i: (-degrees[i], i)):
        names[i] = list(_name(things[i], places[i], paper))
    for i, thing in enumerate(things):
        mark = shape(thing.kind, *places[i], _size(degrees[i]))
        body.append(link(thing.label, hint(thing.label.text, thing.note), mark, *names[i]))
    return drawn(web, height, body, (t.kind for t in things))


def drawn(web: Web, height: float, body: Sequence[Node], kinds: Iterable[int]) -> Drawing:
    """Return a drawing with what the marks of these kinds mean below its ``body``."""
    marks, high = _key(web.kinds, tuple(sorted(set(kinds))), web.width, height)
    return Drawing(
        web.name,
        web.width,
        height + high,
        web.title,
        web.description,
        (*body, *marks),
        web.language,
    )


def _beads(lines: Sequence[tuple[Point, Point]]) -> list[Box]:
    """Return small boxes along lines, so that names keep off them; only as many as is quick."""
    found = []
    for (ax, ay), (bx, by) in sorted(lines):
        number = int(math.hypot(bx - ax, by - ay) / _BEAD)
        for n in range(1, number):
            x, y = ax + (bx - ax) * n / number, ay + (by - ay) * n / number
            found.append(Box(x - 4, y - 4, 8, 8))
    return found[:_MOST_BEADS]


def _size(degree: int) -> float:
    return min(6.0 + 1.1 * math.sqrt(degree), 12.0)


def _arranged(
    number: int, edges: Sequence[tuple[int, int]], wide: float
) -> tuple[list[Point], float]:
    """Return places for all nodes, part by part from left to right in rows, and the height."""
    places: list[Point] = [(0.0, 0.0)] * number
    x = y = deep = 0.0
    for group in components(number, edges):
        inner = {node: n for n, node in enumerate(group)}
        own = [(inner[a], inner[b]) for a, b in edges if a in inner]
        pair = len(group) == 2
        found, (w, h) = _pair(own) if pair else _fitted(spread(len(group), own, _DISTANCE), wide)
        if x and x + w > wide:
            x, y, deep = 0.0, y + deep + _APART, 0.0
        for node, (px, py) in zip(group, found, strict=True):
            places[node] = (x + px, y + py)
        x, deep = x + w, max(deep, h)
    return places, max(y + deep, _LEAST_HEIGHT)


def _pair(edges: Sequence[tuple[int, int]]) -> tuple[list[Point], Point]:
    """Return the places of two nodes, one above the other, and their size with names beside them.

    So no name covers the line between them. Where it begins is above.
    """
    above, below = (_SIDE, _MARGIN_Y), (_SIDE, _MARGIN_Y + _UPRIGHT)
    places = [above, below] if edges[0][0] == 0 else [below, above]
    return places, (2 * _SIDE + _NAME, 2 * _MARGIN_Y + _UPRIGHT)


def _fitted(points: Sequence[Point], wide: float) -> tuple[list[Point], Point]:
    """Return places moved into a box with room for names, and the size of that box."""
    left, top = min(p[0] for p in points), min(p[1] for p in points)
    span = max(p[0] for p in points) - left
    squeeze = min(1.0, (wide - 2 * _MARGIN_X) / span) if span else 1.0
    moved = [((x - left) * squeeze + _MARGIN_X, y - top + _MARGIN_Y) for x, y in points]
    return moved, (span * squeeze + 2 * _MARGIN_X, max(p[1] for p in moved) + _MARGIN_Y)


def _line(a: Point, b: Point, relation: Relation) -> Element:
    """Return a line with a small arrow in its middle that says which way it is read."""
    (ax, ay), (bx, by) = a, b
    long = math.hypot(bx - ax, by - ay) or 1.0
    ux, uy = (bx - ax) / long, (by - ay) / long
    x, y = ax + (bx - ax) * 0.56, ay + (by - ay) * 0.56
    tip = [(x + 5 * ux, y + 5 * uy), (x - 3 * ux - 3.4 * uy, y - 3 * uy + 3.4 * ux),
           (x - 3 * ux + 3.4 * uy, y - 3 * uy - 3.4 * ux)]  # fmt: skip
    return element(
        "g",
        hint(relation.text),
        element("path", d=f"M{ax:.1f} {ay:.1f}L{bx:.1f} {by:.1f}", class_="edge"),
        element("path", d=f"M{_points(tip)}z", class_="arrow"),
    )


def _name(thing: Thing, at: Point, paper: Paper) -> Iterator[Element]:
    """Yield the lines of a name where they cover least; none where they would cover much."""
    lines = broken(thing.label, _NAME)
    wide = max(width(line.text) for line in lines)
    boxes = around(*at, 9.0, wide, LINE * len(lines))
    number, cost = paper.best(boxes)
    box = boxes[number]
    if cost > 0.35 * box.width * box.height:
        return
    paper.take([box])
    anchor, x = _side(number, box)
    for n, line in enumerate(lines):
        base = box.y + LINE * n + SIZE
        yield words(line, x, base, text_anchor=anchor, class_="over paper-over")


def _side(number: int, box: Box) -> tuple[str, float]:
    """Return how a name is set at one of the places of ``around``: towards its mark."""
    if number in {2, 3}:
        return "middle", box.x + box.width / 2
    return ("start", box.x) if number in {0, 4, 5} else ("end", box.x + box.width)


@lru_cache(2_000)
def shape(kind: int, x: float, y: float, size: float) -> Element:
    """Return the mark of a kind."""
    form, colour = MARKS[kind % len(MARKS)]
    class_ = f"mark dot {colour}"
    if form == "circle":
        return element("circle", cx=x, cy=y, r=size, class_=class_)
    number, turn = _CORNERS[form]
    reach = size * 1.25
    corners = []
    for n in range(number):
        angle = math.radians(turn + 360 * n / number)
        corners.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return element("path", d=f"M{_points(corners)}z", class_=class_)


@lru_cache(500)
def _key(
    kinds: tuple[str, ...], used: tuple[int, ...], wide: float, top: float
) -> tuple[list[Element], float]:
    """Return what the marks mean below ``top``, only those that occur; and their height."""
    return legend([(_mark(n), kinds[n]) for n in used if n < len(kinds)], wide, top)


def _mark(kind: int) -> Mark:
    return lambda x, y: shape(kind, x, y, 5)


def _points(points: Sequence[Point]) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
