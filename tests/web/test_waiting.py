"""Slow and many clients take nothing from others: time and connections are bounded."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from typing import Any, cast

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from kizuna.web import crowd, patience
from kizuna.web.crowd import Crowd
from kizuna.web.patience import BODY_SECONDS, HEAD_SECONDS, LEAST_RATE, LINGER_SECONDS, Patience
from wire import Transport, Wire, statuses


class Clock:
    """The time of an event loop, which goes on as the test says."""

    def __init__(self) -> None:
        self.now = 0.0
        self.held: list[tuple[float, int, Timer]] = []
        self.numbers = itertools.count()

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, call: Callable[[], None]) -> Timer:
        timer = Timer(call)
        heapq.heappush(self.held, (when, next(self.numbers), timer))
        return timer

    def go_on(self, seconds: float) -> None:
        until = self.now + seconds
        while self.held and self.held[0][0] <= until:
            self.now, _, timer = heapq.heappop(self.held)
            timer.call()
        self.now = until


class Timer:
    def __init__(self, call: Callable[[], None]) -> None:
        self.call: Callable[[], object] = call

    def cancel(self) -> None:
        self.call = bool


class Waiting:
    """A patience on a clock of its own."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.paused = False
        self.gave_up_at: float | None = None
        self.patience = Patience(cast("Any", self.clock), lambda: self.paused, self.give_up)

    def give_up(self) -> None:
        self.gave_up_at = self.clock.now


# fmt: off
BODIES = [
    # bytes          each so many seconds   given up after
    (1,              5,                     BODY_SECONDS),      # one deadline, not one per byte
    (1,              0.01,                  BODY_SECONDS),
    (LEAST_RATE,     2,                     2 * BODY_SECONDS - 2),  # half as fast as it must be
    (LEAST_RATE + 1, 1,                     None),
    (1_000_000,      29,                    None),              # in bursts
    (1_000_000,      31,                    BODY_SECONDS),      # what came does not buy silence
]
# fmt: on


@pytest.mark.parametrize(("size", "seconds", "expected"), BODIES)
def test_a_body_is_waited_for_as_long_as_it_flows(
    size: int, seconds: float, expected: float | None
) -> None:
    waiting = Waiting()
    waiting.patience.await_body(0)
    while waiting.clock.now < 1_000 and waiting.gave_up_at is None:
        waiting.clock.go_on(seconds)
        if waiting.gave_up_at is None:
            waiting.patience.await_body(size)
    assert waiting.gave_up_at == (expected and pytest.approx(expected, abs=1))


def test_a_client_is_not_blamed_while_nothing_is_taken() -> None:
    waiting = Waiting()
    waiting.patience.await_body(100_000)
    waiting.paused = True
    waiting.clock.go_on(10 * BODY_SECONDS + 1)
    assert waiting.gave_up_at is None
    waiting.paused = False  # and nobody says so: there is nothing more to come
    waiting.clock.go_on(2 * BODY_SECONDS)
    assert waiting.gave_up_at is not None


def test_heads_and_ends_are_waited_for_once() -> None:
    for begin, seconds in (("await_head", HEAD_SECONDS), ("await_end", LINGER_SECONDS)):
        waiting = Waiting()
        getattr(waiting.patience, begin)()
        waiting.clock.go_on(seconds - 1)
        if begin == "await_head":
            waiting.patience.await_head()
        assert waiting.gave_up_at is None
        waiting.clock.go_on(1)
        assert waiting.gave_up_at == seconds
    waiting = Waiting()
    waiting.patience.await_head()
    waiting.patience.rest()
    waiting.clock.go_on(1_000)
    assert waiting.gave_up_at is None


async def _reading(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


def test_a_connection_whose_body_drips_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "BODY_SECONDS", 0.2)

    async def drip() -> None:
        transport = Transport()
        connection = Wire.of(_reading).connect(transport)
        connection.data_received(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(1_000):
            if transport.closing:
                break
            connection.data_received(b"x")
            await asyncio.sleep(0.01)
        assert transport.closing
        connection.connection_lost(None)

    asyncio.run(drip())


# fmt: off
CROWDS = [
    # host of each connection                        how many are let in
    (lambda _: "192.0.2.1",                          "each"),
    (lambda n: f"192.0.2.{n % 250}",                 "all"),
    (lambda n: f"2001:db8::{n:x}",                   "each"),  # one customer has all of these
    (lambda n: f"2001:db8:0:{n:x}::1",               "all"),
    (lambda _: "127.0.0.1",                          "all"),
    (lambda _: "::1",                                "all"),
    (lambda _: "10.1.2.3",                           "all"),   # a proxy
    (lambda _: "",                                   "all"),   # a socket that is a file
]
# fmt: on


@pytest.mark.parametrize(("host", "expected"), CROWDS)
def test_so_many_may_be_connected(host: Callable[[int], str], expected: str) -> None:
    most = {"each": crowd.MOST_EACH, "all": 1_000}[expected]
    inside = Crowd(1_000, ["10.0.0.0/8"])
    entered = [number for number in range(1_100) if inside.enter(number, host(number)) is None]
    assert entered == list(range(most))
    problem = inside.enter("another", host(0))
    assert problem is not None
    assert problem.status == {"each": 429, "all": 503}[expected]
    inside.leave("another")  # it was never in
    inside.leave(0)
    assert inside.enter("another", host(0)) is None
    for who in ("another", *range(1_100)):
        inside.leave(who)
    assert not inside._inside
    assert not inside._numbers


def test_who_comes_too_much_is_told_and_sent_away() -> None:
    async def come() -> None:
        wire = Wire.of(_reading, crowd=Crowd(most=2))
        request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        held = [Transport(), Transport()]
        inside = [wire.connect(transport) for transport in held]
        sent = await wire.send([request])
        assert statuses(sent) == [503]
        assert b"retry-after: 5\r\n" in sent
        assert b"content-type: application/problem+json\r\n" in sent
        inside[0].connection_lost(None)
        assert statuses(await wire.send([request])) == [200]
        assert statuses(await wire.send([request])) == [200]
        inside[1].connection_lost(None)

    asyncio.run(come())
