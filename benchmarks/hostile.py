"""64 clients at once, a quarter of them hostile: what the others notice of it."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from pathlib import Path

import systems

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from load import HOSTILE_PART, Tally, Things, load

CLIENTS = 64
QUERY_SECONDS = 10.0
THINGS = Things(
    "https://example.org/bench/id/dataset/{}",
    ("/doc/dataset/{}.ttl", "/doc/dataset/{}", "/id/dataset/{}"),
    4_000,
)


def measure(releases: Path, seconds: float) -> dict[str, float | str]:
    """Return what the load did to a server over the release."""
    server = systems.kizuna(releases, QUERY_SECONDS)
    assert server.process is not None
    try:
        tally, peak = asyncio.run(_watched(server, seconds))
        time.sleep(QUERY_SECONDS / 5)
        after = len(family(server.process.pid))
        alive = server.process.poll() is None and bool(server.ask("ASK { ?s ?p ?o }", 5))
    finally:
        members = family(server.process.pid)
        server.stop()
    time.sleep(0.5)
    left = [pid for pid in members if _alive(pid)]
    return _figures(tally) | {
        "memory of the process tree, peak (PSS, MB)": round(peak / 1e6),
        "processes 2 s after the load": after,
        "alive after it": str(alive),
        "processes left behind after stop": len(left),
    }


async def _watched(server: systems.Server, seconds: float) -> tuple[Tally, float]:
    assert server.process is not None
    peak = 0.0

    async def watch(pid: int) -> None:
        nonlocal peak
        while True:
            peak = max(peak, await asyncio.to_thread(memory, pid))
            await asyncio.sleep(1)

    watching = asyncio.create_task(watch(server.process.pid))
    tally = await load(server.port, seconds, CLIENTS, THINGS)
    watching.cancel()
    return tally, peak


def _figures(tally: Tally) -> dict[str, float | str]:
    times = sorted(tally.light)
    cuts = statistics.quantiles(times, n=100)
    return {
        "clients": f"{CLIENTS}, {CLIENTS // HOSTILE_PART} of them hostile",
        "light requests answered": len(times),
        "light requests lost": sum(tally.lost.values()),
        "lost as": str(dict(tally.lost)),
        "light p50 (ms)": round(cuts[49] * 1000, 1),
        "light p99 (ms)": round(cuts[98] * 1000, 1),
        "light max (ms)": round(times[-1] * 1000, 1),
        "hostile requests": str(dict(tally.hostile)),
    }


def family(pid: int) -> list[int]:
    """Return the process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        todo += children.get(one, ())
    return found


def memory(pid: int) -> float:
    """Return the bytes that a process tree holds, shared pages counted once (PSS)."""
    total = 0.0
    for member in family(pid):
        try:
            rollup = Path(f"/proc/{member}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        total += next(
            (float(line.split()[1]) * 1024 for line in rollup.splitlines() if line[:4] == "Pss:"), 0
        )
    return total


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
