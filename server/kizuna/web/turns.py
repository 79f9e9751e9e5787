"""Work that takes a processor's time, done by few threads at a time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

from kizuna.errors import Busy, TooMany

PLACES, MOST_WAITING = 4, 64
MOST_EACH = 16
"""How much of such work waits for one client, where clients are told apart."""
_T = TypeVar("_T")


class Turns:
    """Lets few do such work at a time, so that all else keeps its threads. For one event loop."""

    def __init__(
        self, places: int = PLACES, most_waiting: int = MOST_WAITING, most_each: int = MOST_EACH
    ) -> None:
        self._places = asyncio.Semaphore(places)
        self._most = most_waiting
        self._most_each = most_each
        self._waiting = 0
        self._clients: Counter[str] = Counter()
        self._lines: dict[str, asyncio.Lock] = {}

    async def take_for(self, client: str, make: Callable[[], _T]) -> _T:
        """Return what ``make`` returns on a thread, on behalf of a client, who may be nobody.

        A client has one turn at a time: however much one sends, the other places are for others.
        Raises TooMany where ``most_each`` are under way for the client, and Busy as ``take`` does.
        """
        if not client:
            return await self.take(make)
        if self._clients[client] >= self._most_each:
            raise TooMany(
                f"{self._most_each} requests of yours are being answered already",
                hint="Wait for their answers, then ask on.",
            )
        self._clients[client] += 1
        try:
            async with self._lines.setdefault(client, asyncio.Lock()):
                return await self.take(make)
        finally:
            self._clients[client] -= 1
            if not self._clients[client]:
                del self._clients[client], self._lines[client]

    async def take(self, make: Callable[[], _T]) -> _T:
        """Return what ``make`` returns on a thread. Raises Busy where too many wait for a turn."""
        if self._waiting >= self._most:
            raise Busy("too many ask for such work just now", hint="Try again in a few seconds.")
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        try:
            return await run_in_threadpool(make)
        finally:
            self._places.release()


class Shared(Generic[_T]):
    """Work that many may wait for: what is being done is not begun again. For one event loop."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._tasks: dict[Hashable, asyncio.Task[_T]] = {}

    async def take(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """Return what ``make`` returns; who asks for ``key`` meanwhile gets the same.

        It goes on when some who wait for it hang up. Raises Busy as ``Turns`` does.
        """
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(self._turns.take(make))
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    def _forget(self, key: Hashable, done: asyncio.Task[_T]) -> None:
        del self._tasks[key]
        if not done.cancelled():
            done.exception()  # else asyncio complains where nobody waits for it any more
