"""Rows as a table that fits its reader's screen, whatever they are written in."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kizuna.vocabulary import PREFIXES, shortened

WIDE_ENOUGH = 10_000
_XSD = PREFIXES["xsd"]
_NUMBERS = {f"{_XSD}{name}" for name in ("integer", "decimal", "double", "float", "int", "long")}
_PLAIN = _NUMBERS | {f"{_XSD}{name}" for name in ("string", "boolean", "date", "dateTime")}
_PLAIN |= {f"{PREFIXES['rdf']}langString"}

Term = NamedNode | BlankNode | Literal | Triple


def shown_rows(body: bytes, prefixes: Mapping[str, str], width: int | None) -> tuple[str, int]:
    """Return the rows of SPARQL JSON results as a table, and how many there are.

    Columns are as wide as their content takes on a screen, where Japanese takes two places a sign;
    cells are broken where the table is wider than ``width``, which is None for no limit.
    """
    found = parse_query_results(body, QueryResultsFormat.JSON)
    if not isinstance(found, QuerySolutions):
        raise TypeError("these are no rows")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    rows = [list(row) for row in found]
    for number, variable in enumerate(found.variables):
        values = [row[number] for row in rows if row[number] is not None]
        numeric = bool(values) and all(_is_number(value) for value in values)
        justify = "right" if numeric else "left"
        table.add_column(Text(variable.value), overflow="fold", justify=justify)  # type: ignore[arg-type]
    known = {**PREFIXES, **prefixes}
    for row in rows:
        table.add_row(*(Text("" if value is None else shown(value, known)) for value in row))
    console = Console(width=width or WIDE_ENOUGH, color_system=None, highlight=False)
    with console.capture() as captured:
        console.print(table)
    lines = captured.get().splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines if found.variables), len(rows)


def shown_truth(body: bytes) -> str:
    r"""Return the answer to ASK from its SPARQL JSON: true or false.

    >>> shown_truth(b'{"head": {}, "boolean": true}')
    'true\n'
    """
    return "true\n" if json.loads(body)["boolean"] is True else "false\n"


def shown(term: Term, prefixes: Mapping[str, str]) -> str:
    """Return a term for people: short names, bare values, the language of texts.

    What would steer a terminal is shown as a replacement character.

    >>> shown(Literal("絆", language="ja"), {}), shown(NamedNode("http://e.org/x"), {"e": "http://e.org/"})
    ('絆 @ja', 'e:x')
    """
    if isinstance(term, NamedNode):
        return _harmless(shortened(term.value, dict(prefixes)))
    if not isinstance(term, Literal):
        return _harmless(str(term))
    value = _harmless(term.value)
    if term.language:
        return f"{value} @{term.language}"
    kind = term.datatype.value
    return value if kind in _PLAIN else f"{value} ^^{shortened(kind, dict(prefixes))}"


def _is_number(term: object) -> bool:
    return isinstance(term, Literal) and term.datatype.value in _NUMBERS


def _harmless(text: str) -> str:
    """Return ``text`` without control characters and marks that change the direction of writing."""
    return "".join(
        sign if sign == "\n" or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"} else "\ufffd"
        for sign in text
    )
