"""One query on its way: through the lanes, to a worker, and its answer back."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Coroutine, Mapping
from functools import partial
from typing import TypeVar

from kizuna.engine.crew import Crew
from kizuna.engine.deadline import Deadline
from kizuna.engine.frames import BEGIN, DATA, END, FAIL, decode_begin, decode_fail, encode_request
from kizuna.engine.incoming import Frame
from kizuna.engine.lanes import BRIEF_SECONDS, Lanes, busy
from kizuna.engine.orders import unsorted
from kizuna.engine.process import Worker, WorkerGone
from kizuna.engine.protocol import Limits, Query
from kizuna.errors import Busy, KizunaError, QueryCrashed, QueryTooLong
from kizuna.formats import Format, Kind

T = TypeVar("T")

TRANSFER_SECONDS = 300.0
"""What slow readers of an answer may take beyond the query's own time."""
_CRASH, _ORDER = "crash", "order"
_LOOKS_PER_SECOND = 50
_UNSORTED = b"does not correctly implement a total order"
"""What Rust's sort says before it ends the process (``kizuna.engine.orders``)."""
_REASONS: dict[type[KizunaError], str] = {
    QueryTooLong: "time",
    Busy: "busy",
    QueryCrashed: _CRASH,
}
"""Why a worker is ended that is still busy with a query when that ends with an error."""


class Run:
    """One query on its way through the lanes.

    ``time`` is what it may wait or take, ``kind`` and ``form`` are set by its first frame. When it
    has ended, ``is_unsorted`` tells whether the engine broke down over the order, before it had
    any part of the answer. Then it may be asked ``again`` in another form, in the time it has left.
    """

    time: Deadline
    kind: Kind
    form: Format

    def __init__(
        self,
        crew: Crew,
        lanes: Lanes,
        limits: Limits,
        asked: tuple[Query, Mapping[Kind, Format]],
        again: Run | None = None,
    ) -> None:
        self.crew = crew
        self.lanes = lanes
        self.limits = limits
        self.request = encode_request(*asked)
        self.lane = ""
        self.is_long = self.is_heavy = self.is_given_up = False
        self.is_running = self.is_answered = False
        self.is_unsorted = self.is_begun = False
        self.is_second = again is not None
        self.digest = hashlib.sha256(self.request).digest()
        if again is not None:
            self.time, self.digest = again.time, again.digest
        self.spent = 0.0

    async def frames(self) -> AsyncGenerator[bytes, None]:
        """Yield the answer's bytes; when closed early, the query ends at once."""
        worker, reason = None, "client gone"
        try:
            await self._take_place()
            worker = await self._in_time(self.crew.worker(), "worker")
            async for data in self._converse(worker):
                yield data
        except WorkerGone as error:
            crashed = self._crashed(worker)
            reason = _ORDER if self.is_unsorted else _CRASH
            raise crashed from error
        except KizunaError as error:
            reason = _REASONS.get(type(error), "error")
            raise
        finally:
            if not self.is_given_up:
                self._leave(worker, reason)

    async def _take_place(self) -> None:
        """Take the place in which the query begins; it has no worker before.

        What heavy ones wait counts as theirs, before and after. Light ones have their patience for
        the place and the worker: where many come at once, few seconds would be none too many.
        """
        is_heavy = self.lanes.is_known_heavy(self.digest)
        if not self.is_second:
            self.time = self._own_time() if is_heavy else Deadline(self.lanes.limits.patience, 0)
        if is_heavy:
            await self._become_heavy(None)
        else:
            taken = self.lanes.take_light()
            await (self._in_time(taken, "place") if self.is_second else taken)
            self.lane = "light"

    async def _converse(self, worker: Worker) -> AsyncGenerator[bytes, None]:
        """Ask the worker and yield what it answers, until the end or the report of an error."""
        self.spent = worker.processor_seconds()
        if self.lane == "heavy":
            self.lanes.start_heavy(worker)
        elif not self.is_second:
            self.time = self._own_time()
        self.is_running = True
        worker.send(self.request)
        while True:
            kind, payload = await self._next(worker)
            self.is_running = kind not in {END, FAIL}
            if kind == END:
                self.is_answered = True
                return
            if kind == BEGIN:
                self.kind, self.form = decode_begin(payload)
            elif kind == DATA:
                self.is_begun = True
                with self.time.reading(
                    partial(self._become_slow, worker), partial(self._give_up, worker)
                ):
                    yield payload
                if self.is_given_up:
                    raise self._too_long()
            else:
                raise decode_fail(payload)

    async def _next(self, worker: Worker) -> Frame:
        """Return the next frame; a query that has become heavy changes lanes meanwhile."""
        while True:
            wait = 0.0 if worker.answers.complete else await self._reconsidered(worker)
            left = self.time.left
            found = await worker.frame(min(wait, left))
            if found is not None:
                return found
            if left <= 0:
                raise self._too_long()

    async def _reconsidered(self, worker: Worker) -> float:
        """Change lanes if the query is heavy by now; return how long to wait before the next look.

        What counts is processor time: on a busy machine a light query may take long by the clock.
        """
        if self.lane == "heavy":
            return self.limits.seconds
        used = worker.processor_seconds() - self.spent
        left = self.lanes.limits.light_seconds - used
        if self.is_heavy or left <= 0:
            self.lanes.remember_heavy(self.digest)
            await self._become_heavy(worker)
            return self.limits.seconds
        if used > BRIEF_SECONDS and self.lane == "light" and not self.is_long:
            await self._in_time(self.lanes.take_long(worker), "place")
            self.is_long = True
        return min(left, max(BRIEF_SECONDS - used, 1 / _LOOKS_PER_SECOND))

    def _become_slow(self, worker: Worker) -> None:
        """Leave all places to others while the reader takes its time."""
        if self.lane != "slow" and self.lanes.take_slow():
            if self.lane == "heavy":
                self.lanes.lower(worker)
            self._leave_lane(worker)
            self.lane = "slow"

    def _give_up(self, worker: Worker) -> None:
        """End the query of a reader that has stopped reading."""
        self._leave(worker, "time")
        self.is_given_up = True

    async def _become_heavy(self, worker: Worker | None) -> None:
        """Take a place in the heavy lane; one that had it before its reader was slow is let in."""
        if not self.is_heavy:
            self.lanes.check_heavy()
            self.crew.numbers.heavy += 1
        self._leave_lane(worker)
        self.is_heavy = True
        await self._in_time(self.lanes.take_heavy(worker), "place")
        self.lane = "heavy"
        if worker is not None:
            self.lanes.start_heavy(worker)

    async def _in_time(self, wanted: Coroutine[None, None, T], what: str) -> T:
        """Return what the query must wait for, in the time that it may take. Raises Busy."""
        try:
            async with asyncio.timeout(max(0.0, self.time.left)):
                return await wanted
        except TimeoutError as error:
            raise busy(f"this one found no {what} in its time") from error

    def _leave_lane(self, worker: Worker | None) -> None:
        """Give back the places that the query has."""
        if self.is_long:
            self.lanes.give_long()
        if self.lane == "light":
            self.lanes.give_light()
        elif self.lane == "slow":
            self.lanes.give_slow()
        elif self.lane == "heavy":
            self.lanes.give_heavy(worker)
        self.lane, self.is_long = "", False

    def _own_time(self) -> Deadline:
        return Deadline(self.limits.seconds, TRANSFER_SECONDS)

    def _crashed(self, worker: Worker | None) -> QueryCrashed:
        """Return the error for a query over which its worker has ended."""
        if worker is not None and _UNSORTED in worker.last_words():
            self.is_unsorted = not self.is_begun
            return unsorted()
        return QueryCrashed(
            "the query needed more memory or depth than the engine has, and was stopped",
            hint="Ask for less, or in several steps.",
        )

    def _too_long(self) -> QueryTooLong:
        return QueryTooLong(
            f"the query took more than {self.limits.seconds:g} seconds and was stopped",
            hint="Ask for less: name a class or a thing, add LIMIT.",
        )

    def _leave(self, worker: Worker | None, reason: str) -> None:
        """Give back lane and worker; it is used again if it is at rest and as good as before.

        ``reason`` tells why the query has ended, should that be before its answer did.
        """
        self._leave_lane(worker)
        self.crew.numbers.answered += self.is_answered
        if not self.is_unsorted or self.is_second:  # else it is asked again, as the same query
            self.crew.numbers.failed += not self.is_answered
        if worker is not None:
            why = reason if self.is_running or reason == _CRASH else worker.wear()
            self.crew.give_back(worker, reusable=not why, reason=why)
