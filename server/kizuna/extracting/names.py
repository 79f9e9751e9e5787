"""New persons and organisations: names that nobody has recorded yet, told by the words at them.

German writes every noun with a capital, so a capital alone proves nothing: a person shows by a
title or an office, an organisation by a word that only names of organisations have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kizuna.extracting.gazetteer import Hit
from kizuna.extracting.language import Tongue
from kizuna.extracting.patterns import Naming
from kizuna.extracting.tokens import QUOTES, Token

_LINKS = frozenset({"für", "of", "for", "and", "und", "&", "-", "the", "der", "des"})
_MOST = 8


@dataclass(frozen=True, slots=True)
class NewName:
    """A name that may be new: tokens ``first`` up to before ``last``, what shows it, its class."""

    first: int
    last: int
    word: int
    cls: str


def persons(
    tokens: Sequence[Token], roles: Sequence[Hit], taken: Sequence[Hit], spoken: Tongue
) -> Iterator[tuple[int, int]]:
    """Yield the places of names of persons; titles belong to the place, not to the name.

    A name is two or three capitalised words after a title or an office, or before a comma and an
    office, that no known name holds.
    """
    closed = {i for hit in taken for i in range(hit.first, hit.last)}
    starts = {hit.first for hit in roles}
    ends = {hit.last for hit in roles}
    first = 0
    while first < len(tokens):
        name_at = _after_titles(tokens, first, spoken)
        last = _name_end(tokens, name_at, closed, spoken)
        titled = name_at > first
        if last - name_at >= 2 and (
            titled or first in ends or _before_office(tokens, last, starts)
        ):
            yield first, last
            first = last
        else:
            first += 1


def _after_titles(tokens: Sequence[Token], first: int, spoken: Tongue) -> int:
    """Return where the name begins, behind titles and their full stops."""
    at = first
    while at < len(tokens) and spoken.has("titles", tokens[at].text):
        at += 1
        if at < len(tokens) and tokens[at].text == ".":
            at += 1
    return at


def _name_end(tokens: Sequence[Token], first: int, closed: set[int], spoken: Tongue) -> int:
    """Return the end of the run of capitalised words at ``first``, hyphens and particles in it."""
    at, words = first, 0
    while at < len(tokens) and words < 4 and at not in closed:
        text = tokens[at].text
        if text[:1].isupper() and len(text) > 1 and not _is_common(text, spoken):
            words += 1
        elif not (
            words and (text == "-" or spoken.has("particles", text)) and _goes_on(tokens, at)
        ):
            break
        at += 1
    return at if words >= 2 else first


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].text[:1].isupper()


def _is_common(word: str, spoken: Tongue) -> bool:
    low = word.lower()
    lists = ("stopwords", "definite", "indefinite", "months", "roles", "titles", "plans")
    return any(low in spoken.words[name] for name in lists) or word.isupper()


def _before_office(tokens: Sequence[Token], last: int, starts: set[int]) -> bool:
    """Tell whether ", <office>", "als <office>" or "(<office>" follows."""
    if last >= len(tokens) or tokens[last].text not in {",", "(", "als", "as"}:
        return False
    return any(at in starts for at in range(last + 1, min(last + 4, len(tokens))))


def organisations(
    tokens: Sequence[Token], namings: Sequence[Naming], spoken: Tongue
) -> Iterator[NewName]:
    """Yield the names that a naming word shows: the run of capitalised words on its sides.

    "…GmbH" has its name before it, "Institut…" behind it, "University" on both sides.
    """
    rows = [
        (word, naming.cls)
        for naming in namings
        for language, word in naming.words
        if language in {spoken.code, ""}
    ]
    for at, token in enumerate(tokens):
        row = next((r for r in rows if _shows(token.text, r[0])), None)
        if row:
            first = at if row[0].endswith("…") else _before(tokens, at, spoken)
            last = at + 1 if row[0].startswith("…") else _behind(tokens, at, spoken)
            if sum(t.text not in QUOTES for t in tokens[first:last]) >= 2:
                yield NewName(first, last, at, row[1])


def _shows(text: str, word: str) -> bool:
    """Tell whether a token is a naming word, or a compound that ends in it (``*ministerium``)."""
    bare = word.strip("…")
    if not text[:1].isupper():
        return False
    return (
        text.lower().rstrip("s").endswith(bare[1:])
        if bare.startswith("*")
        else text in {bare, bare + "s", bare + "es"}
    )


def _before(tokens: Sequence[Token], at: int, spoken: Tongue) -> int:
    """Return where the run of capitalised words before a naming word begins."""
    first = at
    while first > 0 and at - first < _MOST and _belongs(tokens, first - 1, spoken, before=True):
        first -= 1
    while first < at and not tokens[first].text[:1].isupper():
        first += 1
    return first


def _behind(tokens: Sequence[Token], at: int, spoken: Tongue) -> int:
    """Return where the run of capitalised words behind a naming word ends."""
    last = at + 1
    while last < len(tokens) and last - at < _MOST and _belongs(tokens, last, spoken, before=False):
        last += 1
    while last > at + 1 and not tokens[last - 1].text[:1].isupper():
        last -= 1
    return last


def _belongs(tokens: Sequence[Token], at: int, spoken: Tongue, *, before: bool) -> bool:
    text = tokens[at].text
    if text[:1].isupper():
        return not _is_common(text, spoken) or text.isupper()
    joins = {"-", "&"} if before else _LINKS
    return text in joins and _goes_on(tokens, at)
