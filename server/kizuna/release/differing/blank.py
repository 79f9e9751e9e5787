"""Which blank node of one release is which of another: by what is said with them.

A label says nothing: RDFC-1.0 numbers the nodes of a file anew when one of them changes. Any
pairing of nodes, each with one at most, gives a right difference; a good one gives a small one.
Nodes are paired that agree in all that leads to them and from them, then in what they say, then in
what leads to them. Nodes that are left have come or gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256

from kizuna.release.differing.lines import labels, relabelled

MOST_ROUNDS = 100
"""How many steps away from a node what is said counts; lists longer than that are told apart by
less."""


class Way(Enum):
    """Which statements of a node count: all, those that it is subject of, those that lead to it."""

    BOTH = "both"
    DOWN = "down"
    UP = "up"

    def counts(self, line: str, node: str) -> bool:
        """Tell whether a line that mentions a node counts for it."""
        return self is Way.BOTH or line.startswith(f"{node} ") == (self is Way.DOWN)


@dataclass(frozen=True)
class Side:
    """The lines of one release that mention its ``nodes``; other blank nodes are known by name."""

    nodes: frozenset[str]
    lines: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, nodes: Collection[str], lines: Iterable[str]) -> Side:
        """Return the side of ``nodes`` (labels) with those of ``lines`` that mention one."""
        wanted, found = frozenset(nodes), defaultdict(list)
        for line in sorted(lines):
            for node in labels(line) & wanted:
                found[node].append(line)
        return cls(wanted, {node: tuple(found[node]) for node in wanted})

    def refined(self, known: Mapping[str, str], way: Way) -> dict[str, str]:
        """Return a digest for each node: of what is said of it, its neighbours told by theirs."""
        names, found = dict(known), {}
        for node in self.nodes:
            names[node] = "_:this"
            counting = (line for line in self.lines[node] if way.counts(line, node))
            found[node] = _digest(relabelled(line, names) for line in counting)
            names[node] = known[node]
        return found


def paired(old: Side, new: Side) -> dict[str, str]:
    """Return for nodes of ``new`` which of ``old`` they are; each is at most one."""
    found: dict[str, str] = {}
    for way in Way:
        digests = _digests(old, new, way)
        taken = set(found.values())
        left = {n: d for n, d in digests[0].items() if n not in taken}
        right = {n: d for n, d in digests[1].items() if n not in found}
        _Pairing(old, new, left, right, found).pair()
    return found


def canonical(triples: Collection[str]) -> list[str]:
    """Return triples, sorted, with labels that follow from what is said.

    Nodes that cannot be told apart keep the order of their labels. What RDFC-1.0 does more, for
    nodes that are told apart by nothing near them, may take it for ever; this ends.
    """
    nodes = {node for line in triples for node in labels(line)}
    if not nodes:
        return sorted(triples)
    side = Side.of(nodes, triples)
    digests, _ = _digests(side, side, Way.BOTH)
    order = sorted(nodes, key=lambda node: (digests[node], node))
    names = {node: f"_:b{n}" for n, node in enumerate(order)}
    return sorted(relabelled(line, names) for line in triples)


def _digests(old: Side, new: Side, way: Way) -> tuple[dict[str, str], dict[str, str]]:
    """Return the digests of the nodes of both sides, after as many rounds as tell more apart."""
    sides = (old, new)
    known = tuple(dict.fromkeys(side.nodes, "_:any") for side in sides)
    apart = 0
    for _ in range(MOST_ROUNDS):
        known = tuple(s.refined(k, way) for s, k in zip(sides, known, strict=True))
        classes = len({*known[0].values(), *known[1].values()})
        if classes == apart:
            break
        apart = classes
    return known[0], known[1]


def _digest(lines: Iterable[str]) -> str:
    return f"_:{sha256(chr(10).join(sorted(lines)).encode()).hexdigest()[:32]}"


@dataclass
class _Pairing:
    """Pairs nodes of equal digest; the neighbours of a pair are paired with each other first.

    So two equal trees are not paired crosswise.
    """

    old: Side
    new: Side
    left: dict[str, str]
    right: dict[str, str]
    found: dict[str, str]

    def pair(self) -> None:
        places: dict[str, list[str]] = defaultdict(list)
        for node in sorted(self.left, reverse=True):
            places[self.left[node]].append(node)
        for node in sorted(self.right):
            candidates = places.get(self.right.get(node, ""), [])
            while candidates and node in self.right:
                other = candidates.pop(candidates.index(node) if node in candidates else -1)
                if other in self.left:
                    self._take(other, node)

    def _take(self, old: str, new: str) -> None:
        waiting = [(old, new)]
        while waiting:
            old, new = waiting.pop()
            if self.left.get(old, "old") != self.right.get(new, "new"):
                continue  # one of them has been paired meanwhile
            self.found[new] = old
            del self.left[old], self.right[new]
            there = self._neighbours(self.old, old, self.left)
            for place, nodes in self._neighbours(self.new, new, self.right).items():
                waiting += zip(there.get(place, ()), nodes, strict=False)

    @staticmethod
    def _neighbours(
        side: Side, node: str, digests: Mapping[str, str]
    ) -> dict[tuple[str, str], list[str]]:
        """Return the nodes beside one that are not paired, by digest and how they are named."""
        found = defaultdict(list)
        for line in side.lines[node]:
            for other in sorted(labels(line) - {node}):
                if other in digests:
                    shape = relabelled(line, {node: "_:this", other: "_:other"})
                    found[digests[other], shape].append(other)
        return found
