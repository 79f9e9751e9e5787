"""The workers of one store: some kept ready, each used as long as it is healthy."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from kizuna.engine.process import Worker
from kizuna.engine.stages import Stages
from kizuna.errors import UnavailableError

KEPT = 4
AT_ONCE = 2
"""How many workers wait where queries come from the first moment on."""
REST_SECONDS = 5.0
"""Of the idle workers beyond ``KEPT``, half are ended so often: each makes pages its own."""


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

    def __init__(self, workshop: Stages, ready: int) -> None:
        self.numbers = Numbers()
        self.ready = ready
        self._workshop = workshop
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._starting: set[asyncio.Task[Worker]] = set()
        self._closed = False
        self._rest: asyncio.TimerHandle | None = None

    @property
    def size(self) -> int:
        """How many workers there are now."""
        return len(self._all)

    async def worker(self) -> Worker:
        """Return a worker that is ready, and see that the next one finds one too.

        Raises UnavailableError when none comes up.
        """
        worker = await self._idle_one()
        if worker is None:
            start = self._start()
            try:
                worker = await asyncio.shield(start)
            except asyncio.CancelledError:  # its asker has gone: it is there for the next
                start.add_done_callback(self._make_idle)
                raise
        if not self._idle and not self._starting:
            self._start().add_done_callback(self._make_idle)
        return worker

    async def fill(self) -> None:
        """Return once the store is ready and so many workers wait as are kept at least.

        Raises UnavailableError when none comes up.
        """
        await self._workshop.settled()
        wanted = min(AT_ONCE, self.ready) - len(self._idle)
        starts = [self._start() for _ in range(wanted)]
        for start in starts:
            start.add_done_callback(self._make_idle)
        await asyncio.gather(*map(asyncio.shield, starts))

    async def _idle_one(self) -> Worker | None:
        """Return an idle worker that lives, the one used last: it has most at hand."""
        while self._idle:
            worker = self._idle.pop()
            if worker.answers.ended:
                self._end(worker, "died idle")
            elif worker.temporary and await self._workshop.are_over():
                self._end(worker, "was temporary")
            else:
                return worker
        return None

    def _start(self) -> asyncio.Task[Worker]:
        """Start a worker in a task that nobody cancels: half a fork would confuse the next."""
        task = asyncio.get_running_loop().create_task(self._started())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)
        return task

    async def _started(self) -> Worker:
        worker = await self._workshop.worker()
        if self._closed:
            worker.kill()
            raise UnavailableError("the release is being closed")
        self.numbers.started += 1
        self._all.add(worker)
        return worker

    def _make_idle(self, start: asyncio.Task[Worker]) -> None:
        """Keep a worker that was started for nobody; that none came up is told to the next."""
        if not start.cancelled() and start.exception() is None:
            self.give_back(start.result(), reusable=True, reason="")

    def give_back(self, worker: Worker, *, reusable: bool, reason: str) -> None:
        """Take a worker back; one that is not reusable, or one too many, is ended."""
        if reusable and not self._closed and len(self._idle) < self.ready:
            self._idle.append(worker)
            if len(self._idle) > KEPT and self._rest is None:
                self._rest = asyncio.get_running_loop().call_later(REST_SECONDS, self._end_resting)
            return
        self._end(worker, "too many" if reusable else reason)

    def _end_resting(self) -> None:
        """End half of the idle workers beyond those that are kept; the rest waits its turn."""
        self._rest = None
        spare = (len(self._idle) - KEPT + 1) // 2
        for worker in self._idle[: max(0, spare)]:  # those that were used longest ago
            self._idle.remove(worker)
            self._end(worker, "too many")
        if len(self._idle) > KEPT:
            self._rest = asyncio.get_running_loop().call_later(REST_SECONDS, self._end_resting)

    def _end(self, worker: Worker, reason: str) -> None:
        self._all.discard(worker)
        worker.kill()
        self.numbers.ended[reason] += 1

    def close(self) -> None:
        """End all workers, whatever they do."""
        self._closed = True
        if self._rest is not None:
            self._rest.cancel()
        workers, self._all = self._all, set()
        self._idle.clear()
        for worker in workers:
            worker.kill()
        self._workshop.close()
