"""What the routes answer to a request, in the form in which answers are held."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp

from kizuna.web import Site, create_app
from kizuna.web.hot import HotAnswer, in_bytes


def request(target: str, fields: str = "", method: str = "GET") -> bytes:
    lines = f"host: small.example\r\n{fields}\r\n" if fields else "host: small.example\r\n"
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode()


def by_the_routes(site: Site, asked: bytes) -> HotAnswer:
    """Return what the application answers, in the form in which answers are held."""
    first, *lines = asked.decode().split("\r\n")[:-2]
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    pairs = (line.split(": ", 1) for line in lines)
    scope: dict[str, Any] = {
        "type": "http", "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in pairs],
        "client": ("127.0.0.1", 1), "server": ("small.example", 80), "state": {},
    }  # fmt: skip
    sent: list[Any] = []

    async def send(message: Any) -> None:  # noqa: ANN401
        sent.append(message)

    async def receive() -> Any:  # noqa: ANN401
        return {"type": "http.request"}

    async def answered() -> None:
        await _app(site)(scope, receive, send)

    asyncio.run(answered())
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return in_bytes(HTTPStatus(sent[0]["status"]), sent[0]["headers"], body, scope)


_APPS: dict[int, tuple[Site, ASGIApp]] = {}


def _app(site: Site) -> ASGIApp:
    """Return the application of a site; to make one takes longer than to answer."""
    known, app = _APPS.get(id(site), (None, None))
    if known is not site or app is None:
        app = create_app(site)
        _APPS.clear()
        _APPS[id(site)] = site, app
    return app


def things(site: Site) -> list[str]:
    base = site.addresses.base
    return [t.value.removeprefix(base) for t in site.index.subjects(site.addresses.things)
            if t.value.isascii() and "#" not in t.value]  # fmt: skip
