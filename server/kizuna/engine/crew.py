"""The workers of one store: some kept ready, each used as long as it is healthy."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from kizuna.engine.process import Worker, Workshop
from kizuna.errors import KizunaError, UnavailableError


@dataclass(slots=True)
class Numbers:
    """What has happened since the beginning, for /metrics. ``ended`` counts workers by reason."""

    started: int = 0
    answered: int = 0
    failed: int = 0
    heavy: int = 0
    ended: Counter[str] = field(default_factory=Counter)

    @classmethod
    def sum(cls, parts: Iterable[Numbers]) -> Numbers:
        """Return what has happened in all ``parts``."""
        total = cls()
        for part in parts:
            total.started += part.started
            total.answered += part.answered
            total.failed += part.failed
            total.heavy += part.heavy
            total.ended.update(part.ended)
        return total


class Crew:
    """Workers over one store. Belongs to one event loop.

    ``ready`` are kept idle; ``workshop`` forks them.
    """

    def __init__(self, workshop: Workshop, ready: int) -> None:
        self.numbers = Numbers()
        self.ready = ready
        self._workshop = workshop
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._spare: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def size(self) -> int:
        """How many workers there are now."""
        return len(self._all)

    async def worker(self) -> Worker:
        """Return a worker that is ready, and see that the next one finds one too.

        Raises UnavailableError when none comes up.
        """
        worker = self._idle.pop() if self._idle else await self._started()
        if not self._idle and self._spare is None:
            self._spare = asyncio.get_running_loop().create_task(self._start_spare())
        return worker

    async def _started(self) -> Worker:
        worker = await self._workshop.worker()
        if self._closed:
            worker.kill()
            raise UnavailableError("the release is being closed")
        self.numbers.started += 1
        self._all.add(worker)
        return worker

    async def _start_spare(self) -> None:
        try:
            with suppress(KizunaError):
                self._idle.append(await self._started())
        finally:
            self._spare = None

    def give_back(self, worker: Worker, *, reusable: bool, reason: str) -> None:
        """Take a worker back; one that is not reusable, or one too many, is ended."""
        if reusable and not self._closed and len(self._idle) < self.ready:
            self._idle.append(worker)
            return
        self._all.discard(worker)
        worker.kill()
        self.numbers.ended["too many" if reusable else reason] += 1

    def close(self) -> None:
        """End all workers, whatever they do."""
        self._closed = True
        workers, self._all = self._all, set()
        self._idle.clear()
        if self._spare is not None:
            self._spare.cancel()
        for worker in workers:
            worker.kill()
        self._workshop.close()
