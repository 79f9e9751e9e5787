"""Pictures of answers: which columns of a table make a map, a timeline, a network or bars.

The rules are told in ``docs/pictures.md``. A table that has no such columns has no picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pyoxigraph import Literal, NamedNode

from kizuna.web.names import Term
from kizuna.web.pictures.bars import Bar, Chart, draw_bars
from kizuna.web.pictures.mapping import Place
from kizuna.web.pictures.network import Relation, Thing, Web, draw_network
from kizuna.web.pictures.svg import NOTHING, Label
from kizuna.web.pictures.timeline import Span
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.views.locating import Locator, number_of, point_of
from kizuna.web.views.maps import linked, map_picture
from kizuna.web.views.networks import thing_of
from kizuna.web.views.picturing import Picture, kind_names, kind_of, label, marks
from kizuna.web.views.timelines import (
    Time,
    bounds_of,
    day_of,
    lanes,
    span_of,
    timeline_picture,
    times_of,
)

MOST_MARKS = 150
MOST_BARS = 40
MOST_TRIED = 20
"""Rows that are looked at before a picture is offered."""
LATITUDES, LONGITUDES = ("lat", "latitude"), ("long", "lon", "longitude")
BEGINS = ("start", "begin", "notbefore", "earliest", "date")
ENDS = ("end", "notafter", "latest", "date")
FROM, TO = ("from", "source"), ("to", "target")
LABEL = "label"

Row = Sequence[Term | None]


@dataclass(frozen=True)
class Answer:
    """A table of terms: the names of its columns in small letters, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def named(self, names: Sequence[str]) -> int | None:
        """Return the number of the first column that has one of some names."""
        return next((self.columns.index(n) for n in names if n in self.columns), None)

    def holding(
        self, fits: Callable[[Term], bool], beside: Sequence[int | None] = ()
    ) -> int | None:
        """Return the first column whose values all fit; empty cells do not count."""
        for number in range(len(self.columns)):
            values = [row[number] for row in self.rows if row[number] is not None]
            if number not in beside and values and all(fits(v) for v in values if v is not None):
                return number
        return None

    def name(self, reader: Reader, row: Row, number: int) -> Label:
        """Return what a cell is called: by its own term, or by the column with its label."""
        item = row[number]
        beside = self.named((self.columns[number] + LABEL,))
        if isinstance(item, NamedNode):
            return label(reader, item)
        text = item if item is not None or beside is None else row[beside]
        return label(reader, text) if text is not None else NOTHING


def picture_of(
    reader: Reader, kind: str, columns: Sequence[str], rows: Sequence[Row]
) -> Picture | None:
    """Return the picture of a table; None where it has no columns or rows for that kind."""
    answer = Answer(tuple(column.lower() for column in columns), tuple(rows))
    return DRAWN[kind](reader, answer) if rows and columns else None


def drawable(reader: Reader, columns: Sequence[str], rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the kinds of pictures that there is something for where a table begins."""
    answer = Answer(tuple(column.lower() for column in columns), tuple(rows[:MOST_TRIED]))
    return tuple(kind for kind, fits in FITTING.items() if answer.rows and fits(reader, answer))


def _map(reader: Reader, answer: Answer) -> Picture | None:
    lat, long = answer.named(LATITUDES), answer.named(LONGITUDES)
    named = _name_column(answer, (lat, long))
    where = Locator(reader.site)
    found: dict[tuple[str, float, float], Place] = {}
    for row in answer.rows:
        at_hand = _at(reader, answer, row, (lat, long, named))
        for place in at_hand if at_hand is not None else _located(reader, where, row):
            key = (place.label.text, *place.at)
            count = found[key].count + 1 if key in found else 1
            note = reader.text("pictures.here", n=count)
            found[key] = Place(place.label, place.at, count, note, place.exact, place.code)
    shown = sorted(found.values(), key=lambda p: (-p.count, p.label.text))[:MOST_MARKS]
    if not shown:
        return None
    return _with_more(reader, map_picture(reader, "answer-map", shown), len(found) - len(shown))


def _at(
    reader: Reader, answer: Answer, row: Row, numbers: tuple[int | None, int | None, int | None]
) -> list[Place] | None:
    """Return where the coordinates of a row are, nowhere included; None for a table without any."""
    lat, long, named = numbers
    if lat is None or long is None:
        return None
    at = point_of(row[lat], row[long])
    known = answer.name(reader, row, named) if named is not None else NOTHING
    return [Place(known, at)] if at else []


def _located(reader: Reader, where: Locator, row: Row) -> list[Place]:
    """Return where the first thing in a row is that is somewhere."""
    spots = (where.spot(item) for item in row if item is not None)
    spot = next((spot for spot in spots if spot), None)
    if spot is None:
        return []
    return [Place(label(reader, spot.place), spot.at, exact=spot.exact, code=spot.code)]


def _timeline(reader: Reader, answer: Answer) -> Picture | None:
    begin, end = answer.named(BEGINS), answer.named(ENDS)
    if begin is None and end is None:
        begin = end = answer.holding(lambda term: day_of(term) is not None)
    named = _name_column(answer, (begin, end))
    spans: dict[Span, None] = {}
    beside: dict[Link, None] = {}
    for row in answer.rows:
        bounds = _bounds(reader, row, begin, end)
        known = answer.name(reader, row, named) if named is not None else NOTHING
        if any(bounds):
            item = row[named] if named is not None else None
            spans[span_of(reader, known, *_manner(reader, item, bounds))] = None
        elif known.text:
            beside[linked(known)] = None
    if not spans:
        return None
    return timeline_picture(reader, "answer-timeline", list(spans), list(beside), "")


def _manner(
    reader: Reader, item: Term | None, bounds: tuple[date | None, date | None]
) -> tuple[int, Time]:
    """Return of which kind a thing is, and a time of it as the data say it, if they do."""
    if not isinstance(item, NamedNode):
        return len(lanes(reader)) - 1, Time(*bounds)
    known = (time for time in times_of(reader.site, item) if (time.begin, time.end) == bounds)
    return kind_of(reader, item, lanes(reader)), next(known, Time(*bounds))


def _bounds(
    reader: Reader, row: Row, begin: int | None, end: int | None
) -> tuple[date | None, date | None]:
    """Return the days of a row: of its columns, else of a time that stands in it."""
    if begin is not None or end is not None:
        first = day_of(row[begin]) if begin is not None else None
        last = day_of(row[end]) if end is not None else None
        return (last, first) if first and last and last < first else (first, last)
    found = (bounds_of(reader.site, item) for item in row if item is not None)
    return next((bounds for bounds in found if any(bounds)), (None, None))


def _network(reader: Reader, answer: Answer) -> Picture | None:
    ends = _ends(answer)
    if ends is None:
        return None
    start, end = ends
    edges = dict.fromkeys(
        (answer.name(reader, row, start), answer.name(reader, row, end), row[start], row[end])
        for row in answer.rows
        if row[start] is not None and row[end] is not None
    )
    things: dict[Label, Thing] = {}
    for a, b, first, second in edges:
        for known, item in ((a, first), (b, second)):
            if len(things) < MOST_MARKS:
                things.setdefault(known, _thing(reader, known, item))
    numbers = {known: n for n, known in enumerate(things)}
    drawn = [(a, b) for a, b, _, _ in edges if a in numbers and b in numbers and a != b]
    if not drawn:
        return None
    relations = [Relation(numbers[a], numbers[b], f"{a.text} – {b.text}") for a, b in drawn]
    web = Web(
        "answer-network", reader.text("pictures.network"), reader.text("pictures.network.answer"),
        reader.language, kind_names(reader, marks(reader)),
    )  # fmt: skip
    names = tuple(answer.columns[number] for number in (start, end))
    rows = tuple((linked(a), linked(b)) for a, b in drawn)
    found = Picture(draw_network(web, list(things.values()), relations), names, rows)
    return _with_more(reader, found, len(edges) - len(drawn))


def _ends(answer: Answer) -> tuple[int, int] | None:
    """Return the columns that hold the two ends of lines."""
    start, end = answer.named(FROM), answer.named(TO)
    if start is None or end is None:
        start = answer.holding(_is_iri)
        end = answer.holding(_is_iri, (start,))
    return None if start is None or end is None else (start, end)


def _thing(reader: Reader, known: Label, item: Term | None) -> Thing:
    if isinstance(item, NamedNode):
        return thing_of(reader, item)
    return Thing(known, len(marks(reader)) - 1)


def _bar(reader: Reader, answer: Answer) -> Picture | None:
    numbers = answer.holding(_is_number)
    if numbers is None:
        return None
    named = _name_column(answer, (numbers,))
    other = answer.holding(_is_iri, (numbers, named))
    bars = []
    for row in answer.rows[:MOST_BARS]:
        value, item = number_of(row[numbers]), row[numbers]
        group = answer.name(reader, row, named) if named is not None else NOTHING
        known = answer.name(reader, row, other) if other is not None else group
        if value is not None and isinstance(item, Literal):
            bars.append(Bar(known, value, item.value, group if other is not None else NOTHING))
    if not bars:
        return None
    heads = (reader.text("pictures.group"),) if other is not None else ()
    chart = Chart(
        "answer-bar", reader.text("pictures.bar"), reader.text("pictures.bar.text"), reader.language
    )
    found = Picture(
        draw_bars(chart, bars),
        (*heads, reader.text("pictures.thing"), reader.text("pictures.number")),
        tuple(_as_row(bar, grouped=bool(heads)) for bar in bars),
    )
    return _with_more(reader, found, len(answer.rows) - len(bars))


def _as_row(bar: Bar, *, grouped: bool) -> tuple[Link, ...]:
    row = (linked(bar.label), Link(Words(bar.shown)))
    return (linked(bar.group), *row) if grouped else row


def _name_column(answer: Answer, taken: Sequence[int | None]) -> int | None:
    """Return the column that names a row: the first with things, else the first with texts."""
    first = answer.holding(_is_iri, taken)
    return first if first is not None else answer.holding(lambda _: True, taken)


def _has_places(reader: Reader, answer: Answer) -> bool:
    if answer.named(LATITUDES) is not None and answer.named(LONGITUDES) is not None:
        return True
    where = Locator(reader.site)
    return any(_located(reader, where, row) for row in answer.rows)


def _has_times(reader: Reader, answer: Answer) -> bool:
    if answer.named((*BEGINS, *ENDS)) is not None:
        return True
    if answer.holding(lambda term: day_of(term) is not None) is not None:
        return True
    return any(any(_bounds(reader, row, None, None)) for row in answer.rows)


def _with_more(reader: Reader, found: Picture, left_out: int) -> Picture:
    if left_out <= 0:
        return found
    return replace(found, more=reader.text("pictures.more", n=left_out))


def _is_iri(item: Term) -> bool:
    return isinstance(item, NamedNode)


def _is_number(item: Term) -> bool:
    return isinstance(item, Literal) and not item.language and number_of(item) is not None


DRAWN: dict[str, Callable[[Reader, Answer], Picture | None]] = {
    "map": _map,
    "timeline": _timeline,
    "network": _network,
    "bar": _bar,
}
"""How each kind of picture is made of an answer."""

FITTING: dict[str, Callable[[Reader, Answer], bool]] = {
    "map": _has_places,
    "timeline": _has_times,
    "network": lambda _, answer: _ends(answer) is not None,
    "bar": lambda _, answer: answer.holding(_is_number) is not None,
}
"""For which kinds of pictures an answer has columns."""
