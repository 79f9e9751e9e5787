"""One query on its way: through the lanes, to a worker, and its answer back."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Coroutine, Mapping

from kizuna.engine.crew import Crew
from kizuna.engine.frames import BEGIN, DATA, END, decode_begin, decode_fail, encode_request
from kizuna.engine.incoming import Frame
from kizuna.engine.lanes import BRIEF_SECONDS, Lanes, busy
from kizuna.engine.process import Worker, WorkerGone
from kizuna.engine.protocol import Limits, Query
from kizuna.errors import Busy, KizunaError, QueryCrashed, QueryTooLong
from kizuna.formats import Format, Kind

TRANSFER_SECONDS = 300.0
"""What slow readers of an answer may take beyond the query's own time."""
SLOW_SECONDS = 1.0
"""How long a reader may take over a piece before its query leaves the light lane."""
_LOOKS_PER_SECOND = 50
_REASONS: dict[type[KizunaError], str] = {QueryTooLong: "time", Busy: "busy"}
"""Why a worker is ended with its query; after other errors it is as good as before."""


class Run:
    """One query on its way through the lanes. ``kind`` and ``form`` are set by its first frame."""

    kind: Kind
    form: Format

    def __init__(
        self,
        crew: Crew,
        lanes: Lanes,
        limits: Limits,
        asked: tuple[Query, Mapping[Kind, Format]],
    ) -> None:
        self.crew = crew
        self.lanes = lanes
        self.limits = limits
        self.request = encode_request(*asked)
        self.lane = ""
        self.is_long = False
        self.digest = hashlib.sha256(self.request).digest()
        self.reading = 0.0
        self.spent = 0.0

    async def frames(self) -> AsyncGenerator[bytes, None]:
        """Yield the answer's bytes; when closed early, the query ends at once."""
        worker, reason = None, "client gone"
        try:
            if self.lanes.is_known_heavy(self.digest):
                self.lanes.check_heavy()
            else:
                await self.lanes.take_light()
                self.lane = "light"
            worker = await self.crew.worker()
            async for data in self._converse(worker):
                yield data
            reason = "done"
        except WorkerGone as error:
            reason = "crash"
            raise QueryCrashed(
                "the query needed more memory or depth than the engine has, and was stopped",
                hint="Ask for less, or in several steps.",
            ) from error
        except KizunaError as error:
            reason = _REASONS.get(type(error), "done")
            raise
        finally:
            self._leave(worker, reason)

    async def _converse(self, worker: Worker) -> AsyncGenerator[bytes, None]:
        """Ask the worker and yield what it answers, until the end or the report of an error."""
        loop = asyncio.get_running_loop()
        begin = loop.time()
        self.spent = worker.processor_seconds()
        if not self.lane:
            await self._become_heavy(worker, begin)
        worker.send(self.request)
        while True:
            kind, payload = await self._next(worker, begin)
            if kind == END:
                return
            if kind == BEGIN:
                self.kind, self.form = decode_begin(payload)
            elif kind == DATA:
                handed = loop.time()
                slow = loop.call_later(SLOW_SECONDS, self._become_slow)
                yield payload
                slow.cancel()
                self.reading += loop.time() - handed
            else:
                raise decode_fail(payload)

    async def _next(self, worker: Worker, begin: float) -> Frame:
        """Return the next frame; a query that has become heavy changes lanes meanwhile."""
        loop = asyncio.get_running_loop()
        while True:
            wait = 0.0 if worker.answers.complete else await self._reconsidered(worker, begin)
            left = self._deadline(begin) - loop.time()
            found = await worker.frame(min(wait, left))
            if found is not None:
                return found
            if left <= 0:
                raise self._too_long()

    async def _reconsidered(self, worker: Worker, begin: float) -> float:
        """Change lanes if the query is heavy by now; return how long to wait before the next look.

        What counts is processor time: on a busy machine a light query may take long by the clock.
        """
        if self.lane == "heavy":
            return self.limits.seconds
        used = worker.processor_seconds() - self.spent
        left = self.lanes.limits.light_seconds - used
        if left <= 0:
            self.lanes.remember_heavy(self.digest)
            await self._become_heavy(worker, begin)
            return self.limits.seconds
        if used > BRIEF_SECONDS and not self.is_long:
            await self._in_time(self.lanes.take_long(worker), begin)
            self.is_long = True
        return min(left, max(BRIEF_SECONDS - used, 1 / _LOOKS_PER_SECOND))

    def _become_slow(self) -> None:
        """Leave the light lane to others while the reader takes its time."""
        if self.lane == "light" and self.lanes.become_slow():
            self.lane = "slow"

    async def _become_heavy(self, worker: Worker, begin: float) -> None:
        self._leave_lane(worker)
        self.crew.numbers.heavy += 1
        await self._in_time(self.lanes.take_heavy(worker), begin)
        self.lane = "heavy"

    async def _in_time(self, place: Coroutine[None, None, None], begin: float) -> None:
        """Wait for a place as long as the query may take. Raises Busy."""
        left = self._deadline(begin) - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(max(0.0, left)):
                await place
        except TimeoutError as error:
            raise busy("this long one found no place in its time") from error

    def _leave_lane(self, worker: Worker | None) -> None:
        """Give back the places that the query has."""
        if self.is_long:
            self.lanes.give_long()
        if self.lane == "light":
            self.lanes.give_light()
        elif self.lane == "slow":
            self.lanes.give_slow()
        elif self.lane == "heavy" and worker is not None:
            self.lanes.give_heavy(worker)
        self.lane, self.is_long = "", False

    def _deadline(self, begin: float) -> float:
        extra = min(self.reading, TRANSFER_SECONDS)
        return begin + self.limits.seconds + extra

    def _too_long(self) -> QueryTooLong:
        return QueryTooLong(
            f"the query took more than {self.limits.seconds:g} seconds and was stopped",
            hint="Ask for less: name a class or a thing, add LIMIT.",
        )

    def _leave(self, worker: Worker | None, reason: str) -> None:
        """Give back lane and worker; it is used again if it is as good as before."""
        heavy = self.lane == "heavy"
        self._leave_lane(worker)
        done = reason == "done"
        self.crew.numbers.answered += done
        self.crew.numbers.failed += not done
        if worker is not None:
            reusable = done and (not heavy or worker.is_as_new())
            self.crew.give_back(worker, reusable=reusable, reason="was heavy" if done else reason)
