"""Where workers come from: the process that forks those of one store, and the one it comes from."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import select
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

from kizuna.engine.incoming import FrameReader
from kizuna.engine.process import Worker, WorkerGone
from kizuna.engine.protocol import Limits
from kizuna.engine.sandbox import OWN_MODULE
from kizuna.engine.worker import PID, encode_opening
from kizuna.errors import UnavailableError

START_SECONDS = 60.0
_SOMETHING = b"\0"
_EXHAUSTED = {errno.EMFILE, errno.ENFILE}
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
                    [sys.executable, *OWN_MODULE, "kizuna.engine.worker", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env=os.environ | {"RUST_BACKTRACE": "0"},  # last words are to be short
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
        self._channel.settimeout(0)  # waiting is for ``_heard``
        self._ready = False
        self._heard_of = False  # that it is ready; another thread may be taking the word of it

    async def is_ready(self, seconds: float) -> bool:
        """Wait at most so long; tell whether workers can be had now.

        Raises EOFError where the process has ended before it was ready.
        """
        if self._ready or self._heard_of:
            return True
        heard = await asyncio.to_thread(self._heard, seconds) if seconds > 0 else self._heard(0)
        if heard == b"":
            raise EOFError
        self._heard_of = heard is not None
        return self._heard_of

    def _heard(self, seconds: float) -> bytes | None:
        """Return how what the process says begins: nothing if it has ended, None if it is silent.

        At most ``seconds`` are waited for it.
        """
        try:
            waiting = select.poll()
            waiting.register(self._channel, select.POLLIN)
            return self._channel.recv(1, socket.MSG_PEEK) if waiting.poll(seconds * 1000) else None
        except BlockingIOError:  # another thread has taken it
            return _SOMETHING
        except (OSError, ValueError):  # it has been closed
            return b""

    async def worker(self) -> Worker:
        """Return a new worker that is ready; must not be cancelled.

        Raises EOFError where none has come up: a process that has ended, whatever has killed it,
        has been replaced by another then. Raises UnavailableError where none can.
        """
        try:
            return await self._worker()
        except (OSError, EOFError) as error:
            if self._closed:
                raise UnavailableError("the release is being closed") from error
            if isinstance(error, OSError) and error.errno in _EXHAUSTED:
                raise UnavailableError(
                    f"no query worker can be started: {error.strerror}",
                    hint="Let the server have more files open (ulimit -n, LimitNOFILE).",
                ) from error
            message = f"a query worker for {self.store} did not start"
            raise EOFError(message) from error

    async def _worker(self) -> Worker:
        with ExitStack() as ours, ExitStack() as theirs:
            words = _kept(os.memfd_create("last words"), ours)
            request_end, requests = _pipe(theirs, ours)
            answers, answer_end = _pipe(ours, theirs)
            async with self._lock:
                pid = await asyncio.to_thread(self._fork, [request_end, answer_end, words])
            handle = os.pidfd_open(pid)
            ours.pop_all()
        with suppress(OSError):  # a wish: users have a budget of pipes
            fcntl.fcntl(answers, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        worker = await _connected((pid, handle, words), requests, answers)
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

    def _fork(self, ends: list[int]) -> int:
        """Return the process id of a new worker with these open files; blocks for its fork.

        A process that does not answer is replaced by another; that raises EOFError.
        """
        try:
            if not self._ready:
                self._receive()
                self._ready = True
            socket.send_fds(self._channel, [b"w"], ends)
            return int.from_bytes(self._receive(), "big")
        except (OSError, EOFError) as error:
            self._channel.close()
            if not self._closed:
                self._open()
            raise EOFError from error

    def _receive(self) -> bytes:
        data = self._channel.recv(PID) if self._heard(START_SECONDS) else b""
        if len(data) < PID:
            raise EOFError
        return data

    def close(self) -> None:
        """End the process; its workers end with it."""
        self._closed = True
        with suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)  # wakes the thread that may wait for it
        self._channel.close()


def _kept(end: int, until: ExitStack) -> int:
    """Return a file descriptor, which is closed when ``until`` ends."""
    until.callback(os.close, end)
    return end


def _pipe(reader: ExitStack, writer: ExitStack) -> tuple[int, int]:
    """Return the ends of a new pipe, each closed when its stack ends. Raises OSError."""
    reading, writing = os.pipe()
    return _kept(reading, reader), _kept(writing, writer)


async def _connected(process: tuple[int, int, int], requests: int, answers: int) -> Worker:
    """Return the worker at the other ends of two pipes; all is closed if that is broken off.

    ``process`` are its id, its pidfd and the file of its last words.
    """
    loop, reader = asyncio.get_running_loop(), FrameReader()
    pid, handle, words = process
    with ExitStack() as undo:
        undo.callback(os.close, words)
        undo.callback(os.close, handle)
        writing = undo.enter_context(os.fdopen(requests, "wb", 0))
        reading = undo.enter_context(os.fdopen(answers, "rb", 0))
        incoming, _ = await loop.connect_read_pipe(lambda: reader, reading)
        undo.callback(incoming.close)
        outgoing, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, writing)
        undo.pop_all()
    return Worker(pid, handle, reader, outgoing, incoming, words=words)
