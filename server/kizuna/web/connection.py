"""HTTP/1.1 connections: uvicorn's on h11, which limits heads, with three things more.

A request whose answer is held (``kizuna.web.hot``) gets it before it is even parsed, and one that
does not arrive is not waited for. h11 reads everything else, and has read every request once whose
bytes are known. Who opens too many connections is sent away.
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

from kizuna.web.crowd import Crowd
from kizuna.web.heads import Heads, answer_of
from kizuna.web.hot import LONGEST_REQUEST, RAW, Hot, HotAnswer
from kizuna.web.patience import Patience
from kizuna.web.problems import Problem

_END = b"\r\n\r\n"


class Connection(H11Protocol):
    """One connection; its class knows the answers that are held."""

    hot: ClassVar[Hot]
    crowd: ClassVar[Crowd]
    conn: Heads
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
        self._patience = Patience(self.loop, lambda: self.flow.read_paused, self._give_up)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, if there is room for another connection."""
        super().connection_made(transport)
        problem = self.crowd.enter(self, self.client[0] if self.client else "")
        if problem is None:
            self._patience.await_head()
        else:
            self._refuse(problem)
            transport.close()

    def data_received(self, data: bytes) -> None:
        """Answer at once what is known, and let the protocol read all else."""
        if self._refused:
            return
        begin = time.perf_counter()
        whole = self._is_idle() and _is_one_request(data)
        answer = self.hot.find(data) or self.hot.make(data) if whole else None
        if answer is not None:
            self._send(answer)
            self.hot.note(answer, self.client, time.perf_counter() - begin)
            return
        with self._told(data if whole else None):
            super().data_received(data)
        if not self._refused:
            self._look_whether_all_is_here(len(data))

    def _should_upgrade(self) -> bool:
        """Return False: no other protocol is spoken, and who asks for one is answered in HTTP."""
        return False

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the problem says more
        """Tell what was wrong, if no answer has begun, and read nothing more."""
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.close()
            return
        self._refuse(self.conn.problem)
        self._patience.await_end()

    def _refuse(self, problem: Problem) -> None:
        """Tell why nothing more is read."""
        self._refused = True
        self.transport.write(answer_of(problem))
        self.transport.write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self.crowd.leave(self)
        self._patience.rest()
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
        self._patience.rest()
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

    def _look_whether_all_is_here(self, received: int) -> None:
        """Wait for the rest of a head as long as for all of it, of a body as long as it flows."""
        if self.conn.their_state is h11.SEND_BODY:
            self._patience.await_body(received)
        elif self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._patience.await_head()
        else:
            self._patience.rest()

    def _give_up(self) -> None:
        self.transport.close()


def connections(hot: Hot, crowd: Crowd) -> type[Connection]:
    """Return the class of connections of ``crowd`` that answer from ``hot``."""
    return type("HotConnection", (Connection,), {"hot": hot, "crowd": crowd})


def _is_one_request(data: bytes) -> bool:
    """Tell whether ``data`` may be a whole request without a body."""
    return (
        len(data) <= LONGEST_REQUEST
        and data.startswith((b"GET ", b"HEAD "))
        and data.find(_END) == len(data) - len(_END)
    )
