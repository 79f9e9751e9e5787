"""The plain triple patterns of a query's text: terms and variables, nothing that nests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kizuna.engine.tokens import Token

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][0-9]+)?")
_TRUTHS = {"true", "false"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple pattern; its terms as they stand in the text."""

    subject: str
    predicate: str
    object: str

    @property
    def variables(self) -> frozenset[str]:
        """The names of its variables."""
        terms = (self.subject, self.predicate, self.object)
        return frozenset(term[1:] for term in terms if term[0] in "?$")

    def __str__(self) -> str:
        return f"{self.subject} {self.predicate} {self.object}"


def plain_patterns(found: Sequence[Token]) -> list[Pattern] | None:
    """Return the triple patterns that the tokens are, None where they are anything else, too.

    Terms are variables, IRIs, prefixed names, literals and ``a``. Blank nodes, lists, paths and
    signs make it None: what is not understood to the last token is not touched.
    """
    reading = _Reading(found)
    patterns: list[Pattern] = []
    while not reading.done:
        several = reading.statement()
        if several is None:
            return None
        patterns += several
        if not (reading.skip(".") or reading.done):
            return None
    return patterns


class _Reading:
    """A place in the tokens."""

    def __init__(self, found: Sequence[Token]) -> None:
        self.found = found
        self.at = 0

    @property
    def done(self) -> bool:
        return self.at >= len(self.found)

    @property
    def next(self) -> str:
        """The text of the next token, empty at the end."""
        return "" if self.done else self.found[self.at][0]

    def skip(self, mark: str) -> bool:
        found = self.next == mark
        self.at += found
        return found

    def statement(self) -> list[Pattern] | None:
        """Read one subject with all that is said of it."""
        patterns: list[Pattern] = []
        subject = self._resource()
        while subject is not None:
            predicate = "a" if self._word("a") else self._resource()
            if predicate is None:
                return None
            while True:
                target = self._resource() or self._literal()
                if target is None:
                    return None
                patterns.append(Pattern(subject, predicate, target))
                if not self.skip(","):
                    break
            if not self.skip(";"):
                return patterns
        return None

    def _word(self, word: str) -> bool:
        return not self.done and self.found[self.at].lastgroup == "name" and self.skip(word)

    def _resource(self) -> str | None:
        """Read a variable, an IRI or a prefixed name."""
        if self.done:
            return None
        token = self.found[self.at]
        named = token.lastgroup == "name" and ":" in token[0] and not token[0].startswith("_:")
        variable = token.lastgroup == "sigil" and token[0][0] in "?$"
        if not (named or variable or token.lastgroup == "iri"):
            return None
        self.at += 1
        return token[0]

    def _literal(self) -> str | None:
        """Read a literal with its language or datatype, an unsigned number, or a truth."""
        if self.done:
            return None
        token = self.found[self.at]
        if token.lastgroup == "name" and (_NUMBER.fullmatch(token[0]) or token[0] in _TRUTHS):
            self.at += 1
            return token[0]
        if token.lastgroup != "string":
            return None
        self.at += 1
        if self.next.startswith("@"):
            self.at += 1
            return token[0] + self.found[self.at - 1][0]
        if not self.skip("^"):
            return token[0]
        datatype = self._resource() if self.skip("^") else None
        return None if datatype is None or datatype[0] in "?$" else f"{token[0]}^^{datatype}"
