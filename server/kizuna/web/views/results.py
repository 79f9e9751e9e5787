"""Answers of queries as tables: labels, links and languages around what the engine returned."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from kizuna.engine import Answer
from kizuna.formats import Kind
from kizuna.web.names import Term
from kizuna.web.reader import Link, Reader, Words

MOST_ROWS = 1_000
LABEL = "Label"


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; ``total`` counts all rows, also those that are not shown.

    A cell is None where the query left a variable unbound.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Link | None, ...], ...]
    total: int
    truth: bool | None = None


def table_of(reader: Reader, answer: Answer) -> Table:
    """Return an answer in SPARQL JSON (rows, truth) or N-Triples (a graph) as a table."""
    if answer.kind is Kind.GRAPH:
        return _graph(reader, answer.body)
    content = json.loads(answer.body)
    if answer.kind is Kind.TRUTH:
        return Table((), (), 0, truth=bool(content["boolean"]))
    columns = tuple(content["head"]["vars"])
    bindings = content["results"]["bindings"]
    rows = tuple(
        tuple(_cell(reader, row.get(column)) for column in columns) for row in bindings[:MOST_ROWS]
    )
    return Table(columns, rows, len(bindings))


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


def _graph(reader: Reader, body: bytes) -> Table:
    names = ("sparql.subject", "sparql.predicate", "sparql.object")
    columns = tuple(reader.text(name) for name in names)
    rows: list[tuple[Link | None, ...]] = []
    total = 0
    for quad in parse(body, RdfFormat.N_TRIPLES):
        total += 1
        if total <= MOST_ROWS:
            rows.append(tuple(_links(reader, (quad.subject, quad.predicate, quad.object))))
    return Table(columns, tuple(rows), total)


def _links(reader: Reader, terms: Iterable[Term]) -> Iterable[Link]:
    return (Link(Words(str(t))) if isinstance(t, BlankNode) else reader.link(t) for t in terms)


def _cell(reader: Reader, binding: dict[str, object] | None) -> Link | None:
    """Return one binding (SPARQL 1.1 Query Results JSON Format, section 3.2.2)."""
    if binding is None:
        return None
    kind, value = binding["type"], binding["value"]
    if kind == "uri":
        return reader.link(NamedNode(str(value)))
    if kind == "literal":
        return Link(reader.words(_literal(binding)))
    return Link(Words(f"_:{value}" if kind == "bnode" else json.dumps(value, ensure_ascii=False)))


def _literal(binding: dict[str, object]) -> Literal:
    value, language = str(binding["value"]), binding.get("xml:lang")
    if language:
        return Literal(value, language=str(language))
    datatype = binding.get("datatype")
    return Literal(value, datatype=NamedNode(str(datatype))) if datatype else Literal(value)
