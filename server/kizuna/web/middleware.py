"""What surrounds every request: the headers that all answers carry, and the release it is on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import lru_cache

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kizuna.web.site import Site

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PICTURE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
"""For a picture as a file of its own: it brings its style, and nothing else may run or load."""
POLICIES = {"text/html": POLICY, "image/svg+xml": PICTURE_POLICY}
EVERYWHERE = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": (
        "Accept-Ranges, Allow, Content-Disposition, Content-Location, Content-Profile, "
        "Content-Range, ETag, Kizuna-Release, Last-Modified, Link, Location, "
        "Memento-Datetime, Retry-After, WWW-Authenticate"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
}
PREFLIGHT = {
    "access-control-allow-headers": (
        "accept, accept-datetime, accept-language, accept-profile, authorization, content-type, "
        "if-match, if-modified-since, if-none-match, if-range, if-unmodified-since, range, "
        "x-requested-with"
    ),
    "access-control-max-age": "86400",
}
"""What the answer to OPTIONS adds (Fetch standard, section 3.3.3)."""


@lru_cache(100)
def common_headers(content_type: str) -> tuple[tuple[str, str], ...]:
    """Return the headers that every answer of this type carries."""
    policy = POLICIES.get(content_type.partition(";")[0])
    return (*EVERYWHERE.items(), *([("content-security-policy", policy)] if policy else ()))


class CommonHeaders:
    """Adds the headers that every answer carries: CORS, nosniff, and a policy to each page.

    A page that brings a policy of its own keeps it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; other kinds of connection pass through."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in common_headers(headers.get("content-type", "")):
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class OnOneRelease:
    """Puts the site into the request's state; it stays open until the last byte has been sent."""

    def __init__(self, app: ASGIApp, lease: Callable[[], AbstractContextManager[Site]]) -> None:
        self.app = app
        self.lease = lease

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request on the release that is current as it begins."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with self.lease() as site:
            scope.setdefault("state", {})["site"] = site
            await self.app(scope, receive, send)
