"""What the marks of a picture mean: a row of marks with words, in as many lines as it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kizuna.web.pictures.lettering import width
from kizuna.web.pictures.svg import Element, Label, words

Mark = Callable[[float, float], Element]

_SIZE = 11.5
_LINE = 20.0
_EDGE, _GAP, _TEXT = 14.0, 22.0, 17.0


def legend(
    entries: Sequence[tuple[Mark, str]], wide: float, top: float
) -> tuple[list[Element], float]:
    """Return marks with words below ``top``, and the height that they take."""
    if not entries:
        return [], 0.0
    found: list[Element] = []
    x, y = _EDGE, top + _LINE
    for mark, text in entries:
        room = _TEXT + width(text, _SIZE)
        if x > _EDGE and x + room > wide:
            x, y = _EDGE, y + _LINE
        found.append(mark(x + 6, y - 4))
        found.append(words(Label(text), x + _TEXT, y, class_="quiet"))
        x += room + _GAP
    return found, y + 8 - top
