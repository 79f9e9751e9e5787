"""Workers over the store in memory as soon as it is there, over the one on disk until then."""

from __future__ import annotations

from collections.abc import Callable

from kizuna.engine.process import Worker
from kizuna.engine.workshop import Workshop

PATIENCE = 1.0
"""Seconds that are waited for the copy; it takes about six for a million triples."""


class Stages:
    """The two processes that fork workers; the second one starts only where the first is late."""

    def __init__(self, opened: Callable[[int], Workshop], copy: int) -> None:
        self._opened = opened
        self._best = opened(copy)
        self._first: Workshop | None = None

    async def worker(self) -> Worker:
        """Return a new worker that is ready; must not be cancelled.

        One that reads from disk while the copy is being made is ``temporary``.

        Raises UnavailableError when none comes up.
        """
        if await self._best.is_ready(PATIENCE if self._first is None else 0):
            return await self._best.worker()
        if self._first is None:
            self._first = self._opened(0)
        worker = await self._first.worker()
        worker.temporary = True
        return worker

    async def are_over(self) -> bool:
        """Tell whether temporary workers are not needed any more."""
        return await self._best.is_ready(0)

    def close(self) -> None:
        """End both; their workers end with them."""
        self._best.close()
        if self._first is not None:
            self._first.close()
