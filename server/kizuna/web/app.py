"""The application as a value: routes, what surrounds them, and the answers to errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from kizuna.errors import KizunaError
from kizuna.web.holder import FixedSite, SiteSource
from kizuna.web.hot import Repeating
from kizuna.web.measuring import Measured
from kizuna.web.middleware import CommonHeaders, OnOneRelease
from kizuna.web.operation import Operation
from kizuna.web.problems import Shield, answer_error
from kizuna.web.quick import at_once
from kizuna.web.routes import KINDS, ROUTERS
from kizuna.web.site import Site
from kizuna.web.straight import Straight
from kizuna.web.writing import Writing

_TOLD = (KizunaError, HTTPException, RequestValidationError)


def create_app(
    source: Site | SiteSource, writing: Writing | None = None, operation: Operation | None = None
) -> FastAPI:
    """Return the application that serves one site, or whichever site ``source`` holds.

    With ``writing`` those who have its token may write; ``operation`` counts and logs.
    """
    held = FixedSite(source) if isinstance(source, Site) else source
    seen = operation or Operation(held)
    seen.metrics.kinds |= KINDS
    seen.hot.open(held, seen.metrics, seen.log, at_once)
    if isinstance(source, Site):
        seen.metrics.watch(source)

    @asynccontextmanager
    async def watching(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(held.watch()), asyncio.create_task(seen.keep())]
        if writing is not None:
            await writing.scribe.start()
        yield
        if writing is not None:
            await writing.scribe.close()
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    app = FastAPI(
        openapi_url=None,
        redirect_slashes=False,
        lifespan=watching,
        middleware=[
            Middleware(Measured, metrics=seen.metrics, log=seen.log),
            Middleware(Repeating, hot=seen.hot),
            Middleware(CommonHeaders),
            Middleware(OnOneRelease, lease=held.lease),
            Middleware(Shield),
            Middleware(Straight),
        ],
        exception_handlers=dict.fromkeys(_TOLD, answer_error),
    )
    app.state.writing = writing
    app.state.operation = seen
    for router in ROUTERS:
        app.include_router(router)
    return app
