"""HTTP/1.1 connections: uvicorn's on h11, which limits heads, with two things more.

A request whose answer is held (``kizuna.web.hot``) gets it before it is even parsed, and one that
does not arrive is not waited for. h11 reads everything else, and has read every request once whose
bytes are known.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import h11
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from kizuna.web.heads import Heads, answer_of
from kizuna.web.hot import LONGEST_REQUEST, RAW, Hot, HotAnswer

HEAD_SECONDS = 20.0
"""What the head of a request may take to arrive, from its first byte or from the connection."""
BODY_SECONDS = 30.0
"""How long nothing of a body may arrive."""
LINGER_SECONDS = 2.0
"""How long a client that is refused may still send, so that it reads why (RFC 9112, 9.6)."""
_END = b"\r\n\r\n"


class Connection(H11Protocol):
    """One connection; its class knows the answers that are held."""

    hot: ClassVar[Hot]
    conn: Heads
    _arrival: asyncio.TimerHandle | None = None
    _refused = False

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = Heads()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Answer at once what is known, and let the protocol read all else."""
        if self._refused:
            return
        begin = time.perf_counter()
        whole = self._is_idle() and _is_one_request(data)
        answer = self.hot.find(data) if whole else None
        if answer is not None:
            self._send(answer)
            self.hot.note(answer, self.client, time.perf_counter() - begin)
            return
        with self._told(data if whole else None):
            super().data_received(data)
        if not self._refused:
            self._look_whether_all_is_here()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the problem says more
        """Tell what was wrong, if no answer has begun, and read nothing more."""
        self._refused = True
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.close()
            return
        self.transport.write(answer_of(self.conn.problem))
        self.transport.write_eof()
        self._wait(LINGER_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait(None)
        super().connection_lost(exc)

    def _is_idle(self) -> bool:
        """Tell whether nothing is under way: no request, no part of one, nothing unsent."""
        return (
            self.conn.our_state is h11.IDLE
            and self.conn.their_state is h11.IDLE
            and not self.conn.trailing_data[0]
            and self.transport.get_write_buffer_size() == 0
            and not self.transport.is_closing()
        )

    def _send(self, answer: HotAnswer) -> None:
        """Send an answer, and wait for the next request as after any other."""
        self._unset_keepalive_if_required()
        self._wait(None)
        always = b"".join(b"%b: %b\r\n" % pair for pair in self.server_state.default_headers)
        head = b"HTTP/1.1 %b\r\n%b%b" % (answer.status, always, answer.head)
        self.transport.write(head + answer.body)
        self.server_state.total_requests += 1
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    @contextmanager
    def _told(self, data: bytes | None) -> Iterator[None]:
        """Let the request that ``data`` begins know that it is all of it."""
        if data is not None:
            self.app_state[RAW] = data
        try:
            yield
        finally:
            self.app_state.pop(RAW, None)

    def _look_whether_all_is_here(self) -> None:
        """Wait for the rest of a head as long as for all of it, of a body from now on."""
        if self.conn.their_state is h11.SEND_BODY:
            self._wait(None if self.flow.read_paused else BODY_SECONDS)
        elif self.conn.their_state is not h11.IDLE or not self.conn.trailing_data[0]:
            self._wait(None)
        elif self._arrival is None:
            self._wait(HEAD_SECONDS)

    def _wait(self, seconds: float | None) -> None:
        if self._arrival is not None:
            self._arrival.cancel()
        self._arrival = None if seconds is None else self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        self._arrival = None
        self.transport.close()


def connections(hot: Hot) -> type[Connection]:
    """Return the class of connections that answer from ``hot``."""
    return type("HotConnection", (Connection,), {"hot": hot})


def _is_one_request(data: bytes) -> bool:
    """Tell whether ``data`` may be a whole request without a body."""
    return (
        len(data) <= LONGEST_REQUEST
        and data.startswith((b"GET ", b"HEAD "))
        and data.find(_END) == len(data) - len(_END)
    )
