"""An engine whose queries may call other endpoints: these are asked first, their rows put in.

Only the front has a network. Each ``SERVICE`` clause becomes a group of ``VALUES`` with what the
endpoint answers, which is what it means (SPARQL 1.1 Federated Query, section 2): a service is asked
for all solutions of its pattern, and they are joined here. What the local part knows already is
sent along, so that only what can join is fetched (``kizuna.engine.federation.context``).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from kizuna.engine.bindings import bound
from kizuna.engine.crew import Numbers
from kizuna.engine.federation.clauses import Clause, calls, may_call, prologue_length
from kizuna.engine.federation.context import Known, known
from kizuna.engine.federation.draft import Draft
from kizuna.engine.federation.services import Call, Services
from kizuna.engine.federation.terms import UNBOUND, Restriction, Room, restriction
from kizuna.engine.guard import check_size
from kizuna.engine.lanes import Lanes
from kizuna.engine.protocol import Answer, Engine, Limits, Query, Stream
from kizuna.engine.remote.form import with_base
from kizuna.engine.tokens import tokens
from kizuna.engine.watching import Watched
from kizuna.errors import (
    AnswerTooLarge,
    BadQuery,
    QueryCrashed,
    QueryTooLong,
    Refused,
    ServiceFailed,
)
from kizuna.formats import BY_SUFFIX, Format, Kind

MOST_KNOWN = 2_000
"""With more local solutions than this, a pattern is sent without them."""
KNOWN_BYTES = 1_000_000
BATCH = 200
"""How many of them go with one request."""
BATCHES_AT_ONCE = 3
_ROWS = {Kind.ROWS: BY_SUFFIX["json"]}
_FAILED = (ServiceFailed, QueryTooLong, AnswerTooLarge, Refused)
"""What ``SILENT`` makes nothing of (section 2.3)."""
_UNKNOWN = (BadQuery, QueryTooLong, QueryCrashed, AnswerTooLarge, TimeoutError)
"""When nothing is known of the local part, and the pattern is sent as it is."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A clause that is being asked: the query, its text by now, and for whom."""

    query: Query
    draft: Draft
    clause: Clause
    client: str
    room: Room
    warnings: list[str]

    @property
    def pattern(self) -> str:
        """What stands between the braces."""
        return self.draft.text[self.clause.opening + 1 : self.clause.end - 1]

    @property
    def prologue(self) -> str:
        """The declarations of the query."""
        found = list(tokens(self.draft.text))
        length = prologue_length(found)
        return self.draft.text[: found[length - 1].end()] if length else ""


class Federated:
    """An engine in front of which ``services`` answer the ``SERVICE`` clauses of queries.

    Queries without any go through untouched. ``limits`` are those of the engine. Belongs to one
    event loop, which it never stops.
    """

    def __init__(self, engine: Engine, services: Services, limits: Limits | None = None) -> None:
        self.engine = engine
        self.services = services
        self.limits = limits or Limits()

    @property
    def lanes(self) -> Lanes:
        """The lanes of the engine, or, where it has none, those to the services."""
        return self.engine.lanes if isinstance(self.engine, Watched) else self.services.lanes

    @property
    def numbers(self) -> Numbers:
        """What has happened at the engine since it began."""
        return self.engine.numbers if isinstance(self.engine, Watched) else Numbers()

    @property
    def workers(self) -> int:
        """How many processes or connections answer queries now."""
        return self.engine.workers if isinstance(self.engine, Watched) else 0

    async def ask(
        self, query: Query, formats: Mapping[Kind, Format], client: str = ""
    ) -> Answer | Stream:
        """Return the answer; see ``Engine.ask``."""
        if not may_call(query.text):
            return await self.engine.ask(query, formats, client)
        check_size(query.text, self.limits)
        if not await self._calls(query.text, query):
            return await self.engine.ask(query, formats, client)
        self.services.lanes.enter(client)
        warnings: list[str] = []
        try:
            query = await self._answered(query, client, warnings)
        finally:
            self.services.lanes.leave(client)
        found = await self.engine.ask(query, formats, client)
        return replace(found, warnings=tuple(dict.fromkeys(warnings))) if warnings else found

    async def ready(self) -> None:
        """Return once the engine behind is ready; see ``Engine.ready``."""
        await self.engine.ready()

    def close(self) -> None:
        """Close the engine; the services may be shared."""
        self.engine.close()

    async def _calls(self, text: str, query: Query) -> list[Clause]:
        return await asyncio.to_thread(calls, text, query.base, self.limits)

    async def _answered(self, query: Query, client: str, warnings: list[str]) -> Query:
        """Return the query with rows in the place of its clauses, from the first to the last.

        ``warnings`` takes what the clauses that fail in silence would have said.
        """
        draft, room = Draft(bound(query.text, query.bindings)), Room()
        while clauses := await self._calls(draft.text, query):
            job = _Job(query, draft, clauses[0], client, room, warnings)
            columns = await self._columns(job)
            rows = await self._rows(job, columns)
            draft = draft.with_rows(job.clause, columns, rows)
        return replace(query, text=draft.text, rows=draft.rows, bindings={})

    async def _columns(self, job: _Job) -> tuple[str, ...]:
        """Return the variables that the pattern brings into the query.

        The engine tells, as it knows the grammar. Raises BadQuery, with the place in the query.
        """
        head, text = job.prologue, job.draft.text
        between = text[len(head) : job.clause.opening + 1]
        lines = between.count("\n")
        start = " SELECT*{FILTER(false){" if head else "SELECT*{FILTER(false){"
        blank = len(between) - len(start) if not lines else len(between) - between.rindex("\n") - 1
        probe = f"{head}{start}{lines * chr(10)}{' ' * blank}{job.pattern}}}}}"
        body = await self._local(job, Draft(probe))
        return tuple(json.loads(body)["head"]["vars"])

    async def _rows(self, job: _Job, columns: tuple[str, ...]) -> list[str]:
        """Return the solutions of a clause; for one that fails and is SILENT, an empty one."""
        try:
            self.services.check(job.clause.endpoint)
            until = asyncio.get_running_loop().time() + self.services.seconds
            around = await asyncio.to_thread(known, job.draft, job.clause)
            rows = await self._known(job, around, until) if around else Restriction()
            return await self._fetched(job, columns, _patterns(job, around, rows))
        except _FAILED as error:
            if not job.clause.silent:
                raise
            job.warnings.append(error.message)
            return [f"({' '.join(UNBOUND for _ in columns)})"]

    async def _known(self, job: _Job, around: Known, until: float) -> Restriction:
        """Return what the local part says about the solutions, unless it is too much."""
        try:
            async with asyncio.timeout_at(until):
                body = await self._local(job, around.draft + f" LIMIT {MOST_KNOWN + 1}")
        except _UNKNOWN:
            return Restriction()
        found = await asyncio.to_thread(restriction, body)
        return found if len(found.rows) <= MOST_KNOWN else Restriction()

    async def _fetched(
        self, job: _Job, columns: tuple[str, ...], patterns: Sequence[str]
    ) -> list[str]:
        """Return what the endpoint answers to all patterns, a few of them at a time."""
        until = asyncio.get_running_loop().time() + self.services.seconds
        names = " ".join(f"?{name}" for name in columns) or f"(1 AS ?{_nobody(job.pattern)})"
        places = asyncio.Semaphore(BATCHES_AT_ONCE)

        async def fetched(pattern: str) -> list[str]:
            text = with_base(f"{job.prologue} SELECT {names} WHERE {pattern}", job.query.base)
            async with places:
                call = Call(job.clause.endpoint, text, columns)
                rows = await self.services.rows(call, until)
            job.room.take(rows, job.clause.endpoint)
            return rows

        tasks = [asyncio.ensure_future(fetched(pattern)) for pattern in patterns]
        try:
            return [row for rows in await asyncio.gather(*tasks) for row in rows]
        finally:
            for task in tasks:
                task.cancel()

    async def _local(self, job: _Job, draft: Draft) -> bytes:
        """Return the rows that the engine has for a query with the dataset of the whole one."""
        query = replace(job.query, text=draft.text, rows=draft.rows, bindings={})
        answer = await self.engine.ask(query, cast("Mapping[Kind, Format]", _ROWS), job.client)
        if isinstance(answer, Answer):
            return answer.body
        try:
            held = b""
            async for chunk in answer.chunks:
                held += chunk
                if len(held) > KNOWN_BYTES:
                    raise AnswerTooLarge(f"more than {KNOWN_BYTES} bytes are known")
            return held
        finally:
            await answer.chunks.aclose()


def _patterns(job: _Job, around: Known | None, rows: Restriction) -> list[str]:
    """Return the groups to send: the pattern, joined with what is known, batch by batch."""
    if around is None or not rows.variables:
        return [f"{{{job.pattern}}}"]
    names = " ".join(f"?{name}" for name in rows.variables)
    inner = job.pattern if around.plain else f"{{{job.pattern}}}"
    batches = [rows.rows[at : at + BATCH] for at in range(0, len(rows.rows), BATCH)]
    return [f"{{ VALUES ({names}) {{ {' '.join(batch)} }} {inner}}}" for batch in batches]


def _nobody(pattern: str) -> str:
    """Return the name of a variable that the pattern does not have."""
    name = "one"
    while name in pattern:
        name += "_"
    return name
