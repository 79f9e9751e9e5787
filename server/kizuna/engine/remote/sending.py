"""A query sent to a remote engine, and its answer written in the asker's format. Blocks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPResponse
from pathlib import Path
from typing import IO, cast
from urllib.parse import quote_plus

from pyoxigraph import (
    Literal,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    parse,
    parse_query_results,
)
from SPARQLWrapper import GET, POST, SPARQLWrapper

from kizuna import __version__
from kizuna.engine.finding import with_hits
from kizuna.engine.projection import in_textual_order
from kizuna.engine.protocol import Limits
from kizuna.engine.remote.access import Remote
from kizuna.engine.remote.form import KINDS, query_form
from kizuna.engine.remote.line import Line
from kizuna.engine.remote.reading import Body, Gathered, cut_off, format_of, garbled
from kizuna.engine.results import Results, write_results
from kizuna.errors import BadQuery
from kizuna.formats import Format, Kind

AGENT = f"kizuna/{__version__}"
LONGEST_ADDRESS = 2_000
"""Longer queries are sent by POST; some servers refuse longer addresses."""
LONGEST_SEARCH = 4_000
VERBOSITY = 4
"""How much larger SPARQL JSON may be than what it is turned into, for the limit while reading."""
_RESULTS = "application/sparql-results+json, application/sparql-results+xml;q=0.8"
_ACCEPT = {
    Kind.ROWS: _RESULTS,
    Kind.TRUTH: _RESULTS,
    Kind.GRAPH: "application/n-triples, text/turtle;q=0.8, application/rdf+xml;q=0.5",
}
_ASK_COLUMN = "__ASK_RETVAL"
_SEARCH = re.compile(r"[:#]search\b")
_NO = {"0", "false"}


@dataclass(frozen=True)
class Sending:
    """One query on its way to a remote engine.

    ``graphs`` are the parameters that name its dataset (SPARQL 1.1 Protocol, section 2.1.4).
    ``agent`` says who asks. ``before`` counts the characters that were put before what was asked.
    """

    remote: Remote
    text: str
    graphs: tuple[tuple[str, str], ...]
    limits: Limits
    agent: str = AGENT
    before: int = 0

    @cached_property
    def kind(self) -> Kind:
        """What the answer is. Raises BadQuery where the text is no query."""
        return KINDS[query_form(self.text)]

    def answer(self, form: Format, line: Line, take: Callable[[bytes], None]) -> None:
        """Send the query and hand its answer over in pieces, in ``form``.

        It is read and written anew, so that what comes is whole and well-formed, whoever wrote it.

        Raises what ``Remote.open`` raises and KizunaError, both also when pieces were taken.
        """
        sink = Gathered(take)
        with self.response(line) as response:
            source = format_of(response, self.kind)
            body = self._body(response, source)
            try:
                if source.rdf is not None:
                    results: Results = (quad.triple for quad in parse(body, source.rdf))
                else:
                    results = self._checked(_results(body, source))
                ordered = self._in_order(results)
                if ordered is None:
                    write_results(results, form, sink, self.limits.answer_bytes)
            except (SyntaxError, ValueError) as error:
                raise garbled(error) from error
        if ordered is not None:
            ordered.answer(form, line, take)
        sink.flush()

    def solutions(self, line: Line | None = None) -> QuerySolutions:
        """Return the rows of a SELECT, read whole; the errors are those of ``answer``."""
        with self.response(line or Line()) as response:
            source = format_of(response, Kind.ROWS)
            data = b"".join(iter(self._body(response, source).read, b""))
        results = _results(data, source)
        if not isinstance(results, QuerySolutions):
            raise garbled(ValueError("a truth value in place of rows"))
        return results

    def response(self, line: Line) -> HTTPResponse:
        """Send the query; return the answer's head, with the body still to be read.

        Raises EngineFailed where it is but a part (Virtuoso says so after its own time limit).
        """
        wrapper = _Wrapper(self, line)
        response = wrapper.query().response
        if response.status != HTTPStatus.OK or "S1TAT" in response.headers.get("X-SQL-State", ""):
            response.close()
            raise cut_off()
        return response

    def _body(self, response: HTTPResponse, form: Format) -> IO[bytes]:
        return cast("IO[bytes]", Body(response, form, VERBOSITY * self.limits.answer_bytes))

    def _in_order(self, results: Results) -> Sending | None:
        """Return the query to send instead, where ``SELECT *`` has brought columns in no order."""
        if not isinstance(results, QuerySolutions):
            return None
        text = in_textual_order(self.text, [v.value for v in results.variables])
        return replace(self, text=text) if text else None

    def _checked(self, results: QuerySolutions | QueryBoolean) -> QuerySolutions | QueryBoolean:
        """Return rows for SELECT, a truth value for ASK. Raises EngineFailed."""
        if self.kind is Kind.TRUTH and isinstance(results, QuerySolutions):
            results = _truth(results)
        if isinstance(results, QueryBoolean) is not (self.kind is Kind.TRUTH):
            raise garbled(ValueError(f"no {self.kind.value}"))
        return results


def with_found(sending: Sending, index: Path | None) -> Sending:
    """Return the query with what ``kz:search`` finds in the full-text index of the release.

    Raises BadQuery where it is misused, and for long queries: the parser is asked about them here,
    where nothing could stop it.
    """
    text = sending.text
    if not _SEARCH.search(text):
        return sending
    if len(text) > LONGEST_SEARCH:
        raise BadQuery(
            f"a query with kz:search may have {LONGEST_SEARCH} characters, not {len(text)}",
            hint="Search first, then ask about what was found.",
        )
    return replace(sending, text=with_hits(text, index, sending.remote.url))


class _Wrapper(SPARQLWrapper):
    """SPARQLWrapper, told what the query is rather than guessing it, and on a guarded connection.

    Its guess may be wrong (a comment is enough), and would then send the query as an update.
    """

    def __init__(self, sending: Sending, line: Line) -> None:
        self.sending = sending
        self.line = line
        super().__init__(sending.remote.url, agent=sending.agent)
        self.setQuery(sending.text)
        self.setOnlyConneg(True)
        self.setMethod(GET if self._fits_into_address() else POST)
        for name, value in sending.graphs:
            self.addParameter(name, value)

    def _fits_into_address(self) -> bool:
        parts = (self.sending.text, *(f"{n}{v}" for n, v in self.sending.graphs))
        size = sum(len(quote_plus(part)) + len("&=") for part in parts)
        return "?" not in self.endpoint and len(self.endpoint) + size < LONGEST_ADDRESS

    def _parseQueryType(self, query: str) -> str | None:  # noqa: N802 - the name is theirs
        del query
        return query_form(self.sending.text)

    def _getAcceptHeader(self) -> str:  # noqa: N802
        return _ACCEPT[self.sending.kind]

    def _query(self) -> tuple[HTTPResponse, str]:
        seconds = self.sending.limits.seconds
        return self.sending.remote.open(self._createRequest(), seconds, self.line), ""


def _results(source: IO[bytes] | bytes, form: Format) -> QuerySolutions | QueryBoolean:
    return parse_query_results(source, format=cast("QueryResultsFormat", form.results))


def _truth(results: QuerySolutions) -> QueryBoolean:
    """Return the truth value that Virtuoso writes as a row with a column of its own, or no row.

    Raises ValueError where the rows are others.
    """
    if [v.value for v in results.variables] != [_ASK_COLUMN]:
        raise ValueError("rows in place of a truth value")
    values = [row[_ASK_COLUMN] for row in results]
    truth = any(isinstance(v, Literal) and v.value not in _NO for v in values)
    said = b'{"head":{},"boolean":true}' if truth else b'{"head":{},"boolean":false}'
    return cast("QueryBoolean", parse_query_results(said, format=QueryResultsFormat.JSON))
