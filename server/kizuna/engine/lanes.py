"""Who may run when: the light lane, the heavy lane, and the queues before them.

Within the light lane the processors are not shared out evenly: a query that has had more than a
moment of them (``BRIEF_SECONDS``) goes on only as one of few, one less than there are cores.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter, OrderedDict
from dataclasses import dataclass

from kizuna.engine.process import Worker
from kizuna.errors import Busy, TooMany

_LOWEST_PRIORITY = 19
_REMEMBERED = 4_096
BRIEF_SECONDS = 0.02
"""Processor time after which a light query runs only where one of few such places is free."""
MOST_SLOW = 64
"""How many queries may wait for their readers without a place in a lane."""


@dataclass(frozen=True, slots=True)
class LaneLimits:
    """How many queries may run and wait, and how long.

    ``light`` run at full priority, for ``light_seconds`` of processor time each; ``waiting`` may
    wait for a place among them, ``patience`` seconds each. ``heavy`` run at the lowest priority;
    ``standing`` may stand still meanwhile. ``per_client`` may run and wait for one client.
    """

    light: int = 16
    light_seconds: float = 0.1
    waiting: int = 256
    patience: float = 10.0
    heavy: int = 2
    standing: int = 6
    per_client: int = 128


class Lanes:
    """The places in both lanes. Belongs to one event loop."""

    def __init__(self, limits: LaneLimits) -> None:
        self.limits = limits
        self._light = asyncio.Semaphore(limits.light)
        self._long = asyncio.Semaphore(max(1, (os.cpu_count() or 2) - 1))
        self._heavy = asyncio.Semaphore(limits.heavy)
        self._slow = 0
        self._light_running = self._heavy_running = 0
        self._waiting = 0
        self._standing = 0
        self._clients: Counter[str] = Counter()
        self._known_heavy: OrderedDict[bytes, None] = OrderedDict()
        self._unhindered: set[Worker] = set()

    def places(self) -> dict[str, int]:
        """Return how many queries are where: running in a lane, waiting for it, standing still.

        Those that are ``slow`` have no place: their readers take their time.
        """
        return {
            "light": self._light_running,
            "heavy": self._heavy_running,
            "waiting": self._waiting,
            "standing": self._standing,
            "slow": self._slow,
        }

    def enter(self, client: str) -> None:
        """Count a query of ``client``, who may be nobody. Raises TooMany."""
        if client and self._clients[client] >= self.limits.per_client:
            raise TooMany(
                f"{self.limits.per_client} queries of yours are running already",
                hint="Wait for their answers, then ask on.",
            )
        self._clients[client] += 1

    def leave(self, client: str) -> None:
        """Forget a query of ``client``."""
        self._clients[client] -= 1
        if self._clients[client] <= 0:
            del self._clients[client]

    async def take_light(self) -> None:
        """Wait for a place in the light lane. Raises Busy when too many wait, or too long."""
        if self._light.locked() and self._waiting >= self.limits.waiting:
            raise busy(f"{self._waiting} queries are waiting already")
        self._waiting += 1
        try:
            async with asyncio.timeout(self.limits.patience):
                await self._light.acquire()
        except TimeoutError as error:
            raise busy(f"no place was free within {self.limits.patience:g} seconds") from error
        finally:
            self._waiting -= 1
        self._light_running += 1
        while self._unhindered:
            self._unhindered.pop().lower(_LOWEST_PRIORITY)

    def give_light(self) -> None:
        """Give the place in the light lane to the next."""
        self._light_running -= 1
        self._light.release()

    async def take_long(self, worker: Worker) -> None:
        """Let a worker that is no longer brief go on when fewer than the cores are like it.

        So a processor is left for those that are brief, and for the front.
        """
        if not self._long.locked():
            await self._long.acquire()
            return
        worker.signal(signal.SIGSTOP)
        try:
            await self._long.acquire()
        finally:
            worker.signal(signal.SIGCONT)

    def give_long(self) -> None:
        """Let the next one go on."""
        self._long.release()

    def take_slow(self) -> bool:
        """Let a query go on without a place while its reader is slow; False if too many do."""
        if self._slow >= MOST_SLOW:
            return False
        self._slow += 1
        return True

    def give_slow(self) -> None:
        """Forget one that was slow."""
        self._slow -= 1

    async def take_heavy(self, worker: Worker | None) -> None:
        """Wait for a place in the heavy lane; a worker that runs already stands still meanwhile."""
        if not self._heavy.locked():
            await self._heavy.acquire()
        else:
            await self._stand(worker)
        self._heavy_running += 1

    async def _stand(self, worker: Worker | None) -> None:
        self._standing += 1
        if worker is not None:
            worker.signal(signal.SIGSTOP)
        try:
            await self._heavy.acquire()
        finally:
            self._standing -= 1
            if worker is not None:
                worker.signal(signal.SIGCONT)

    def start_heavy(self, worker: Worker) -> None:
        """Let a worker run in a place of the heavy lane that was taken for it.

        Its priority sinks when a light query comes, not before: it can never rise again.
        """
        if self._light_running:
            worker.lower(_LOWEST_PRIORITY)
        else:
            self._unhindered.add(worker)

    def check_heavy(self) -> None:
        """Pass if one more heavy query may run or stand still. Raises Busy."""
        if self._heavy.locked() and self._standing >= self.limits.standing:
            raise busy(f"{self._standing} long ones are waiting already")

    def give_heavy(self, worker: Worker | None) -> None:
        """Give the place of a worker in the heavy lane to the next."""
        self._unhindered -= {worker}
        self._heavy_running -= 1
        self._heavy.release()

    def lower(self, worker: Worker) -> None:
        """See that a worker that gives up its place in the heavy lane runs behind all others."""
        self._unhindered.discard(worker)
        worker.lower(_LOWEST_PRIORITY)

    def is_known_heavy(self, digest: bytes) -> bool:
        """Tell whether the request with this digest was heavy before."""
        return digest in self._known_heavy

    def remember_heavy(self, digest: bytes) -> None:
        """Remember that a request is heavy, as long as others do not push it out."""
        self._known_heavy[digest] = None
        if len(self._known_heavy) > _REMEMBERED:
            self._known_heavy.popitem(last=False)


def busy(why: str) -> Busy:
    """Return the error for a query that finds no place."""
    return Busy(f"too many queries are running: {why}", hint="Try again in a few seconds.")
