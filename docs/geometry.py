"""Make the shapes of countries for maps: ``server/kizuna/web/pictures/countries.txt``.

    npm pack world-atlas@2.0.2 && npm pack i18n-iso-countries@7.14.0      # then unpack both
    python docs/geometry.py ATLAS/countries-50m.json ISO/codes.json

world-atlas (ISC) repackages Natural Earth 1:50m (public domain); i18n-iso-countries (MIT) gives
the two letters that go with the numbers of countries. Borders that two countries share are kept
once. Points are dropped after Visvalingam and Whyatt: those that change a line least go first.
"""

from __future__ import annotations

import heapq
import json
import math
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[1] / "server/kizuna/web/pictures/countries.txt"
SMALLEST = 0.003
"""Area in square degrees, true at the equator, that a point must add to a line to be kept."""
SMALLEST_ISLAND = 0.025
HUNDREDTHS = 100
NAMELESS = "--"
STEPS = 24
EARTH_KM = 6371.0
HEAD = """\
# Shapes of countries, made by docs/geometry.py: do not edit.
# Source: world-atlas 2.0.2 (npm, ISC licence), countries-50m.json, from Natural Earth 4.1, 1:50m
# (public domain), simplified; codes of countries from i18n-iso-countries 7.14.0 (npm, MIT).
# First arcs, one a line, as encoded polylines of hundredths of a degree (longitude, latitude);
# then countries: code, a point well inside, and rings: the circle around a ring (degrees, degrees,
# kilometres), a colon, and the numbers of its arcs (~n: arc n backwards), the largest ring first.
"""

Point = tuple[float, float]


def main(atlas: Path, codes: Path) -> None:
    """Write the file."""
    topology = json.loads(atlas.read_text("utf-8"))
    letters = {number: two for two, _, number, *_ in json.loads(codes.read_text("utf-8"))}
    arcs = [simplified(_absolute(arc, topology["transform"])) for arc in topology["arcs"]]
    countries: dict[str, list[list[int]]] = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        code = letters.get(shape.get("id", ""), NAMELESS)
        countries.setdefault(code, []).extend(_rings(shape, arcs))
    rows = sorted(countries.items())
    used = sorted({max(n, ~n) for _, rings in rows for ring in rings for n in ring})
    number = {old: new for new, old in enumerate(used)}
    lines = [encoded(arcs[old]) for old in used]
    for code, rings in rows:
        inside = middle(_points(max(rings, key=lambda ring: _area(ring, arcs)), arcs))
        written = (f"{_circle(_points(r, arcs))}:{_written(r, number)}" for r in rings)
        lines.append(f"{code} {inside[0]:.1f},{inside[1]:.1f} {' '.join(written)}")
    TARGET.write_text(HEAD + f"{len(used)}\n" + "\n".join(lines) + "\n", encoding="ascii")


def _written(ring: list[int], number: dict[int, int]) -> str:
    return ",".join(str(number[n]) if n >= 0 else f"~{number[~n]}" for n in ring)


def _absolute(arc: list[list[int]], transform: dict[str, list[float]]) -> list[Point]:
    (sx, sy), (tx, ty) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x * sx + tx, y * sy + ty))
    return points


def _rings(shape: dict[str, Any], arcs: list[list[Point]]) -> Any:  # noqa: ANN401
    """Yield the outer and inner rings of a country; specks are left out unless all of it is one."""
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    rings = sorted((ring for p in polygons for ring in p), key=lambda r: -_area(r, arcs))
    for place, ring in enumerate(rings):
        if place == 0 or _area(ring, arcs) > SMALLEST_ISLAND:
            yield ring


def _points(ring: list[int], arcs: list[list[Point]]) -> list[Point]:
    return [p for n in ring for p in (arcs[n] if n >= 0 else arcs[~n][::-1])]


def _circle(points: list[Point]) -> str:
    """Return a circle around a ring, a little too large rather than too small."""
    x = y = z = 0.0
    for east, north in ((math.radians(a), math.radians(b)) for a, b in points):
        x += math.cos(north) * math.cos(east)
        y += math.cos(north) * math.sin(east)
        z += math.sin(north)
    east = round(math.degrees(math.atan2(y, x)))
    north = round(math.degrees(math.atan2(z, math.hypot(x, y))))
    reach = max(distance((east, north), point) for point in points)
    return f"{east},{north},{math.ceil(reach / 10 + 1) * 10}"


def distance(a: Point, b: Point) -> float:
    """Return the distance of two points in kilometres."""
    ax, ay, bx, by = map(math.radians, (*a, *b))
    half = math.sin((by - ay) / 2) ** 2
    half += math.cos(ay) * math.cos(by) * math.sin((bx - ax) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))


def middle(ring: list[Point]) -> Point:
    """Return the point of a grid that is furthest from the edge of a ring."""
    ring = unwound(ring)
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    best, most = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2), -1.0
    for i in range(1, STEPS):
        for j in range(1, STEPS):
            x = min(xs) + (max(xs) - min(xs)) * i / STEPS
            y = min(ys) + (max(ys) - min(ys)) * j / STEPS
            if is_inside((x, y), ring):
                room = min(distance((x, y), point) for point in ring)
                best, most = ((x, y), room) if room > most else (best, most)
    return (best[0] + 180) % 360 - 180, best[1]


def unwound(ring: list[Point]) -> list[Point]:
    """Return a ring without leaps where the date changes."""
    points = ring[:1]
    for x, y in ring[1:]:
        points.append((x - 360 * round((x - points[-1][0]) / 360), y))
    return points


def is_inside(at: Point, ring: list[Point]) -> bool:
    """Tell whether a point lies within a ring."""
    x, y = at
    inside = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def _area(ring: list[int], arcs: list[list[Point]]) -> float:
    points = _points(ring, arcs)
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def simplified(points: list[Point]) -> list[Point]:
    """Return the points without those that change the line by less than ``SMALLEST``."""
    before = list(range(-1, len(points) - 1))
    after = list(range(1, len(points) + 1))
    closed = points[0] == points[-1]
    left = len(points)

    def weight(i: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = points[before[i]], points[i], points[after[i]]
        area = abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2
        return area * math.cos(math.radians(by))

    heap = [(weight(i), i) for i in range(1, len(points) - 1)]
    heapq.heapify(heap)
    current = {i: w for w, i in heap}
    while heap:
        w, i = heapq.heappop(heap)
        if current.get(i) != w:
            continue
        if w >= SMALLEST or (closed and left <= 5):
            break
        del current[i]
        left -= 1
        after[before[i]], before[after[i]] = after[i], before[i]
        for j in (before[i], after[i]):
            if j in current:
                current[j] = weight(j)
                heapq.heappush(heap, (current[j], j))
    kept = {0, len(points) - 1, *current}
    return [point for i, point in enumerate(points) if i in kept]


def encoded(points: list[Point]) -> str:
    """Return points as an encoded polyline: differences, five bits a sign, zigzag."""
    out: list[str] = []
    last = (0, 0)
    for x, y in points:
        now = (round(x * HUNDREDTHS), round(y * HUNDREDTHS))
        for new, old in zip(now, last, strict=True):
            value = (new - old) << 1
            value = ~value if new < old else value
            while value >= 0x20:
                out.append(chr((0x20 | (value & 0x1F)) + 63))
                value >>= 5
            out.append(chr(value + 63))
        last = now
    return "".join(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
