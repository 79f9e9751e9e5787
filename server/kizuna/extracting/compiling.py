r"""Patterns as regular expressions over a sentence in which mentions are single signs.

A mention is written as ``OPEN``, one letter for each slot that it fits, and its number. So one
compiled pattern serves all sentences. Words stand as they are compared, each with a space behind
it; Japanese has none.

In a pattern, ``{event}`` is a slot (``{a:event}`` names it, ``{orgs:org+}`` is an enumeration),
``word*`` a beginning, ``*word`` an end, ``*`` any word, ``(a|b)`` a choice, ``[a]`` may be missing,
``…`` is up to eighteen words within the sentence and ``..`` up to three, none of them fitting the
slot before, ``……`` up to forty of any kind, ``\(`` a bracket of the text, ``{x:text}`` words up to
what follows (``{x:long}`` with commas), and ``^`` the beginning of the sentence. Words that only
introduce a noun (the, ein) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kizuna.errors import ProjectError
from kizuna.extracting.language import Tongue, tongue
from kizuna.extracting.patterns import Pattern, Slot
from kizuna.extracting.tokens import tokenise

OPEN = "\ue000"
TEXTS = frozenset({"text", "long"})
"""Slots for words of the text; only the long ones may hold a comma."""
_LETTERS, NUMBERS = 0xE100, 0xF000
_ANY_LETTER, _ANY_NUMBER = "[\ue100-\ue1ff]*", "[\uf000-\uf8ff]"
_PIECE = re.compile(
    r"\{(?P<slot>[^}]*)\}|(?P<far>……)|(?P<gap>…)|(?P<short>\.\.)|\\(?P<bracket>[()])"
    r"|(?P<mark>[()\[\]|^])|(?P<word>[^\s{}()\[\]|^…\\]+)|\s+"
)
LISTED = re.compile(f"{OPEN}({_ANY_LETTER})({_ANY_NUMBER})")
_FAR, _LONG, _SHORT = 40, 18, 3
_MARKS = {"(": "(?:", ")": ")", "[": "(?:", "]": ")?", "|": "|", "^": "^"}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A pattern's text in one language; ``slots`` says which slot each variable has."""

    pattern: Pattern
    language: str
    form: re.Pattern[str]
    slots: dict[str, str]
    words: frozenset[str]
    """Words of which the sentence must have all, so that most patterns need not be tried."""


def letter(slots: Sequence[str], name: str) -> str:
    """Return the letter of a slot."""
    return chr(_LETTERS + slots.index(name))


def compile_pattern(pattern: Pattern, slots: dict[str, Slot]) -> list[Compiled]:
    """Return a pattern's texts as regular expressions.

    Raises ProjectError for a slot that is not declared, and for brackets that do not close.
    """
    return [_compiled(pattern, language, text, slots) for language, text in pattern.texts]


def _compiled(pattern: Pattern, language: str, text: str, slots: dict[str, Slot]) -> Compiled:
    writer = _Writer(pattern.iri, tongue(language), slots)
    for piece in _PIECE.finditer(text):
        if piece.lastgroup:
            getattr(writer, f"write_{piece.lastgroup}")(piece[piece.lastgroup])
    try:
        form = re.compile("".join(writer.parts))
    except re.error as error:
        raise ProjectError(
            f"{pattern.iri}: {text!r} is no pattern: {error}", hint="See that all brackets close."
        ) from error
    return Compiled(pattern, language, form, writer.used, _needed(text, writer.spoken))


@dataclass(slots=True)
class _Writer:
    """The parts of a regular expression; ``behind`` is the sign of the slot written last."""

    iri: str
    spoken: Tongue
    slots: dict[str, Slot]
    parts: list[str] = field(default_factory=list)
    used: dict[str, str] = field(default_factory=dict)
    behind: str = ""

    def write_slot(self, inside: str) -> None:
        """Write ``{name:slot+}``. Raises ProjectError for a slot that is not declared."""
        names = sorted(self.slots)
        variable, slot = _variable(inside)
        if slot.rstrip("+") not in self.slots and slot not in TEXTS:
            raise ProjectError(
                f"{self.iri}: {{{inside}}} names a slot that is not declared",
                hint=f"Declared are {', '.join(names)}, text and long.",
            )
        self.parts.append(_slot_form(variable, slot, names, self.spoken))
        self.used[variable] = slot.rstrip("+")
        self.behind = "" if slot in TEXTS else _sign(slot.rstrip("+"), names)

    def write_far(self, _: str) -> None:
        """Write ``……``."""
        self.parts.append(_gap(_FAR, "", self.spoken))

    def write_gap(self, _: str) -> None:
        """Write ``…``."""
        self.parts.append(_gap(_LONG, self.behind, self.spoken))

    def write_short(self, _: str) -> None:
        """Write ``..``."""
        self.parts.append(_gap(_SHORT, self.behind, self.spoken))

    def write_bracket(self, mark: str) -> None:
        """Write a bracket of the text."""
        self.parts.append(re.escape(mark) + " ")

    def write_mark(self, mark: str) -> None:
        """Write a choice, or what may be missing."""
        self.parts.append(_MARKS[mark])

    def write_word(self, word: str) -> None:
        """Write a word, or a part of one."""
        self.parts.append(_word_form(word, self.spoken))


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
