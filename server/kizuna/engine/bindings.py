"""Parameters of a query: variables that are given a value from outside, never by joining texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kizuna.engine.tokens import tokens
from kizuna.errors import BadQuery


@dataclass(slots=True)
class _Group:
    """A group in braces: where it begins, what it names itself; ``inner`` is its first group."""

    start: int
    template: bool = False
    names: set[str] = field(default_factory=set)
    subquery: bool = False
    inner: _Group | None = None


def bound(text: str, bindings: Mapping[str, str]) -> str:
    """Return the query with variables bound to terms in N-Triples syntax.

    A ``VALUES`` block is put into every group that names the variable, so that it has its value
    there too where no outer pattern reaches: in ``OPTIONAL``, ``MINUS`` and subqueries. ``SELECT``
    and ``GROUP BY`` count as parts of their ``WHERE``.

    Raises BadQuery for a variable that the query does not name, and for a value that is no term.
    """
    values = {name.lstrip("?$"): _term(name, term) for name, term in bindings.items()}
    groups = _groups(text)
    named = {name for group in groups for name in group.names}
    for name in values:
        if name not in named:
            raise BadQuery(
                f"the query has no variable ?{name} to be given a value",
                hint=f"Its variables are: {', '.join(sorted(f'?{n}' for n in named)) or 'none'}.",
            )
    changed = text
    for group in sorted(groups, key=lambda g: -g.start):
        blocks = "".join(f" VALUES ?{n} {{ {t} }}" for n, t in values.items() if n in group.names)
        if blocks:
            changed = f"{changed[: group.start]}{blocks} {changed[group.start :]}"
    return changed


def _groups(text: str) -> list[_Group]:
    """Return the groups that may take a ``VALUES`` block, with the variables that they name.

    ``DESCRIBE ?x`` has none, and its variables no values.
    """
    outside = _Group(len(text), subquery=True)
    found, open_groups, before = [], [outside], ""
    for token in tokens(text):
        group = open_groups[-1]
        if token[0] == "{":
            new = _Group(token.end(), template=before == "CONSTRUCT")
            group.inner = group.inner or (None if new.template else new)
            found.append(new)
            open_groups.append(new)
        elif token[0] == "}" and len(open_groups) > 1:
            open_groups.pop()
        elif token.lastgroup == "sigil" and token[0][0] in "?$":
            group.names.add(token[0][1:])
        elif before == "{" and token[0].upper() == "SELECT":
            group.subquery = True
        before = token[0].upper()
    for group in (outside, *found):
        if group.subquery and group.inner is not None:
            group.inner.names |= group.names
    return [g for g in found if not g.template and not g.subquery]


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
