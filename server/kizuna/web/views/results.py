"""Answers of queries as tables: labels, links and languages around what the engine returned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
)

from kizuna.engine import Answer
from kizuna.formats import Kind
from kizuna.web.answering import MOST_ROWS
from kizuna.web.names import Term
from kizuna.web.reader import Link, Reader, Words

LABEL = "Label"
Row = tuple[Term | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; ``more`` tells that there are others than those that are shown.

    A cell is None where the query left a variable unbound.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Link | None, ...], ...]
    more: bool = False
    truth: bool | None = None


def table_of(reader: Reader, answer: Answer, *, more: bool = False) -> Table:
    """Return an answer in TSV (rows), SPARQL JSON (truth) or N-Triples (a graph) as a table.

    ``more``: the answer is the beginning of a longer one.
    """
    if answer.kind is Kind.TRUTH:
        return Table((), (), truth=bool(json.loads(answer.body)["boolean"]))
    columns, found = _graph(reader, answer) if answer.kind is Kind.GRAPH else _rows(answer)
    shown = list(islice(found, MOST_ROWS + 1))
    rows = tuple(tuple(_cell(reader, term) for term in row) for row in shown[:MOST_ROWS])
    return Table(columns, rows, more or len(shown) > MOST_ROWS)


def terms_of(answer: Answer) -> tuple[tuple[str, ...], list[Row]]:
    """Return columns and rows of an answer in TSV, as many as a page shows; others have none."""
    if answer.kind is not Kind.ROWS:
        return (), []
    columns, rows = _rows(answer)
    return columns, list(islice(rows, MOST_ROWS))


def labelled(table: Table) -> Table:
    """Return ``table`` without the columns that only name what another column links to.

    A query that is also read as CSV has ``?party`` and ``?partyLabel``; a page needs one of them.
    """
    names = [
        c for c in table.columns if c.removesuffix(LABEL) in table.columns and c.endswith(LABEL)
    ]
    of = {table.columns.index(c.removesuffix(LABEL)): table.columns.index(c) for c in names}
    kept = [number for number, column in enumerate(table.columns) if column not in names]
    return replace(
        table,
        columns=tuple(table.columns[number] for number in kept),
        rows=tuple(
            tuple(row[n] if row[n] is not None else row[of.get(n, n)] for n in kept)
            for row in table.rows
        ),
    )


def _rows(answer: Answer) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Return columns and rows (SPARQL 1.1 Query Results CSV and TSV Formats, section 4)."""
    found = parse_query_results(answer.body, QueryResultsFormat.TSV)
    assert isinstance(found, QuerySolutions)  # noqa: S101 - it was a SELECT
    return tuple(variable.value for variable in found.variables), (tuple(row) for row in found)


def _graph(reader: Reader, answer: Answer) -> tuple[tuple[str, ...], Iterator[Row]]:
    names = ("sparql.subject", "sparql.predicate", "sparql.object")
    quads = parse(answer.body, RdfFormat.N_TRIPLES)
    rows = ((quad.subject, quad.predicate, quad.object) for quad in quads)
    return tuple(reader.text(name) for name in names), rows


def _cell(reader: Reader, term: Term | None) -> Link | None:
    if term is None:
        return None
    if isinstance(term, NamedNode):
        return reader.link(term)
    return Link(reader.words(term) if isinstance(term, Literal) else Words(str(term)))
