"""64 clients at once, a quarter of them hostile: what the others notice of it."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import systems

CLIENTS = 64
HOSTILE_PART = 4
PAUSE = 0.1
"""Seconds that a well-behaved client reads what it got before it asks on."""
QUERY_SECONDS = 10.0
ONE = "<https://example.org/bench/id/dataset/{}>"
LIGHT = (
    "SELECT ?p ?o {{ {one} ?p ?o }}",
    "SELECT ?s ?p {{ ?s ?p {one} }}",
    "ASK {{ {one} ?p ?o }}",
    "SELECT ?title {{ {one} <https://example.org/bench/ontology#title> ?title }}",
    "CONSTRUCT {{ {one} ?p ?o }} WHERE {{ {one} ?p ?o }}",
)
PATHS = ("/doc/dataset/{}.ttl", "/doc/dataset/{}", "/id/dataset/{}")


MANY = " ".join(f"(<urn:x:{n}> {n})" for n in range(5_000))
WORST = (
    "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?f",
    "SELECT DISTINCT ?a ?d { ?a ?b ?c . ?d ?e ?f }",
    "SELECT * { ?s ?p ?o } ORDER BY DESC(?o) ?s ?p",
    "SELECT ?s { ?s (!<urn:a>)* ?o . ?o (!<urn:b>)* ?x }",
    'SELECT * { ?s ?p ?o . ?t ?q ?r FILTER regex(str(?o), "(a+)+$") }',
    f"SELECT * {{ VALUES (?a ?x) {{ {MANY} }} VALUES (?b ?y) {{ {MANY} }} }} ORDER BY ?a",
    "SELECT * { " + "{ " * 5_000 + "?s ?p ?o" + " }" * 5_000 + " }",
    "SELECT (" + "(" * 90 + "1" + ")" * 90 + " AS ?x) { ?s ?p ?o . ?a ?b ?c }",
    "SELECT ?x { ?s ?p ?o . ?q ?r ?t . ?u ?v ?w BIND("
    + "CONCAT(str(?o), " * 60 + "'x'" + ")" * 60 + " AS ?x) }",
    "ASK { " + " ".join(f"?x{n} ?p ?x{n + 1} ." for n in range(400)) + " }",
    "SELECT * { " + " ".join(f"OPTIONAL {{ ?a ?p{n} ?b{n} }}" for n in range(200)) + " }",
    "SELECT ?x { SERVICE <http://127.0.0.1/> { ?x ?y ?z } }",
    "SELECT ((((",
)
"""The worst queries known: products, sorting, paths, nesting, long lists, planning, calls."""


@dataclass
class Tally:
    """What came back."""

    light: list[float] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)
    hostile: Counter[str] = field(default_factory=Counter)
    lags: list[float] = field(default_factory=list)


async def load(port: int, seconds: float, clients: int, seed: int = 1) -> Tally:
    """Put the load on the server at ``port`` for so long and return what came of it."""
    tally = Tally()
    until = time.monotonic() + seconds
    tasks = []
    for number in range(clients):
        chance = random.Random(seed * 1_000 + number)
        hostile = number % HOSTILE_PART == 0
        tasks.append((_hostile if hostile else _light)(port, until, chance, tally))
    await asyncio.gather(*tasks)
    return tally


async def _light(port: int, until: float, chance: random.Random, tally: Tally) -> None:
    client = _Client(port)
    while time.monotonic() < until:
        number = chance.randrange(4_000)
        if chance.random() < 0.7:
            query = chance.choice(LIGHT).format(one=ONE.format(number)) + f" # {chance.random()}"
            path = f"/sparql?query={quote(query)}"
        else:
            path = chance.choice(PATHS).format(number)
        begin = time.perf_counter()
        status = await client.get(path, 60)
        if status in {"200", "303"}:
            tally.light.append(time.perf_counter() - begin)
        else:
            tally.lost[status] += 1
        await asyncio.sleep(PAUSE * chance.random() * 2)
    client.close()


async def _hostile(port: int, until: float, chance: random.Random, tally: Tally) -> None:
    while time.monotonic() < until:
        client = _Client(port)
        patience = chance.choice((0.2, 2.0, 60.0))  # some go away early
        text = f"{chance.choice(WORST)} # {chance.random()}"
        tally.hostile[await client.post(text, min(patience, until - time.monotonic()))] += 1
        client.close()


class _Client:
    """The least of an HTTP client that keeps its connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, seconds: float) -> str:
        """Return the status of the answer, read whole, or what went wrong."""
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept: application/sparql-results+json,text/turtle\r\n\r\n"
        return await self._ask(head.encode(), seconds)

    async def post(self, query: str, seconds: float) -> str:
        """Return the same for a query that is posted."""
        body = query.encode()
        head = (
            "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return await self._ask(head.encode() + body, seconds)

    async def _ask(self, request: bytes, seconds: float) -> str:
        try:
            async with asyncio.timeout(max(0.05, seconds)):
                if self.streams is None:
                    self.streams = await asyncio.open_connection("127.0.0.1", self.port)
                reader, writer = self.streams
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                await _read_body(reader, head.lower())
                return head.split()[1].decode()
        except TimeoutError:
            self.close()
            return "gave up waiting"
        except (OSError, EOFError, ValueError) as error:
            self.close()
            return f"broken off ({type(error).__name__})"

    def close(self) -> None:
        if self.streams is not None:
            self.streams[1].transport.abort()
            self.streams = None


async def _read_body(reader: asyncio.StreamReader, head: bytes) -> None:
    if b"transfer-encoding: chunked" in head:
        while True:
            size = int(await reader.readline(), 16)
            await reader.readexactly(size + 2)
            if size == 0:
                return
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.split(b":")[1]))


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
    tally = await load(server.port, seconds, CLIENTS)
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
