"""What must be known of a query, or added to it, before it goes to an engine elsewhere."""

from __future__ import annotations

import re

from kizuna.engine.tokens import Token, tokens
from kizuna.errors import BadQuery
from kizuna.formats import Kind

KINDS = {
    "SELECT": Kind.ROWS,
    "ASK": Kind.TRUTH,
    "CONSTRUCT": Kind.GRAPH,
    "DESCRIBE": Kind.GRAPH,
}
_SCHEME = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")


def query_form(text: str) -> str:
    r"""Return SELECT, ASK, CONSTRUCT or DESCRIBE: the first word after the prologue.

    Raises BadQuery where there is none (SPARQL 1.1 Query, section 19.8, rules 2 and 4 to 6).

    >>> query_form("# ASK\nPREFIX ask: <http://x/SELECT> select * {}")
    'SELECT'
    """
    found = list(tokens(text))
    place = 0
    while place < len(found):
        word = found[place][0].upper()
        if word in KINDS:
            return word
        if word not in {"PREFIX", "PREFIX:", "BASE", "VERSION"}:
            raise _no_query(text, found[place])
        place += 3 if word == "PREFIX" else 2
    raise BadQuery("the query ends before it asks anything", hint="Begin with SELECT.")


def names_dataset(text: str) -> bool:
    """Tell whether the query has a FROM of its own."""
    return any(t.lastgroup == "name" and t[0].upper() == "FROM" for t in tokens(text))


def declared_base(text: str, base: str) -> str:
    """Return what goes before ``text`` to make ``base`` its base IRI; nothing where none is needed.

    It stays on the first line, so that the numbers of lines do.
    """
    return f"BASE <{base}> " if any(map(_is_relative, tokens(text))) else ""


def with_base(text: str, base: str) -> str:
    """Return ``text`` with ``base`` as its base IRI."""
    return declared_base(text, base) + text


def _is_relative(token: Token) -> bool:
    """Tell whether a token is an IRI without a scheme, or a function that may get one."""
    if token.lastgroup == "iri":
        return _SCHEME.match(token[0]) is None
    return token[0].upper() in {"IRI", "URI"}


def _no_query(text: str, token: Token) -> BadQuery:
    at = token.start()
    line, column = text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
    return BadQuery(
        f"the query is no SPARQL: unexpected {token[0][:40]!r} (line {line}, column {column})",
        line=line,
        column=column,
        hint="A query begins with SELECT, ASK, CONSTRUCT or DESCRIBE, after PREFIX and BASE.",
    )
