"""The groups of a query and what they are made of, as far as that can be told for sure.

SPARQL 1.1 Query, section 19.8, rules 53 to 69. What is not understood to the last token is not
understood at all: then nothing is concluded from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kizuna.engine.tokens import Token

DEEPEST = 60
_SURELY_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:[^'#()?$]*>|<[A-Za-z][A-Za-z0-9+.-]*://")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][0-9]+)?|\.[0-9]+")
_NAME = re.compile(r"(?P<prefix>(?:[^:.0-9][^:.]*)?):(?!\.)")
_CONSTANTS = {"A", "TRUE", "FALSE"}
_IN_TRIPLES = set(".;,()[]^/|*+?!-")


class Unclear(Exception):
    """The text is no query, or one whose parts cannot be told for sure."""


@dataclass(slots=True)
class Element:
    """A part of a group, with its own groups.

    ``kind`` is the word that it begins with, ``GROUP`` for groups and unions, or ``TRIPLES``.
    """

    kind: str
    tokens: Sequence[Token]
    groups: list[Group]

    @property
    def start(self) -> int:
        """Where it begins in the text."""
        return self.tokens[0].start()

    @property
    def end(self) -> int:
        """Where it ends in the text."""
        return self.tokens[-1].end()


@dataclass(slots=True)
class Group:
    """What stands between two braces, which are at ``start`` - 1 and ``end``."""

    start: int
    end: int = 0
    elements: list[Element] = field(default_factory=list)


def variables(found: Sequence[Token]) -> set[str]:
    """Return the names of all variables in some tokens."""
    return {t[0][1:] for t in found if t.lastgroup == "sigil" and t[0][0] in "?$"}


def certain(elements: Sequence[Element]) -> set[str]:
    """Return variables that each solution of these elements binds; there may be more."""
    bound: set[str] = set()
    for element in elements:
        inner = [certain(group.elements) for group in element.groups]
        if element.kind == "TRIPLES":
            bound |= variables(element.tokens)
        elif element.kind == "GRAPH":
            bound |= inner[0] | variables(element.tokens[1:2])
        elif element.kind == "GROUP":
            bound |= set.intersection(*inner)
    return bound


def outermost(found: Sequence[Token], at: int) -> Group:
    """Return the ``WHERE`` group of a query whose prologue ends at the token ``at``.

    Raises Unclear.
    """
    reader = _Reader(found, at)
    while reader.word != "{":
        if reader.word == "CONSTRUCT":
            reader.at += 1
            if reader.word == "{":
                reader.skip("{", "}")
        elif reader.word == "(":
            reader.bracketed([])
        else:
            reader.at += 1
    return reader.group()


class _Reader:
    """Reads groups from tokens, beginning at ``at``."""

    def __init__(self, found: Sequence[Token], at: int) -> None:
        self.found = found
        self.at = at
        self.depth = 0
        self.readers: dict[str, Callable[[list[Group]], None]] = {
            "OPTIONAL": self._grouped,
            "MINUS": self._grouped,
            "GRAPH": self._grouped,
            "SERVICE": self._grouped,
            "FILTER": self._constraint,
            "BIND": self._constraint,
            "VALUES": self._values,
            "SELECT": self._subquery,
            "{": self._union,
        }

    @property
    def token(self) -> Token:
        """The token that is next."""
        if self.at >= len(self.found):
            raise Unclear
        return self.found[self.at]

    @property
    def word(self) -> str:
        """The next token if it is a word or a mark, in capitals; else nothing."""
        return self.token[0].upper() if self.token.lastgroup in {"name", "mark"} else ""

    def group(self) -> Group:
        """Return the group that begins here, and stand behind it."""
        self._expect("{")
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unclear
        group = Group(self.found[self.at - 1].end())
        while self.word != "}":
            if self.word == ".":
                self.at += 1
            else:
                group.elements.append(self._element())
        group.end = self.token.start()
        self.at += 1
        self.depth -= 1
        return group

    def _element(self) -> Element:
        start, word = self.at, self.word
        groups: list[Group] = []
        self.readers.get(word, self._triples)(groups)
        kind = {"{": "GROUP"}.get(word, word) if word in self.readers else "TRIPLES"
        return Element(kind, self.found[start : self.at], groups)

    def _grouped(self, groups: list[Group]) -> None:
        """Read a word, up to two more before the group (``SILENT``, a name), and the group."""
        for _ in range(3):
            self.at += 1
            if self.word == "{":
                groups.append(self.group())
                return
        raise Unclear

    def _union(self, groups: list[Group]) -> None:
        groups.append(self.group())
        while self.word == "UNION":
            self.at += 1
            groups.append(self.group())

    def _constraint(self, groups: list[Group]) -> None:
        """Read up to the brackets of an expression or the group of ``EXISTS``, and these."""
        while self.word not in {"(", "{"}:
            if self.word == "}":
                raise Unclear
            self.at += 1
        if self.word == "(":
            self.bracketed(groups)
        else:
            groups.append(self.group())

    def bracketed(self, groups: list[Group]) -> None:
        """Read from a bracket to the one that closes it, with groups of ``EXISTS`` in between."""
        depth = 0
        while True:
            if self.word == "{":
                groups.append(self.group())
                continue
            depth += (self.word == "(") - (self.word == ")")
            self._check_token()
            self.at += 1
            if depth == 0:
                return

    def _values(self, groups: list[Group]) -> None:
        del groups
        while self.word != "{":
            self.at += 1
        self.skip("{", "}")

    def _subquery(self, groups: list[Group]) -> None:
        """Read a subquery, which fills its group to the end, modifiers and ``VALUES`` included."""
        while self.word != "}":
            if self.word == "(":
                self.bracketed([])
            elif self.word == "{" and not groups:
                groups.append(self.group())
            elif self.word == "{":
                self.skip("{", "}")
            else:
                self.at += 1
        if not groups:
            raise Unclear

    def _triples(self, groups: list[Group]) -> None:
        del groups
        start = self.at
        while self.word not in {*self.readers, "}"}:
            self._check_token()
            if self.token.lastgroup == "mark" and self.word not in _IN_TRIPLES:
                raise Unclear
            if self.token.lastgroup == "name" and not self._is_term(self.token[0]):
                raise Unclear
            self.at += 1
        if self.at == start:
            raise Unclear

    def _is_term(self, word: str) -> bool:
        """Tell names, numbers and constants from what the engine would split (``GRAPH:x``)."""
        name = _NAME.match(word)
        if name is not None:
            return not name["prefix"].upper().endswith((*self.readers, "EXISTS"))
        return word.upper() in _CONSTANTS or _NUMBER.fullmatch(word) is not None

    def _check_token(self) -> None:
        """Pass if the next token is not a comparison that looks like an IRI."""
        if self.token.lastgroup == "iri" and not _SURELY_IRI.match(self.token[0]):
            raise Unclear

    def skip(self, opening: str, closing: str) -> None:
        """Read from a brace to the one that closes it."""
        depth = 0
        while True:
            depth += (self.word == opening) - (self.word == closing)
            self.at += 1
            if depth == 0:
                return

    def _expect(self, mark: str) -> None:
        if self.word != mark:
            raise Unclear
        self.at += 1
