"""Asking an engine from the shell, so that whatever happens to the query, nothing is left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kizuna.engine import Answer, Engine, Query, Stream
from kizuna.formats import Format, Kind

Tick = Callable[[float], None]
Sink = Callable[[bytes], object]
SECONDS_BETWEEN_TICKS = 0.5


@dataclass(frozen=True, slots=True)
class Asker:
    """Who answers, and who is told how many seconds it has taken, and what is not in it."""

    engine: Callable[[], Engine]
    tick: Tick = lambda _: None
    warn: Callable[[str], None] = lambda _: None


def ask(
    asker: Asker,
    query: Query,
    formats: Mapping[Kind, Format],
    begin: Callable[[Kind, Format], Sink],
) -> None:
    """Write the answer, as it comes, to what ``begin`` returns.

    Ctrl-C ends the query with its processes, and raises KeyboardInterrupt; else what ``Engine.ask``
    raises comes out.
    """
    asyncio.run(_ask(asker, query, formats, begin))


async def _ask(
    asker: Asker,
    query: Query,
    formats: Mapping[Kind, Format],
    begin: Callable[[Kind, Format], Sink],
) -> None:
    engine = asker.engine()
    ticking = asyncio.create_task(_tick(asker.tick))
    try:
        answer = await engine.ask(query, formats)
        sink = begin(answer.kind, answer.format)
        ticking.cancel()
        for warning in answer.warnings:
            asker.warn(warning)
        await _pour(answer, sink)
    finally:
        ticking.cancel()
        engine.close()


async def _pour(answer: Answer | Stream, sink: Sink) -> None:
    if isinstance(answer, Answer):
        sink(answer.body)
        return
    try:
        async for chunk in answer.chunks:
            sink(chunk)
    finally:
        await answer.chunks.aclose()


async def _tick(tick: Tick) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_TICKS)
        tick(time.monotonic() - began)
