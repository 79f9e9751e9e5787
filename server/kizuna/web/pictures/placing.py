"""Where labels stand, so that they cover neither one another nor what they name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on paper."""

    x: float
    y: float
    width: float
    height: float

    def overlap(self, other: Box) -> float:
        """Return the area that two rectangles share."""
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        if wide <= 0:
            return 0.0
        high = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return wide * high if high > 0 else 0.0


@dataclass(slots=True)
class Paper:
    """What is taken on a sheet of this size."""

    width: float
    height: float
    taken: list[Box] = field(default_factory=list)

    def best(self, candidates: Sequence[Box]) -> tuple[int, float]:
        """Return which of some places covers least, the first of equals, and how much it covers.

        What stands out of the sheet counts like what covers something, many times over.
        """
        costs = [self._cost(box) for box in candidates]
        cost = min(costs)
        return costs.index(cost), cost

    def take(self, boxes: Iterable[Box]) -> None:
        """Remember that these places are taken."""
        self.taken.extend(boxes)

    def _cost(self, box: Box) -> float:
        inside = box.overlap(Box(0, 0, self.width, self.height))
        outside = box.width * box.height - inside
        return round(8 * outside + sum(box.overlap(other) for other in self.taken), 3)


def around(x: float, y: float, reach: float, width: float, height: float) -> list[Box]:
    """Return places for a label around a mark: right, left, above, below, and the corners."""
    gap, corner = reach + 4, reach * 0.7 + 2
    middle = x - width / 2
    return [
        Box(x + gap, y - height / 2, width, height),
        Box(x - gap - width, y - height / 2, width, height),
        Box(middle, y - gap - height, width, height),
        Box(middle, y + gap, width, height),
        Box(x + corner, y - corner - height, width, height),
        Box(x + corner, y + corner, width, height),
        Box(x - corner - width, y - corner - height, width, height),
        Box(x - corner - width, y + corner, width, height),
    ]
