"""The neighbours of one thing: it is in the middle, what names it left, what it names right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kizuna.web.pictures.legend import legend
from kizuna.web.pictures.lettering import SIZE, broken, shortened
from kizuna.web.pictures.network import LINE, Thing, Web, key, shape
from kizuna.web.pictures.svg import Drawing, Element, Label, Node, element, hint, link, words

ROW = 42.0
TOP = 14.0
_RELATION_SIZE = 11.5
_COLUMN = 0.27
"""The part of the width that the names on each side take."""
_MIDDLE = 0.24


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A thing beside the one in the middle, and what relates the two in words.

    ``shown`` is what stands at its line: nothing where the line above says the same.
    """

    thing: Thing
    relation: str
    shown: str = ""


def draw_neighbours(
    web: Web, centre: Thing, left: Sequence[Neighbour], right: Sequence[Neighbour]
) -> Drawing:
    """Return ``centre`` between its neighbours, of which there are one or more."""
    rows = max(len(left), len(right), 2)
    height = 2 * TOP + ROW * rows
    body: list[Node] = []
    for side, neighbours in ((-1, left), (1, right)):
        begin = (height - ROW * len(neighbours)) / 2
        for number, neighbour in enumerate(neighbours):
            body.append(
                _neighbour(web.width, neighbour, side, height / 2, begin + ROW * (number + 0.5))
            )
    body += _centre(web.width, centre, height / 2)
    used = (centre.kind, *(n.thing.kind for n in (*left, *right)))
    marks, high = legend(key(web.kinds, used), web.width, height)
    return Drawing(
        web.name,
        web.width,
        height + high,
        web.title,
        web.description,
        (*body, *marks),
        web.language,
    )


def _neighbour(wide: float, neighbour: Neighbour, side: int, middle: float, y: float) -> Element:
    """Return one neighbour: the line to it, what it says, its mark and its name."""
    x = wide / 2 + side * (wide / 2 - wide * _COLUMN)
    start = wide / 2 + side * wide * _MIDDLE / 2
    bend = start + side * (abs(x - start) * 0.45)
    points = ((start, middle), (bend, middle), (bend, y), (x - side * 9, y))
    line = "M{} {}C{} {} {} {} {} {}".format(*(f"{n:.1f}" for point in points for n in point))
    anchor = "start" if side > 0 else "end"
    said = shortened(Label(neighbour.shown), abs(x - bend) + 16, _RELATION_SIZE)
    lines = broken(neighbour.thing.label, wide * _COLUMN - 16)
    top = y - LINE * len(lines) / 2 + SIZE * 0.95
    return link(
        neighbour.thing.label,
        hint(neighbour.thing.label.text, neighbour.relation),
        element("path", d=line, class_="edge"),
        words(
            said,
            x - side * 13,
            y - 5,
            text_anchor="end" if side > 0 else "start",
            class_="quiet over paper-over",
        ),
        shape(neighbour.thing.kind, x, y, 6.5),
        *(
            words(part, x + side * 14, top + LINE * n, text_anchor=anchor)
            for n, part in enumerate(lines)
        ),
        class_="entry",
    )


def _centre(wide: float, centre: Thing, y: float) -> Iterator[Node]:
    room = wide * _MIDDLE
    lines = broken(centre.label, room - 44)
    high = LINE * len(lines) + 20
    yield element(
        "rect", x=(wide - room) / 2, y=y - high / 2, width=room, height=high, rx=6, class_="centre"
    )
    yield shape(centre.kind, (wide - room) / 2 + 18, y, 7)
    inner = (wide - room) / 2 + 32
    for n, part in enumerate(lines):
        base = y - high / 2 + 10 + LINE * n + SIZE * 0.95
        yield words(part, inner, base, class_="strong")
