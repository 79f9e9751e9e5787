"""HTTP/1.0 has no chunks: what is answered there has a length, so that a part is never the whole."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from kizuna.errors import QueryTooLong
from kizuna.web import Site, collecting
from kizuna.web.cache import Cache
from streams import Streaming
from wire import Wire, statuses

ROWS = [b"a\r\n", *(b"%d\r\n" % number for number in range(100, 200))]


TOO_LONG = QueryTooLong("too long", hint="Ask for less.")


def request(version: str, path: str = "/sparql?query=SELECT*%7B%7D", method: str = "GET") -> bytes:
    return (
        f"{method} {path} HTTP/{version}\r\nHost: x\r\nAccept: text/csv, */*;q=0.1\r\n\r\n".encode()
    )


def asked(site: Site, engine: Streaming, data: bytes) -> tuple[bytes, bytes]:
    """Return head and body of the answer."""
    wire = Wire.of_site(replace(site, engine=engine, cache=Cache()))
    sent = asyncio.run(wire.send([data]))
    head, _, body = sent.partition(b"\r\n\r\n")
    return head + b"\r\n", body


@pytest.mark.parametrize("version", ["1.0", "0.9"])
def test_a_large_answer_has_a_length(site: Site, version: str) -> None:
    head, body = asked(site, Streaming(ROWS), request(version))
    assert statuses(head) == [200]
    assert body == b"".join(ROWS)
    assert f"content-length: {len(body)}\r\n".encode() in head
    assert b"etag: " in head


@pytest.mark.parametrize("most", [0, 1, 100])
def test_an_answer_that_breaks_off_is_none(site: Site, most: int) -> None:
    engine = Streaming(ROWS[:most], TOO_LONG)
    head, body = asked(site, engine, request("1.0"))
    assert statuses(head) == [504]
    assert b"application/problem+json" in head
    assert b"Ask for less." in body
    assert engine.closed


def test_a_very_large_answer_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "MOST_COLLECTED", 100)
    engine = Streaming(ROWS)
    head, body = asked(site, engine, request("1.0"))
    assert statuses(head) == [413]
    assert b"HTTP/1.1" in body
    assert engine.closed
    assert engine.given < 30


def test_where_there_are_chunks_the_last_one_tells(site: Site) -> None:
    for engine, end in ((Streaming(ROWS), True), (Streaming(ROWS[:50], TOO_LONG), False)):
        head, body = asked(site, engine, request("1.1"))
        assert statuses(head) == [200]
        assert b"transfer-encoding: chunked\r\n" in head.lower()
        assert body.endswith(b"\r\n0\r\n\r\n") is end


def test_who_has_gone_is_not_collected_for(site: Site) -> None:
    async def gone() -> None:
        engine = Streaming(ROWS)

        async def receive() -> dict[str, str]:
            return {"type": "http.disconnect"}

        async def send(_: object) -> None:
            raise AssertionError

        pieces = engine.pieces()
        response = collecting.Collected(pieces, lambda _: pytest.fail("made"))
        await response({"type": "http"}, receive, send)
        assert (engine.closed, engine.given) == (True, 0)

    asyncio.run(gone())


PATHS = [
    "/", "/doc/event/fair", "/id/event/fair", "/graphs?default", "/graph/fair-report", "/queries/events.csv",
    "/dumps", "/dumps/{}/dataset.nt", "/sparql", "/search?q=fair", "/nope", "/metrics", "/readyz",
    "/static/style.css", "/sparql?query=SELECT",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_a_length(site: Site, path: str) -> None:
    wire = Wire.of_site(replace(site, cache=Cache()))
    head = asyncio.run(wire.send([request("1.0", path.format(site.release.id))]))
    assert b"content-length: " in head.partition(b"\r\n\r\n")[0]
