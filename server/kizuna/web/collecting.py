"""Answers for HTTP/1.0, which has no chunks: there, only a length tells a part from the whole."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kizuna.errors import AnswerTooLarge

MOST_COLLECTED = 10_000_000
"""Bytes that one such answer may have; all of it is in memory."""


class Collected(Response):
    """A response that begins once all of its body is there; ``made`` returns it.

    Raises AnswerTooLarge and whatever ``chunks`` raises, before anything has been sent.
    """

    def __init__(
        self, chunks: AsyncGenerator[bytes, None], made: Callable[[bytes], Awaitable[Response]]
    ) -> None:
        super().__init__()
        self.chunks = chunks
        self.made = made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Collect the body and send it, unless the client goes away meanwhile."""
        request = Request(scope, receive)
        body = bytearray()
        async with aclosing(self.chunks):
            async for chunk in self.chunks:
                body += chunk
                if len(body) > MOST_COLLECTED:
                    raise AnswerTooLarge(
                        f"the answer is larger than {MOST_COLLECTED // 1_000_000} MB, and HTTP/1.0 "
                        "cannot tell a part of it from the whole",
                        hint="Ask with HTTP/1.1 (nginx: proxy_http_version 1.1), or add LIMIT.",
                    )
                if await request.is_disconnected():
                    return
        response = await self.made(bytes(body))
        await response(scope, receive, send)
