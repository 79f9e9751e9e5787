"""A look at a query's text before any engine sees it: what is refused, what is too deep.

Only tokens are read, so that IRIs, strings and comments hide nothing and betray nothing. The
engine needs no space between tokens (``1SERVICE<x>{}`` is a call), and only its grammar tells an
IRI from a comparison (``?a<'x>'``): where that could hide a call, the bare word is refused.
"""

from __future__ import annotations

import re

from kizuna.engine.protocol import Limits
from kizuna.engine.tokens import TOKEN
from kizuna.errors import BadQuery, Refused

# What no comparison can be: after ``http:`` an expression cannot go on with two slashes.
_SURELY_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
# SERVICE as the end of a token that the engine would split, or as its name before a colon.
_SERVICE = re.compile(r"(?:(?:TRUE|FALSE|[0-9.E+-]*)\.?|.*:\.)SERVICE(?:SILENT)?(?P<colon>:|$)")
_BARE = re.compile("SERVICE", re.IGNORECASE)
_GROUP_FOLLOWS = re.compile(r"(?:\s|#[^\n\r]*)*\{")
_BEFORE_GRAPHS = {"GRAPH", "FROM", "NAMED"}
_OPERATORS = {"!", "/", "^", "+", "-", "*", "|", "&", "="}
MAX_OPERATORS = 1_500
MAX_CLAUSES = 500
_CLAUSES = {"OPTIONAL", "UNION", "MINUS", "EXISTS", "BIND", "SELECT", "VALUES", "FILTER"}


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
    """A count over the tokens of one query."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.depth = self.operators = self.clauses = 0
        self.last_word = ""
        self.doubtful = False

    def walk(self, text: str) -> None:
        for match in TOKEN.finditer(text):
            if match.lastgroup == "name":
                self._name(match[0].upper(), match, text)
            elif match.lastgroup == "mark":
                self._mark(match[0], match.start(), text)
            elif match.lastgroup == "iri" and not _SURELY_IRI.match(match[0]):
                self._perhaps_iri(match, text)
        bare = _BARE.search(text) if self.doubtful else None
        if bare:
            raise self._refused(bare.start(), text)

    def _perhaps_iri(self, match: re.Match[str], text: str) -> None:
        """Count what would be operators and brackets if this were a comparison."""
        for offset, character in enumerate(match[0]):
            self._mark(character, match.start() + offset, text)
        self.doubtful = self.doubtful or "#" in match[0] or "'" in match[0]

    def _name(self, word: str, match: re.Match[str], text: str) -> None:
        at = match.start()
        if self._calls(word, text, match.end()):
            raise self._refused(at, text)
        self.last_word = word
        if word in _CLAUSES:
            self.clauses += 1
            if self.clauses > MAX_CLAUSES:
                raise self._too_much(f"more than {MAX_CLAUSES} clauses", at, text)

    def _calls(self, word: str, text: str, end: int) -> bool:
        """Tell whether the engine could read ``word`` as SERVICE with what it calls."""
        if ":" not in word:
            return "SERVICE" in word
        found = _SERVICE.match(word)
        if found is None or not found["colon"]:
            return found is not None
        # ``SERVICE:x {`` calls what the empty prefix names; ``GRAPH service:x {`` does not.
        return self.last_word not in _BEFORE_GRAPHS and bool(_GROUP_FOLLOWS.match(text, end))

    def _refused(self, at: int, text: str) -> Refused:
        return Refused(
            f"SERVICE in line {_line(text, at)}: queries to other servers are not passed on",
            hint="Ask the other endpoint yourself and join the results.",
        )

    def _mark(self, mark: str, at: int, text: str) -> None:
        if mark in "{([":
            self.depth += 1
            if self.depth > self.limits.depth:
                raise self._too_much(f"nests deeper than {self.limits.depth} brackets", at, text)
        elif mark in "})]":
            self.depth -= 1
        elif mark in _OPERATORS:
            self.operators += 1
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


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
