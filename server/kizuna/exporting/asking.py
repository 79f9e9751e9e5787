"""Questions to the application in this process, by ASGI alone: no network, no second client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from kizuna.errors import UnavailableError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]
PAGES_FIRST = "text/html, */*;q=0.1"
"""The Accept header: where one address has many representations, its page is wanted."""


@dataclass(slots=True)
class Answer:
    """An answer: status, headers by lower-case name, and where its body went."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: BinaryIO | None = None

    @property
    def is_page(self) -> bool:
        """Whether the body is HTML."""
        return self.headers.get("content-type", "").startswith("text/html")


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks an application as a client of ``base`` does who reads ``language``."""

    app: Application
    base: str
    language: str

    async def get(self, address: str, open_for: Callable[[Answer], BinaryIO]) -> Answer:
        """Return the answer to GET ``address``, which is what comes after the host.

        ``open_for`` returns where the body goes, piece by piece, once the headers are there. It is
        closed at the end.

        Raises UnavailableError when the answer breaks off.
        """
        answer, whole, asked = Answer(), False, False

        async def receive() -> Message:
            nonlocal asked
            if asked:
                await asyncio.Event().wait()  # nobody hangs up
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            nonlocal whole
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {n.decode(): v.decode("latin-1") for n, v in message["headers"]}
                answer.body = open_for(answer)
            elif answer.body is not None:
                answer.body.write(message.get("body", b""))
                whole = not message.get("more_body", False)

        try:
            await self.app(self._scope(address), receive, send)
        finally:
            if answer.body is not None:
                answer.body.close()
        if not whole:
            raise UnavailableError(f"the answer at {address} broke off", hint="Try again.")
        return answer

    def _scope(self, address: str) -> Message:
        path, _, query = address.partition("?")
        here = urlsplit(self.base)
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": here.scheme,
            "path": unquote(path),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [
                (b"host", here.netloc.encode("idna" if not here.netloc.isascii() else "ascii")),
                (b"accept", PAGES_FIRST.encode()),
                (b"accept-language", self.language.encode()),
                (b"accept-encoding", b"identity"),
            ],
            "client": None,
            "server": None,
        }
