"""The neighbours of one thing: it is in the middle, what names it left, what it names right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from kizuna.web.pictures.lettering import SIZE, broken, shortened, width
from kizuna.web.pictures.network import LINE, Thing, Web, drawn, shape
from kizuna.web.pictures.svg import Drawing, Element, Label, Node, element, hint, link, words

ROW = 42.0
TOP = 14.0
_RELATION_SIZE = 11.5
_RELATION_LINE = 12.5
_MOST_LINES = 4
_ABOVE = 8.0
"""What stays free above the words at a line."""
_COLUMN = 0.26
"""The part of the width that the names on each side take."""
_MIDDLE = 0.2
_WIDER = 1.4
"""How much longer lines are where one side is free."""


class Neighbour(NamedTuple):
    """A thing beside the one in the middle, and what relates the two in words.

    ``shown`` is what stands at its line: nothing where the line above says the same.
    """

    thing: Thing
    relation: str
    shown: str = ""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things stand: the middle of the box, and how far from it the marks are."""

    wide: float
    middle: float
    reach: float

    @property
    def half(self) -> float:
        """Half of the width of the box."""
        return self.wide * _MIDDLE / 2


@dataclass(frozen=True, slots=True)
class _Row:
    """A neighbour, the lines of what is said at its line, and how high all of it is."""

    neighbour: Neighbour
    said: tuple[Label, ...]
    high: float


def _frame(wide: float, *, is_left_free: bool) -> _Frame:
    """Return the frame: where nothing stands on the left the box does, and names have room."""
    reach = wide * (0.5 - _COLUMN - _MIDDLE / 2)
    return (
        _Frame(wide, wide * _MIDDLE / 2 + 1, reach * _WIDER)
        if is_left_free
        else _Frame(wide, wide / 2, reach)
    )


def draw_neighbours(
    web: Web, centre: Thing, left: Sequence[Neighbour], right: Sequence[Neighbour]
) -> Drawing:
    """Return ``centre`` between its neighbours, of which there are one or more."""
    frame = _frame(web.width, is_left_free=not left)
    sides = {-1: [_row(frame, n) for n in left], 1: [_row(frame, n) for n in right]}
    height = 2 * TOP + max(2 * ROW, *(sum(row.high for row in rows) for rows in sides.values()))
    body: list[Node] = []
    for side, rows in sides.items():
        y = (height - sum(row.high for row in rows)) / 2
        for row in rows:
            y += row.high
            body.append(_neighbour(frame, row, side, height / 2, y - ROW / 2))
    body += _centre(frame, centre, height / 2)
    return drawn(
        web, height, body, (thing.kind for thing in (centre, *(n.thing for n in (*left, *right))))
    )


def _row(frame: _Frame, neighbour: Neighbour) -> _Row:
    """Return a neighbour with what stands above its line, which makes the row higher."""
    said = tuple(_said(neighbour.shown, frame.reach - 13))
    return _Row(neighbour, said, max(ROW, ROW / 2 + _RELATION_LINE * len(said) + _ABOVE))


def _neighbour(frame: _Frame, row: _Row, side: int, middle: float, y: float) -> Element:
    """Return one neighbour: the line to it, what it says, its mark and its name."""
    neighbour, said = row.neighbour, row.said
    start = frame.middle + side * frame.half
    x = start + side * frame.reach
    anchor = "start" if side > 0 else "end"
    lines = broken(neighbour.thing.label, (frame.wide - x if side > 0 else x) - 16)
    top = y - LINE * len(lines) / 2 + SIZE * 0.95
    return link(
        neighbour.thing.label,
        hint(neighbour.thing.label.text, neighbour.relation),
        _line(start, middle, start + side * frame.reach * 0.35, x - side * 9, y),
        *(
            words(
                part,
                x - side * 13,
                y - 5 - _RELATION_LINE * (len(said) - 1 - n),
                text_anchor="end" if side > 0 else "start",
                class_="quiet over paper-over",
            )
            for n, part in enumerate(said)
        ),
        shape(neighbour.thing.kind, x, y, 6.5),
        *(
            words(part, x + side * 14, top + LINE * n, text_anchor=anchor)
            for n, part in enumerate(lines)
        ),
        class_="entry",
    )


@lru_cache(500)
def _line(start: float, middle: float, bend: float, end: float, y: float) -> Element:
    points = ((start, middle), (bend, middle), (bend, y), (end, y))
    line = "M{} {}C{} {} {} {} {} {}".format(*(f"{n:.1f}" for point in points for n in point))
    return element("path", d=line, class_="edge")


def _said(relation: str, room: float) -> list[Label]:
    """Return what stands at a line: as many words in each of its lines as there is room for."""
    if " " not in relation:
        return broken(Label(relation), room, _RELATION_SIZE) if relation else []
    lines = [""]
    for word in relation.split():
        longer = f"{lines[-1]} {word}".strip()
        if width(longer, _RELATION_SIZE) <= room or not lines[-1] or len(lines) == _MOST_LINES:
            lines[-1] = longer
        else:
            lines.append(word)
    return [shortened(Label(line), room, _RELATION_SIZE) for line in lines]


def _centre(frame: _Frame, centre: Thing, y: float) -> Iterator[Node]:
    begin, room = frame.middle - frame.half, 2 * frame.half
    lines = broken(centre.label, room - 44)
    high = LINE * len(lines) + 20
    yield element("rect", x=begin, y=y - high / 2, width=room, height=high, rx=6, class_="centre")
    yield shape(centre.kind, begin + 18, y, 7)
    for n, part in enumerate(lines):
        base = y - high / 2 + 10 + LINE * n + SIZE * 0.95
        yield words(part, begin + 32, base, class_="strong")
