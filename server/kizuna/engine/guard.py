r"""A look at a query's text before any engine sees it: what is refused, what is too deep.

Only tokens are read, so that IRIs, strings and comments hide nothing and betray nothing. The
engine needs no space between tokens (``1SERVICE<x>{}`` and ``SERVICEex:x{}`` are calls), reads a
name only as far as its prefix is declared and its IRI is one, and only its grammar tells an IRI
from a comparison (``?a<'x>'``). Others decode ``\u0053`` before they read anything. So a word is
refused where any of them could take it for a call.
"""

from __future__ import annotations

import re

from kizuna.engine.protocol import Limits
from kizuna.engine.tokens import SURELY_IRI, TOKEN, unescaped
from kizuna.errors import BadQuery, Refused

_WORD = re.compile("SERVICE", re.IGNORECASE)
# The word in a name, where another token may end before it: letters would be part of the name.
_GLUED = re.compile(
    r"(?:(?<![A-Za-z_-])|(?<=true)|(?<=false))SERVICE(?P<end>(?:SILENT)?$)?", re.IGNORECASE
)
_BLANK = re.compile(r"(?:\s|#[^\n\r]*+)*+")
_SILENT = re.compile("SILENT", re.IGNORECASE)
# An escape for what has a meaning in the grammar, or for a letter of a word.
_ASCII_ESCAPE = re.compile(r"\\(?:u00|U000000)[0-7][0-9A-Fa-f]")
_OPERATORS = {"!", "/", "^", "+", "-", "*", "|", "&", "="}
MAX_OPERATORS = 1_500
MAX_CLAUSES = 500
_CLAUSE = re.compile(
    r"(?:^|\.|[0-9]|TRUE|FALSE)(?:OPTIONAL|UNION|MINUS|EXISTS|BIND|SELECT|VALUES|FILTER)",
    re.IGNORECASE,
)


def guard(text: str, limits: Limits) -> None:
    """Pass ``text`` if an engine may see it.

    Raises Refused for SERVICE, and BadQuery for a text that is too long, nests too deep or
    holds more operators or clauses than an engine's stack can bear.
    """
    check_size(text, limits)
    _Guard(limits).walk(text)


def check_size(text: str, limits: Limits) -> None:
    """Pass ``text`` if it is not too long, which takes no time to see. Raises BadQuery."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limits.query_bytes:
        raise BadQuery(
            f"the query has {size} bytes, more than {limits.query_bytes}",
            hint="Shorten it; long lists of values go into several queries.",
        )


class _Guard:
    """A count over the tokens of one query; ``declared`` are the prefixes up to where it is."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.depth = self.operators = self.clauses = 0
        self.declared = {"_"}
        self.declares = False
        self.doubtful = False

    def walk(self, text: str) -> None:
        for match in TOKEN.finditer(text):
            if match.lastgroup == "name":
                self._name(match, text)
            elif match.lastgroup == "mark":
                self._mark(match[0], match.start(), text)
            elif match.lastgroup == "iri" and not SURELY_IRI.match(match[0]):
                self._perhaps_iri(match, text)
        if self.doubtful or _ASCII_ESCAPE.search(text):
            self._no_word(text)
            self._no_word(unescaped(text))

    def _no_word(self, text: str) -> None:
        word = _WORD.search(text)
        if word:
            raise self._refused(word.start(), text)

    def _perhaps_iri(self, match: re.Match[str], text: str) -> None:
        """Count what would be operators and brackets if this were a comparison."""
        for offset, character in enumerate(match[0]):
            self._mark(character, match.start() + offset, text)
        self.doubtful = self.doubtful or "#" in match[0] or "'" in match[0]

    def _name(self, match: re.Match[str], text: str) -> None:
        prefix, colon, _ = match[0].partition(":")
        known = bool(colon) and prefix in self.declared
        if _calls(match, text, len(prefix) + 1 if known else 0):
            raise self._refused(match.start(), text)
        if self.declares and colon:
            self.declared.add(prefix)
        elif not known:
            self._split(prefix, match.start(), text)
        self.declares = match[0].upper() == "PREFIX"

    def _split(self, word: str, at: int, text: str) -> None:
        """Count what is in a word that the engine cannot take for the beginning of a name."""
        self._operators(word.count("-"), at, text)
        self.clauses += _CLAUSE.search(word) is not None
        if self.clauses > MAX_CLAUSES:
            raise self._too_much(f"more than {MAX_CLAUSES} clauses", at, text)

    def _refused(self, at: int, text: str) -> Refused:
        return Refused(
            f"SERVICE in line {_line(text, at)}: queries to other servers are not passed on",
            hint="Ask the other endpoint yourself and join the results; if the word is part of a "
            "name, put a full stop before the next brace, and write characters, not escapes.",
        )

    def _mark(self, mark: str, at: int, text: str) -> None:
        if mark in "{([":
            self.depth += 1
            if self.depth > self.limits.depth:
                raise self._too_much(f"nests deeper than {self.limits.depth} brackets", at, text)
        elif mark in "})]":
            self.depth -= 1
        elif mark in _OPERATORS:
            self._operators(1, at, text)

    def _operators(self, more: int, at: int, text: str) -> None:
        self.operators += more
        if self.operators > MAX_OPERATORS:
            raise self._too_much(f"more than {MAX_OPERATORS} operators", at, text)

    def _too_much(self, what: str, at: int, text: str) -> BadQuery:
        line = _line(text, at)
        column = at - (text.rfind("\n", 0, at) + 1) + 1
        return BadQuery(
            f"the query has {what}" if what.startswith("more") else f"the query {what}",
            line=line,
            column=column,
            hint="Split it, or ask with VALUES and property paths instead.",
        )


def _calls(match: re.Match[str], text: str, named: int) -> bool:
    """Tell whether some engine could read in a name the word SERVICE with what it calls.

    The first ``named`` characters are surely a name, or the beginning of one.
    """
    if ":" not in match[0]:
        return _WORD.search(match[0]) is not None
    found = _GLUED.finditer(text, match.start() + named, match.end())
    ends = [glued["end"] is not None for glued in found]
    return (any(ends) and _is_called(text, match.end())) or (
        bool(ends) and _group_follows(text, match.end())
    )


def _is_called(text: str, at: int) -> bool:
    """Tell whether a name and a group follow, with or without SILENT before them."""
    at = _skip(text, at)
    silent = _SILENT.match(text, at)
    starts = (at, _skip(text, silent.end())) if silent else (at,)
    called = (TOKEN.match(text, start) for start in starts)
    return any(
        token is not None
        and token.lastgroup in {"iri", "sigil", "name"}
        and _group_follows(text, token.end())
        for token in called
    )


def _group_follows(text: str, at: int) -> bool:
    return text.startswith("{", _skip(text, at))


def _skip(text: str, at: int) -> int:
    """Return the place behind white space and comments."""
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
