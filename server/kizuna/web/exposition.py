"""Numbers in the text format that Prometheus reads (version 0.0.4)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the buckets, in seconds."""

Labels = Mapping[str, str]
Sample = tuple[Labels, float]


@dataclass(slots=True)
class Histogram:
    """How many values fell below each of ``BOUNDS``, their number and sum."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def add(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(BOUNDS, value)] += 1
        self.total += value


def family(name: str, kind: str, about: str, samples: Iterable[Sample]) -> str:
    r"""Return a metric with its samples, sorted by labels.

    >>> print(family("x_total", "counter", "Things.", [({"a": 'b"c'}, 1)]), end="")
    # HELP x_total Things.
    # TYPE x_total counter
    x_total{a="b\"c"} 1
    """
    lines = sorted(_line(name, labels, value) for labels, value in samples)
    return _head(name, kind, about) + "".join(lines)


def histograms(name: str, about: str, found: Iterable[tuple[Labels, Histogram]]) -> str:
    """Return a metric of histograms, one for each set of labels."""
    lines = []
    for labels, histogram in sorted(found, key=lambda pair: sorted(pair[0].items())):
        bounds = (*(f"{bound:g}" for bound in BOUNDS), "+Inf")
        below = list(accumulate(histogram.counts))
        lines += [
            _line(f"{name}_bucket", {**labels, "le": bound}, count)
            for bound, count in zip(bounds, below, strict=True)
        ]
        lines.append(_line(f"{name}_sum", labels, histogram.total))
        lines.append(_line(f"{name}_count", labels, below[-1]))
    return _head(name, "histogram", about) + "".join(lines)


def _head(name: str, kind: str, about: str) -> str:
    return f"# HELP {name} {about}\n# TYPE {name} {kind}\n"


def _line(name: str, labels: Labels, value: float) -> str:
    shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    number = int(value) if value == int(value) else round(value, 6)
    return f"{name}{{{shown}}} {number}\n" if shown else f"{name} {number}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
