"""The 26 queries, asked of every system in turn: what one answer takes."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

QUERIES = tuple(sorted((Path(__file__).parent / "queries").glob("*.rq")))
SECONDS = 60.0
"""What a system may take over one query before it is counted as lost."""
SLOW = 1.0
"""A system that takes longer over a query is asked it only a second time."""
_serial = count()


class System(Protocol):
    """Whatever answers queries."""

    name: str

    def ready(self) -> None:
        """Be so that only the answer takes time."""
        ...

    def ask(self, query: str, seconds: float) -> bytes:
        """Return the answer. Raises OSError."""
        ...


@dataclass
class Times:
    """The seconds that one query took, by system, and what was odd about the answers."""

    query: str
    seconds: dict[str, list[float]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def median(self, system: str) -> float | None:
        """Return the median in milliseconds, None where there was no answer."""
        times = self.seconds.get(system)
        return statistics.median(times) * 1000 if times else None


def measure(systems: Sequence[System], rounds: int, skip: Sequence[str] = ()) -> list[Times]:
    """Return the times of the queries, each round asking every system before the next begins."""
    asked = [path for path in QUERIES if path.stem not in skip]
    table = [Times(path.stem) for path in asked]
    for number in range(rounds):
        for path, times in zip(asked, table, strict=True):
            text = path.read_text(encoding="utf-8")
            for system in systems:
                _once(system, text, times, number)
        print(f"round {number + 1} of {rounds}", flush=True)
    return table


def _once(system: System, text: str, times: Times, number: int) -> None:
    """Ask one system; a comment that never comes again keeps its caches out of the way."""
    known = times.seconds.setdefault(system.name, [])
    slow = bool(known) and min(known) > SLOW
    if system.name in times.failures or (slow and number > 1):
        return
    query = text if system.name.endswith("cached") else f"{text}# {next(_serial)}\n"
    try:
        system.ready()
        begin = time.perf_counter()
        answer = system.ask(query, SECONDS)
    except OSError as error:
        times.failures[system.name] = str(error)[:200]
        return
    took = time.perf_counter() - begin
    if number == 0:
        times.rows[system.name] = _rows(answer)
    if number > 0 or took > SLOW:  # the first round warms the systems up
        known.append(took)


def _rows(answer: bytes) -> int:
    """Return how many rows or triples an answer has, 1 or 0 for a truth."""
    try:
        found = json.loads(answer)
    except ValueError:
        return len(set(answer.splitlines()))
    return len(found["results"]["bindings"]) if "results" in found else int(found["boolean"])
