"""How much a property is used in the data, by the engine: counted once, looked at in samples."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    parse_query_results,
)
from starlette.requests import Request

from kizuna.engine import Query
from kizuna.formats import Kind
from kizuna.web.answering import whole
from kizuna.web.asking import BEHIND_PAGES, ask
from kizuna.web.names import Term
from kizuna.web.respond import Representation
from kizuna.web.site import Site

MOST_LOOKED_AT = 500
"""Uses of a property from which its examples, and who has it, are taken."""
COUNTS = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"
"""In this very form the embedded engine has the answer ready (``kizuna.engine.overview``)."""
SAMPLE = f"SELECT ?s ?o {{ ?s ?p ?o }} LIMIT {MOST_LOOKED_AT}"
Row = tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Uses:
    """How many statements have a property, and subject and value of some of them."""

    count: int = 0
    sample: tuple[Row, ...] = ()


async def uses_of(request: Request, site: Site, used: NamedNode) -> Uses:
    """Return how ``used`` is used as a property. Raises what the engine raises."""
    counts = await _rows(request, site, Query(COUNTS, site.endpoint))
    count = next((number for name, number in counts if name == used), None)
    if not isinstance(count, Literal):
        return Uses()
    query = Query(SAMPLE, site.endpoint, bindings={"p": str(used)})
    return Uses(int(count.value), await _rows(request, site, query))


async def _rows(request: Request, site: Site, query: Query) -> tuple[Row, ...]:
    """Return the rows of an answer, which is held as long as the release is served."""
    key = ("uses", query.text, *query.bindings.values())
    held = site.cache.find(key)
    if held is None:
        wanted = {Kind.ROWS: BEHIND_PAGES[Kind.ROWS]}
        answer = await whole(await ask(request, site, query, wanted))
        held = site.cache.keep(key, Representation(answer.body, answer.format.content_type))
    found = parse_query_results(held.body, QueryResultsFormat.TSV)
    assert isinstance(found, QuerySolutions)  # noqa: S101 - it was a SELECT
    return tuple(tuple(row) for row in found)
