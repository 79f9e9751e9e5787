"""Where the words that were looked for stand in a text, in its own spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kizuna.engine.words import folded, forms, is_paired, places, plain

MOST_READ = 20_000
"""Signs of a text after which nothing is marked."""
# A sign with the marks that become one with it.
_SIGN = re.compile("[^\uff9e\uff9f][\u0300-\u036f\u3099\u309a\uff9e\uff9f]*|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; ``marked`` where it is what was looked for."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class _Folded:
    """A folded text, and where each of its signs begins and ends in the text itself."""

    text: str
    starts: list[int]
    ends: list[int]

    def there(self, start: int, end: int) -> tuple[int, int]:
        return self.starts[start], self.ends[end - 1]


def marks(text: str, words: str) -> list[tuple[int, int]]:
    """Return where words of ``words`` stand in ``text``, in order; no two of them overlap.

    Words are found as the index finds them: by their beginnings, and then they are marked whole.

    >>> marks("Förderung, 神戸市", "FOERD 神戸")
    [(0, 9), (11, 13)]
    """
    *before, last = plain(words).split() or [""]
    sought = [*(word for word in before if len(word) > 1 or is_paired(word)), last]
    wanted = [form for word in filter(None, sought) for form in forms(word)]
    flat = _flattened(text[:MOST_READ])
    found = []
    for start, end in places(flat.text):
        inside = _inside(flat.text[start:end], wanted)
        found += [flat.there(start + a, start + b) for a, b in inside]
    return _apart(sorted(found))


def pieces(text: str, words: str, around: int = 0) -> tuple[Piece, ...]:
    """Return ``text`` in pieces with the words marked.

    With ``around`` only so many signs before the first and after that; what is left out shows
    as "…".
    """
    found = marks(text, words)
    start, end = _window(text, found, around) if around else (0, len(text))
    made, at = [Piece("…")] if start else [], start
    for a, b in found:
        if b <= end:
            made += [Piece(text[at:a]), Piece(text[a:b], marked=True)]
            at = b
    made += [Piece(text[at:end]), Piece("…" if end < len(text) else "")]
    return tuple(piece for piece in made if piece.text)


def replaced(text: str, words: Mapping[str, str]) -> str:
    """Return ``text`` with some of its (folded) words replaced by others.

    >>> replaced("die Tühringer Kobbe", {"kobbe": "kobe"})
    'die Tühringer kobe'
    """
    flat = _flattened(text)
    made, at = [], 0
    for start, end in places(flat.text):
        other = words.get(flat.text[start:end])
        if other is not None:
            a, b = flat.there(start, end)
            made += [text[at:a], other]
            at = b
    return "".join((*made, text[at:]))


def spelled(word: str, text: str) -> str:
    """Return a folded word as ``text`` spells it, or as it is where it does not stand there.

    >>> spelled("thuringen", "Freistaat Thüringen")
    'Thüringen'
    """
    flat = _flattened(text[:MOST_READ])
    for start, end in places(flat.text):
        if flat.text[start:end] == word:
            a, b = flat.there(start, end)
            return text[a:b]
    return word


def _flattened(text: str) -> _Folded:
    if text.isascii():
        return _Folded(text.casefold(), list(range(len(text))), list(range(1, len(text) + 1)))
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for sign in _SIGN.finditer(text):
        made = folded(sign[0])
        parts.append(made)
        starts += [sign.start()] * len(made)
        ends += [sign.end()] * len(made)
    return _Folded("".join(parts), starts, ends)


def _inside(run: str, wanted: list[str]) -> Iterator[tuple[int, int]]:
    """Yield which parts of a run are wanted: parts of a Japanese one, a whole other word."""
    if is_paired(run):
        for word in wanted:
            yield from ((m.start(), m.end()) for m in re.finditer(re.escape(word), run))
    elif any(run.startswith(word) for word in wanted):
        yield 0, len(run)


def _apart(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return places with those that touch made one."""
    made: list[tuple[int, int]] = []
    for start, end in found:
        if made and start < made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((start, end))
    return made


def _window(text: str, found: list[tuple[int, int]], around: int) -> tuple[int, int]:
    """Return the part of a text to show, which begins and ends between words where it can."""
    first = found[0][0] if found else 0
    start, end = max(0, first - around), min(len(text), first + 2 * around)
    if start:
        space = text.find(" ", start, first)
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", first, end)
        end = space if space > first + around else end
    return start, end
