"""Parameters of a query: variables that are given a value from outside, never by joining texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kizuna.engine.tokens import Token, tokens
from kizuna.errors import BadQuery


@dataclass(slots=True)
class _Group:
    """A group in braces, from ``start`` to ``end``: what it names itself, its first group.

    ``template`` is where the template of CONSTRUCT belongs that this group stands for, too.
    """

    start: int
    end: int = 0
    template: int | None = None
    names: set[str] = field(default_factory=set)
    subquery: bool = False
    inner: _Group | None = None


def bound(text: str, bindings: Mapping[str, str]) -> str:
    """Return the query with variables bound to terms in N-Triples syntax.

    A ``VALUES`` block is put into every group that names the variable, so that it has its value
    there too where no outer pattern reaches: in ``OPTIONAL``, ``MINUS`` and subqueries. ``SELECT``,
    ``GROUP BY`` and templates count as parts of their ``WHERE``, and ``CONSTRUCT WHERE`` gets the
    template that it is short for.

    Raises BadQuery for a variable that the query does not name or that it makes by ``AS``, and for
    a value that is no term.
    """
    values = {name.lstrip("?$"): _term(name, term) for name, term in bindings.items()}
    if not values:
        return text
    reading = _Reading(text)
    for name in values:
        reading.check(name)
    added: dict[int, str] = {}
    for group in reading.groups:
        blocks = "".join(f" VALUES ?{n} {{ {t} }}" for n, t in values.items() if n in group.names)
        if blocks:
            added[group.start] = f"{blocks} "
        if blocks and group.template is not None:
            added[group.template] = f" {{{text[group.start : group.end]}}} "
    for at, more in sorted(added.items(), reverse=True):
        text = f"{text[:at]}{more}{text[at:]}"
    return text


class _Reading:
    """The ``groups`` of a query that may take a ``VALUES`` block, the variables ``made`` by AS.

    ``DESCRIBE ?x`` has no group, and its variables no values.
    """

    def __init__(self, text: str) -> None:
        self.groups: list[_Group] = []
        self.made: set[str] = set()
        self._outside = _Group(0, subquery=True)
        self._open = [self._outside]
        self._construct: int | None = None
        self._word = self._before = ""
        for token in tokens(text):
            self._read(token)
        for group in (self._outside, *self.groups):
            if group.subquery and group.inner is not None:
                group.inner.names |= group.names
        self.groups = [group for group in self.groups if not group.subquery]

    def check(self, name: str) -> None:
        """Pass if a variable may be given a value. Raises BadQuery."""
        named = {name for group in self.groups for name in group.names}
        if name in self.made:
            raise BadQuery(
                f"the query makes ?{name} itself (AS ?{name}): it cannot be given a value",
                hint="Give a value to what it is made of, or FILTER by it.",
            )
        if name not in named:
            raise BadQuery(
                f"the query has no variable ?{name} to be given a value",
                hint=f"Its variables are: {', '.join(sorted(f'?{n}' for n in named)) or 'none'}.",
            )

    def _read(self, token: Token) -> None:
        if token[0] == "{":
            self._open.append(self._opened(token.end()))
        elif token[0] == "}" and len(self._open) > 1:
            self._open.pop().end = token.start()
            self._word = ""
        elif token.lastgroup == "sigil" and token[0][0] in "?$":
            self._open[-1].names.add(token[0][1:])
            if self._before.endswith("AS"):
                self.made.add(token[0][1:])
        self._before = ""
        if token.lastgroup == "name" and ":" not in token[0]:
            self._keyword(token)

    def _keyword(self, token: Token) -> None:
        self._word = self._before = token[0].upper()
        self._open[-1].subquery |= self._word == "SELECT"
        if self._word == "CONSTRUCT":
            self._construct = token.end()

    def _opened(self, start: int) -> _Group:
        """Return the group that begins here; the data of ``VALUES`` and templates take none."""
        group = _Group(start)
        if self._word == "CONSTRUCT":
            self._construct, group.names = None, self._outside.names
        elif self._word != "VALUES":
            group.template, self._construct = self._construct, None
            self._open[-1].inner = self._open[-1].inner or group
            self.groups.append(group)
        return group


def _term(name: str, text: str) -> str:
    """Return the term as it stands in a query."""
    try:
        statements = list(parse(f"<x:s> <x:p> {text} .".encode(), RdfFormat.N_TRIPLES))
    except (SyntaxError, UnicodeEncodeError):
        statements = []
    term = statements[0].object if len(statements) == 1 else None
    if not isinstance(term, NamedNode | Literal):
        raise BadQuery(
            f"the value {text!r} of ?{name.lstrip('?$')} is no term",
            hint='A term is <https://example.org/x>, "words", "words"@en or "1"^^<datatype>.',
        )
    return str(term)
