"""Before there is anything to serve: a server that lives and is not ready."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from http import HTTPStatus

from fastapi import FastAPI
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from kizuna.web.middleware import EVERYWHERE

_STARTING = {
    "type": "about:blank",
    "title": HTTPStatus.SERVICE_UNAVAILABLE.phrase,
    "status": HTTPStatus.SERVICE_UNAVAILABLE.value,
    "detail": "the release is being opened",
    "hint": "Try again in a second.",
    "kind": "Starting",
}


class Gate:
    """An application that opens another one on a thread, and answers 503 until it is there.

    ``opened`` returns it, and how it is closed while the event loop still runs. ``failed`` is
    called when it cannot be opened; ``error`` then says why.
    """

    def __init__(
        self, opened: Callable[[], tuple[FastAPI, Callable[[], None]]], failed: Callable[[], None]
    ) -> None:
        self.error: BaseException | None = None
        self._open = opened
        self._failed = failed
        self._inner: FastAPI | None = None
        self._life = AsyncExitStack()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the other application does, once it is there."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._inner is not None:
            await self._inner(scope, receive, send)
        elif scope["type"] == "http":
            await _unready(scope)(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Follow the server's life (ASGI lifespan protocol)."""
        await receive()
        opening = asyncio.create_task(self._opening())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        await self._life.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    async def _opening(self) -> None:
        try:
            app, close = await asyncio.to_thread(self._open)
            self._life.callback(close)
            await self._life.enter_async_context(app.router.lifespan_context(app))
            self._inner = app
        except Exception as error:  # noqa: BLE001 - whatever it is, the server tells it at its end
            self.error = error
            self._failed()


def _unready(scope: Scope) -> Response:
    headers = EVERYWHERE | {"cache-control": "no-store", "retry-after": "1"}
    if scope["path"] == "/healthz":
        return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})
    if scope["path"] == "/readyz":
        return JSONResponse({"status": "starting"}, HTTPStatus.SERVICE_UNAVAILABLE, headers)
    return JSONResponse(
        _STARTING, HTTPStatus.SERVICE_UNAVAILABLE, headers, media_type="application/problem+json"
    )
