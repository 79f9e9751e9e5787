"""Property paths over the index of descriptions: from a thing to what a facet says of it.

Terms are bytes here, as they stand in N-Triples: a list has 100 000 members, and to make a term
of each that is passed on the way would take most of the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

from kizuna.checks.paths import Path, Step
from kizuna.engine import DescriptionIndex

REMEMBERED = 20_000
MOST_PREPARED = 1_000_000
_LITERAL = re.compile(rb'"(?:[^"\\]|\\.)*+"(?:@[A-Za-z0-9-]++|\^\^<[^>]*+>)?')
Near = dict[bytes, list[bytes]]


class Walker:
    """Goes paths; what it has read of a node it remembers, as the paths of many things meet."""

    def __init__(self, index: DescriptionIndex, paths: Iterable[Path]) -> None:
        steps = [step for path in paths for step in path]
        forward = frozenset(p for step in steps for p in step.forward)
        back = frozenset(p for step in steps for p in step.back)
        self.index = index
        self._prepared: dict[Step, dict[bytes, tuple[bytes, ...]]] = {}
        self._known = lru_cache(REMEMBERED)(self._ends)
        self._outgoing = lru_cache(REMEMBERED)(
            lambda node: _objects(index.row(node.decode()), forward)
        )
        self._incoming = lru_cache(REMEMBERED)(
            lambda node: subjects(index.row(node.decode(), incoming=True), back)
        )

    def prepare(self, step: Step, ends: Iterable[bytes]) -> None:
        """Read a step from its ``ends``, which must be all that it can lead to.

        Where many nodes lead to a few, that is much less to read. Too many are left as they are.
        """
        found: dict[bytes, tuple[bytes, ...]] = {}
        for end in ends:
            near = subjects(self.index.row(end.decode(), incoming=True), step.forward)
            for node in chain.from_iterable(near.values()):
                found[node] = (*found.get(node, ()), end)
            if len(found) > MOST_PREPARED:
                return
        self._prepared[step] = found

    def ends(self, start: bytes, path: Path) -> set[bytes]:
        """Return all terms at the end of ``path`` from ``start``."""
        return set(self._ends(start, path))

    def _ends(self, node: bytes, path: Path) -> frozenset[bytes]:
        if not path:
            return frozenset((node,))
        reached = self._after(node, path[0])
        rest = path[1:]
        return frozenset().union(*(self._known(n, rest) for n in reached)) if rest else reached

    def _after(self, node: bytes, step: Step) -> frozenset[bytes]:
        if not step.again:
            reached = self._next(node, step)
            return frozenset(reached if step.needed else (node, *reached))
        found, waiting = {node}, [node]
        while waiting:
            new = [end for end in self._next(waiting.pop(), step) if end not in found]
            found.update(new)
            waiting.extend(new)
        return frozenset(found)

    def _next(self, node: bytes, step: Step) -> Iterable[bytes]:
        prepared = self._prepared.get(step)
        if prepared is not None:
            return prepared.get(node, ())
        if node.startswith(b'"'):
            return ()
        found: list[bytes] = []
        if step.forward:
            near = self._outgoing(node)
            for predicate in near.keys() & step.forward:
                found += near[predicate]
        if step.back:
            near = self._incoming(node)
            for predicate in near.keys() & step.back:
                found += near[predicate]
        return found


def _objects(rows: bytes, predicates: frozenset[bytes]) -> Near:
    """Return the objects of N-Quads by predicate; no subject and no predicate holds a space."""
    found: Near = {}
    for line in rows.split(b"\n"):
        words = line.split(b" ", 2)
        if len(words) == 3 and words[1] in predicates:
            literal = _LITERAL.match(words[2])
            value = literal[0] if literal else words[2].split(b" ", 1)[0]
            found.setdefault(words[1], []).append(value)
    return found


def subjects(rows: bytes, predicates: frozenset[bytes]) -> Near:
    """Return the subjects of N-Quads by predicate."""
    found: Near = {}
    for line in rows.split(b"\n"):
        words = line.split(b" ", 2)
        if len(words) == 3 and words[1] in predicates:
            found.setdefault(words[1], []).append(words[0])
    return found
