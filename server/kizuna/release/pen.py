"""The writer process as the front sees it: start it, tell it a task, end it."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kizuna.engine.frames import DATA, HEAD, frame
from kizuna.engine.sandbox import OWN_MODULE
from kizuna.errors import QueryCrashed

START_SECONDS = 60.0
END_SECONDS = 2.0
_LIMIT = 1_000_000


class PenBroken(Exception):
    """The process has ended over a task."""


@dataclass(eq=False)
class Pen:
    """A running writer process; ``size`` is the address space that it had at the beginning."""

    process: asyncio.subprocess.Process
    size: int = 0
    killed: bool = False

    @classmethod
    async def started(cls, releases: Path, memory: int, longest: int) -> Pen:
        """Return a new process that is ready. Raises QueryCrashed when none comes up."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *OWN_MODULE,
            "kizuna.release.writer",
            str(releases),
            str(memory),
            str(longest),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"MALLOC_ARENA_MAX": "2"},  # address space is what is limited
            limit=_LIMIT,
        )
        pen = cls(process)
        try:
            async with asyncio.timeout(START_SECONDS):
                await pen._answer()
        except (TimeoutError, PenBroken) as error:
            pen.kill()
            raise QueryCrashed("the process that writes releases did not start") from error
        except BaseException:
            pen.kill()
            raise
        pen.size = pen.address_space()
        return pen

    @property
    def alive(self) -> bool:
        """Whether it can be told something."""
        return self.process.returncode is None and not self.killed

    async def tell(self, task: bytes, body: bytes) -> tuple[bytes, bytes]:
        """Return type and payload of the answer to a task. Raises PenBroken."""
        if self.process.stdin is None:
            raise PenBroken
        try:
            self.process.stdin.write(frame(DATA, task))
            self.process.stdin.write(frame(DATA, body))
            await self.process.stdin.drain()
        except ConnectionError as error:
            raise PenBroken from error
        return await self._answer()

    async def _answer(self) -> tuple[bytes, bytes]:
        if self.process.stdout is None:
            raise PenBroken
        try:
            kind, size = HEAD.unpack(await self.process.stdout.readexactly(HEAD.size))
            return kind, await self.process.stdout.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise PenBroken from error

    def address_space(self) -> int:
        """Return how many bytes of address space the process has, 0 where that is not known."""
        with suppress(OSError, ValueError, IndexError):
            pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[0]
            return int(pages) * resource.getpagesize()
        return 0

    def kill(self) -> None:
        """End the process, now."""
        self.killed = True
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.kill()

    async def put_down(self) -> None:
        """Let the process end in order, which removes its files; kill it where it does not."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            async with asyncio.timeout(END_SECONDS):
                await self.process.wait()
        except TimeoutError:
            self.kill()
