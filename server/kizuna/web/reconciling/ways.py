"""Properties that are paths: what the lists of the project are filtered by, as ``country``.

Who knows the country of a town, or of an organisation in it, need not know over which properties
the data says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from pyoxigraph import NamedNode

from kizuna.checks.pages import Facet, Pages
from kizuna.checks.paths import Path, Step, key_of
from kizuna.web.lists.walks import REMEMBERED, Walker
from kizuna.web.names import Names


@dataclass(frozen=True, slots=True)
class Way:
    """A facet of lists as a property; its id is its name."""

    id: str
    facet: Facet = field(compare=False, repr=False)


Property = NamedNode | Way


class Ways:
    """The ways of a project, by their ids, and where they lead.

    ``again`` are the properties that a way goes again and again, each as a path: a town that lies
    in Bavaria lies in Germany.
    """

    def __init__(self, names: Names, pages: Pages) -> None:
        self.by_id = {facet.name: Way(facet.name, facet) for facet in pages.all_facets}
        self._names = names
        paths = [path for way in self.by_id.values() for path in way.facet.steps]
        self.again = {_node(key): _repeated(key) for key in _gone_again(paths)}
        self._walker = Walker(names.index, paths)
        self._known = lru_cache(REMEMBERED)(self._find)

    def values(self, way: Way, thing: NamedNode) -> tuple[NamedNode, ...]:
        """Return to what a way leads from a thing, in a fixed order."""
        return self._known(way, thing)

    def all_values(self, known: NamedNode, thing: NamedNode) -> tuple[NamedNode, ...]:
        """Return to what one of the properties of ``again`` leads, however far it is."""
        return self._ends((self.again[known],), thing)

    def _find(self, way: Way, thing: NamedNode) -> tuple[NamedNode, ...]:
        kind = way.facet.kind
        found = self._ends(way.facet.steps, thing)
        return tuple(node for node in found if kind is None or kind in self._names.types(node))

    def _ends(self, paths: Iterable[Path], thing: NamedNode) -> tuple[NamedNode, ...]:
        start = key_of(thing)
        ends = {end for path in paths for end in self._walker.ends(start, path)}
        return tuple(_node(end) for end in sorted(ends) if end.startswith(b"<"))


def _gone_again(paths: Iterable[Path]) -> Iterator[bytes]:
    for step in (step for path in paths for step in path if step.again):
        yield from step.forward


def _repeated(key: bytes) -> Path:
    once = Step(frozenset((key,)), frozenset(), needed=True, again=False)
    return once, replace(once, needed=False, again=True)


def _node(key: bytes) -> NamedNode:
    return NamedNode(key[1:-1].decode())
