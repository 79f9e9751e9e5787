"""Rows per second that the reconciliation service matches, by batches of several sizes.

``python benchmarks/reconcile.py [NAMES]``: over HTTP with the shipped project, its names with an
error in each second one; and then the matching alone, with so many invented names (100000).
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx
from pyoxigraph import Literal, NamedNode, Quad
from systems import free_port

from kizuna.engine import write_search
from kizuna.engine.nominating import nominating
from kizuna.vocabulary import SKOS_PREF_LABEL

ROOT = Path(__file__).parent.parent
ROWS, SIZES = 1_000, (10, 50, 100)
BASE = "https://example.org/bench/id/"
CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"
KINDS = ("Museum", "Institute", "Society", "Works", "University", "Office", "Council", "GmbH")


def wrong(chance: random.Random, name: str) -> str:
    """Return a name with one letter replaced."""
    at = chance.randrange(len(name))
    return name[:at] + chance.choice(VOWELS) + name[at + 1 :]


def rows_of(chance: random.Random, names: Sequence[str]) -> list[str]:
    """Return the names that are asked for: an error is in each second one, another each time."""
    asked = (chance.choice(names) for _ in range(ROWS))
    return [wrong(chance, name) if n % 2 else name for n, name in enumerate(asked)]


def told(what: str, seconds: float, cpu: float) -> None:
    """Print how quick something was."""
    print(f"{what:36}{ROWS / seconds:8.0f} rows/s{cpu / ROWS * 1_000:8.2f} ms of CPU a row")


def over_http(chance: random.Random) -> None:
    """Measure a server of the shipped project."""
    with (ROOT / "tests" / "reconciliation" / "variants.csv").open(encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    port = free_port()
    command = [sys.executable, "-c", "from kizuna.cli import main; main()", "serve", str(ROOT)]
    with (
        tempfile.TemporaryDirectory() as releases,
        subprocess.Popen(
            [*command, "--releases", releases, "--port", str(port), "--no-access-log"],
            stderr=subprocess.DEVNULL,
            env=os.environ,
        ) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        while not _is_ready(client):
            time.sleep(0.2)
        for size in SIZES:
            rows = rows_of(chance, names)
            before, start = _cpu(server.pid), time.perf_counter()
            for batch in _batches(rows, size):
                answer = client.post("/reconcile", data={"queries": batch})
                assert answer.status_code == 200, answer.text
            seconds = time.perf_counter() - start
            told(f"HTTP, batches of {size}", seconds, _cpu(server.pid) - before)
        server.send_signal(signal.SIGINT)


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/reconcile").status_code == 200
    except httpx.TransportError:
        return False


def _batches(rows: Sequence[str], size: int) -> Iterator[str]:
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        yield json.dumps({f"q{n}": {"query": name} for n, name in enumerate(part)})


def _cpu(process: int) -> float:
    """Return the seconds of CPU that a process has had."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def alone(chance: random.Random, number: int) -> None:
    """Measure the matching with many invented names."""
    word = _inventor(chance)
    names = [f"{word()} {chance.choice(KINDS)} {word()}" for _ in range(number)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "search.sqlite"
        write_search(path, _quads(names))
        rows = rows_of(chance, names)
        start, before = time.perf_counter(), time.process_time()
        for at in range(0, ROWS, 50):
            with nominating(path, BASE, 60) as nominator:
                for name in rows[at : at + 50]:
                    assert nominator.nominees(name), name
        told(
            f"{number} names, batches of 50",
            time.perf_counter() - start,
            time.process_time() - before,
        )
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most")


def _inventor(chance: random.Random) -> Callable[[], str]:
    """Return what gives one of some ten thousand invented words."""
    words = [
        "".join(chance.choice(CONSONANTS) + chance.choice(VOWELS) for _ in range(3)).title()
        for _ in range(10_000)
    ]
    return lambda: chance.choice(words)


def _quads(names: Sequence[str]) -> Iterator[Quad]:
    for number, name in enumerate(names):
        yield Quad(NamedNode(f"{BASE}thing/{number}"), SKOS_PREF_LABEL, Literal(name))


def main() -> None:
    """Print all figures."""
    chance = random.Random(7)
    over_http(chance)
    alone(chance, int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)


if __name__ == "__main__":
    main()
