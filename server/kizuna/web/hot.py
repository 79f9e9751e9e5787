"""Answers that are bytes already: the same request gets them again before anything reads it.

A request is known by all its bytes, so whatever chose the answer (path, query, ``Accept``,
``If-None-Match``, …) is part of its name. Its answer stays right as long as the release is served.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kizuna.web.accesslog import AccessLog
from kizuna.web.holder import SiteSource
from kizuna.web.metrics import Metrics
from kizuna.web.site import Site

HOT_BYTES = 32_000_000
LONGEST_REQUEST = 16_384
REMEMBERED = 20_000
"""Of how many requests it is known that they have come once."""
RAW = "raw_request"
"""Where in a request's state its bytes are, if they came whole and alone."""
REPEATABLE = "repeatable"
"""Set in a request's state where its answer depends on nothing but the request and the release."""
_OVERHEAD = 1_000
_STATUS = {HTTPStatus.OK, HTTPStatus.SEE_OTHER, HTTPStatus.NOT_MODIFIED}
# What makes a request more than its bytes: a body to come, a secret, something to do besides, a
# moment in the past, and a proxy's word of who asks, which is another one for each client.
_SPECIAL = {
    b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"authorization", b"cookie",
    b"range", b"x-forwarded-for", b"accept-datetime",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HotAnswer:
    """An answer as it goes out: the head without its first line and date, and the body.

    ``asked`` is what the access log needs of the request.
    """

    status: bytes
    head: bytes
    body: bytes
    asked: Scope

    @property
    def weight(self) -> int:
        """About how many bytes it takes in memory, without its request."""
        return len(self.head) + len(self.body) + _OVERHEAD


Maker = Callable[[bytes, Site], tuple[HotAnswer | None, bool]]
"""Gives the answer of a site to a request, None for none, and whether it may be held."""


class Hot:
    """The answers of the release that is served, by request; the least recently used goes first.

    Belongs to one event loop. Until it is opened it knows nothing.
    """

    def __init__(self, limit: int = HOT_BYTES) -> None:
        self.limit = limit
        self.size = 0
        self._held: OrderedDict[bytes, HotAnswer] = OrderedDict()
        self._once: set[int] = set()
        self._source: SiteSource | None = None
        self._site: Site | None = None
        self._metrics: Metrics | None = None
        self._log: AccessLog | None = None
        self._make: Maker = _nothing

    def open(
        self, source: SiteSource, metrics: Metrics, log: AccessLog | None, make: Maker | None = None
    ) -> None:
        """Begin: answers are those of the site that ``source`` gives, counted and logged.

        ``make`` answers, at once or not at all, a request whose answer is not held.
        """
        self._source, self._metrics, self._log = source, metrics, log
        self._make = make or _nothing

    def find(self, request: bytes) -> HotAnswer | None:
        """Return the answer to a request, None where there is none of the current release."""
        answer = self._held.get(request)
        if answer is None or self._source is None:
            return None
        site = self._source.site
        if site is not self._site:
            self._forget(site)
            return None
        self._held.move_to_end(request)
        site.cache.numbers.hits += 1
        return answer

    def make(self, request: bytes) -> HotAnswer | None:
        """Return the answer to a request that is made at once, None where that takes longer.

        It is held when it is asked for again: who reads everything once, as crawlers do, leaves in
        place what others ask for all the time.
        """
        if self._source is None:
            return None
        site = self._source.site
        answer, lasts = self._make(request, site)
        if answer is not None and lasts and self._is_again(request):
            self.keep(request, answer, site)
        return answer

    def _is_again(self, request: bytes) -> bool:
        """Tell whether a request has come before, as far as that is remembered."""
        name = hash(request)
        if name in self._once:
            return True
        if len(self._once) >= REMEMBERED:
            self._once.clear()
        self._once.add(name)
        return False

    def keep(self, request: bytes, answer: HotAnswer, site: Site) -> None:
        """Hold the answer of ``site`` to a request, unless it is too large or may change."""
        weight = answer.weight + len(request)
        if weight > self.limit // 16 or site.cache.seconds != math.inf or self._source is None:
            return
        if site is not self._source.site:
            return
        if site is not self._site:
            self._forget(site)
        if request not in self._held:
            self._held[request] = answer
            self.size += weight
        while self.size > self.limit:
            known, gone = self._held.popitem(last=False)
            self.size -= gone.weight + len(known)

    def forget(self) -> None:
        """Forget all answers: something else than the release has changed that they tell."""
        self._held.clear()
        self.size = 0

    def _forget(self, site: Site) -> None:
        """Forget all answers: from now on, those of ``site`` are held."""
        self.forget()
        self._site = site

    def note(self, answer: HotAnswer, client: object, seconds: float) -> None:
        """Count and log an answer that has been sent."""
        status, sent = int(answer.status[:3]), len(answer.body)
        if self._metrics is not None:
            path, method = answer.asked["path"], answer.asked["method"]
            self._metrics.count(path, method, status, seconds, sent)
        if self._log is not None:
            outcome = {"status": status, "ms": round(seconds * 1000, 2), "bytes": sent}
            self._log.add({**answer.asked, "client": client}, outcome)


class Repeating:
    """Holds what is sent in answer to requests that may be repeated."""

    def __init__(self, app: ASGIApp, hot: Hot) -> None:
        self.app = app
        self.hot = hot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and hold the answer if it is whole and stays right."""
        raw: bytes | None = scope.get("state", {}).get(RAW)
        if raw is None or not is_plain(scope):
            await self.app(scope, receive, send)
            return
        messages: list[Message] = []

        async def noting(message: Message) -> None:
            if len(messages) < 3:
                messages.append(message)
            await send(message)

        await self.app(scope, receive, noting)
        state = scope["state"]
        if state.get(REPEATABLE) and "site" in state:
            answer = _answer(messages, scope)
            if answer is not None:
                self.hot.keep(raw, answer, state["site"])


def is_plain(scope: Scope) -> bool:
    """Tell whether a request, as it has been read, is all that its bytes say and ends nothing."""
    return scope["http_version"] == "1.1" and not any(
        name in _SPECIAL or (name == b"connection" and value.lower() != b"keep-alive")
        for name, value in scope["headers"]
    )


def _answer(messages: list[Message], scope: Scope) -> HotAnswer | None:
    """Return an answer that was sent in one piece, None for any other."""
    if len(messages) != 2 or messages[1].get("more_body") or messages[0]["status"] not in _STATUS:
        return None
    start, body = messages
    headers = {name.lower(): value for name, value in start["headers"]}
    status = HTTPStatus(start["status"])
    if b"content-length" not in headers and status is not HTTPStatus.NOT_MODIFIED:
        return None
    return in_bytes(status, start["headers"], body.get("body", b""), scope)


def in_bytes(
    status: HTTPStatus, headers: Iterable[tuple[bytes, bytes]], body: bytes, scope: Scope
) -> HotAnswer:
    """Return an answer as it goes out, to the request of ``scope``."""
    lines = b"".join([b"%b: %b\r\n" % pair for pair in headers])
    asked = {key: scope[key] for key in ("method", "path", "raw_path") if key in scope}
    known = {key: scope["state"][key] for key in ("asked", "site") if key in scope["state"]}
    return HotAnswer(
        f"{status.value} {status.phrase}".encode(),
        lines + b"\r\n",
        body,
        {**asked, "state": known},
    )


def _nothing(request: bytes, site: Site) -> tuple[None, bool]:  # noqa: ARG001 - a Maker
    return None, False
