"""Bars: a number each, lying, so that names have room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kizuna.web.pictures.lettering import shortened, width
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

ROW = 30.0
TOP = 8.0
_MOST_NAME = 0.42
_GAP = 12.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A name with its number, and the number as it is written for the reader.

    Bars of one ``group`` that follow one another stand below its name.
    """

    label: Label
    value: float
    shown: str
    group: Label = NOTHING


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
    y, group = TOP, NOTHING
    for bar in bars:
        if bar.group != group:
            group = bar.group
            body.append(_heading(group, chart.width, y))
            y += ROW
        body.append(_bar(bar, (names, zero, per), y))
        y += ROW
    axis = element("path", d=f"M{zero:.1f} {TOP:.1f}V{y:.1f}", class_="scale")
    return Drawing(
        chart.name, chart.width, y + TOP, chart.title, chart.description, (axis, *body),
        chart.language,
    )  # fmt: skip


def _heading(group: Label, wide: float, y: float) -> Element:
    text = words(shortened(group, wide - 8), 4, y + ROW / 2 + 6, class_="strong over paper-over")
    return link(group, element("title", group.text, lang=group.lang), text)


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
