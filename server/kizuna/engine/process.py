"""Worker processes as the front sees them: fork one, ask it, read its frames, signal, kill."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kizuna.engine.incoming import Frame, FrameReader
from kizuna.engine.protocol import Limits
from kizuna.engine.worker import PID, encode_opening
from kizuna.errors import UnavailableError

START_SECONDS = 60.0
PIPE_BYTES = 256 * 1024
"""What an answer's pipe may hold, so that the worker goes on while the front is busy."""


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

    def renice(self, priority: int) -> None:
        """Set the priority of all threads of the process (its group), which only sinks."""
        with suppress(ProcessLookupError, PermissionError):
            os.setpriority(os.PRIO_PGRP, self.pid, priority)

    def kill(self) -> None:
        """End the process, now, and close its pipes."""
        if self.alive:
            self.signal(signal.SIGKILL)
            self.alive = False
            os.close(self.handle)
            self.requests.abort()
            self.incoming.close()


class Nursery:
    """The process from which the processes of all stores are forked; it starts when needed.

    A new Python takes a quarter of a second; with this, a new release is open in a tenth of that.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def open(self, store: Path, limits: Limits, copy: int) -> socket.socket:
        """Return the socket of a new process that forks the workers of ``store``."""
        ours, theirs = socket.socketpair()
        message = encode_opening(store, limits, copy)
        with theirs:
            try:
                socket.send_fds(self._running(), [message], [theirs.fileno()])
            except OSError:  # it has been killed: start another one
                self.close()
                socket.send_fds(self._running(), [message], [theirs.fileno()])
        return ours

    def _running(self) -> socket.socket:
        if self._channel is None:
            self._channel, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - our own program
                    [sys.executable, "-m", "kizuna.engine.worker", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                )
        return self._channel

    def close(self) -> None:
        """End the process; what it has forked lives on."""
        if self._channel is not None and self._process is not None:
            self._channel.close()
            self._process.kill()
            self._process.wait()
        self._channel = self._process = None


class Workshop:
    """The process that forks the workers of one store; it ends when its socket is closed."""

    def __init__(self, nursery: Nursery, store: Path, limits: Limits, copy: int) -> None:
        self.store = store
        self._channel = nursery.open(store, limits, copy)
        self._channel.settimeout(START_SECONDS)
        self._lock = asyncio.Lock()
        self._ready = False

    async def worker(self) -> Worker:
        """Return a new worker that is ready. Raises UnavailableError when none comes up."""
        loop = asyncio.get_running_loop()
        request_end, requests = os.pipe()
        answers, answer_end = os.pipe()
        try:
            async with self._lock:
                pid = await asyncio.to_thread(self._fork, request_end, answer_end)
            handle = os.pidfd_open(pid)
        except (OSError, EOFError) as error:
            os.close(requests)
            os.close(answers)
            raise self._unavailable() from error
        finally:
            os.close(request_end)
            os.close(answer_end)
        with suppress(OSError):  # a wish: users have a budget of pipes
            fcntl.fcntl(answers, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        reader = FrameReader()
        incoming, _ = await loop.connect_read_pipe(lambda: reader, os.fdopen(answers, "rb", 0))
        outgoing, _ = await loop.connect_write_pipe(
            asyncio.BaseProtocol, os.fdopen(requests, "wb", 0)
        )
        worker = Worker(pid, handle, reader, outgoing, incoming)
        await self._first_frame(worker)
        return worker

    async def _first_frame(self, worker: Worker) -> None:
        first = None
        try:
            with suppress(WorkerGone):
                first = await worker.frame(START_SECONDS)
        finally:
            if first is None:
                worker.kill()
        if first is None:
            raise self._unavailable()

    def _fork(self, request_end: int, answer_end: int) -> int:
        """Return the process id of a new worker with these pipe ends; blocks for its fork."""
        if not self._ready:
            self._receive()
            self._ready = True
        socket.send_fds(self._channel, [b"w"], [request_end, answer_end])
        return int.from_bytes(self._receive(), "big")

    def _receive(self) -> bytes:
        data = self._channel.recv(PID)
        if len(data) < PID:
            raise EOFError
        return data

    def _unavailable(self) -> UnavailableError:
        return UnavailableError(
            f"a query worker for {self.store} did not start",
            hint="See whether kizuna check and kizuna build go through.",
        )

    def close(self) -> None:
        """End the process; its workers end with it."""
        self._channel.close()
