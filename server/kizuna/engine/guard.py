"""A look at a query's text before any engine sees it: what is refused, what is too deep.

Only tokens are read, so that IRIs, strings and comments hide nothing and betray nothing.
"""

from __future__ import annotations

import re

from kizuna.engine.protocol import Limits
from kizuna.errors import BadQuery, Refused

_TOKEN = re.compile(
    r"""
      (?P<string>  \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
                 | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' )
    | (?P<iri>     <[^<>"{}|^`\\\x00-\x20]*> )
    | (?P<comment> \#[^\n\r]* )
    | (?P<name>    [?$@]?[^\s<>"'{}()\[\],;|^/*+=!&\#.?$@]+
                   (?:\.[^\s<>"'{}()\[\],;|^/*+=!&\#.?$@]+)* )
    | (?P<mark>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_OPERATORS = {"!", "/", "^", "+", "-", "*", "|", "&", "="}
MAX_OPERATORS = 1_500
MAX_CLAUSES = 500
_CLAUSES = {"OPTIONAL", "UNION", "MINUS", "EXISTS", "BIND", "SELECT", "VALUES", "FILTER"}


def guard(text: str, limits: Limits) -> None:
    """Pass ``text`` if an engine may see it.

    Raises Refused for SERVICE, and BadQuery for a text that is too long, nests too deep or
    holds more operators or clauses than an engine's stack can bear.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limits.query_bytes:
        raise BadQuery(
            f"the query has {size} bytes, more than {limits.query_bytes}",
            hint="Shorten it; long lists of values go into several queries.",
        )
    _Guard(limits).walk(text)


class _Guard:
    """A count over the tokens of one query."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.depth = self.operators = self.clauses = 0

    def walk(self, text: str) -> None:
        for match in _TOKEN.finditer(text):
            if match.lastgroup == "name":
                self._name(match[0].upper(), match.start(), text)
            elif match.lastgroup == "mark":
                self._mark(match[0], match.start(), text)

    def _name(self, word: str, at: int, text: str) -> None:
        if word == "SERVICE":
            raise Refused(
                f"SERVICE in line {_line(text, at)}: queries to other servers are not passed on",
                hint="Ask the other endpoint yourself and join the results.",
            )
        if word in _CLAUSES:
            self.clauses += 1
            if self.clauses > MAX_CLAUSES:
                raise self._too_much(f"more than {MAX_CLAUSES} clauses", at, text)

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
