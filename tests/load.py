"""A load of many clients, a quarter of them hostile, and what the others notice of it.

Used by tests and by ``benchmarks/``.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import quote

HOSTILE_PART = 4
ACCEPT = "application/sparql-results+json, text/turtle"
PAUSE = 0.1
"""Seconds that a well-behaved client reads what it got before it asks on."""
LIGHT = (
    "SELECT ?p ?o {{ {one} ?p ?o }}",
    "SELECT ?s ?p {{ ?s ?p {one} }}",
    "ASK {{ {one} ?p ?o }}",
    "SELECT ?title {{ {one} <https://example.org/bench/ontology#title> ?title }}",
    "CONSTRUCT {{ {one} ?p ?o }} WHERE {{ {one} ?p ?o }}",
)


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
    + "CONCAT(str(?o), " * 60
    + "'x'"
    + ")" * 60
    + " AS ?x) }",
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


@dataclass(frozen=True)
class Things:
    """What the light queries are about: IRIs and paths with a place for a number."""

    iri: str
    paths: tuple[str, ...]
    number: int


async def load(port: int, seconds: float, clients: int, things: Things, seed: int = 1) -> Tally:
    """Put the load on the server at ``port`` for so long and return what came of it."""
    tally = Tally()
    until = time.monotonic() + seconds
    tasks = []
    for number in range(clients):
        chance = random.Random(seed * 1_000 + number)
        hostile = number % HOSTILE_PART == 0
        client = _Client(port, things, chance, tally)
        tasks.append(client.harm(until) if hostile else client.use(until))
    await asyncio.gather(*tasks)
    return tally


class _Client:
    """The least of an HTTP client that keeps its connection."""

    def __init__(self, port: int, things: Things, chance: random.Random, tally: Tally) -> None:
        self.port = port
        self.things = things
        self.chance = chance
        self.tally = tally
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def use(self, until: float) -> None:
        """Ask for small things, as people and programs do."""
        while time.monotonic() < until:
            begin = time.perf_counter()
            status = await self.get(self._path(), 60)
            if status in {"200", "303"}:
                self.tally.light.append(time.perf_counter() - begin)
            else:
                self.tally.lost[status] += 1
            await asyncio.sleep(PAUSE * self.chance.random() * 2)
        self.close()

    def _path(self) -> str:
        number = self.chance.randrange(self.things.number)
        if self.chance.random() < 0.3:
            return self.chance.choice(self.things.paths).format(number)
        query = self.chance.choice(LIGHT).format(one=f"<{self.things.iri.format(number)}>")
        return f"/sparql?query={quote(f'{query} # {self.chance.random()}')}"

    async def harm(self, until: float) -> None:
        """Ask the worst queries; some go away early."""
        while time.monotonic() < until:
            patience = min(self.chance.choice((0.2, 2.0, 60.0)), until - time.monotonic())
            text = f"{self.chance.choice(WORST)} # {self.chance.random()}"
            self.tally.hostile[await self.post(text, patience)] += 1
            self.close()

    async def get(self, path: str, seconds: float) -> str:
        """Return the status of the answer, read whole, or what went wrong."""
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept: {ACCEPT}\r\n\r\n"
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
        """Go away."""
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
