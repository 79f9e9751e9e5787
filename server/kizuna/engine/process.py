"""Worker processes as the front sees them: ask one, read its frames, signal it, kill it."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

from kizuna.engine.incoming import Frame, FrameReader

MOST_GROWN = 0.2
"""Part of its budget of memory that a worker may have used up over queries and still be used."""
_ENOUGH = 64
_MOST_WORDS = 64 * 1024
_PAGE = os.sysconf("SC_PAGE_SIZE")


class WorkerGone(Exception):
    """The process has ended: killed by the system, or broken down over a query."""


@dataclass(eq=False, slots=True)
class Worker:
    """A running worker process and its pipes; ``handle`` is a pidfd, which no other can inherit.

    ``words`` is the file that its standard error goes to, -1 where there is none.
    """

    pid: int
    handle: int
    answers: FrameReader
    requests: asyncio.WriteTransport
    incoming: asyncio.ReadTransport
    alive: bool = True
    lowered: bool = False
    temporary: bool = False
    most_pages: int = 0
    words: int = -1

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
        """Note, before the first query, how large the process may become and be used again."""
        pages = self._pages()
        with suppress(OSError):  # it has ended, which its pipe will tell
            budget = resource.prlimit(self.pid, resource.RLIMIT_AS)[0] // _PAGE - pages
            self.most_pages = pages + int(MOST_GROWN * budget)

    def wear(self) -> str:
        """Return why the next query would not find the process as the first one did, if so."""
        if self.lowered:
            return "was heavy"
        return "has grown" if self._pages() > self.most_pages else ""

    def _pages(self) -> int:
        """Return the size of the address space, which is what is capped; huge when it is gone.

        This is done after each query: without buffers and texts, it takes half the time.
        """
        try:
            numbers = os.open(f"/proc/{self.pid}/statm", os.O_RDONLY)
        except OSError:
            return sys.maxsize
        try:
            return int(os.read(numbers, _ENOUGH).split(b" ", 1)[0])
        except OSError:
            return sys.maxsize
        finally:
            os.close(numbers)

    def last_words(self) -> bytes:
        """Return what the process has said of its end: only the engine says anything there."""
        return os.pread(self.words, _MOST_WORDS, 0) if self.alive and self.words >= 0 else b""

    def kill(self) -> None:
        """End the process, now, and close its pipes."""
        if self.alive:
            self.signal(signal.SIGKILL)
            self.alive = False
            os.close(self.handle)
            if self.words >= 0:
                os.close(self.words)
            if not self.requests.is_closing():
                self.requests.abort()
            self.incoming.close()
