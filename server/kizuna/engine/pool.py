"""Worker processes behind the front: no query can hang, starve or kill the server.

Every query begins in the light lane. There, one that has had more than a moment of a processor goes
on only as one of few, so that brief ones always find one. One that uses more processor time than
``LaneLimits.light_seconds`` is heavy: its place in the light lane goes to the next, its process
gets the lowest priority, and only ``LaneLimits.heavy`` of them run at a time; the others stand
still (SIGSTOP) until one ends. A query that was heavy before goes to the heavy lane at once. A
query past its time or memory, or whose client has gone, is killed with its process. One whose order
the engine cannot make is asked once more, in the time that it has left, in a form that it can.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from kizuna.engine.crew import Crew, Numbers
from kizuna.engine.guard import check_size
from kizuna.engine.lanes import LaneLimits, Lanes
from kizuna.engine.parts import answer_or_stream
from kizuna.engine.protocol import Answer, Limits, Query, Stream
from kizuna.engine.run import Run
from kizuna.engine.stages import Stages
from kizuna.engine.workshop import Nursery, Workshop
from kizuna.errors import QueryCrashed
from kizuna.formats import Format, Kind

MEMORY_COPY_QUADS = 500_000
"""Up to this size a release is held in memory, once for all workers."""


class Pool:
    """The workers over the store of one release. Belongs to one event loop.

    Pools that follow one another share a ``nursery``; without one, a pool has its own.
    """

    def __init__(
        self,
        store: Path,
        limits: Limits | None = None,
        lanes: LaneLimits | None = None,
        copy: int = MEMORY_COPY_QUADS,
        nursery: Nursery | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.lanes = Lanes(lanes or LaneLimits())
        shared = nursery or Nursery()
        self._own = shared if nursery is None else None
        stages = Stages(partial(Workshop, shared, store, self.limits), copy)
        self._crew = Crew(stages, self.lanes.limits.light)

    @property
    def numbers(self) -> Numbers:
        """What has happened since the beginning."""
        return self._crew.numbers

    @property
    def workers(self) -> int:
        """How many worker processes there are now."""
        return self._crew.size

    async def ask(
        self, query: Query, formats: Mapping[Kind, Format], client: str = ""
    ) -> Answer | Stream:
        """Return the answer; see ``Engine.ask``."""
        check_size(query.text, self.limits)  # all else is looked at by the worker, on its own time
        run = Run(self._crew, self.lanes, self.limits, (query, formats))
        try:
            return await self._answer(run, client)
        except QueryCrashed:
            if not run.is_unsorted:
                raise
        asked = replace(query, by_kind=True), formats
        return await self._answer(Run(self._crew, self.lanes, self.limits, asked, run), client)

    async def ready(self) -> None:
        """Return once the copy is made and workers wait; see ``Engine.ready``."""
        await self._crew.fill()

    async def _answer(self, run: Run, client: str) -> Answer | Stream:
        self.lanes.enter(client)
        return await answer_or_stream(
            run.frames(), lambda: (run.kind, run.form), lambda: self.lanes.leave(client)
        )

    def close(self) -> None:
        """End all workers, whatever they do."""
        self._crew.close()
        if self._own is not None:
            self._own.close()
