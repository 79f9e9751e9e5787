"""Solutions of a service as rows of ``VALUES``, and local ones as what is sent with a pattern.

The nodes that a service leaves blank get names: no row can hold a blank node, and one node must
stay one node within an answer. The names are those that RDF 1.1 Concepts, section 3.5, has for
this, under the publication's own host; each answer has its own, as its nodes are its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)

from kizuna.errors import AnswerTooLarge
from kizuna.vocabulary import XSD_STRING

MOST_ROWS = 10_000
MOST_BYTES = 5_000_000
"""How many rows, and how large, all services together may bring into one query."""
UNBOUND = "UNDEF"
Term = NamedNode | BlankNode | Literal | Triple


@dataclass(slots=True)
class Room:
    """What may still be brought into one query."""

    rows: int = MOST_ROWS
    bytes: int = MOST_BYTES

    def take(self, rows: Sequence[str], endpoint: str) -> None:
        """Count some rows. Raises AnswerTooLarge when there is no room for them."""
        self.rows -= len(rows)
        self.bytes -= sum(map(len, rows))
        if self.rows < 0 or self.bytes < 0:
            raise AnswerTooLarge(
                f"<{endpoint}> and others bring more than {MOST_ROWS} rows "
                f"or {MOST_BYTES} bytes into the query",
                hint="Say more in the pattern, or before it what it is about.",
            )


@dataclass(slots=True)
class Names:
    """The names of the blank nodes of one answer, under the host of ``base``."""

    base: str
    answer: str = field(default_factory=lambda: secrets.token_hex(8))

    def written(self, term: Term | None) -> str:
        """Return a term, or its absence, as it stands in a row of ``VALUES``."""
        if term is None:
            return UNBOUND
        if isinstance(term, BlankNode):
            host = urlsplit(self.base)
            label = quote(term.value, safe="")
            return f"<{host.scheme}://{host.netloc}/.well-known/genid/{self.answer}-{label}>"
        if isinstance(term, Triple):
            parts = (term.subject, term.predicate, term.object)
            return f"<<( {' '.join(map(self.written, parts))} )>>"
        return str(term)


def rows_of(solutions: QuerySolutions, columns: Sequence[str], names: Names) -> Iterable[str]:
    """Yield each solution as a row in brackets, with what ``columns`` name."""
    places = {variable.value: place for place, variable in enumerate(solutions.variables)}
    wanted = [places.get(name) for name in columns]
    for solution in solutions:
        terms = (None if place is None else solution[place] for place in wanted)
        yield f"({' '.join(map(names.written, terms))})"


@dataclass(frozen=True, slots=True)
class Restriction:
    """Rows that a pattern is joined with; without variables it restricts nothing."""

    variables: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


def restriction(answer: bytes) -> Restriction:
    """Return what the solutions in an answer (SPARQL JSON) say about those of a service.

    Only IRIs and plain strings are the same wherever they are; numbers and dates may be spelt
    otherwise there. A variable with any other value, or none, does not restrict. A blank node is
    no node of the service, so that its solution joins with nothing from there.
    """
    solutions = parse_query_results(answer, format=QueryResultsFormat.JSON)
    assert isinstance(solutions, QuerySolutions)  # noqa: S101 - it is a SELECT
    names = [variable.value for variable in solutions.variables]
    rows = [row for row in map(tuple, solutions) if not any(isinstance(t, BlankNode) for t in row)]
    usable = [i for i in range(len(names)) if all(_is_same_everywhere(row[i]) for row in rows)]
    written = dict.fromkeys(f"({' '.join(str(row[i]) for i in usable)})" for row in rows)
    return Restriction(tuple(names[i] for i in usable), tuple(written))


def _is_same_everywhere(term: Term | None) -> bool:
    plain = isinstance(term, Literal) and term.datatype == XSD_STRING
    return plain or isinstance(term, NamedNode)
