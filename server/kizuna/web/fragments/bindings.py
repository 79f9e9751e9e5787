"""Values for the variables of a pattern, as brTPF sends them: the block of a SPARQL ``VALUES``.

::

    (?a ?b) { (<https://example.org/x> "text"@en) (UNDEF <https://example.org/y>) }
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyoxigraph import RdfFormat, parse

from kizuna.engine.fragments import Term
from kizuna.errors import BadParameter

MOST = 100
"""How many values of the variables may be sent at once."""
_NAMES = re.compile(r"\s*\(((?:\s*[?$]\w+)*)\s*\)\s*\{(.*)\}\s*", re.DOTALL)
_TOKEN = re.compile(
    r'\s*(?:([()]|UNDEF)|(<[^<>"{}|^`\\\s]*>|_:[^\s()]+'
    r'|"(?:[^"\\\r\n]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^<[^<>"{}|^`\\\s]*>)?))\s*'
)
_SHAPE = 'Write values=(?a ?b) { (<https://…> "text"@en) (UNDEF <https://…>) }, percent-encoded.'


def bindings(text: str) -> list[dict[str, Term | None]]:
    """Return the rows of values by the names of variables; None is no value (``UNDEF``).

    Raises BadParameter for a text that is no such block, and for too many rows.
    """
    match = _NAMES.fullmatch(text)
    if match is None:
        raise BadParameter("values are in no form that is known", hint=_SHAPE)
    names = [name[1:] for name in match[1].split()]
    rows = list(_rows(match[2], len(names)))
    if len(rows) > MOST:
        raise BadParameter(
            f"there are {len(rows)} rows of values, more than {MOST}", hint="Send fewer at once."
        )
    return [dict(zip(names, row, strict=True)) for row in rows]


def _rows(text: str, width: int) -> Iterator[list[Term | None]]:
    row: list[Term | None] | None = None
    at = 0
    while at < len(text.rstrip()):
        token = _TOKEN.match(text, at)
        sign = token[1] if token else None
        if token is None or (row is None) != (sign == "("):
            raise BadParameter(f"values cannot be read from {text[at:][:40]!r} on", hint=_SHAPE)
        at = token.end()
        if sign == ")" and row is not None:
            if len(row) != width:
                raise BadParameter(f"a row has {len(row)} values for {width} names", hint=_SHAPE)
            yield row
            row = None
        elif row is None:
            row = []
        else:
            row.append(None if sign else _term(token[2]))
    if row is not None:
        raise BadParameter("the last row of values has no end", hint=_SHAPE)


def _term(text: str) -> Term:
    """Return a term as N-Triples has it."""
    try:
        (found,) = parse(f"<x:s> <x:p> {text} .", RdfFormat.N_TRIPLES)
    except (SyntaxError, ValueError) as error:
        raise BadParameter(f"{text!r} is no term: {error}", hint=_SHAPE) from error
    term: Term = found.object
    return term
