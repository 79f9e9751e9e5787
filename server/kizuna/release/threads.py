"""Work on threads that nobody who waits for it leaves behind: it is waited for to its end."""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from functools import partial
from typing import TypeVar

T = TypeVar("T")


async def to_end(function: Callable[..., T], *arguments: object) -> T:
    """Return what ``function`` returns on a thread; no cancellation leaves it running alone.

    Who is cancelled meanwhile is so once it has ended, even if all tasks are cancelled again.
    """
    return await _ended(_begun(function, *arguments))


@asynccontextmanager
async def on_threads(context: AbstractContextManager[T]) -> AsyncIterator[T]:
    """Give what ``context`` gives; it is entered and left on threads, each to its end."""
    entering = _begun(context.__enter__)
    try:
        yield await _ended(entering)
    finally:
        if entering.exception() is None:
            await to_end(context.__exit__, None, None, None)


def _begun(function: Callable[..., T], *arguments: object) -> Future[T]:
    # A future of the executor, and no task: whoever cancels all tasks does not reach it.
    return asyncio.get_running_loop().run_in_executor(None, partial(function, *arguments))


async def _ended(running: Future[T]) -> T:
    cancelled: asyncio.CancelledError | None = None
    while not running.done():
        try:
            await asyncio.wait({running})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        running.exception()  # whoever waited for it has gone
        raise cancelled
    return running.result()
