"""The words of a sentence, and the mentions among them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kizuna.extracting.language import Tongue
from kizuna.extracting.things import Thing

_SPACED = re.compile(r"[^\W_]+(?:['’](?=\w)[^\W_]+)?|[^\w\s]|_")
_UNSPACED = re.compile(r"[A-Za-z0-9]+|[^\s]")
QUOTES = frozenset('„“”"»«‚‘›‹「」『』*')
SKIPPED = QUOTES | {"-", "‐", "–"}
"""Marks that make no difference between two spellings of a name."""


@dataclass(slots=True)
class Token:
    """A word, a mark, or a mention (with its things); ``norm`` is what patterns compare."""

    start: int
    end: int
    text: str
    norm: str
    things: tuple[Thing, ...] = ()
    adjective: bool = False
    value: str = ""
    """The kind of a value: date, figure, duration, number."""
    inside: tuple[Thing, ...] = ()
    """What else is named within a name."""


def tokenise(text: str, start: int, end: int, spoken: Tongue) -> list[Token]:
    """Return the words and marks of a sentence; hyphens stand alone."""
    form = _SPACED if spoken.spaced else _UNSPACED
    return [
        Token(m.start(), m.end(), m[0], _norm(m[0], spoken))
        for m in form.finditer(text, start, end)
    ]


def _norm(word: str, spoken: Tongue) -> str:
    low = word.lower()
    return str(spoken.words["contractions"].get(low, low))


def is_determiner(token: Token, spoken: Tongue) -> bool:
    """Tell whether a word only introduces a noun, so that patterns need not name it."""
    if token.things or not spoken.spaced:
        return False
    return spoken.has("definite", token.text) or spoken.has("indefinite", token.text)
