"""Workers over the store in memory as soon as it is there, over the one on disk until then."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

from kizuna.engine.process import Worker
from kizuna.engine.workshop import START_SECONDS, Workshop
from kizuna.errors import UnavailableError

PATIENCE = 1.0
"""Seconds that are waited for the copy; it takes about six for a million triples."""
_PROCESSES = 2
_log = logging.getLogger(__name__)


class Stages:
    """The two processes that fork workers; that over the disk starts only where the copy is late.

    Where the copy cannot be made (memory ends, and the system kills who takes it), the disk is read
    for good.
    """

    def __init__(self, opened: Callable[[int], Workshop], copy: int) -> None:
        self._opened = opened
        self._memory = opened(copy) if copy > 0 else None
        self._disk = None if copy > 0 else opened(0)

    async def worker(self) -> Worker:
        """Return a new worker that is ready; must not be cancelled.

        One that reads from disk while the copy is being made is ``temporary``.

        Raises UnavailableError when none comes up.
        """
        for _ in range(_PROCESSES):  # each may have ended: it is replaced, or given up, then
            with suppress(EOFError):
                return await self._worker()
        try:
            return await self._worker()
        except EOFError as error:
            raise UnavailableError(
                str(error), hint="See whether kizuna check and kizuna build go through."
            ) from error

    async def _worker(self) -> Worker:
        copied = await self._copied(PATIENCE if self._disk is None else 0)
        if copied is not None:
            return await self._of_copy(copied)
        if self._disk is None:
            self._disk = self._opened(0)
        worker = await self._disk.worker()
        worker.temporary = self._memory is not None
        return worker

    async def _of_copy(self, copied: Workshop) -> Worker:
        """Return a worker over the copy. Raises EOFError where that is given up meanwhile."""
        try:
            return await copied.worker()
        except UnavailableError as error:
            if copied is self._memory:
                raise
            raise EOFError(error.message) from error

    async def _copied(self, seconds: float) -> Workshop | None:
        """Return the process with the copy if it is ready, after waiting for it at most so long."""
        memory = self._memory
        try:
            return memory if memory is not None and await memory.is_ready(seconds) else None
        except EOFError:
            if memory is not None and memory is self._memory:
                _log.warning("%s: no room for a copy in memory; the disk is read", memory.store)
                memory.close()
                self._memory = None
            return None

    async def settled(self) -> None:
        """Return once it is known where workers come from: as soon as the copy is made, if it is.

        Nobody waits for an answer meanwhile, so the disk is not read until then.
        """
        await self._copied(START_SECONDS)

    async def are_over(self) -> bool:
        """Tell whether temporary workers are not needed any more."""
        return await self._copied(0) is not None

    def close(self) -> None:
        """End both; their workers end with them."""
        for workshop in (self._memory, self._disk):
            if workshop is not None:
                workshop.close()
