"""One release after another under a steady load: what is lost, mixed, and how long it takes.

``.venv/bin/python benchmarks/switching.py`` serves a copy of tests/projects/bridge with --watch on
the loopback interface, edits it again and again, and prints the figures as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from live import serving
from readers import Edited, Seen, load
from support import copy_bridge

PATIENCE = 60.0
SETTLING = 5.0
"""Seconds of load before anything counts: how a server starts is another question."""
PAUSE = 1.0
"""Seconds between an edition that is served and the next one."""


async def measured(
    port: int, edited: Edited, rate: float, editions: int
) -> tuple[Seen, list[float]]:
    """Return what readers have seen, and the seconds from each edit to the first answer with it."""
    await during(port, rate, SETTLING)
    done = asyncio.Event()
    readers = asyncio.create_task(load(port, rate, done))
    took = []
    for _ in range(editions):
        number, began = edited.next(), time.perf_counter()
        await served(port, number)
        took.append(time.perf_counter() - began)
        await asyncio.sleep(PAUSE)
    done.set()
    return await readers, took


async def served(port: int, number: int) -> None:
    """Return once an edition is served. Raises TimeoutError when it takes too long."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if (await during(port, 10.0, 0.1)).newest >= number:
                return


async def during(port: int, rate: float, seconds: float) -> Seen:
    """Return what readers see in so many seconds."""
    done = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, done.set)
    return await load(port, rate, done)


def figures(seen: Seen, took: list[float], rate: float) -> dict[str, float]:
    """Return the figures by name."""
    slow = statistics.quantiles(seen.milliseconds, n=1000)
    return {
        "requests per second": rate,
        "requests": seen.sent,
        "lost": len(seen.lost),
        "mixed": len(seen.mixed),
        "steps back": len(seen.back),
        "editions seen": len(seen.editions),
        "edit to first answer, s, median": round(statistics.median(took), 2),
        "edit to first answer, s, longest": round(max(took), 2),
        "answer, ms, median": round(statistics.median(seen.milliseconds), 2),
        "answer, ms, 99 %": round(slow[989], 2),
        "answer, ms, 99.9 %": round(slow[998], 2),
        "query, ms, 99 %": round(statistics.quantiles(seen.queries, n=100)[98], 2),
        "query, ms, longest": round(max(seen.queries), 2),
    }


def main() -> None:
    """Measure, and end with 1 where a request was lost or an answer mixed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=200.0, help="requests per second")
    parser.add_argument("--editions", type=int, default=10, help="releases after the first")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        edited = Edited(copy_bridge(Path(place) / "bridge"))
        edited.next()
        with serving(str(Path(place) / "bridge"), "--watch") as live:
            port = live.client.base_url.port or 0
            seen, took = asyncio.run(measured(port, edited, chosen.rate, chosen.editions))
    print(json.dumps(figures(seen, took, chosen.rate), indent=1))
    for trouble in (*seen.lost, *seen.mixed, *seen.back)[:20]:
        print(trouble)
    sys.exit(bool(seen.lost or seen.mixed or seen.back))


if __name__ == "__main__":
    main()
