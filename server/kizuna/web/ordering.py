"""The order in which the facts of a thing are told, read from the shapes of the release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode

from kizuna.engine import DescriptionIndex
from kizuna.vocabulary import term

_TARGET = term("sh:targetClass")
_PROPERTY = term("sh:property")
_PATH = term("sh:path")
_GROUP = term("sh:group")
_ORDER = term("sh:order")
LAST = 1_000.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a property stands: its group (None: no shape names one) and its place in it."""

    group: NamedNode | None = None
    group_order: float = LAST
    order: float = LAST


NOWHERE = Place()


@dataclass(frozen=True)
class Ordering:
    """The places of properties by class: ``sh:group``, ``sh:order`` (SHACL, section 2.3.2)."""

    index: DescriptionIndex
    _known: dict[NamedNode, Mapping[NamedNode, Place]] = field(default_factory=dict)

    def places(self, classes: Iterable[NamedNode]) -> dict[NamedNode, Place]:
        """Return the places that the shapes of ``classes`` give; those of earlier classes win."""
        found: dict[NamedNode, Place] = {}
        for kind in classes:
            for predicate, place in self._of(kind).items():
                found.setdefault(predicate, place)
        return found

    def of_shape(self, shape: NamedNode | BlankNode) -> tuple[float, float]:
        """Return where a property shape stands: the rank of its group, and its own within it."""
        stated = {q.predicate: q.object for q in self.index.outgoing(shape)}
        group = stated.get(_GROUP)
        named = group if isinstance(group, NamedNode) else None
        return self._group_rank(named), rank(stated.get(_ORDER))

    def _of(self, kind: NamedNode) -> Mapping[NamedNode, Place]:
        if kind not in self._known:
            shapes = (q.subject for q in self.index.incoming(kind) if q.predicate == _TARGET)
            self._known[kind] = {
                predicate: place
                for shape in sorted(shapes, key=str)
                if isinstance(shape, NamedNode)
                for predicate, place in self._of_shape(shape)
            }
        return self._known[kind]

    def _of_shape(self, shape: NamedNode) -> Iterable[tuple[NamedNode, Place]]:
        for quad in self.index.outgoing(shape):
            if quad.predicate == _PROPERTY and isinstance(quad.object, NamedNode):
                stated = {q.predicate: q.object for q in self.index.outgoing(quad.object)}
                path, group = stated.get(_PATH), stated.get(_GROUP)
                if isinstance(path, NamedNode):
                    named = group if isinstance(group, NamedNode) else None
                    yield path, Place(named, self._group_rank(named), rank(stated.get(_ORDER)))

    def _group_rank(self, group: NamedNode | None) -> float:
        if group is None:
            return LAST
        return min(
            (rank(q.object) for q in self.index.outgoing(group) if q.predicate == _ORDER),
            default=LAST,
        )


def rank(value: object) -> float:
    """Return the number that ``sh:order`` gives, or the last place of all."""
    try:
        return float(value.value) if isinstance(value, Literal) else LAST
    except ValueError:
        return LAST
