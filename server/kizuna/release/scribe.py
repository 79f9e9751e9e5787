"""Writing as the front sees it: one change after the other becomes a release, or nothing happens.

Documents and updates are read by a process of their own (``kizuna.release.writer``), which is
killed when it takes too long and replaced when it breaks down.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kizuna.engine.frames import DATA, END, HEAD, decode_fail, frame
from kizuna.errors import Busy, QueryCrashed, QueryTooLong, UnavailableError
from kizuna.release.change import Change, Task
from kizuna.release.folder import Release, Releases
from kizuna.release.successor import new_identifier
from kizuna.release.times import now

START_SECONDS = 60.0
_PIPE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class WriteLimits:
    """What one write may take: seconds by the clock, memory of its process, size of its body."""

    seconds: float = 8.0
    memory_bytes: int = 800_000_000
    body_bytes: int = 32_000_000


@dataclass(frozen=True, slots=True)
class Written:
    """The release that a change has made; ``created`` tells whether there is a new graph."""

    release: Release
    created: bool


@dataclass
class Scribe:
    """Makes releases out of changes. Belongs to one event loop."""

    releases: Releases
    limits: WriteLimits = WriteLimits()
    validate: bool = True
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until nobody else writes; conditions that hold then hold until the write."""
        async with self._turn:
            yield

    async def start(self) -> None:
        """Start the process, so that the first write need not wait for it."""
        await self._running()

    async def write(self, change: Change, body: bytes) -> Written:
        """Return the release that ``change`` has made, current now; to be called in one's turn.

        Raises BadData, BadQuery, Refused, NotFound, NotConforming, QueryTooLong, QueryCrashed
        and Busy; the current release then stays as it was.
        """
        building = self.releases.building()
        try:
            folder = await asyncio.to_thread(building.__enter__)
        except UnavailableError as error:
            raise Busy(f"no write is possible now: {error.message}", hint=error.hint) from error
        try:
            return await self._write(change, body, folder)
        finally:
            await asyncio.to_thread(building.__exit__, None, None, None)

    async def _write(self, change: Change, body: bytes, folder: Path) -> Written:
        parent = str(self.releases.current_id())
        task = Task(
            change=change,
            parent=str(self.releases.folder / parent),
            folder=str(folder),
            identifier=new_identifier(parent),
            created=now().isoformat(),
            validate=self.validate,
        )
        said = await self._told(task, body)
        release = await asyncio.to_thread(self.releases.publish, folder, task.identifier)
        return Written(release, bool(said["created"]))

    async def _told(self, task: Task, body: bytes) -> dict[str, object]:
        """Return what the process says of the task that it has done."""
        process = await self._running()
        try:
            async with asyncio.timeout(self.limits.seconds):
                kind, payload = await self._converse(process, task, body)
        except TimeoutError as error:
            self.stop()
            raise QueryTooLong(
                f"the write took more than {self.limits.seconds:g} seconds and was stopped",
                hint="Write less at once; nothing was changed.",
            ) from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            self.stop()
            raise QueryCrashed(
                "the write needed more memory or depth than the engine has, and was stopped",
                hint="Write less at once; nothing was changed.",
            ) from error
        except asyncio.CancelledError:
            self.stop()
            raise
        if kind != END:
            raise decode_fail(payload)
        said: dict[str, object] = json.loads(payload)
        return said

    async def _converse(
        self, process: asyncio.subprocess.Process, task: Task, body: bytes
    ) -> tuple[bytes, bytes]:
        if process.stdin is None:
            raise ConnectionError
        process.stdin.write(frame(DATA, task.encode()))
        process.stdin.write(frame(DATA, body))
        await process.stdin.drain()
        return await _answer(process)

    async def _running(self) -> asyncio.subprocess.Process:
        """Return the process, a new one if there is none that lives."""
        if self._process is None or self._process.returncode is not None:
            arguments = (self.releases.folder, self.limits.memory_bytes, self.limits.body_bytes)
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "kizuna.release.writer",
                *map(str, arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                limit=_PIPE_BYTES,
            )
            try:
                async with asyncio.timeout(START_SECONDS):
                    await _answer(self._process)
            except (TimeoutError, asyncio.IncompleteReadError) as error:
                self.stop()
                raise QueryCrashed("the process that writes releases did not start") from error
        return self._process

    def stop(self) -> None:
        """End the process, now."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        self._process = None


async def _answer(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    if process.stdout is None:
        raise ConnectionError
    kind, size = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
    return kind, await process.stdout.readexactly(size)
