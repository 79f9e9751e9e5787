"""Behind a proxy: who asks is told by it, if it is believed; nothing else is."""

from __future__ import annotations

import asyncio
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from kizuna.web import Conduct, Site, create_app
from kizuna.web.accesslog import AccessLog
from kizuna.web.cache import Cache
from kizuna.web.holder import FixedSite
from kizuna.web.hot import Hot
from kizuna.web.metrics import Metrics
from kizuna.web.operation import Operation
from kizuna.web.server import _config
from wire import Wire, statuses

PROXIES = ("192.0.2.1/32", "10.0.0.0/8", "2001:db8::/32")


def wire(app: Any, hot: Hot, proxies: tuple[str, ...] = PROXIES) -> Wire:  # noqa: ANN401
    config = _config(app, hot, Conduct(proxies=proxies))
    config.load()
    return Wire(config, hot)


async def _who(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        client = Request(scope).client
        await PlainTextResponse(client.host if client else "")(scope, receive, send)


# fmt: off
CLIENTS = [
    # peer           X-Forwarded-For                          client
    ("192.0.2.1",    ["198.51.100.7"],                        "198.51.100.7"),
    ("192.0.2.1",    ["1.2.3.4, 198.51.100.7"],               "198.51.100.7"),  # the first is only said
    ("192.0.2.1",    ["1.2.3.4", "198.51.100.7"],             "198.51.100.7"),
    ("192.0.2.1",    ["1.2.3.4, 198.51.100.7, 10.1.2.3"],     "198.51.100.7"),  # two proxies
    ("192.0.2.1",    ["2001:db9::7"],                         "2001:db9::7"),
    ("2001:db8::1",  ["[2001:db9::7]:8080"],                  "2001:db9::7"),
    ("192.0.2.1",    ["10.1.2.3"],                            "10.1.2.3"),      # a proxy asks itself
    ("192.0.2.1",    [],                                      "192.0.2.1"),
    ("192.0.2.9",    ["198.51.100.7"],                        "192.0.2.9"),     # nobody believes it
    ("127.0.0.1",    ["198.51.100.7"],                        "127.0.0.1"),     # by default neither
]
# fmt: on


@pytest.mark.parametrize(("peer", "said", "client"), CLIENTS)
def test_who_the_client_is(peer: str, said: list[str], client: str) -> None:
    async def sent(proxies: tuple[str, ...]) -> bytes:
        lines = "".join(f"X-Forwarded-For: {line}\r\n" for line in said)
        request = f"GET / HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode()
        return await wire(_who, Hot(), proxies).send([request], peer)

    assert asyncio.run(sent(PROXIES)).endswith(b"\r\n\r\n" + client.encode())
    assert asyncio.run(sent(())).endswith(b"\r\n\r\n" + peer.encode())


def test_the_log_tells_clients_of_a_proxy_apart(site: Site) -> None:
    stream = io.StringIO()
    hot, log = Hot(), AccessLog(stream)
    source = FixedSite(replace(site, cache=Cache()))
    app = create_app(source, operation=Operation(source, Metrics(), log, hot))

    async def ask() -> None:
        server = wire(app, hot)
        for client in ("198.51.100.7", "198.51.100.8", "198.51.100.7"):
            lines = f"Host: x\r\nX-Forwarded-For: {client}\r\nX-Forwarded-Proto: https\r\n"
            request = f"GET /doc/event/fair.ttl HTTP/1.1\r\n{lines}\r\n".encode()
            for peer in ("192.0.2.1", "192.0.2.9"):
                assert statuses(await server.send([request], peer)) == [200]

    asyncio.run(ask())
    log.close()
    found = [json.loads(line)["client"] for line in stream.getvalue().splitlines()]
    first, stranger, second, *rest = found
    assert len({first, stranger, second}) == 3
    assert rest == [stranger, first, stranger]


def test_the_scheme_that_a_proxy_tells_changes_nothing(site: Site) -> None:
    async def sent(lines: str) -> bytes:
        hot = Hot()
        app = create_app(site, operation=Operation(FixedSite(site), hot=hot))
        request = f"GET /doc/event/fair HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n{lines}\r\n"
        return await wire(app, hot).send([request.encode()])

    told = "X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\n"
    assert asyncio.run(sent(told)) == asyncio.run(sent(""))
