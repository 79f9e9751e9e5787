"""Where workers come from: the process that forks those of one store, and the one it comes from."""

from __future__ import annotations

import asyncio
import fcntl
import os
import select
import socket
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

from kizuna.engine.incoming import FrameReader
from kizuna.engine.process import Worker, WorkerGone
from kizuna.engine.protocol import Limits
from kizuna.engine.worker import PID, encode_opening
from kizuna.errors import UnavailableError

START_SECONDS = 60.0
PIPE_BYTES = 256 * 1024
"""What an answer's pipe may hold, so that the worker goes on while the front is busy."""


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
        self._opened = partial(nursery.open, store, limits, copy)
        self._lock = asyncio.Lock()
        self._closed = False
        self._open()

    def _open(self) -> None:
        self._channel = self._opened()
        self._channel.settimeout(START_SECONDS)
        self._ready = False

    async def is_ready(self, seconds: float) -> bool:
        """Wait at most so long; tell whether workers can be had now, or why they cannot."""
        if self._ready:
            return True
        if seconds > 0:
            return await asyncio.to_thread(self._may_read, seconds)
        return self._may_read(0)

    def _may_read(self, seconds: float) -> bool:
        try:
            return self._ready or bool(select.select([self._channel], [], [], seconds)[0])
        except (OSError, ValueError):  # it has been closed
            return True

    async def worker(self) -> Worker:
        """Return a new worker that is ready; must not be cancelled.

        A process that has ended, whatever has killed it, is replaced by another.

        Raises UnavailableError when none comes up.
        """
        try:
            return await self._worker()
        except (OSError, EOFError) as error:
            if self._closed:
                raise self._unavailable() from error
        try:
            async with self._lock:
                await asyncio.to_thread(self._reopen)
            return await self._worker()
        except (OSError, EOFError) as error:
            raise self._unavailable() from error

    def _reopen(self) -> None:
        """Have another process if this one does not answer any more."""
        try:
            self._channel.send(b"", socket.MSG_DONTWAIT)
            alive = self._channel.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
        except BlockingIOError:
            alive = True
        except OSError:
            alive = False
        if not alive:
            self._channel.close()
            self._open()

    async def _worker(self) -> Worker:
        loop = asyncio.get_running_loop()
        request_end, requests = os.pipe()
        answers, answer_end = os.pipe()
        try:
            async with self._lock:
                pid = await asyncio.to_thread(self._fork, request_end, answer_end)
            handle = os.pidfd_open(pid)
        except BaseException:
            os.close(requests)
            os.close(answers)
            raise
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
            raise EOFError
        worker.measure()

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
        self._closed = True
        with suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)  # wakes the thread that may wait for it
        self._channel.close()
