"""Bars: a number each, lying, so that names have room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kizuna.web.pictures.lettering import shortened, width
from kizuna.web.pictures.svg import Drawing, Element, Label, Node, element, hint, link, words

ROW = 30.0
TOP = 8.0
_MOST_NAME = 0.42
_GAP = 12.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A name with its number, and the number as it is written for the reader."""

    label: Label
    value: float
    shown: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart of bars is called."""

    name: str
    title: str
    description: str
    language: str
    width: float = 960.0


def draw_bars(chart: Chart, bars: Sequence[Bar]) -> Drawing:
    """Return bars, which are one or more, in the order given; they begin at 0, below it red."""
    names = min(max(width(bar.label.text) for bar in bars), chart.width * _MOST_NAME)
    numbers = max(width(bar.shown) for bar in bars) + _GAP
    low, high = min(0.0, *(b.value for b in bars), 0.0), max(0.0, *(b.value for b in bars), 0.0)
    left, room = names + _GAP, chart.width - names - 2 * _GAP - numbers
    per = room / ((high - low) or 1.0)
    zero = left - low * per
    body: list[Node] = []
    for number, bar in enumerate(bars):
        y = TOP + ROW * number
        body.append(_bar(bar, (names, zero, per), y))
    bottom = TOP + ROW * len(bars)
    body.append(element("path", d=f"M{zero:.1f} {TOP}V{bottom:.1f}", class_="scale"))
    return Drawing(
        chart.name, chart.width, bottom + TOP, chart.title, chart.description, tuple(body),
        chart.language,
    )  # fmt: skip


def _bar(bar: Bar, where: tuple[float, float, float], y: float) -> Element:
    names, zero, per = where
    end = zero + bar.value * per
    left, right = sorted((zero, end))
    kind = "indigo" if bar.value >= 0 else "red"
    label = shortened(bar.label, names)
    return link(
        bar.label,
        hint(bar.label.text, bar.shown),
        words(label, names, y + ROW / 2 + 4.5, text_anchor="end"),
        element(
            "rect", x=left, y=y + 5, width=max(right - left, 1), height=ROW - 10, rx=2,
            class_=f"mark dot {kind}",
        ),
        words(Label(bar.shown), max(right, zero) + 6, y + ROW / 2 + 4.5, class_="strong"),
        class_="entry",
    )  # fmt: skip
