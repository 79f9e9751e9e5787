"""Writing as the front sees it: one change after the other becomes a release, or nothing happens.

Documents and updates are read by a process of their own (``kizuna.release.writer``), which is
killed when it takes too long and replaced when it breaks down.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kizuna.engine.frames import END, decode_fail
from kizuna.errors import Busy, QueryCrashed, QueryTooLong, UnavailableError
from kizuna.release.change import Change, Task
from kizuna.release.folder import Releases
from kizuna.release.loads import Loads
from kizuna.release.pen import Pen, PenBroken
from kizuna.release.release import Release
from kizuna.release.successor import new_identifier
from kizuna.release.threads import on_threads, to_end
from kizuna.release.times import now


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
    _pen: Pen | None = field(default=None, init=False)
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Path]:
        """Give a folder to write in; until the end nobody else writes, builds or switches.

        So conditions that hold then hold until the write.

        Raises Busy while another process builds.
        """
        async with self._turn, AsyncExitStack() as undo:
            try:
                folder = await undo.enter_async_context(on_threads(self.releases.building()))
            except UnavailableError as error:
                raise _busy(error) from error
            yield folder

    async def start(self) -> None:
        """Start the process, so that the first write need not wait for it."""
        await self._ready()

    async def write(self, folder: Path, parent: Release, change: Change, body: bytes) -> Written:
        """Return the release that ``change`` has made of ``parent``, current now.

        ``folder`` is that of one's turn.

        Raises BadData, BadQuery, Refused, NotFound, NotConforming, QueryTooLong, QueryCrashed,
        and Busy when ``parent`` is not current; the current release then stays as it was.
        """
        task = Task(
            change=change,
            parent=str(parent.folder),
            folder=str(folder),
            identifier=new_identifier(parent.id),
            created=now().isoformat(),
            validate=self.validate,
        )
        said = await self._told(task, body)
        try:
            release = await to_end(self.releases.publish, folder, task.identifier)
        except UnavailableError as error:
            raise _busy(error) from error
        return Written(release, bool(said["created"]))

    async def loads(self, text: bytes, load_from: tuple[str, ...]) -> dict[str, bool]:
        """Return the addresses below ``load_from`` that an update loads, and whether SILENT.

        Raises QueryTooLong and QueryCrashed for a text that cannot be read.
        """
        async with self._turn:
            said = await self._told(Loads(load_from), text)
            return {address: bool(silent) for address, silent in said.items()}

    async def _told(self, task: Task | Loads, body: bytes) -> dict[str, object]:
        """Return what the process says of the task that it has done."""
        pen = await self._ready()
        try:
            async with asyncio.timeout(self.limits.seconds):
                kind, payload = await pen.tell(task.encode(), body)
        except TimeoutError as error:
            pen.kill()
            raise QueryTooLong(
                f"the write took more than {self.limits.seconds:g} seconds and was stopped",
                hint="Write less at once; nothing was changed.",
            ) from error
        except PenBroken as error:
            pen.kill()
            raise QueryCrashed(
                "the write needed more memory or depth than the engine has, and was stopped",
                hint="Write less at once; nothing was changed.",
            ) from error
        except asyncio.CancelledError:
            pen.kill()
            raise
        await self._spare(pen)
        if kind != END:
            raise decode_fail(payload)
        said: dict[str, object] = json.loads(payload)
        return said

    async def _spare(self, pen: Pen) -> None:
        """Put a process down that has grown: it does not give back what a large write took."""
        if pen.address_space() - pen.size > self.limits.memory_bytes // 2:
            await pen.put_down()

    async def _ready(self) -> Pen:
        """Return the process, a new one if there is none that lives."""
        async with self._starting:
            if self._pen is None or not self._pen.alive:
                limits = self.limits
                self._pen = await Pen.started(
                    self.releases.folder, limits.memory_bytes, limits.body_bytes
                )
            return self._pen

    async def close(self) -> None:
        """End the process."""
        if self._pen is not None:
            await self._pen.put_down()


def _busy(error: UnavailableError) -> Busy:
    return Busy(f"no write is possible now: {error.message}", hint=error.hint)
