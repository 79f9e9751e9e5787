"""Maps: places as dots, larger the more is there, and curves between those that are tied."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kizuna.web.pictures.countries import NAMELESS, Point
from kizuna.web.pictures.land import Seen, land
from kizuna.web.pictures.lettering import SIZE, shortened, width
from kizuna.web.pictures.placing import Box, Paper, around
from kizuna.web.pictures.projections import EARTH_KM, Frame, framed, groups
from kizuna.web.pictures.svg import (
    NOTHING,
    Drawing,
    Element,
    Label,
    Node,
    element,
    hint,
    link,
    words,
)

CREDIT = "Natural Earth"
GAP = 20.0
_SHORT = SIZE * 1.35
_LENGTHS = (10, 20, 50, 100, 200, 500, 1_000, 2_000)
_QUIET = 11.5


@dataclass(frozen=True, slots=True)
class Place:
    """A dot: where it is, how much stands there, and what that is in words.

    ``exact`` is false where only the country is known: the dot is then a ring in its midst.
    """

    label: Label
    at: Point
    count: int = 1
    note: str = ""
    exact: bool = True
    code: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """A curve between two places (by their numbers) and what it stands for, one name a line."""

    start: int
    end: int
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a map is called, how large it is, and how countries are called."""

    name: str
    title: str
    description: str
    language: str
    width: float = 960.0
    height: float = 430.0
    country: Callable[[str], str] = str


def draw_map(sheet: Sheet, places: Sequence[Place], ties: Sequence[Tie] = ()) -> Drawing:
    """Return a map of ``places``, which are one or more, with the ``ties`` between them."""
    parts = groups([place.at for place in places])
    room = (sheet.width - GAP * (len(parts) - 1)) / len(parts)
    body: list[Node] = []
    spots: dict[int, Point] = {}
    frames = []
    for number, part in enumerate(parts):
        frame = framed([places[i].at for i in part], number * (room + GAP), room, sheet.height)
        frames.append(frame)
        for i in part:
            x, y = frame.put(places[i].at)
            spots[i] = (x + frame.x, y)
    paper = Paper(sheet.width, sheet.height, [_spot(spots[i], places[i]) for i in spots])
    for frame, part in zip(frames, parts, strict=True):
        own = {places[i].code for i in part if not places[i].exact}
        body += _ground(sheet, frame, own, paper)
    body.append(_credit(sheet, paper))
    body += [_curve(spots, tie) for tie in ties if tie.start != tie.end]
    order = sorted(spots, key=lambda i: (-places[i].count, i))
    body += [_dot(spots[i], places[i]) for i in order]
    body += [mark for i in order for mark in _name(spots[i], places[i], paper)]
    return Drawing(
        sheet.name, sheet.width, sheet.height, sheet.title, sheet.description, tuple(body),
        sheet.language,
    )  # fmt: skip


def _reach(place: Place) -> float:
    """Return the radius of a dot: its area grows with what stands there, up to a limit."""
    return round(min(4.5 + 1.9 * math.sqrt(place.count), 19.0), 1)


def _spot(at: Point, place: Place) -> Box:
    r = _reach(place)
    return Box(at[0] - r, at[1] - r, 2 * r, 2 * r)


def _ground(sheet: Sheet, frame: Frame, named: set[str], paper: Paper) -> Iterator[Node]:
    """Yield sea, land, the names of countries with enough room, the scale and the frame."""
    shapes = land(frame)
    sea = element("rect", width=frame.width, height=frame.height, class_="sea")
    yield element(
        "svg", sea, *(seen.shape for seen in shapes),
        x=frame.x, width=frame.width, height=frame.height, aria_hidden="true",
    )  # fmt: skip
    yield from _scale(frame, paper)
    for seen in shapes:
        if seen.country.code not in {*named, NAMELESS}:
            yield from _country(sheet, frame, seen, paper)
    yield element(
        "rect", x=frame.x + 0.5, y=0.5, width=frame.width - 1, height=frame.height - 1,
        class_="frame",
    )  # fmt: skip


def _country(sheet: Sheet, frame: Frame, seen: Seen, paper: Paper) -> Iterator[Element]:
    """Yield the name of a country, if it is large enough here and nothing stands in its way."""
    text = sheet.country(seen.country.code)
    room = width(text, _QUIET)
    wide, high = (1.1, 40) if frame.middle else (1.6, 40)
    if seen.wide < room * wide or seen.high < high:
        return
    x, y = frame.put(seen.country.middle)
    box = Box(frame.x + x - room / 2 - 2, y - 11, room + 4, 15)
    within = x - room / 2 > 4 and x + room / 2 < frame.width - 4 and 14 < y < frame.height - 8
    if within and not paper.best([box])[1]:
        paper.take([box])
        yield words(Label(text), frame.x + x, y, text_anchor="middle", class_="quiet country")


def _scale(frame: Frame, paper: Paper) -> Iterator[Node]:
    """Yield a line of so many kilometres; the whole earth has no one scale."""
    if frame.middle is None:
        return
    per_km = frame.scale / EARTH_KM
    km = max((n for n in _LENGTHS if n * per_km <= 110), default=_LENGTHS[0])
    x, y, long = frame.x + 14, frame.height - 14, km * per_km
    path = f"M{x:.1f} {y - 4:.1f}v4h{long:.1f}v-4"
    paper.take([Box(x, y - 18, max(long, 50), 20)])
    yield element("path", d=path, class_="scale")
    yield words(Label(f"{km} km"), x + long / 2, y - 6, text_anchor="middle", class_="quiet")


def _credit(sheet: Sheet, paper: Paper) -> Element:
    """Return who the shapes of the land are from."""
    room = width(CREDIT, _QUIET)
    paper.take([Box(sheet.width - room - 10, sheet.height - 22, room, 16)])
    at = sheet.width - 8, sheet.height - 9
    return words(Label(CREDIT), *at, text_anchor="end", class_="quiet over")


def _curve(spots: dict[int, Point], tie: Tie) -> Element:
    (ax, ay), (bx, by) = sorted((spots[tie.start], spots[tie.end]))
    lift = min(0.22 * math.hypot(bx - ax, by - ay), min(ay, by) * 0.8 + 30)
    bend = f"M{ax:.1f} {ay:.1f}Q{(ax + bx) / 2:.1f} {min(ay, by) - lift:.1f} {bx:.1f} {by:.1f}"
    strength = 1.6 + 0.8 * min(len(tie.labels) - 1, 5)
    path = element("path", d=bend, class_="tie", stroke_width=strength)
    only = tie.labels[0] if len(tie.labels) == 1 else NOTHING
    return link(only, hint(*(label.text for label in tie.labels)), path, class_="tied")


def _dot(at: Point, place: Place) -> Element:
    kind = "mark dot indigo" if place.exact else "line ring vague indigo"
    circle = element("circle", cx=at[0], cy=at[1], r=_reach(place), class_=kind)
    return link(place.label, hint(place.label.text, place.note), circle)


def _name(at: Point, place: Place, paper: Paper) -> Iterator[Element]:
    """Yield the name of a place where it covers least; none where it would cover much."""
    label = shortened(place.label, 170)
    wide = width(label.text)
    boxes = around(at[0], at[1], _reach(place), wide, _SHORT)
    number, cost = paper.best(boxes)
    if cost > 0.35 * wide * _SHORT:
        return
    box = boxes[number]
    paper.take([box])
    base = box.y + SIZE * 1.05
    yield link(place.label, words(label, box.x, base, class_="over"))
