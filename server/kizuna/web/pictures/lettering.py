"""Texts in drawings: how wide they are, and how they are cut.

No font is asked: the width is that of common sans-serif fonts, on the safe side.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from kizuna.web.pictures.svg import Label

SIZE = 13.0
_NARROW = frozenset("iljtfrI.,:;'|!()[] -")
_NEVER_FIRST = frozenset(
    "、。，．・：；？！ー」』）】〉》〕］｝々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.;:!?)]}"
)
_NEVER_LAST = frozenset("「『（【〈《〔［｛([{")
"""Signs with which no line begins or ends (JIS X 4051)."""
_SEAMS = frozenset("・、）")
"""Signs after which a line ends well."""
_BROAD = frozenset("mwMW%@")


@lru_cache(10_000)
def width(text: str, size: float = SIZE) -> float:
    """Return about how wide a text is.

    >>> width("日本", 10.0), width("il", 10.0)
    (20.0, 7.8)
    """
    return round(sum(map(_part, text)) * size, 2)


@lru_cache(5_000)
def _part(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in {"W", "F"}:
        return 1.0
    if unicodedata.combining(sign):
        return 0.0
    if sign in _NARROW:
        return 0.39
    if sign in _BROAD:
        return 0.97
    return 0.74 if sign.isupper() else 0.63


def shortened(label: Label, room: float, size: float = SIZE) -> Label:
    """Return a label that is at most ``room`` wide, its end replaced by an ellipsis if need be."""
    text = " ".join(label.text.split())
    if width(text, size) <= room:
        return _saying(label, text)
    return _saying(label, _fitting(text, room - width("…", size), size).rstrip() + "…")


def _saying(label: Label, text: str) -> Label:
    return label if label.text == text else label._replace(text=text)


def _fitting(text: str, room: float, size: float) -> str:
    """Return the longest beginning of a text that is at most ``room`` wide."""
    used = 0.0
    for number, sign in enumerate(text):
        used += _part(sign) * size
        if used > room:
            return text[:number]
    return text


def broken(label: Label, room: float, size: float = SIZE) -> list[Label]:
    """Return a label in one or two lines of at most ``room``; what is longer is cut.

    Lines break between words, after hyphens and middle dots and before brackets, and in texts
    without any of these between two signs.
    """
    text = " ".join(label.text.split())
    if width(text, size) <= room:
        return [_saying(label, text)]
    first = _first(text, room, size)
    rest = label._replace(text=text[len(first) :].strip())
    return [label._replace(text=first), shortened(rest, room, size)]


def _first(text: str, room: float, size: float) -> str:
    """Return the first line of a text that is wider than ``room``."""
    fitting = _fitting(text, room, size)
    if " " in fitting:
        return fitting.rpartition(" ")[0]
    for end in range(len(fitting), len(fitting) // 2, -1):
        if text[end - 1] == "-" or (_is_seam(text, end) and width(text[end:], size) <= room):
            return text[:end]
    first = fitting
    while len(first) > 1 and (text[len(first)] in _NEVER_FIRST or first[-1] in _NEVER_LAST):
        first = first[:-1]
    return first


def _is_seam(text: str, end: int) -> bool:
    """Tell whether the parts of a compound meet at ``end``."""
    return (text[end - 1] in _SEAMS and text[end] not in _NEVER_FIRST) or text[end] == "（"
