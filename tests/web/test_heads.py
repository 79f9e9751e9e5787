"""The head of a request has one meaning, whatever its bytes and however they come."""

from __future__ import annotations

import asyncio
from math import inf

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kizuna.web import Site
from kizuna.web.heads import LONGEST_FIELDS, LONGEST_LINE, MOST_FIELDS
from wire import Wire, statuses

NEXT = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
ASK = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n\r\n"
HEADS = [
    ASK,
    ASK.replace(b"\r\n\r\n", b"\r\nConnection: keep-alive\r\nAccept: text/html\r\n\r\n"),
    b"HEAD /doc/event/fair.ttl HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n",
]
LENGTH = f"Content-Length: {len(NEXT)}".encode()


def twice(site: Site, packets: list[bytes]) -> tuple[bytes, bytes]:
    """Return what the packets are answered with, first by the application, then from what it held."""

    async def sent() -> tuple[bytes, bytes]:
        wire = Wire.of_site(site)
        first = await wire.send(packets)
        assert await wire.send(packets) == first  # what is made at once is held when it comes again
        held = wire.hot.size > 0 or packets[0] not in HEADS
        assert held or site.cache.seconds < inf  # else the second tells nothing
        return first, await wire.send(packets)

    return asyncio.run(sent())


# fmt: off
UNCLEAR = [
    # in the head                            why it has two readings
    (b"Host: x\n" + LENGTH,                  "a line feed alone may end a line, or not"),
    (b"Host: x\nConnection: close",          "the same"),
    (b"Host: x\r" + LENGTH,                  "so may a carriage return"),
    (b"Host: x\r\r\n" + LENGTH,              "and one too many"),
    (b"Host: x\r\nA: b\r\n " + LENGTH,       "a folded line belongs to the one before, or not"),
    (b"Host: x\r\nA: b\r\n\t" + LENGTH,      "the same"),
    (b"Host: x\r\nA: \0\r\n" + LENGTH,       "NUL ends a text for some"),
    (b"Host: x\n\nGET / HTTP/1.1",           "an empty line ends the head"),
]
# fmt: on


@pytest.mark.parametrize(("lines", "why"), UNCLEAR)
def test_heads_with_two_readings_are_refused(site: Site, lines: bytes, why: str) -> None:
    head = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n" + lines + b"\r\n\r\n"
    for answer in twice(site, [head, NEXT]):
        assert statuses(answer) == [400], why
        assert b"content-type: application/problem+json\r\n" in answer
        assert b"access-control-allow-origin: *\r\n" in answer
        assert b"connection: close\r\n" in answer


# fmt: off
FRAMED = [
    # head without its first line             answers to it and to what comes next
    (b"Host: x\r\n" + LENGTH,                 [200]),       # what comes next is its body
    (b"Host: x\r\ncontent-LENGTH:\t34",       [200]),
    (b"Host: x\r\nConnection: close",         [200]),
    (b"Host: x\r\nConnection: x, close",      [200]),
    (b"Host: x\r\nX: HTTP/1.1",               [200, 200]),
    (b"Host: x",                              [200, 200]),
]
# fmt: on


@pytest.mark.parametrize(("lines", "expected"), FRAMED)
@pytest.mark.parametrize("version", [b"1.1", b"1.0"])
def test_what_comes_next_is_told_from_the_body(
    site: Site, version: bytes, lines: bytes, expected: list[int]
) -> None:
    assert len(NEXT) == 34
    head = b"GET /sparql?query=ASK%7B%7D HTTP/" + version + b"\r\n" + lines + b"\r\n\r\n"
    first, second = twice(site, [head, NEXT])
    assert first == second
    assert statuses(first) == (expected if version == b"1.1" else [200])


PIECES = [
    b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b",", b"x", b"HTTP/1.1", b"HTTP/1.0", b"close",
    b"keep-alive", b"GET ", b"HEAD ", b"Host: x", LENGTH, b"Connection: close", b"Range: bytes=0-1",
    b"Transfer-Encoding: chunked", b"Expect: 100-continue", b"Connection: keep-alive",
    b"If-None-Match: *", b"Accept: text/html", b"\r\n\r\n", b"Upgrade: websocket", b"?", b"%",
]  # fmt: skip
CHANGE = st.tuples(st.integers(0, 400), st.integers(0, 6), st.sampled_from(PIECES))


def changed(head: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for place, gone, piece in changes:
        at = place % (len(head) + 1)
        head = head[:at] + piece + head[at + gone :]
    return head


@pytest.mark.embedded("what is held, and only there")
@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.sampled_from(HEADS), st.lists(CHANGE, max_size=3))
@example(ASK, [])
@example(ASK, [(len(ASK) - 4, 0, b"\n" + LENGTH)])
@example(ASK, [(len(ASK) - 4, 0, b"\r\nConnection: keep-alive\r\n ,close")])
@example(ASK, [(ASK.index(b"HTTP/1.1"), 8, b"HTTP/1.0"), (len(ASK) - 4, 0, b"\r\nX: HTTP/1.1")])
def test_what_is_held_is_answered_as_it_was_at_first(
    site: Site, head: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    packets = [changed(head, changes), NEXT]
    first, second = twice(site, packets)
    assert first == second


def head(target: int = 10, fields: int = 1, length: int = 0) -> bytes:
    """Return a head with an address of so many bytes, so many header lines of so many bytes more."""
    more = b"".join(b"X%d: \r\n" % number for number in range(fields - 2))
    filled = b"Y: " + b"y" * (length - len(more) - len(b"Host: x\r\nY: \r\n\r\n")) + b"\r\n"
    path = b"/healthz?".ljust(target, b"x")
    return b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n" + more + filled + b"\r\n"


LINE = LONGEST_LINE - len(b"GET  HTTP/1.1\r\n")
# fmt: off
SIZES = [
    # head                                          status
    (head(LINE),                                    200),
    (head(LINE + 1),                                414),
    (head(120_000),                                 414),
    (head(120_000, fields=5_000),                   414),
    (head(fields=MOST_FIELDS),                      200),
    (head(fields=MOST_FIELDS + 1),                  431),
    (head(fields=5_000),                            431),
    (head(length=LONGEST_FIELDS),                   200),
    (head(length=LONGEST_FIELDS + 1),               431),
    (head(LINE, MOST_FIELDS, LONGEST_FIELDS),       200),
    (head(LINE, MOST_FIELDS, 100_000),              431),
]
# fmt: on


@pytest.mark.parametrize(("data", "status"), SIZES, ids=lambda value: str(value)[:9])
def test_what_is_too_long_does_not_depend_on_packets(site: Site, data: bytes, status: int) -> None:
    async def sent() -> list[bytes]:
        wire = Wire.of_site(site)
        return [
            await wire.send([data[at : at + size] for at in range(0, len(data), size)])
            for size in (len(data), 1_460, len(data) // 10, len(data) - 1)
        ]

    answers = asyncio.run(sent())
    assert len(set(answers)) == 1
    assert statuses(answers[0]) == [status]
    if status != 200:
        assert b"content-type: application/problem+json\r\n" in answers[0]
        assert b"access-control-allow-origin: *\r\n" in answers[0]
        assert f'"status": {status},'.encode() in answers[0]


# fmt: off
TARGETS = [
    # request line without version            the same as
    (b"GET http://x/healthz",                 b"GET /healthz"),
    (b"GET HTTP://other.example:8/healthz",   b"GET /healthz"),
    (b"GET https://x/sparql?query=ASK%7B%7D", b"GET /sparql?query=ASK%7B%7D"),
    (b"GET http://x/id/http://y/",            b"GET /id/http://y/"),
    (b"HEAD http://x",                        b"HEAD /"),
    (b"GET http://x?lang=de",                 b"GET /?lang=de"),
    (b"OPTIONS *",                            b"OPTIONS /"),
    (b"OPTIONS http://x",                     b"OPTIONS /"),
    (b"GET *",                                b"GET /nope"),
    (b"GET ftp://x/healthz",                  b"GET /nope"),
]
# fmt: on


@pytest.mark.parametrize(("line", "same"), TARGETS)
def test_every_form_of_a_target_is_read(site: Site, line: bytes, same: bytes) -> None:
    async def sent(line: bytes) -> bytes:
        wire = Wire.of_site(site)
        return await wire.send([line + b" HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n"])

    answer, expected = asyncio.run(sent(line)), asyncio.run(sent(same))
    if same.endswith(b"/nope"):
        assert statuses(answer) == statuses(expected) == [404]
    else:
        assert answer == expected
        assert statuses(answer)[0] < 300 or b"/id/" in line
    assert b"allow: " in answer or not line.startswith(b"OPTIONS")


def test_other_protocols_are_not_spoken_and_not_logged(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    for lines in (
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13",
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM",
    ):
        asked = b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n\r\n"
        first, second = twice(site, [asked, NEXT])
        assert first == second
        assert statuses(first) == [200, 200]
    assert not caplog.records
