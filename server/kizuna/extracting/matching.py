r"""Patterns as regular expressions over a sentence in which mentions are single signs.

A mention is written as ``OPEN``, one letter for each slot that it fits, and its number. So one
compiled pattern serves all sentences. Words stand as they are compared, each with a space behind
it; Japanese has none.

In a pattern, ``{event}`` is a slot (``{a:event}`` names it, ``{orgs:org+}`` is an enumeration),
``word*`` a beginning, ``*word`` an end, ``(a|b)`` a choice, ``*`` any word, ``[a]`` may be missing, ``…`` is up to
eighteen words within the sentence and ``..`` up to three, none of them fitting the slot before,
``……`` up to forty of any kind, ``\(`` a bracket of the text, ``{x:text}`` words up to what follows
(``{x:long}`` with commas), and ``^`` the beginning of the sentence. Words that only introduce a noun (the, ein) are left out.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kizuna.errors import ProjectError
from kizuna.extracting.language import Tongue, tongue
from kizuna.extracting.patterns import Pattern, Slot
from kizuna.extracting.tokens import QUOTES, Token, is_determiner, tokenise

OPEN = "\ue000"
TEXTS = frozenset({"text", "long"})
"""Slots for words of the text; only the long ones may hold a comma."""
_LETTERS, _NUMBERS = 0xE100, 0xF000
_ANY_LETTER, _ANY_NUMBER = "[\ue100-\ue1ff]*", "[\uf000-\uf8ff]"
_PIECE = re.compile(
    r"\{(?P<slot>[^}]*)\}|(?P<far>……)|(?P<gap>…)|(?P<short>\.\.)|\\(?P<bracket>[()])"
    r"|(?P<mark>[()\[\]|^])|(?P<word>[^\s{}()\[\]|^…\\]+)|\s+"
)
_LISTED = re.compile(f"{OPEN}({_ANY_LETTER})({_ANY_NUMBER})")
_FAR, _LONG, _SHORT = 40, 18, 3


@dataclass(frozen=True, slots=True)
class Compiled:
    """A pattern's text in one language; ``slots`` says which slot each variable has."""

    pattern: Pattern
    language: str
    form: re.Pattern[str]
    slots: dict[str, str]
    words: frozenset[str]
    """Words of which the sentence must have all, so that most patterns need not be tried."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern matched: the tokens of the whole, of each variable, and of its words."""

    first: int
    last: int
    slots: dict[str, list[int]]
    texts: dict[str, tuple[int, int]]
    fixed: tuple[int, ...]


def letter(slots: Sequence[str], name: str) -> str:
    """Return the letter of a slot."""
    return chr(_LETTERS + slots.index(name))


def compile_pattern(pattern: Pattern, slots: dict[str, Slot]) -> list[Compiled]:
    """Return a pattern's texts as regular expressions.

    Raises ProjectError for a slot that is not declared, and for brackets that do not close.
    """
    return [_compiled(pattern, language, text, slots) for language, text in pattern.texts]


def _compiled(pattern: Pattern, language: str, text: str, slots: dict[str, Slot]) -> Compiled:
    spoken, names = tongue(language), sorted(slots)
    parts: list[str] = []
    used: dict[str, str] = {}
    behind = ""
    for piece in _PIECE.finditer(text):
        if piece["slot"] is not None:
            variable, slot = _variable(piece["slot"])
            if slot.rstrip("+") not in slots and slot not in TEXTS:
                raise ProjectError(
                    f"{pattern.iri}: {{{piece['slot']}}} names a slot that is not declared",
                    hint=f"Declared are {', '.join(names)}, text and long.",
                )
            parts.append(_slot_form(variable, slot, names, spoken))
            used[variable] = slot.rstrip("+")
            behind = "" if slot in TEXTS else _sign(slot.rstrip("+"), names)
        elif piece["far"]:
            parts.append(_gap(_FAR, "", spoken))
        elif piece["gap"] or piece["short"]:
            parts.append(_gap(_LONG if piece["gap"] else _SHORT, behind, spoken))
        elif piece["bracket"]:
            parts.append(re.escape(piece["bracket"]) + " ")
        elif piece["mark"]:
            parts.append(
                {"(": "(?:", ")": ")", "[": "(?:", "]": ")?", "|": "|", "^": "^"}[piece["mark"]]
            )
        elif piece["word"]:
            parts.append(_word_form(piece["word"], spoken))
    try:
        form = re.compile("".join(parts))
    except re.error as error:
        raise ProjectError(
            f"{pattern.iri}: {text!r} is no pattern: {error}", hint="See that all brackets close."
        ) from error
    return Compiled(pattern, language, form, used, _needed(text, spoken))


def _variable(inside: str) -> tuple[str, str]:
    """Return variable and slot of ``{event2}`` or ``{a:event+}``."""
    variable, colon, slot = inside.partition(":")
    plain = variable.rstrip("+").rstrip("0123456789") + ("+" if variable.endswith("+") else "")
    return variable.rstrip("+"), slot if colon else plain


def _sign(name: str, names: list[str]) -> str:
    return f"{OPEN}{_ANY_LETTER}{letter(names, name)}{_ANY_LETTER}{_ANY_NUMBER}"


def _slot_form(variable: str, slot: str, names: list[str], spoken: Tongue) -> str:
    after = " " if spoken.spaced else ""
    if slot in TEXTS:
        unit = r"(?:[^\s.;:()!?,]\S* |, )" if slot == "long" else r"(?:[^\s.;:()!?,]\S* )"
        return f"(?P<{variable}>{unit if spoken.spaced else '[^。、；：（）]'}+?)"
    item = _sign(slot.rstrip("+"), names) + after
    lead = ""
    if spoken.spaced and "adj" in names:
        lead = f"(?:{_sign('adj', names)} (?:- )?)*"
    if not slot.endswith("+"):
        return f"{lead}(?P<{variable}>{item})"
    joins = "|".join(re.escape(w) + after for w in spoken.words["conjunctions"])
    comma = "(?:, )?" if spoken.spaced else "[、，]?"
    between = f"(?:{comma}(?:{joins})(?:auch )?|{', ' if spoken.spaced else '[、，]'})"
    loose = r"(?:(?!,|\.|;|:|\ue000)\S+ ){0,2}" if spoken.spaced else ""
    return f"{lead}(?P<{variable}>{item}(?:{between}{loose}{lead}{item})*)"


def _gap(most: int, behind: str, spoken: Tongue) -> str:
    """Return some words within the clause; none fits the slot before, so the nearest is meant."""
    other = f"(?!{behind})" if behind else ""
    if not spoken.spaced:
        return rf"(?:{other}[^。]){{0,{most * 3}}}?"
    return rf"(?:{other}[^.;:!?\s]\S* ){{0,{most}}}?"


def _word_form(word: str, spoken: Tongue) -> str:
    if not spoken.spaced:
        return re.escape(word)
    if word == "*":
        return r"[^\s.,;:()!?\ue000]\S* "
    ahead, behind = word.startswith("*") and len(word) > 1, word.endswith("*") and len(word) > 1
    bare = word.strip("*") if len(word) > 1 else word
    tokens = [t.norm for t in tokenise(bare, 0, len(bare), spoken)]
    if all(spoken.has("definite", t) or spoken.has("indefinite", t) for t in tokens):
        return ""
    form = " ".join(map(re.escape, tokens))
    return (r"\S*" if ahead else "") + form + (r"\S* " if behind else " ")


def _needed(text: str, spoken: Tongue) -> frozenset[str]:
    """Return the plain words outside brackets and choices."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\([^)]*\)", " ", text)
    bare = re.sub(r"\\[()]", " ", bare)
    words = (w for w in re.findall(r"[^\s^…]+", bare) if "*" not in w and ".." not in w)
    return frozenset(_word_form(w, spoken).replace("\\", "") for w in words if spoken.spaced)


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
        sign = OPEN + fits[number] + chr(_NUMBERS + number) if fits[number] else token.norm
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
        signs = (m for m in _LISTED.finditer(found[variable]) if wanted in m[1])
        slots[variable] = [ord(m[2]) - _NUMBERS for m in signs]
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
