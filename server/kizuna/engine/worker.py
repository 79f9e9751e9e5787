"""The process that has the store open, and forks a worker whenever one is needed.

``python -m kizuna.engine.worker SOCKET`` is the nursery: it has everything imported and nothing
open, so that its forks are ready at once. Each message on the Unix socket with that file descriptor
names a store and brings another socket; a fork then opens the store and waits there. Each message
there brings two pipe ends, from which and to which a new worker reads and writes
(``kizuna.engine.frames``), and the file that takes its last words, should the engine end it; the
answer is its process id. ``copy`` is the number of quads up to
which all of the store is copied into memory (``kizuna.engine.copies``); a fork then shares that
memory and costs a few milliseconds.

A worker answers one query at a time and may be killed at any moment.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import BinaryIO

from kizuna.engine.copies import copied, count_apart
from kizuna.engine.embedded import EmbeddedEngine
from kizuna.engine.frames import (
    BEGIN,
    END,
    FrameWriter,
    begin_frame,
    decode_request,
    fail_frame,
    frame,
)
from kizuna.engine.fulltext import FILE_NAME as SEARCH_FILE
from kizuna.engine.protocol import Limits, Sink
from kizuna.engine.sandbox import cap_memory, deny_network, die_with_parent
from kizuna.errors import KizunaError, QueryCrashed
from kizuna.formats import Format, Kind

STACK_BYTES = 256 * 1024 * 1024
PID = 4
BEHIND_THE_FRONT = 4
"""By how much a worker gives way: every answer goes through the front, many through it alone."""
LONGEST_OPENING = 65_536


def fork_workers(channel: socket.socket, store: Path, limits: Limits, copy: int) -> None:
    """Fork a worker for each set of open files that ``channel`` brings, until it is closed."""
    copies = copied(store, copy)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended workers are reaped by the system
    count_apart(copies)
    channel.sendall(bytes(PID))
    gc.freeze()  # a collection in a worker would copy every page that it looks at
    while True:
        message, ends, _, _ = socket.recv_fds(channel, 1, 3)
        if not message:
            return
        worker = os.fork()
        if worker == 0:
            channel.close()
            index = store.with_name(SEARCH_FILE)
            _become_worker(partial(EmbeddedEngine, copies, limits, index), ends)
        for end in ends:
            os.close(end)
        channel.sendall(worker.to_bytes(PID, "big"))


def _become_worker(engine: Callable[[], EmbeddedEngine], ends: list[int]) -> None:
    """Answer requests in this new process, and never come back."""
    die_with_parent()
    os.nice(BEHIND_THE_FRONT)
    os.setpgid(0, 0)  # so that the priority of all its threads can be set at once
    deny_network()
    requests, answers = os.fdopen(ends[0], "rb"), os.fdopen(ends[1], "wb")
    os.dup2(ends[2], sys.stderr.fileno())
    os.close(ends[2])
    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(target=_serve, args=(engine, requests, answers))
    thread.start()
    thread.join()
    os._exit(0)


def _serve(opened: Callable[[], EmbeddedEngine], requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until their stream ends; a first BEGIN frame says that all is ready."""
    engine = opened()
    cap_memory(engine.limits.memory_bytes)
    answers.write(frame(BEGIN))
    answers.flush()
    for line in requests:
        _answer(engine, line, answers)
        answers.flush()


def _answer(engine: EmbeddedEngine, line: bytes, answers: BinaryIO) -> None:
    writer = FrameWriter(answers)

    def begin(kind: Kind, form: Format) -> Sink:
        answers.write(begin_frame(kind, form))
        return writer

    try:
        engine.write(*decode_request(line), begin)
        writer.send()
        answers.write(frame(END))
    except KizunaError as error:
        answers.write(fail_frame(error))
    except MemoryError:
        answers.write(fail_frame(QueryCrashed("the query needs more memory than it may have")))
    except Exception as error:  # noqa: BLE001 - whatever it is, the asker must be told
        answers.write(fail_frame(QueryCrashed(f"the engine has a fault here: {error!r}")))


def encode_opening(store: Path, limits: Limits, copy: int) -> bytes:
    """Return the message that asks the nursery to open a store."""
    return json.dumps({"store": str(store), "limits": asdict(limits), "copy": copy}).encode()


def raise_workshops(channel: socket.socket) -> None:
    """Fork a process for each store that ``channel`` names, until it is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, ends, _, _ = socket.recv_fds(channel, LONGEST_OPENING, 1)
        if not message:
            return
        if os.fork() == 0:
            channel.close()
            _become_workshop(message, ends[0])
        os.close(ends[0])


def _become_workshop(message: bytes, end: int) -> None:
    """Fork workers in this new process, and never come back."""
    try:
        wanted = json.loads(message)
        limits = Limits(**wanted["limits"])
        fork_workers(socket.socket(fileno=end), Path(wanted["store"]), limits, wanted["copy"])
    finally:
        os._exit(0)


def main() -> None:
    """Run the nursery; Ctrl-C is for the front, which closes the socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    raise_workshops(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
