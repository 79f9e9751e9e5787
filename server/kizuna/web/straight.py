"""The short way to things: their addresses are answered before the framework looks for a route.

What it answers with is what the routes answer with; only the way there is shorter. Small things are
described at once, on the event loop; what may take longer, pages too, is made on a thread.
"""

from __future__ import annotations

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kizuna.errors import KizunaError
from kizuna.web.problems import answer_error
from kizuna.web.routes.mementos import timegate
from kizuna.web.routes.things import description, told_at_once
from kizuna.web.site import Site


class Straight:
    """Answers GET and HEAD for things and their descriptions, and leaves all else to ``app``."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if not _is_for_a_thing(scope):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await _answer(request, scope["state"]["site"])
        except (KizunaError, HTTPException) as error:
            response = await answer_error(request, error)
        await response(scope, receive, send)


def _is_for_a_thing(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] in {"GET", "HEAD"}
        and scope["path"].startswith(("/id/", "/doc/"))
        and scope["state"]["site"].manifest.filled
    )


async def _answer(request: Request, site: Site) -> Response:
    if "accept-datetime" in request.headers:
        gate: Response = await site.drawing.take(partial(timegate, request, site))
        return gate
    response = told_at_once(request, site)
    if response is None:
        response = await run_in_threadpool(description, request, site)
    return response
