"""Texts in drawings: how wide they are, and how they are cut.

No font is asked: the width is that of common sans-serif fonts, on the safe side.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from kizuna.web.pictures.svg import Label

SIZE = 13.0
_NARROW = frozenset("iljtfrI.,:;'|!()[] -")
_NEVER_FIRST = frozenset(
    "、。，．・：；？！ー」』）】〉》〕］｝々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.;:!?)]}"
)
"""Signs with which no line begins (JIS X 4051)."""
_BROAD = frozenset("mwMW%@")


def width(text: str, size: float = SIZE) -> float:
    """Return about how wide a text is.

    >>> width("日本", 10.0), width("il", 10.0)
    (20.0, 7.2)
    """
    return round(sum(map(_part, text)) * size, 2)


def _part(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in {"W", "F"}:
        return 1.0
    if unicodedata.combining(sign):
        return 0.0
    if sign in _NARROW:
        return 0.36
    if sign in _BROAD:
        return 0.92
    return 0.7 if sign.isupper() else 0.585


def shortened(label: Label, room: float, size: float = SIZE) -> Label:
    """Return a label that is at most ``room`` wide, its end replaced by an ellipsis if need be."""
    text = " ".join(label.text.split())
    if width(text, size) <= room:
        return replace(label, text=text)
    used, kept = width("…", size), ""
    for sign in text:
        used += _part(sign) * size
        if used > room:
            break
        kept += sign
    return replace(label, text=kept.rstrip() + "…")


def broken(label: Label, room: float, size: float = SIZE) -> list[Label]:
    """Return a label in one or two lines of at most ``room``; what is longer is cut.

    Lines break between words, and in texts without any between two signs.
    """
    text = " ".join(label.text.split())
    if width(text, size) <= room:
        return [replace(label, text=text)]
    first = shortened(label, room + width("…", size), size).text.removesuffix("…")
    if " " in first:
        first = first.rpartition(" ")[0]
    while len(first) > 1 and text[len(first)] in _NEVER_FIRST:
        first = first[:-1]
    rest = replace(label, text=text[len(first) :].strip())
    return [replace(label, text=first), shortened(rest, room, size)]
