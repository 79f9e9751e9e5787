"""The classes of a release as a tree: which have members, and under which address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from pyoxigraph import NamedNode

from kizuna.engine import DescriptionIndex
from kizuna.iris import Addresses
from kizuna.release import Manifest
from kizuna.vocabulary import PREFIXES, RDF_TYPE, RDFS_SUBCLASS, shortened

_HELD = 1_000
"""Of how many classes the broader ones are held."""


@dataclass(frozen=True)
class Classes:
    """Every class that has members of its own or through narrower classes.

    ``slugs`` maps the last part of a class page's path to the class; ``narrower`` holds only
    classes that are in the tree.
    """

    index: DescriptionIndex
    counts: Mapping[NamedNode, int]
    slugs: Mapping[str, NamedNode]
    broader: Mapping[NamedNode, frozenset[NamedNode]]
    narrower: Mapping[NamedNode, frozenset[NamedNode]]
    _counted: dict[NamedNode, int] = field(default_factory=dict)

    @cached_property
    def by_kind(self) -> Mapping[NamedNode, str]:
        """The slugs by class."""
        return {kind: slug for slug, kind in self.slugs.items()}

    def slug(self, kind: NamedNode) -> str | None:
        """Return the slug of a class, None where it has no page."""
        return self.by_kind.get(kind)

    def ancestors(self, kind: NamedNode) -> tuple[NamedNode, ...]:
        """Return ``kind`` and all broader classes, the nearest first."""
        return self._ancestors(kind)

    @cached_property
    def _ancestors(self) -> Callable[[NamedNode], tuple[NamedNode, ...]]:
        return lru_cache(_HELD)(lambda kind: tuple(_reached(kind, self.broader)))

    def descendants(self, kind: NamedNode) -> list[NamedNode]:
        """Return ``kind`` and all narrower classes."""
        return _reached(kind, self.narrower)

    def members(self, kind: NamedNode) -> list[NamedNode]:
        """Return the members of ``kind`` and of its narrower classes, each once, by IRI."""
        found = {
            quad.subject
            for narrower in self.descendants(kind)
            for quad in self.index.incoming(narrower)
            if quad.predicate == RDF_TYPE and isinstance(quad.subject, NamedNode)
        }
        return sorted(found, key=str)

    def count(self, kind: NamedNode) -> int:
        """Return how many members ``kind`` has; a member of two narrower classes counts once."""
        if len(self.descendants(kind)) == 1:
            return self.counts.get(kind, 0)
        if kind not in self._counted:
            self._counted[kind] = len(self.members(kind))
        return self._counted[kind]


def read_classes(index: DescriptionIndex, manifest: Manifest) -> Classes:
    """Return the classes of the release with this index and manifest."""
    counts = {NamedNode(iri): number for iri, number in manifest.classes.items()}
    broader: dict[NamedNode, frozenset[NamedNode]] = {}
    waiting = list(counts)
    while waiting:
        kind = waiting.pop()
        if kind not in broader:
            broader[kind] = frozenset(_parents(index, kind))
            waiting.extend(broader[kind])
    narrower: dict[NamedNode, set[NamedNode]] = {}
    for kind, parents in broader.items():
        for parent in parents:
            narrower.setdefault(parent, set()).add(kind)
    return Classes(
        index=index,
        counts=counts,
        slugs=dict(slugs(broader, manifest)),
        broader=broader,
        narrower={kind: frozenset(below) for kind, below in narrower.items()},
    )


def _parents(index: DescriptionIndex, kind: NamedNode) -> Iterator[NamedNode]:
    for quad in index.outgoing(kind):
        if quad.predicate == RDFS_SUBCLASS and isinstance(quad.object, NamedNode):
            yield quad.object


def slugs(kinds: Iterable[NamedNode], manifest: Manifest) -> Iterator[tuple[str, NamedNode]]:
    """Yield slugs: the local name of an own term, else prefix and local name (``org-Role``)."""
    own = f"{Addresses(manifest.base).ontology}#"
    prefixes = {**manifest.prefixes, **PREFIXES}
    for kind in sorted(kinds, key=str):
        if kind.value.startswith(own):
            yield kind.value.removeprefix(own), kind
            continue
        name = shortened(kind.value, prefixes)
        if not name.startswith("<"):
            yield name.replace(":", "-", 1), kind


def _reached(start: NamedNode, edges: Mapping[NamedNode, frozenset[NamedNode]]) -> list[NamedNode]:
    """Return ``start`` and all that is reached from it, breadth first, in a fixed order."""
    found = [start]
    for kind in found:
        found.extend(k for k in sorted(edges.get(kind, ()), key=str) if k not in found)
    return found
