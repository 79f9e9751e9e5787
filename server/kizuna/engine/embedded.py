"""Oxigraph inside this process: the engine of the workers and of the command line."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    Store,
    Triple,
)

from kizuna.engine.bindings import bound
from kizuna.engine.complaints import check_syntax, complaint, unknown_function
from kizuna.engine.copies import Copies, names_no_graph
from kizuna.engine.finding import with_hits
from kizuna.engine.fulltext import FILE_NAME as SEARCH_FILE
from kizuna.engine.guard import guard
from kizuna.engine.orders import by_kind, unsorted
from kizuna.engine.projection import in_textual_order
from kizuna.engine.protocol import Answer, Limits, Query, Sink, Stream
from kizuna.engine.results import Results, write_results
from kizuna.engine.rewrite import faster
from kizuna.errors import (
    BadQuery,
    KizunaError,
    NotAcceptable,
    QueryCrashed,
    UnavailableError,
)
from kizuna.formats import Format, Kind, carrying

Term = NamedNode | BlankNode | Literal | Triple


class EmbeddedEngine:
    """The store of one release, opened read-only in this process.

    A query that runs long or crashes the engine takes the process with it: where strangers ask,
    use ``Pool``. ``index`` is the file behind ``kz:search``, by default the one beside the store.
    """

    def __init__(
        self,
        store: Path | Store | Copies,
        limits: Limits | None = None,
        index: Path | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.copies = store if isinstance(store, Copies) else Copies(store)
        store = self.copies.whole
        beside = None if isinstance(store, Store) else store.with_name(SEARCH_FILE)
        self.index = index or beside
        try:
            self.store = store if isinstance(store, Store) else Store.read_only(str(store))
        except OSError as error:
            raise UnavailableError(
                f"{store}: the store cannot be opened: {error}",
                hint="Build the release again: kizuna build.",
            ) from error

    def answer(self, query: Query, formats: Mapping[Kind, Format]) -> Answer:
        """Return the whole answer; the errors are those of ``write``."""
        buffer = io.BytesIO()
        chosen: list[tuple[Kind, Format]] = []

        def begin(kind: Kind, form: Format) -> Sink:
            chosen.append((kind, form))
            return buffer

        self.write(query, formats, begin)
        return Answer(*chosen[0], buffer.getvalue())

    async def ask(
        self, query: Query, formats: Mapping[Kind, Format], client: str = ""
    ) -> Answer | Stream:
        """Return the whole answer, found on another thread; see ``Engine.ask``."""
        del client  # there is no count of clients in here
        found = await asyncio.to_thread(self._answer_or_error, query, formats)
        if isinstance(found, KizunaError):
            raise found
        return found

    def _answer_or_error(
        self, query: Query, formats: Mapping[Kind, Format]
    ) -> Answer | KizunaError:
        """Return an error without its trace, which holds results that no other thread may drop."""
        try:
            return self.answer(query, formats)
        except KizunaError as error:
            error.__cause__ = error.__context__ = None
            return error.with_traceback(None)

    def write(
        self,
        query: Query,
        formats: Mapping[Kind, Format],
        begin: Callable[[Kind, Format], Sink],
    ) -> None:
        """Write the answer, piece by piece as it is found, to what ``begin`` returns.

        Raises BadQuery, Refused, NotAcceptable (no format for this kind), QueryCrashed, and
        AnswerTooLarge, which may come when a part has been written already.
        """
        guard(query.text, self.limits)
        query = self._prepared(query)
        try:
            results = self._evaluate(_in_textual_order(query))
            kind = _kind(results)
            if kind not in formats:
                raise NotAcceptable(
                    f"{kind.value} cannot be written in any format that was asked for",
                    hint=f"Ask for one of: {', '.join(f.media_type for f in carrying(kind))}.",
                )
            sink = begin(kind, formats[kind])
            write_results(results, formats[kind], sink, self.limits.answer_bytes)
        except SyntaxError as error:
            raise complaint(query.text, str(error.msg or error)) from error
        except UnicodeEncodeError as error:
            raise BadQuery("the query holds half a character", hint="Send it in UTF-8.") from error
        except (RuntimeError, OSError) as error:
            crashed = QueryCrashed(f"the engine could not answer: {error}")
            raise unknown_function(str(error)) or crashed from error

    def _prepared(self, query: Query) -> Query:
        """Return the query with what it is given from outside: rows, values, search results."""
        text = query.whole
        if query.bindings:
            check_syntax(text, query.base)
            text = bound(text, query.bindings)
        text = with_hits(text, self.index, query.base)
        if query.by_kind:
            text = _by_kind(text, query.base)
        return replace(query, text=text, bindings={}, rows=())

    def _evaluate(self, query: Query) -> Results:
        """Return the results, found in a faster way where one is known (``kizuna.engine.rewrite``).

        Should the engine not read that, it reads the query as it is, and complains about that.
        """
        given = query.named_graphs is not None or query.default_graphs is not None
        board = self.copies.board
        text = faster(query.text, None if given or board is None else board.read())
        if text != query.text:
            with suppress(SyntaxError):
                return self._results(query, text)
        return self._results(query, query.text)

    def _results(self, query: Query, text: str) -> Results:
        named = query.named_graphs
        default = query.default_graphs
        given = named is not None or default is not None
        plain = None if given or not names_no_graph(text) else self.copies.plain
        store = self.store if plain is None else plain
        return store.query(
            text,
            base_iri=query.base,
            default_graph=[*_nodes(default or ())] if given else None,
            named_graphs=[*_nodes(named or ())] if given else None,
        )

    async def ready(self) -> None:
        """Return: the store is open."""

    def close(self) -> None:
        """Nothing is held beyond the store, which closes with its last reference."""


def _by_kind(text: str, base: str) -> str:
    """Return a query that the engine reads in a form that it can order. Raises QueryCrashed."""
    ordered = by_kind(text)
    if ordered is None:
        raise unsorted()
    try:
        check_syntax(ordered, base)
    except BadQuery as error:
        raise unsorted() from error
    return ordered


def _in_textual_order(query: Query) -> Query:
    """Return the query with the columns of ``SELECT *`` in the order of the text.

    An empty store tells which they are: over a full one, ``ORDER BY`` and groups would be done
    twice. Raises SyntaxError.
    """
    if "*" not in query.text:
        return query
    results = Store().query(query.text, base_iri=query.base)
    if not isinstance(results, QuerySolutions):
        return query
    text = in_textual_order(query.text, [v.value for v in results.variables])
    return replace(query, text=text) if text else query


def _nodes(graphs: Iterable[str]) -> list[NamedNode]:
    """Return the graphs that a request names. Raises BadQuery where one is no IRI."""
    nodes = []
    for graph in graphs:
        try:
            nodes.append(NamedNode(graph))
        except ValueError as error:
            raise BadQuery(
                f"the graph {graph!r} is no IRI: {error}",
                hint="Name a graph by its whole address, for example https://example.org/graph.",
            ) from error
    return nodes


def _kind(results: object) -> Kind:
    if isinstance(results, QuerySolutions):
        return Kind.ROWS
    return Kind.TRUTH if isinstance(results, QueryBoolean) else Kind.GRAPH
