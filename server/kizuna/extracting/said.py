"""What a sentence says: one fact, where its words stand, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass

from kizuna.extracting.passages import Sentence
from kizuna.extracting.patterns import Pattern
from kizuna.extracting.things import Thing


@dataclass(frozen=True, slots=True)
class Text:
    """Words taken from the document as a value, and where they stand."""

    words: str
    language: str
    start: int
    end: int


Value = Thing | Text | str
"""A thing, words, or a constant: an IRI in angle brackets, else a day."""


@dataclass(frozen=True, slots=True)
class Said:
    """One fact that a sentence says: its parts, its words, the pattern, who says it."""

    subject: Thing
    predicate: str
    value: Value
    start: int
    end: int
    pattern: Pattern
    planned: bool
    speaker: Thing | None
    sentence: Sentence
