"""Work that takes a processor's time, done by few threads at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from kizuna.errors import Busy

PLACES, MOST_WAITING = 4, 64
_T = TypeVar("_T")


class Turns:
    """Lets few do such work at a time, so that all else keeps its threads. For one event loop."""

    def __init__(self, places: int = PLACES, most_waiting: int = MOST_WAITING) -> None:
        self._places = asyncio.Semaphore(places)
        self._most = most_waiting
        self._waiting = 0

    async def take(self, make: Callable[[], _T]) -> _T:
        """Return what ``make`` returns on a thread. Raises Busy where too many wait for a turn."""
        if self._waiting >= self._most:
            raise Busy("too many are searching just now", hint="Try again in a few seconds.")
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        try:
            return await run_in_threadpool(make)
        finally:
            self._places.release()
