"""Connections as clients make them, byte by byte: what is held is sent again, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import inf

import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kizuna.web import Site, create_app, patience
from kizuna.web.cache import Cache
from kizuna.web.connection import connections
from kizuna.web.crowd import Crowd
from kizuna.web.holder import FixedSite
from kizuna.web.hot import Hot, HotAnswer
from kizuna.web.operation import Operation
from kizuna.web.server import listening
from live import serving
from servers import ELSEWHERE

HELD = pytest.mark.embedded("an answer that may change is not held by its request")
ASK = "/sparql?query=ASK%7B%7D"
FAIR = "/doc/event/fair"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Running:
    """A server in this process."""

    port: int
    hot: Hot
    operation: Operation
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def connect(self) -> Streams:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        return reader, writer

    async def disconnect(self) -> None:
        for writer in self.writers:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@asynccontextmanager
async def running(site: Site) -> AsyncIterator[Running]:
    hot = Hot()
    operation = Operation(FixedSite(site), hot=hot)
    app = create_app(site, operation=operation)
    with listening("127.0.0.1", 0) as listener:
        config = uvicorn.Config(
            app,
            http=connections(hot, Crowd()),
            log_config=None,
            server_header=False,
            lifespan="off",
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield Running(listener.getsockname()[1], hot, operation)
        finally:
            server.should_exit = True
            await task


def run(site: Site, test: Callable[[Running], Awaitable[None]]) -> None:
    async def body() -> None:
        async with running(site) as server:
            try:
                await asyncio.wait_for(test(server), 60)
            finally:
                await server.disconnect()

    asyncio.run(body())


def request(path: str, method: str = "GET", version: str = "1.1", **headers: str) -> bytes:
    named = {"host": "small", **{name.replace("_", "-"): v for name, v in headers.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"{method} {path} HTTP/{version}\r\n{lines}\r\n".encode()


async def read(streams: Streams, *, body: bool = True) -> tuple[bytes, bytes]:
    """Return head (without its date) and body of the next answer."""
    head = await streams[0].readuntil(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"date:")]
    length = next((int(x.split(b":")[1]) for x in lines if x.startswith(b"content-length")), 0)
    return b"\r\n".join(lines), await streams[0].readexactly(length if body else 0)


async def ask(streams: Streams, data: bytes, *, body: bool = True) -> tuple[bytes, bytes]:
    streams[1].write(data)
    return await read(streams, body=body)


CASES = [
    request(ASK),
    request(ASK, accept="text/html"),
    request(ASK, accept="application/sparql-results+xml", connection="keep-alive"),
    request(FAIR, accept="text/turtle"),
    request(FAIR, accept="text/html", accept_language="ja", accept_encoding="gzip"),
    request(FAIR + ".ttl", "HEAD"),
    request("/id/event/fair"),
    request("/"),
    request("/static/style.css"),
]


@HELD
@pytest.mark.parametrize("data", CASES)
def test_the_second_answer_is_the_first_one(site: Site, data: bytes) -> None:
    body = not data.startswith(b"HEAD")

    async def test(server: Running) -> None:
        streams = await server.connect()
        first = await ask(streams, data, body=body)
        assert await ask(streams, data, body=body) == first
        assert server.hot.find(data) is not None  # what is made at once is held from then on
        for _ in range(2):
            assert await ask(streams, data, body=body) == first
        assert await ask(await server.connect(), data, body=body) == first
        counted = server.operation.metrics.requests
        assert sum(counted.values()) == 5
        assert site.cache.numbers.hits >= 3

    run(site, test)


@HELD
def test_known_representations(site: Site) -> None:
    async def test(server: Running) -> None:
        streams = await server.connect()
        head, _ = await ask(streams, request(ASK))
        tag = next(x for x in head.split(b"\r\n") if x.startswith(b"etag")).partition(b": ")[2]
        data = request(ASK, if_none_match=tag.decode())
        for _ in range(2):
            head, body = await ask(streams, data)
            assert head.startswith(b"HTTP/1.1 304 ")
            assert tag in head
            assert not body
        assert server.hot.find(data) is not None

    run(site, test)


NEVER_HELD = [
    request("/healthz"),
    request("/readyz"),
    request("/metrics"),
    request("/nope"),
    request("/sparql?query=SELECT"),
    request(ASK, connection="close"),
    request(ASK, authorization="Bearer x"),
    request(ASK, content_length="0"),
    request(ASK, version="1.0"),
    request(ASK, "OPTIONS"),
    request("/dumps/nope/x"),
]


@pytest.mark.parametrize("data", NEVER_HELD)
def test_what_may_change_or_ends_is_not_held(site: Site, data: bytes) -> None:
    async def test(server: Running) -> None:
        streams = await server.connect()
        await ask(streams, data)
        assert server.hot.find(data) is None
        assert server.hot.size == 0

    run(site, test)


def test_a_body_is_never_taken_for_a_request(site: Site) -> None:
    async def test(server: Running) -> None:
        streams = await server.connect()
        await ask(streams, request(ASK))
        with_body = request(FAIR, content_length=str(len(request(ASK))))
        streams[1].write(with_body)
        await asyncio.sleep(0.05)
        streams[1].write(request(ASK))  # the body, although it looks like a known request
        head, _ = await read(streams)
        assert b"text/html" in head
        streams[1].write(request("/healthz"))
        assert (await read(streams))[1] == b"ok\n"

    run(site, test)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    numbers=st.lists(st.integers(0, len(CASES) - 1), min_size=1, max_size=6),
    cuts=st.lists(st.integers(1, 2_000), max_size=6),
)
def test_however_bytes_are_cut_answers_come_in_order(
    site: Site, numbers: list[int], cuts: list[int]
) -> None:
    data = b"".join(CASES[n] for n in numbers)
    places = sorted({0, len(data), *(cut % len(data) for cut in cuts)})

    async def test(server: Running) -> None:
        expected = [
            await ask(await server.connect(), CASES[n], body=not CASES[n].startswith(b"HEAD"))
            for n in numbers
        ]
        streams = await server.connect()
        for start, end in pairwise(places):
            streams[1].write(data[start:end])
            await asyncio.sleep(0)
        found = [await read(streams, body=not CASES[n].startswith(b"HEAD")) for n in numbers]
        assert found == expected

    run(site, test)


def test_what_does_not_arrive_is_not_waited_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(patience, "BODY_SECONDS", 0.2)
    begun = [
        b"",
        b"GET / HT",
        request("/sparql", "POST", content_type="application/sparql-query", content_length="9"),
    ]

    async def test(server: Running) -> None:
        for data in begun:
            reader, writer = await server.connect()
            writer.write(data)
            assert await reader.read() == b""

    run(site, test)


@pytest.mark.parametrize("pieces", [1, 10])
def test_a_refusal_is_read_by_who_still_sends(site: Site, pieces: int) -> None:
    data = request("/" + "x" * 400_000)
    step = len(data) // pieces

    async def test(server: Running) -> None:
        reader, writer = await server.connect()
        for start in range(0, len(data), step):
            writer.write(data[start : start + step])
            await writer.drain()
            await asyncio.sleep(0.01)
        sent = await reader.read()
        assert sent.startswith(b"HTTP/1.1 414 ")
        assert sent.endswith(b"}\n")

    run(site, test)


@HELD
def test_the_bytes_that_are_held_are_bounded(site: Site) -> None:
    hot = Hot(limit=100_000)
    hot.open(FixedSite(site), Operation(FixedSite(site)).metrics, None)
    answer = HotAnswer(b"200 OK", b"\r\n", b"x" * 2_000, {"method": "GET", "path": "/"})
    for number in range(100):
        hot.keep(b"%d" % number, answer, site)
    assert hot.size <= 100_000
    assert hot.find(b"0") is None
    assert hot.find(b"99") is answer
    hot.keep(b"large", replace(answer, body=b"x" * 10_000), site)
    assert hot.find(b"large") is None


@HELD
def test_answers_of_another_site_are_forgotten(site: Site) -> None:
    hot = Hot()
    other = replace(site, cache=Cache(seconds=5))
    answer = HotAnswer(b"200 OK", b"\r\n", b"", {"method": "GET", "path": "/"})
    assert site.cache.seconds == inf
    hot.open(FixedSite(site), Operation(FixedSite(site)).metrics, None)
    hot.keep(b"a", answer, other)  # not the current one
    assert hot.find(b"a") is None
    hot.keep(b"a", answer, site)
    assert hot.find(b"a") is answer
    hot.open(FixedSite(other), Operation(FixedSite(other)).metrics, None)
    assert hot.find(b"a") is None
    hot.keep(b"a", answer, other)  # an engine elsewhere, whose answers may change
    assert hot.find(b"a") is None


@pytest.mark.embedded(ELSEWHERE)
def test_after_a_write_nothing_old_is_sent() -> None:
    with serving("--bare", "--writable") as live:
        for number in range(3):
            answers = {live.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") for _ in range(3)}
            assert answers == {f"n\r\n{number}\r\n"}
            assert live.update(f"INSERT DATA {{ <x:s> <x:p> {number} }}").status_code == 204
