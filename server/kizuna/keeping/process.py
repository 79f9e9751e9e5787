"""Commands at the lowest priority and with a time limit, beside a server that must not wait."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

MOST_OUTPUT = 65_536
"""Of longer output only the end is kept."""
_LOWEST = 19
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command has ended: its status (negative: the signal) and what it said."""

    status: int
    output: bytes
    messages: str


async def run_apart(
    command: Sequence[str], seconds: float, environ: Mapping[str, str] | None = None
) -> Ended:
    """Return how ``command`` has ended; it gets no input.

    Whoever stops waiting kills it, with all that it has started.

    Raises TimeoutError when it takes more than ``seconds``, and OSError when it cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=environ,
    )
    with suppress(ProcessLookupError, PermissionError):
        os.setpriority(os.PRIO_PGRP, process.pid, _LOWEST)
    try:
        async with asyncio.timeout(seconds):
            output, messages = await asyncio.gather(
                _end_of(process.stdout), _end_of(process.stderr)
            )
            status = await process.wait()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    return Ended(status, output, messages.decode(errors="replace").strip())


async def _end_of(stream: asyncio.StreamReader | None) -> bytes:
    kept = b""
    while stream is not None and (chunk := await stream.read(_CHUNK)):
        kept = (kept + chunk)[-MOST_OUTPUT:]
    return kept
