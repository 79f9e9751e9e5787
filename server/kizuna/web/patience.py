"""How long a client may take to send what it has begun."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

HEAD_SECONDS = 20.0
"""What the head of a request may take to arrive, from its first byte or from the connection."""
BODY_SECONDS = 30.0
"""What a body may take; what arrives in time earns more, but never more than this from now."""
LEAST_RATE = 5_000
"""Bytes of a body that earn a second."""
LINGER_SECONDS = 2.0
"""How long a client that is refused may still send, so that it reads why (RFC 9112, 9.6)."""


class Patience:
    """Calls ``give_up`` once what is awaited has not come in time.

    While ``is_paused`` says that nothing more is taken, the client cannot be blamed.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        is_paused: Callable[[], bool],
        give_up: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._is_paused = is_paused
        self._give_up = give_up
        self._until = 0.0
        self._awaited = ""
        self._timer: asyncio.TimerHandle | None = None

    def await_head(self) -> None:
        """Wait for all of a head."""
        if self._awaited != "head":
            self._begin("head", HEAD_SECONDS)

    def await_body(self, received: int) -> None:
        """Wait for a body, of which so many bytes have just come."""
        if self._awaited != "body":
            self._begin("body", BODY_SECONDS)
        earned = self._until + received / LEAST_RATE
        self._until = min(earned, self._loop.time() + BODY_SECONDS)

    def await_end(self) -> None:
        """Wait for the client to read its refusal and go."""
        self._begin("end", LINGER_SECONDS)

    def rest(self) -> None:
        """Wait for nothing."""
        self._awaited = ""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _begin(self, awaited: str, seconds: float) -> None:
        self.rest()
        self._awaited = awaited
        self._until = self._loop.time() + seconds
        self._timer = self._loop.call_at(self._until, self._look)

    def _look(self) -> None:
        if self._awaited == "body" and self._is_paused():
            self._until = self._loop.time() + BODY_SECONDS
        if self._loop.time() < self._until:
            self._timer = self._loop.call_at(self._until, self._look)
        else:
            self.rest()
            self._give_up()
