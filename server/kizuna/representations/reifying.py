"""Claims as reifiers: what RDF 1.2 says of a statement itself (RDF 1.2 Concepts, section 1.5)."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from kizuna.vocabulary import RDF_OBJECT, RDF_PREDICATE, RDF_REIFIES, RDF_SUBJECT

_PARTS = (RDF_SUBJECT, RDF_PREDICATE, RDF_OBJECT)


def with_reifiers(quads: Iterable[Quad]) -> frozenset[Quad]:
    """Return ``quads``, and for each claim among them what it reifies, in the claim's graph.

    A claim is what has exactly one subject, predicate and object in one graph.
    """
    found = frozenset(quads)
    parts: dict[tuple[object, object], dict[NamedNode, list[Quad]]] = {}
    for quad in found:
        if quad.predicate in _PARTS:
            own = parts.setdefault((quad.subject, quad.graph_name), {})
            own.setdefault(quad.predicate, []).append(quad)
    return found | {reifier for own in parts.values() if (reifier := _reifier(own)) is not None}


def _reifier(own: dict[NamedNode, list[Quad]]) -> Quad | None:
    """Return what the claim with these parts reifies, None where it is not exactly one triple."""
    if [len(own.get(part, ())) for part in _PARTS] != [1, 1, 1]:
        return None
    subject, predicate, value = (own[part][0].object for part in _PARTS)
    if not isinstance(subject, NamedNode | BlankNode) or not isinstance(predicate, NamedNode):
        return None
    claim = own[RDF_SUBJECT][0]
    return Quad(claim.subject, RDF_REIFIES, Triple(subject, predicate, value), claim.graph_name)
