"""Worker processes as the front sees them: ask one, read its frames, signal it, kill it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kizuna.engine.incoming import Frame, FrameReader

MOST_GROWN = 200_000_000
"""Bytes of address space that a worker may have gained over a long query and still be used."""
_PAGE = os.sysconf("SC_PAGE_SIZE")


class WorkerGone(Exception):
    """The process has ended: killed by the system, or broken down over a query."""


@dataclass(eq=False, slots=True)
class Worker:
    """A running worker process and its pipes; ``handle`` is a pidfd, which no other can inherit."""

    pid: int
    handle: int
    answers: FrameReader
    requests: asyncio.WriteTransport
    incoming: asyncio.ReadTransport
    alive: bool = True
    lowered: bool = False
    temporary: bool = False
    pages: int = 0

    def send(self, line: bytes) -> None:
        """Send a request. Raises WorkerGone."""
        if self.requests.is_closing():
            raise WorkerGone
        self.requests.write(line)

    async def frame(self, seconds: float) -> Frame | None:
        """Return the next frame, None when none has come in time. Raises WorkerGone."""
        found = self.answers.take()
        if found is None:
            await self.answers.arrival(seconds)
            found = self.answers.take()
        if found is None and self.answers.ended:
            raise WorkerGone
        return found

    def processor_seconds(self) -> float:
        """Return the processor time that the process has used (clock_getcpuclockid(3))."""
        try:
            return time.clock_gettime(~self.pid << 3 | 2)
        except OSError:
            return 0.0

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if there is still someone to get it."""
        if self.alive:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.handle, number)

    def lower(self, priority: int) -> None:
        """Set the priority of all threads of the process (its group), which only sinks."""
        self.lowered = True
        with suppress(ProcessLookupError, PermissionError):
            os.setpriority(os.PRIO_PGRP, self.pid, priority)

    def measure(self) -> None:
        """Remember how large the process is before its first query."""
        self.pages = self._pages()

    def is_as_new(self) -> bool:
        """Tell whether the next query would find the process as the first one did."""
        return not self.lowered and self._pages() - self.pages < MOST_GROWN // _PAGE

    def _pages(self) -> int:
        """Return the size of the address space, which is what is capped; huge when it is gone."""
        try:
            return int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[0])
        except OSError:
            return sys.maxsize

    def kill(self) -> None:
        """End the process, now, and close its pipes."""
        if self.alive:
            self.signal(signal.SIGKILL)
            self.alive = False
            os.close(self.handle)
            if not self.requests.is_closing():
                self.requests.abort()
            self.incoming.close()
