"""What a worker writes, as frames: taken from its pipe without a task for each of them."""

from __future__ import annotations

import asyncio
from collections import deque

from kizuna.engine.frames import CHUNK, END, FAIL, HEAD

MOST_HELD = 4 * CHUNK
"""Bytes that may wait here until the worker has to; it waits in its write then."""

Frame = tuple[bytes, bytes]


class FrameReader(asyncio.Protocol):
    """Collects frames (type and payload) from a pipe."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._ready: deque[Frame] = deque()
        self._held = 0
        self._waiter: asyncio.Future[None] | None = None
        self._transport: asyncio.ReadTransport | None = None
        self._paused = False
        self.ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport, which is told to pause when too much is held."""
        if isinstance(transport, asyncio.ReadTransport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Cut what has come into frames, and wake who waits for one."""
        self._buffer += data
        at, size = 0, len(self._buffer)
        while size - at >= HEAD.size:
            kind, length = HEAD.unpack_from(self._buffer, at)
            end = at + HEAD.size + length
            if size < end:
                break
            self._ready.append((kind, bytes(self._buffer[at + HEAD.size : end])))
            self._held += length
            at = end
        del self._buffer[:at]
        if self._ready:
            self._wake()
        if self._held > MOST_HELD and self._transport is not None and not self._paused:
            self._transport.pause_reading()
            self._paused = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake who waits: nothing more will come."""
        del exc
        self.ended = True
        self._wake()

    @property
    def complete(self) -> bool:
        """Whether the frame that ends an answer is there."""
        return bool(self._ready) and self._ready[-1][0] in {END, FAIL}

    def take(self) -> Frame | None:
        """Return the next frame if one is there, None otherwise."""
        if not self._ready:
            return None
        found = self._ready.popleft()
        self._held -= len(found[1])
        if self._paused and self._held <= MOST_HELD // 2 and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return found

    async def arrival(self, seconds: float) -> None:
        """Wait until a frame is there or none can come any more, at most so long."""
        if self._ready or self.ended or seconds <= 0:
            return
        loop = asyncio.get_running_loop()
        waiter = self._waiter = loop.create_future()
        timer = loop.call_later(seconds, _wake, waiter)
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None:
            _wake(self._waiter)


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
