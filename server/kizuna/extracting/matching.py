"""Sentences as strings in which mentions are single signs, and the patterns that match in them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kizuna.extracting.compiling import LISTED, NUMBERS, OPEN, TEXTS, Compiled, letter
from kizuna.extracting.language import Tongue
from kizuna.extracting.tokens import QUOTES, Token, is_determiner


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern matched: the tokens of the whole, of each variable, and of its words."""

    first: int
    last: int
    slots: dict[str, list[int]]
    texts: dict[str, tuple[int, int]]
    fixed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A sentence as patterns see it: the string, and where each of its tokens begins in it."""

    text: str
    starts: tuple[int, ...]
    tokens: tuple[int, ...]


def encode(tokens: Sequence[Token], fits: Sequence[str], spoken: Tongue) -> Encoded:
    """Return a sentence as a string; ``fits`` are the letters of each token's slots."""
    pieces: list[str] = []
    starts: list[int] = []
    numbers: list[int] = []
    at = 0
    for number, token in enumerate(tokens):
        if token.text in QUOTES or is_determiner(token, spoken):
            continue
        sign = OPEN + fits[number] + chr(NUMBERS + number) if fits[number] else token.norm
        piece = sign + (" " if spoken.spaced else "")
        starts.append(at)
        numbers.append(number)
        pieces.append(piece)
        at += len(piece)
    return Encoded("".join(pieces), tuple(starts), tuple(numbers))


def matches(compiled: Compiled, sentence: Encoded, names: Sequence[str]) -> Iterator[Match]:
    """Yield the places where a pattern matches, leftmost first, none within another."""
    if not all(word in sentence.text for word in compiled.words):
        return
    for found in compiled.form.finditer(sentence.text):
        if found.start() == found.end() or not _at_token(found.start(), sentence):
            continue
        yield _match(found, compiled, sentence, names)


def _at_token(at: int, sentence: Encoded) -> bool:
    place = bisect_left(sentence.starts, at)
    return place < len(sentence.starts) and sentence.starts[place] == at


def _match(
    found: re.Match[str], compiled: Compiled, sentence: Encoded, names: Sequence[str]
) -> Match:
    slots: dict[str, list[int]] = {}
    texts: dict[str, tuple[int, int]] = {}
    inside: set[int] = set()
    for variable, slot in compiled.slots.items():
        if found.start(variable) < 0:
            continue
        span = _tokens(sentence, *found.span(variable))
        inside.update(range(span[0], span[1] + 1))
        if slot in TEXTS:
            texts[variable] = span
            continue
        wanted = letter(names, slot)
        signs = (m for m in LISTED.finditer(found[variable]) if wanted in m[1])
        slots[variable] = [ord(m[2]) - NUMBERS for m in signs]
    first, last = _tokens(sentence, *found.span())
    fixed = tuple(n for n in sentence.tokens if first <= n <= last and n not in inside)
    return Match(first, last, slots, texts, fixed)


def _tokens(sentence: Encoded, start: int, end: int) -> tuple[int, int]:
    """Return the first and the last token of a part of the string."""
    first = bisect_right(sentence.starts, start) - 1
    last = bisect_left(sentence.starts, end) - 1
    return sentence.tokens[first], sentence.tokens[max(first, last)]


@lru_cache(maxsize=4096)
def slot_letters(names: tuple[str, ...], fitting: frozenset[str]) -> str:
    """Return the letters of the slots in ``fitting``, in the order in which signs hold them."""
    return "".join(letter(names, n) for n in names if n in fitting)
