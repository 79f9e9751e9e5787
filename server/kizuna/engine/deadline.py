"""The time of one query: its own, and what the reader of its answer may take beyond it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SLOW_SECONDS = 1.0
"""How long a reader may take over a piece before the query gives its place to others."""


class Deadline:
    """A deadline that counts from its making, on the clock of the running event loop.

    ``seconds`` are the query's. While its reader has a piece, its clock stands still, for
    ``transfer`` seconds in all.
    """

    def __init__(self, seconds: float, transfer: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = self._loop.time() + seconds
        self._transfer = transfer
        self._read = 0.0

    @property
    def left(self) -> float:
        """How many seconds are left; less than none when the time is over."""
        return self._end + min(self._read, self._transfer) - self._loop.time()

    @contextmanager
    def reading(self, slow: Callable[[], None], over: Callable[[], None]) -> Iterator[None]:
        """Hand out a piece in here: nothing else is run before the reader comes back.

        So ``slow`` is called when it takes its time, and ``over`` when it has taken all there is.
        """
        handed = self._loop.time()
        timers = (
            self._loop.call_later(SLOW_SECONDS, slow),
            self._loop.call_at(self._end + self._transfer, over),
        )
        try:
            yield
        finally:
            for timer in timers:
                timer.cancel()
            self._read += self._loop.time() - handed
