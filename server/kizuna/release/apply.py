"""A change done to a store, in the writer process."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple

from kizuna.engine import Limits
from kizuna.engine.complaints import complaint
from kizuna.engine.orders import by_kind
from kizuna.engine.updates import prepared, refused_load
from kizuna.errors import BadData, BadQuery, NotFound, QueryCrashed, Refused
from kizuna.release.change import Act, Change, Fetched
from kizuna.release.payloads import is_readable, read_payload

_BULK = 20_000
"""From this size on, loading in bulk is faster than one transaction."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a change has done: the statements that it brought, and whether it made a new graph.

    ``replaced`` is the graph of which nothing else is left.
    """

    brought: tuple[Quad, ...] = ()
    created: bool = False
    replaced: NamedNode | DefaultGraph | None = None


def apply(store: Store, change: Change, body: bytes, limits: Limits) -> Done:
    """Do ``change`` to ``store``; a change that cannot be read leaves it as it was.

    Raises BadData, BadQuery, Refused, NotFound and QueryCrashed.
    """
    return _ACTS[change.act](store, change, body, limits)


def _update(store: Store, change: Change, body: bytes, limits: Limits) -> Done:
    text = _text(body)
    triples = {found.address: _triples(found, b64decode(found.body)) for found in change.fetched}
    ready = prepared(text, limits, change.using, change.using_named, triples)
    _run(store, ready, change.base, as_sent=text)
    return Done()


def _triples(found: Fetched, body: bytes) -> str:
    """Return a fetched document as N-Triples."""
    if not is_readable(found.content_type):
        raise BadData(f"<{found.address}> is {found.content_type or 'of no type'}, which is no RDF")
    triples = read_payload(found.content_type, body, found.address)
    return "".join(f"{triple} .\n" for triple in triples)


def _put(store: Store, change: Change, body: bytes, limits: Limits) -> Done:
    del limits
    graph = _graph(change)
    quads = _read(change, body)
    created = not _exists(store, graph)
    store.clear_graph(graph)
    _fill(store, graph, quads)
    return Done(tuple(quads), created, graph)


def _post(store: Store, change: Change, body: bytes, limits: Limits) -> Done:
    del limits
    graph = _graph(change)
    quads = _read(change, body)
    created = not _exists(store, graph)
    _fill(store, graph, quads)
    return Done(tuple(quads), created)


def _delete(store: Store, change: Change, body: bytes, limits: Limits) -> Done:
    del body, limits
    graph = _graph(change)
    if isinstance(graph, DefaultGraph):
        store.clear_graph(graph)
    elif store.contains_named_graph(graph):
        store.remove_graph(graph)
    else:
        raise NotFound(f"there is no graph <{change.graph}>", hint="All graphs are at /dumps.")
    return Done()


def _patch(store: Store, change: Change, body: bytes, limits: Limits) -> Done:
    """Run an update on a copy of the graph alone, as its default graph, and put the result."""
    graph, text = _graph(change), _text(body)
    created = not _exists(store, graph)
    alone = Store()
    alone.extend(_moved(store.quads_for_pattern(None, None, None, graph), DefaultGraph()))
    _run(alone, prepared(text, limits), change.base, as_sent=text)
    if any(True for _ in alone.named_graphs()):
        raise Refused(
            "the update writes to other graphs, but a PATCH changes its own graph alone",
            hint="Leave GRAPH out, or send the update to /sparql.",
        )
    quads = list(_moved(alone, graph))
    store.clear_graph(graph)
    _fill(store, graph, quads)
    return Done(created=created)


_ACTS: dict[Act, Callable[[Store, Change, bytes, Limits], Done]] = {
    Act.UPDATE: _update,
    Act.PUT: _put,
    Act.POST: _post,
    Act.DELETE: _delete,
    Act.PATCH: _patch,
}


def _run(store: Store, text: str, base: str, *, as_sent: str) -> None:
    try:
        if not _ordered(store, text, base):
            store.update(text, base_iri=base)
    except SyntaxError as error:
        raise complaint(as_sent, str(error.msg or error)) from error
    except (RuntimeError, OSError, ValueError) as error:
        refused = refused_load(as_sent)
        if refused is not None:
            raise refused from error
        raise QueryCrashed(f"the engine could not do the update: {error}") from error


def _ordered(store: Store, text: str, base: str) -> bool:
    """Do an update with ``ORDER BY`` in a form that breaks no sort; tell whether it was done.

    A sort that breaks ends this process, so that it cannot be tried first as it was sent.
    """
    ordered = by_kind(text) if "order" in text.lower() else None
    if ordered is None:
        return False
    try:
        store.update(ordered, base_iri=base)
    except SyntaxError:  # so nothing of it was done, and the complaint is to be about what was sent
        return False
    return True


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BadQuery(f"the update is not UTF-8: {error}", hint="Send it in UTF-8.") from error


def _read(change: Change, body: bytes) -> list[Quad]:
    graph = _graph(change)
    triples = read_payload(change.content_type, body, change.graph or change.base)
    try:
        return [_quad(triple, graph) for triple in triples]
    except ValueError as error:
        raise BadData(f"the document holds what no graph holds: {error}") from error


def _fill(store: Store, graph: NamedNode | DefaultGraph, quads: list[Quad]) -> None:
    if isinstance(graph, NamedNode):
        store.add_graph(graph)
    if len(quads) < _BULK:
        store.extend(quads)
    else:
        store.bulk_extend(quads)


def _graph(change: Change) -> NamedNode | DefaultGraph:
    return DefaultGraph() if change.graph is None else NamedNode(change.graph)


def _exists(store: Store, graph: NamedNode | DefaultGraph) -> bool:
    return isinstance(graph, DefaultGraph) or store.contains_named_graph(graph)


def _quad(triple: Triple, graph: NamedNode | DefaultGraph) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def _moved(quads: Iterable[Quad], graph: NamedNode | DefaultGraph) -> Iterable[Quad]:
    return (Quad(q.subject, q.predicate, q.object, graph) for q in quads)
