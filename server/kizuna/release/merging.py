"""The default graph of a publication is the merge of its named graphs, also after a write."""

from __future__ import annotations

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple

from kizuna.iris import REIFIERS, UPDATES, Addresses


def merge(store: Store, before: Store, addresses: Addresses) -> None:
    """Make the default graph of ``store`` the merge of its named graphs again.

    ``before`` is the store as it was, where this held. What has been written into the default
    graph goes to the graph ``updates``; what has been deleted from it is deleted from every named
    graph; what has been written to or deleted from a named graph is added or removed.
    """
    apart = NamedNode(addresses.graph(REIFIERS))
    default = {q.triple for q in store.quads_for_pattern(None, None, None, DefaultGraph())}
    named = {q.triple for q in store if q.graph_name not in {DefaultGraph(), apart}}
    for triple in named - default:
        if _has(before, triple):
            _remove(store, triple, apart)
        else:
            store.add(_in(triple, DefaultGraph()))
    for triple in default - named:
        if _has(before, triple):
            store.remove(_in(triple, DefaultGraph()))
        else:
            store.add(_in(triple, NamedNode(addresses.graph(UPDATES))))


def _has(store: Store, triple: Triple) -> bool:
    return _in(triple, DefaultGraph()) in store


def _remove(store: Store, triple: Triple, apart: NamedNode) -> None:
    """Remove a triple from every named graph but one."""
    found = list(store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None))
    for quad in found:
        if quad.graph_name != apart:
            store.remove(quad)


def _in(triple: Triple, graph: NamedNode | DefaultGraph) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)
