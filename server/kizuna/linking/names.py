"""How alike two names are, by language and script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

_FOLDED = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d"})
_WORD = re.compile(r"\w+", re.UNICODE)
_IDEOGRAPHIC = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af々〆]")
OTHER = 0.7
"""Names that are less alike than this are different names, however much they share."""
SHORT = 5
"""Up to so many letters a name may be an acronym, which many things share."""
SHORT_WORTH = 0.6
"""How much a match of nothing but such a name is worth."""


def folded(text: str) -> str:
    """Return a name without what spellings of it differ in: case, width, accents, punctuation.

    >>> folded("Kōbe-shi (Ｋｏｂｅ)")
    'kobe shi kobe'
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    marks = "".join(c for c in plain if unicodedata.category(c) != "Mn" or c in "\u3099\u309a")
    whole = unicodedata.normalize("NFC", marks).translate(_FOLDED)
    return " ".join(_WORD.findall(whole))


def is_ideographic(text: str) -> bool:
    """Tell whether a name is written in a script without spaces (Japanese, Chinese, Korean)."""
    return bool(_IDEOGRAPHIC.search(text))


def similarity(one: str, other: str) -> float:
    """Return how alike two names are: 1 for the same, 0 for different ones (below ``OTHER``).

    >>> similarity("Stadt Köln", "stadt koln"), similarity("川崎市", "川崎町")
    (1.0, 0.0)
    """
    found = _likeness(one, other)
    return found if found >= OTHER else 0.0


def _likeness(one: str, other: str) -> float:
    first, second = folded(one), folded(other)
    if not first or not second or is_ideographic(first) is not is_ideographic(second):
        return 0.0
    if first == second:
        return 1.0
    if is_ideographic(first):
        return _ratio(first, second)
    in_order = _ratio(first, second)
    sorted_words = _ratio(" ".join(sorted(first.split())), " ".join(sorted(second.split())))
    return max(in_order, min(sorted_words, 0.97))


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def turned(name: str) -> list[str]:
    """Return a name of two or three words with its words turned round, the name itself left out.

    >>> turned("University of Alpha"), turned("Alpha")
    (['of Alpha University', 'Alpha University of'], [])
    """
    words = name.split()
    if not 2 <= len(words) <= 3:
        return []
    return [" ".join((*words[i:], *words[:i])) for i in range(1, len(words))]


@dataclass(frozen=True, slots=True)
class Likeness:
    """The two names of a language that are most alike, and how much."""

    language: str
    name: str
    other: str
    value: float
    worth: float = 1.0


def most_alike(language: str, names: Iterable[str], others: Iterable[str]) -> Likeness | None:
    """Return the best pair of names in one language, None where one side has none.

    A pair that is only an acronym is worth less than a whole name.
    """
    offered = list(others)
    pairs = (Likeness(language, a, b, similarity(a, b), _worth(a)) for a in names for b in offered)
    return max(pairs, key=lambda p: (p.value * p.worth, p.name, p.other), default=None)


def _worth(name: str) -> float:
    letters = folded(name).replace(" ", "")
    short = not is_ideographic(letters) and len(letters) <= SHORT and name != name.capitalize()
    return SHORT_WORTH if short else 1.0
