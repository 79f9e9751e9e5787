"""Around everything else: each request is timed, counted and, where wished, written to the log."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kizuna.web.accesslog import AccessLog
from kizuna.web.metrics import Metrics


class Measured:
    """Counts and logs requests once their last byte has been sent, or their client has gone."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log: AccessLog | None) -> None:
        self.app = app
        self.metrics = metrics
        self.log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; other kinds of connection pass through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = _Measurement(send)
        self.metrics.running += 1
        try:
            await self.app(scope, receive, request.send)
        finally:
            self.metrics.running -= 1
            self._note(scope, request)

    def _note(self, scope: Scope, request: _Measurement) -> None:
        seconds = time.perf_counter() - request.began
        cut = request.status != 0 and not request.whole
        self.metrics.cut += cut
        method, path = scope["method"], scope["path"]
        self.metrics.count(path, method, request.status, seconds, request.sent)
        if self.log is not None:
            outcome = {
                "status": request.status,
                "ms": round(seconds * 1000, 2),
                "bytes": request.sent,
            }
            self.log.add(scope, {**outcome, "cut": True} if cut else outcome)


class _Measurement:
    """What is sent in answer to one request."""

    def __init__(self, send: Send) -> None:
        self.began = time.perf_counter()
        self.status = 0
        self.sent = 0
        self.whole = False
        self._send = send

    async def send(self, message: Message) -> None:
        """Pass a message on and note what it says."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)
        if message["type"] == "http.response.body":
            self.sent += len(message.get("body", b""))
            self.whole = not message.get("more_body", False)
