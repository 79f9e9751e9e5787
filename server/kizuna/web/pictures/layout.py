"""Where the nodes of a network stand: forces push them apart and relations pull them together.

After Fruchterman and Reingold (1991), each connected part for itself, and without chance: the
same network comes out the same. The work is bounded whatever the size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]
Edge = tuple[int, int]

MOST_PUSHES = 900_000
"""How many pairs of nodes are pushed apart in all: about a second's work."""
_ROUNDS = 260
_GOLDEN = math.pi * (3 - math.sqrt(5))
FLAT = 0.62
"""Pictures are wider than high, and names need room to the side."""


def components(number: int, edges: Sequence[Edge]) -> list[list[int]]:
    """Return the nodes that hang together, the largest group first."""
    near: list[list[int]] = [[] for _ in range(number)]
    for a, b in edges:
        near[a].append(b)
        near[b].append(a)
    seen, found = set[int](), []
    for start in range(number):
        if start in seen:
            continue
        seen.add(start)
        group = [start]
        for node in group:
            fresh = [n for n in near[node] if n not in seen]
            seen.update(fresh)
            group.extend(dict.fromkeys(fresh))
        found.append(group)
    return sorted(found, key=lambda group: (-len(group), group[0]))


def spread(number: int, edges: Sequence[Edge], distance: float) -> list[Point]:
    """Return places for the nodes of one connected part, neighbours about ``distance`` apart."""
    places = [_seed(n, distance) for n in range(number)]
    pairs = number * (number - 1) // 2
    rounds = min(_ROUNDS, max(30, MOST_PUSHES // max(pairs, 1)))
    for turn in range(rounds):
        heat = distance * 1.2 * (1 - turn / rounds) ** 1.5 + 0.5
        places = _moved(places, edges, distance, heat)
    return [(x, y * FLAT) for x, y in places]


def _seed(n: int, distance: float) -> Point:
    """Return the place of a node to begin with: on the spiral of a sunflower."""
    away, turn = distance * math.sqrt(n + 0.5) * 0.7, n * _GOLDEN
    return away * math.cos(turn), away * math.sin(turn)


def _moved(
    places: Sequence[Point], edges: Sequence[Edge], distance: float, heat: float
) -> list[Point]:
    """Return where the forces bring the nodes in one turn, none further than ``heat``."""
    force_x, force_y = _pushed(places, distance * distance)
    for a, b in edges:
        dx, dy = places[a][0] - places[b][0], places[a][1] - places[b][1]
        pull = math.hypot(dx, dy) / distance
        force_x[a] -= dx * pull
        force_y[a] -= dy * pull
        force_x[b] += dx * pull
        force_y[b] += dy * pull
    moved = []
    for (x, y), push_x, push_y in zip(places, force_x, force_y, strict=True):
        fx, fy = push_x - 0.03 * x, push_y - 0.03 * y  # all are drawn to the middle a little
        strength = math.hypot(fx, fy) or 1.0
        step = min(strength, heat) / strength
        moved.append((x + fx * step, y + fy * step))
    return moved


def _pushed(places: Sequence[Point], square: float) -> tuple[list[float], list[float]]:
    """Return the forces with which all nodes push one another away."""
    force_x, force_y = [0.0] * len(places), [0.0] * len(places)
    for i, (ax, ay) in enumerate(places):
        for j in range(i):
            dx, dy = ax - places[j][0], ay - places[j][1]
            push = square / max(dx * dx + dy * dy, 1.0)
            force_x[i] += dx * push
            force_y[i] += dy * push
            force_x[j] -= dx * push
            force_y[j] -= dy * push
    return force_x, force_y
