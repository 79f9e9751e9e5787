"""A pool of worker processes: a query that hangs, bloats or crashes costs one answer, no more."""

from __future__ import annotations

import json
import os
import queue
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from kizuna import errors
from kizuna.engine.guard import guard
from kizuna.engine.protocol import Answer, Limits, Query
from kizuna.engine.worker import encode_request
from kizuna.formats import BY_SUFFIX, Format, Kind

PATIENCE = 5.0
"""Seconds that a query waits for a free worker."""
_START = 20.0


class _Died(Exception):
    """The worker is gone."""


class _Late(Exception):
    """The worker did not answer in time."""


class _Worker:
    """One worker process and its pipes."""

    def __init__(self, store: Path, limits: Limits) -> None:
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "kizuna.engine.worker", str(store), json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self.pending = b""
        try:
            self.read_header(time.monotonic() + _START)
        except (_Died, _Late) as error:
            self.kill()
            raise errors.UnavailableError(
                f"a query worker for {store} did not start",
                hint="See whether kizuna check and kizuna build go through.",
            ) from error

    def send(self, line: bytes) -> None:
        stdin = self.process.stdin
        if stdin is None:
            raise _Died
        try:
            view = memoryview(line)
            while view:
                view = view[os.write(stdin.fileno(), view) :]
        except (OSError, ValueError) as error:  # ValueError: the pool was closed meanwhile
            raise _Died from error

    def read_header(self, deadline: float) -> dict[str, object]:
        while b"\n" not in self.pending:
            self.pending += self._more(deadline)
        line, _, self.pending = self.pending.partition(b"\n")
        header: dict[str, object] = json.loads(line)
        return header

    def read_body(self, size: int, deadline: float) -> bytes:
        chunks, have = [self.pending], len(self.pending)
        while have < size:
            chunks.append(self._more(deadline))
            have += len(chunks[-1])
        whole = b"".join(chunks)
        self.pending = whole[size:]
        return whole[:size]

    def _more(self, deadline: float) -> bytes:
        if self.process.stdout is None or self.process.stdout.closed:
            raise _Died
        descriptor = self.process.stdout.fileno()
        readable, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not readable:
            raise _Late
        data = os.read(descriptor, 1 << 20)
        if not data:
            raise _Died
        return data

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


class WorkerPool:
    """``size`` workers over the store of one release. Safe to use from several threads."""

    def __init__(self, store: Path, size: int, limits: Limits | None = None) -> None:
        self.store = store
        self.limits = limits or Limits()
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._closed = False
        for _ in range(size - 1):
            self._idle.put(None)  # these start when they are first needed
        self._idle.put(self._started())

    def answer(self, query: Query, formats: Mapping[Kind, Format]) -> Answer:
        """Return the answer of a worker; see ``Engine.answer``."""
        guard(query.text, self.limits)
        worker = self._free_worker()
        healthy = False
        try:
            deadline = time.monotonic() + self.limits.seconds
            worker.send(encode_request(query, {k.name: f.suffix for k, f in formats.items()}))
            header = worker.read_header(deadline)
            body = worker.read_body(int(str(header["size"])), deadline)
            healthy = True
        except _Late as error:
            raise errors.QueryTooLong(
                f"the query took more than {self.limits.seconds:g} seconds and was stopped",
                hint="Ask for less: name a class or a thing, add LIMIT.",
            ) from error
        except _Died as error:
            raise errors.QueryCrashed(
                "the query needed more memory or depth than the engine has, and was stopped",
                hint="Ask for less, or in several steps.",
            ) from error
        finally:
            self._give_back(worker, healthy=healthy)
        return _answer(header, body)

    def close(self) -> None:
        """End all workers."""
        with self._lock:
            self._closed = True
            workers, self._all = self._all, set()
        for worker in workers:
            worker.process.kill()  # one that is at work ends its answer, which closes its pipes
            worker.process.wait()
        while not self._idle.empty():
            worker_or_none = self._idle.get_nowait()
            if worker_or_none is not None:
                worker_or_none.kill()

    def _free_worker(self) -> _Worker:
        try:
            worker = self._idle.get(timeout=PATIENCE)
        except queue.Empty as error:
            raise errors.Busy(
                "all query workers are busy", hint="Try again in a few seconds."
            ) from error
        if worker is not None:
            return worker
        try:
            return self._started()
        except errors.UnavailableError:
            self._idle.put(None)  # its place stays free for the next attempt
            raise

    def _started(self) -> _Worker:
        worker = _Worker(self.store, self.limits)
        with self._lock:
            self._all.add(worker)
        return worker

    def _give_back(self, worker: _Worker, *, healthy: bool) -> None:
        """Return a worker to the pool, or end it and leave its place to a new one."""
        with self._lock:
            closed = self._closed
            if not healthy or closed:
                self._all.discard(worker)
        if not healthy or closed:
            worker.kill()
        if not closed:
            self._idle.put(worker if healthy else None)


def _answer(header: dict[str, object], body: bytes) -> Answer:
    """Return what the worker answered, or raise what it reports."""
    if "error" in header:
        kind: type[errors.KizunaError] = getattr(errors, str(header["error"]))
        message, hint = str(header["message"]), str(header["hint"])
        if issubclass(kind, errors.BadQuery):
            line, column = int(str(header["line"])), int(str(header["column"]))
            raise kind(message, line=line, column=column, hint=hint)
        raise kind(message, hint=hint)
    return Answer(Kind[str(header["kind"])], BY_SUFFIX[str(header["format"])], body)
