"""Timelines: one line a thing, as exact as is known when it was.

A day is a dot, a range of possible days a bar, a time that is open on one side a bar that fades
into an arrow; what was only planned is hollow, what was inferred has a broken outline. What cannot
be dated stands in a list of its own beside the picture and is never put on the axis.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from kizuna.web.pictures.legend import Mark, legend
from kizuna.web.pictures.lettering import shortened, width
from kizuna.web.pictures.style import COLOURS
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

ROW = 27.0
TOP = 34.0
EDGE = 14.0
HALF = 8.5
"""Half of the height of a bar, within which a name has room."""
SHORTEST = 9.0
"""A bar is at least so long; what would be shorter is a dot."""
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
_NARROWEST_YEAR = 46.0
_YEAR = 365.2425
_KEY_SIZE = 11.5


@dataclass(frozen=True, slots=True)
class Span:
    """When something was: not before ``begin``, not after ``end`` (None: open), both as days.

    ``kind`` is the number of its kind; ``when`` says the time in words.
    """

    label: Label
    begin: date | None
    end: date | None
    kind: int = 0
    when: str = ""
    hollow: bool = False
    broken: bool = False

    @property
    def first(self) -> date:
        """The first day of which anything is known."""
        return self.begin or self.end or date.max


@dataclass(frozen=True, slots=True)
class Chronicle:
    """What a timeline is called and how its kinds and marks are called in its key."""

    name: str
    title: str
    description: str
    language: str
    kinds: tuple[str, ...] = ()
    planned: str = ""
    inferred: str = ""
    width: float = 960.0


@dataclass(frozen=True, slots=True)
class Axis:
    """The days that are drawn and where they stand."""

    first: float
    last: float
    width: float

    def at(self, day: date) -> float:
        """Return where a day stands."""
        part = (day.toordinal() - self.first) / (self.last - self.first)
        return EDGE + part * (self.width - 2 * EDGE)


def in_order(spans: Sequence[Span]) -> list[Span]:
    """Return spans as a timeline shows them: by their first day, the shorter first."""
    return sorted(spans, key=lambda s: (s.first, s.end or date.max, s.label.text))


def draw_timeline(chronicle: Chronicle, spans: Sequence[Span]) -> Drawing:
    """Return a timeline of ``spans``, which are one or more and have one bound each at least."""
    rows = in_order(spans)
    axis = _axis(rows, chronicle.width)
    bottom = TOP + ROW * len(rows) + 6
    body: list[Node] = list(_years(axis, bottom))
    for number, span in enumerate(rows):
        body.append(_row(span, axis, TOP + ROW * (number + 0.5)))
    marks, high = legend(_key(chronicle, rows), chronicle.width, bottom)
    return Drawing(
        chronicle.name,
        chronicle.width,
        bottom + high + 4,
        chronicle.title,
        chronicle.description,
        (*body, *marks),
        chronicle.language,
    )


def _axis(rows: Sequence[Span], wide: float) -> Axis:
    """Return an axis of whole years around all that is known, with air for what is open."""
    days = [day.toordinal() for span in rows for day in (span.begin, span.end) if day]
    open_left = any(span.begin is None for span in rows)
    open_right = any(span.end is None for span in rows)
    first, last = date.fromordinal(min(days)).year, date.fromordinal(max(days)).year
    air = max(1, round((last - first) / 14))
    begin = max(1, min(first - (air if open_left else 0), date.max.year - 1))
    end = min(date.max.year, last + 1 + (air if open_right else 0))
    return Axis(date(begin, 1, 1).toordinal(), date(end, 1, 1).toordinal(), wide)


def _years(axis: Axis, bottom: float) -> Iterator[Node]:
    first, last = (date.fromordinal(round(day)).year for day in (axis.first, axis.last))
    room = (axis.width - 2 * EDGE) / max(1, last - first)
    step = next((n for n in _STEPS if n * room >= _NARROWEST_YEAR), _STEPS[-1])
    marked = [year for year in range(first, last + 1) if year % step == 0]
    for band, (year, after) in enumerate(pairwise([*marked, marked[-1] + step] if marked else [])):
        x, to = axis.at(date(year, 1, 1)), axis.at(date(min(after, last), 1, 1))
        if band % 2 == 0 and to > x:
            yield element(
                "rect", x=x, y=TOP - 8, width=to - x, height=bottom - TOP + 8, class_="band"
            )
    for year in marked:
        x = axis.at(date(year, 1, 1))
        yield element("path", d=f"M{x:.1f} {TOP - 8:.1f}V{bottom:.1f}", class_="rule")
        if x + 4 + width(str(year), _KEY_SIZE) <= axis.width:
            yield words(Label(str(year)), x + 4, TOP - 14, class_="quiet")
    yield element("path", d=f"M{EDGE} {TOP - 8:.1f}H{axis.width - EDGE:.1f}", class_="rule")


def _row(span: Span, axis: Axis, y: float) -> Element:
    """Return the line of one thing: its mark, and its name on the side that has room."""
    left = axis.at(span.begin) if span.begin else EDGE
    right = axis.at(span.end) if span.end else axis.width - EDGE
    right = min(right + 1 / _YEAR, axis.width - EDGE)
    exact = span.begin is not None and span.end is not None and right - left < SHORTEST
    if exact:
        left = right = (left + right) / 2
    reach = 6.0 if exact else 0.0
    after, before = axis.width - right - reach - 8, left - reach - 8
    wanted = width(span.label.text)
    on_right = after >= min(wanted, before) or after >= wanted
    label = shortened(span.label, max(after, before) if wanted > after else wanted)
    if max(after, before) < wanted < right - left - 20:
        mark_label = _upon(span.label, left, right, y)
    else:
        side = (right + reach + 6, "start") if on_right else (left - reach - 6, "end")
        mark_label = words(label, side[0], y + 4.5, text_anchor=side[1], class_="over paper-over")
    mark = _dot(span, left, y) if exact else _bar(span, left, right, y)
    return link(span.label, hint(span.label.text, span.when), *mark, mark_label, class_="entry")


def _upon(label: Label, left: float, right: float, y: float) -> Element:
    """Return a name within its bar, where there is no room beside it."""
    room = right - left - 16
    return words(
        shortened(label, room),
        (left + right) / 2,
        y + 4,
        text_anchor="middle",
        class_="inside",
    )


def _classes(span: Span, filled: str) -> str:
    kind = COLOURS[span.kind % len(COLOURS)]
    shape = "line hollow" if span.hollow else f"mark {filled}"
    return f"{shape}{' vague' if span.broken else ''} {kind}"


def _dot(span: Span, x: float, y: float) -> list[Element]:
    return [element("circle", cx=x, cy=y, r=6, class_=_classes(span, "range" * span.broken))]


def _bar(span: Span, left: float, right: float, y: float) -> list[Element]:
    """Return a bar; an open end runs out in an arrow."""
    tip, high = 8.0, f"{HALF:g}"
    top = f"{y - HALF:.1f}"
    begin = f"M{left + (4 if span.begin else tip):.1f} {top}"
    to = right - 4 if span.end else right - tip
    close = (
        f"a{high} {high} 0 0 1 0 {2 * HALF:g}" if span.end else f"l{tip:g} {high}l-{tip:g} {high}"
    )
    start = (
        f"a{high} {high} 0 0 1 0-{2 * HALF:g}" if span.begin else f"l-{tip:g}-{high}l{tip:g}-{high}"
    )
    back = left + 4 if span.begin else left + tip
    path = f"{begin}H{to:.1f}{close}H{back:.1f}{start}z"
    return [element("path", d=path, class_=_classes(span, "range"))]


def _key(chronicle: Chronicle, rows: Sequence[Span]) -> list[tuple[Mark, str]]:
    """Return what colours and marks mean; only those that occur."""
    entries = [
        (_mark(Span(NOTHING, None, None, number)), kind)
        for number, kind in enumerate(chronicle.kinds)
        if any(span.kind == number for span in rows)
    ]
    if any(span.hollow for span in rows):
        entries.append((_mark(Span(NOTHING, None, None, hollow=True)), chronicle.planned))
    if any(span.broken for span in rows):
        entries.append((_mark(Span(NOTHING, None, None, broken=True)), chronicle.inferred))
    return entries


def _mark(span: Span) -> Mark:
    return lambda x, y: _dot(span, x, y)[0]
