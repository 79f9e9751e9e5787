"""Who says what: passages in quotation marks, and what a person is reported to say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kizuna.extracting.language import tongue
from kizuna.extracting.passages import Sentence
from kizuna.extracting.things import Known, Thing
from kizuna.extracting.tokens import Token

_PASSAGE = re.compile(
    r"„[^“”\n]{30,}[“”]|“[^”“\n]{30,}”|\"[^\"\n]{30,}\"|「[^」\n]{15,}」|«[^»\n]{30,}»"
)


_FEW = 5
"""Fewer words are a name in quotation marks."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A stretch of the text and the person whose words it gives."""

    start: int
    end: int
    speaker: Thing


def speeches(
    text: str,
    read: Sequence[tuple[Sentence, list[Token]]],
    known: Known,
    persons: tuple[str, ...],
) -> list[Speech]:
    """Return the stretches that are somebody's words, direct ones first."""
    spoken: list[Speech] = []
    named = [
        (token, sentence, thing)
        for sentence, tokens in read
        for token in tokens
        for thing in token.things[:1]
        if any(known.is_a(thing.classes, c) for c in persons)
    ]
    for passage in _PASSAGE.finditer(text):
        if " " in passage[0] and len(passage[0].split()) < _FEW:
            continue
        speaker = _speaker(text, passage.start(), passage.end(), named)
        if speaker:
            spoken.append(Speech(passage.start(), passage.end(), speaker))
    return spoken + _reported(read, named, spoken)


def _speaker(
    text: str, start: int, end: int, named: list[tuple[Token, Sentence, Thing]]
) -> Thing | None:
    """Return who says the passage: the next person in its line, else the last one before."""
    line_end = text.find("\n", end)
    line = line_end if line_end >= 0 else len(text)
    for token, sentence, thing in named:
        if end <= token.start < line and _verb_between(text[end : token.start], sentence.language):
            return thing
    before = [thing for token, _, thing in named if token.end <= start]
    return before[-1] if before else None


def _verb_between(text: str, language: str) -> bool:
    words = re.findall(r"\w+", text.lower())
    return len(words) < 8 and any(w in tongue(language).words["speech"] for w in words)


def _reported(
    read: Sequence[tuple[Sentence, list[Token]]],
    named: list[tuple[Token, Sentence, Thing]],
    direct: list[Speech],
) -> list[Speech]:
    """Return the rest of each sentence after a person and a verb of saying."""
    found: list[Speech] = []
    for sentence, tokens in read:
        persons = [(t, thing) for t, s, thing in named if s is sentence]
        verbs = [
            t for t in tokens if not t.things and tongue(sentence.language).has("speech", t.text)
        ]
        for verb in verbs:
            before = [thing for t, thing in persons if t.end <= verb.start]
            inside = any(d.start <= verb.start < d.end for d in direct)
            if before and not inside:
                found.append(Speech(verb.end, sentence.end, before[-1]))
    return found
