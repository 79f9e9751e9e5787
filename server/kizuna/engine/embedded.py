"""Oxigraph inside this process: the engine of the workers and of the command line."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    Variable,
    parse,
    serialize,
)

from kizuna.engine.complaints import complaint
from kizuna.engine.guard import guard
from kizuna.engine.protocol import Answer, Limits, Query
from kizuna.errors import AnswerTooLarge, NotAcceptable, QueryCrashed, UnavailableError
from kizuna.formats import Format, Kind
from kizuna.vocabulary import PREFIXES

Term = NamedNode | BlankNode | Literal | Triple


class EmbeddedEngine:
    """The store of one release, opened read-only in this process.

    A query that runs long or crashes the engine takes the process with it: where strangers ask,
    use ``WorkerPool``.
    """

    def __init__(self, store: Path | Store, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        try:
            self.store = store if isinstance(store, Store) else Store.read_only(str(store))
        except OSError as error:
            raise UnavailableError(
                f"{store}: the store cannot be opened: {error}",
                hint="Build the release again: kizuna build.",
            ) from error

    def answer(self, query: Query, formats: Mapping[Kind, Format]) -> Answer:
        """Return the answer; see ``Engine.answer``."""
        guard(query.text, self.limits)
        try:
            results = self._evaluate(query)
            kind = _kind(results)
            if kind not in formats:
                raise NotAcceptable(
                    f"{kind.value} cannot be written in any format that was asked for",
                    hint="Ask for application/sparql-results+json, text/csv or text/turtle.",
                )
            return Answer(kind, formats[kind], _written(results, formats[kind], self.limits))
        except SyntaxError as error:
            raise complaint(query.text, str(error.msg or error)) from error
        except (RuntimeError, OSError, ValueError) as error:
            raise QueryCrashed(f"the engine could not answer: {error}") from error

    def _evaluate(self, query: Query) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Return the engine's results; a dataset of the request wins over FROM in the query."""
        named = query.named_graphs
        default = query.default_graphs
        given = named is not None or default is not None
        return self.store.query(
            query.text,
            base_iri=query.base,
            default_graph=[NamedNode(g) for g in default or ()] if given else None,
            named_graphs=[NamedNode(g) for g in named or ()] if given else None,
            substitutions={Variable(n): _term(t) for n, t in query.bindings.items()} or None,
        )

    def close(self) -> None:
        """Nothing is held beyond the store, which closes with its last reference."""


def _term(text: str) -> Term:
    """Return the term written in N-Triples syntax."""
    line = f"<urn:x:s> <urn:x:p> {text} ."
    term: Term = next(parse(line.encode(), RdfFormat.N_TRIPLES)).object
    return term


def _kind(results: object) -> Kind:
    if isinstance(results, QuerySolutions):
        return Kind.ROWS
    return Kind.TRUTH if isinstance(results, QueryBoolean) else Kind.GRAPH


class _Bounded(io.BytesIO):
    """A buffer that refuses to grow past its limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
        self.full = False

    def write(self, data: object) -> int:
        if self.tell() + len(memoryview(data)) > self.limit:  # type: ignore[arg-type]
            self.full = True
            raise OSError("the answer is too large")
        return super().write(data)  # type: ignore[arg-type]


def _written(
    results: QuerySolutions | QueryBoolean | QueryTriples, form: Format, limits: Limits
) -> bytes:
    """Return the results in ``form``; rows are in the order in which the engine finds them.

    Raises AnswerTooLarge: an answer is whole or none.
    """
    buffer = _Bounded(limits.answer_bytes)
    try:
        if isinstance(results, QueryTriples):
            serialize(results, buffer, form.rdf, prefixes=PREFIXES)
        else:
            results.serialize(buffer, form.results)
    except OSError as error:
        if buffer.full:
            raise AnswerTooLarge(
                f"the answer is larger than {limits.answer_bytes} bytes",
                hint="Ask for less: LIMIT and OFFSET, or fewer columns.",
            ) from error
        raise
    return buffer.getvalue()
