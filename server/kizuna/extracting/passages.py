"""The content of a text: its paragraphs and sentences, without the furniture of a web page.

Menus, credits, teasers and what follows the end of the article are no one's statements.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from kizuna.extracting.language import TONGUES, recognise, tongue

_LINE = re.compile(r"[^\n]+")
_MARKUP = re.compile(r"^[\[(*#>\s•–-]+|[\])*#\s:]+(?:\(#\))?$")
_END = re.compile(r"[.!?。！？]+[”“\"»’』」*)]*(?=\s|$)|[。！？]+[」』]?")
_SHORT = 90
"""More characters than a heading has."""
_ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Prof|Mr|Ms|Mrs|St|Nr|No|ca|bzw|vgl|etc|u|a|z|B|d|h|e|V|Ing|Dipl|Inc|Ltd|Co|Hon|Mag|med)"
    r"|\b[A-Z]|(?<![0-9])[0-9]{1,2})\.$"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the content: where it stands (code points), its language, its paragraph."""

    start: int
    end: int
    language: str
    paragraph: int
    heading: bool


def sentences(text: str, language: str) -> list[Sentence]:
    """Return the sentences of the content of ``text`` in reading order.

    ``language`` is that of passages that show none of their own.
    """
    found: list[Sentence] = []
    for number, (start, end) in enumerate(content(text)):
        passage = text[start:end]
        spoken = recognise(passage, language)
        heading = len(passage) < _SHORT and not _END.search(passage)
        found += [Sentence(a, b, spoken, number, heading) for a, b in _split(text, start, end)]
    return found


def content(text: str) -> list[tuple[int, int]]:
    """Return where the lines of the content stand: no furniture, and nothing after its end."""
    lines = [(m.start(), m.end()) for m in _LINE.finditer(text) if m[0].strip()]
    end = _content_end([text[a:b] for a, b in lines])
    return [(a, b) for a, b in lines[:end] if not _is_furniture(text[a:b])]


def _content_end(lines: list[str]) -> int:
    """Return the number of lines up to the end: a known mark, or a teaser.

    A card of a teaser has its heading twice: in the picture and beside it. The headings right
    before it belong to it.
    """
    counted = Counter(line.strip() for line in lines)
    seen_prose = False
    for number, line in enumerate(lines):
        if seen_prose and (_marks_end(line) or (is_heading(line) and counted[line.strip()] > 1)):
            while number and is_heading(lines[number - 1]) and ":" not in lines[number - 1]:
                number -= 1  # noqa: PLW2901 - walks back over headings
            return number
        seen_prose = seen_prose or len(line) > _SHORT or bool(_END.search(line))
    return len(lines)


def is_heading(line: str) -> bool:
    """Tell whether a line is short and no sentence."""
    return len(line) < _SHORT and not _END.search(line)


def _plain(line: str) -> str:
    return _MARKUP.sub("", line.strip()).strip().lower()


def _marks_end(line: str) -> bool:
    return any(_plain(line) in tongue(code).words["furniture_end"] for code in TONGUES)


def _is_furniture(line: str) -> bool:
    low = line.strip().lower()
    begins = any(low.startswith(w) for c in TONGUES for w in tongue(c).words["furniture_line"])
    address = re.fullmatch(r"(?:https?://|www\.)\S+", low) is not None
    return begins or address or _marks_end(line)


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the sentences between two places; abbreviations and ordinals end none."""
    spots: list[tuple[int, int]] = []
    begin = start
    for mark in _END.finditer(text, start, end):
        before = text[begin : mark.start() + 1]
        if mark[0] == "." and (
            _ABBREVIATION.search(before) or text[mark.end() : mark.end() + 2].strip()[:1].islower()
        ):
            continue
        spots.append((begin, mark.end()))
        begin = mark.end()
    if text[begin:end].strip():
        spots.append((begin, end))
    return [(a + len(text[a:b]) - len(text[a:b].lstrip()), b) for a, b in spots]


def first_and_last(text: str, start: int, end: int) -> str:
    """Return the last words between two places, as many as make them stand there first."""
    at = start
    for size in (60, 120, 240):
        begin = max(start, end - size)
        at = start if begin == start else text.find(" ", begin, end) + 1
        if at and text.find(text[at:end]) == at:
            return text[at:end]
    return text[start:end]
