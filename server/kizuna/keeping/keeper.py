"""The keeper of a server: what makes it look, and what happens then, one thing after the other."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from kizuna.engine.sandbox import OWN_MODULE
from kizuna.keeping.checkout import pull
from kizuna.keeping.folder import Folder, State
from kizuna.keeping.process import Ended, run_apart
from kizuna.keeping.trouble import Reason, Trouble, Troubles

BETWEEN = 1.0
"""Seconds at least from the end of one look to the next: however often it is asked for."""
RETRY = 60.0
"""Seconds after which it looks again when something beside the project was in the way."""
_log = logging.getLogger(__name__)


class Server(Protocol):
    """Who serves what is built here."""

    async def look(self) -> None:
        """Serve the current release."""
        ...

    async def reopen(self) -> None:
        """Serve the current release as it stands now, also if it is served already."""
        ...

    @property
    def refused(self) -> str | None:
        """The identifier of the current release, if it cannot be served."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What is kept up to date, and how. ``token`` opens it to those who have it, empty: to nobody.

    ``build_seconds`` is how long a check and build may take. Without ``at_once`` nothing is built
    before something changes.
    """

    folder: Folder
    releases: Path
    watch: bool = False
    pull: bool = False
    pull_seconds: float = 60.0
    build_seconds: float = 600.0
    token: str = field(default="", repr=False)
    at_once: bool = True


@dataclass(eq=False)
class Keeper:
    """Brings what is served up to date. Belongs to one event loop.

    However many ask for it while it looks, it looks once more: never at two things at once.
    """

    plan: Plan
    troubles: Troubles = field(default_factory=Troubles)
    ended: Counter[str] = field(default_factory=Counter)
    """How many builds have ended, by how: taken, or the reason of their trouble."""
    running: bool = False
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _tried: State | None = None
    _taken: str = ""

    def wake(self) -> None:
        """Look soon."""
        self._woken.set()

    async def keep(self, server: Server, told: Callable[[], None]) -> None:
        """Keep ``server`` up to date until cancelled; ``told`` is called when troubles change.

        The folder as it stands counts as seen where nothing is to be built at once.
        """
        if self.plan.at_once:
            self.wake()
        else:
            self._tried = await asyncio.to_thread(self.plan.folder.state)
        async with asyncio.TaskGroup() as tasks:
            if self.plan.watch:
                tasks.create_task(self._watch())
            if self.plan.pull:
                tasks.create_task(self._tick())
            while True:
                await self._wait()
                self.running = True
                try:
                    await self._look(server, told)
                finally:
                    self.running = False
                await asyncio.sleep(BETWEEN)

    async def _watch(self) -> None:
        async for _ in self.plan.folder.changes():
            self.wake()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self.plan.pull_seconds)
            self.wake()

    async def _wait(self) -> None:
        """Return when there is something to do, or to try again what may work now."""
        patience = RETRY if any(not trouble.lasts for trouble, _ in self.troubles) else None
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), patience)
        self._woken.clear()

    async def _look(self, server: Server, told: Callable[[], None]) -> None:
        if self.plan.pull:
            self._note("pull", await pull(self.plan.folder.root), told)
        seen = await asyncio.to_thread(self.plan.folder.state)
        if seen == self._tried:
            return
        made = await self._built()
        if not isinstance(made, Trouble):
            made = await self._served(made, server)
        if isinstance(made, Trouble):
            self.ended[made.reason.value] += 1
            self._tried = seen if made.lasts else None
            self._note("build", made, told)
            return
        self._tried, self._taken = seen, made
        self.ended["taken"] += 1
        _log.info("the project is served as it stands, in release %s", made)
        self._note("build", None, told)

    async def _served(self, made: str, server: Server) -> str | Trouble:
        """Return the release once it is served; what stands beside it may have changed alone."""
        await (server.reopen() if made == self._taken else server.look())
        if server.refused == made:
            return Trouble(Reason.SURROUNDINGS, f"release {made} cannot be opened. It is retried.")
        return made

    def _note(self, step: str, trouble: Trouble | None, told: Callable[[], None]) -> None:
        if not self.troubles.note(step, trouble):
            return
        if trouble is not None:
            _log.error("the newest change is not taken: %s", trouble.words)
        told()

    async def _built(self) -> str | Trouble:
        """Return the identifier of the release that was built, or why there is none."""
        folder, releases = str(self.plan.folder.root), str(self.plan.releases)
        command = [sys.executable, *OWN_MODULE, "kizuna.renewing", folder, releases]
        try:
            ended = await run_apart(command, self.plan.build_seconds, _without_secrets())
        except TimeoutError:
            seconds = self.plan.build_seconds
            return Trouble(
                Reason.TIME,
                f"check and build took more than {seconds:g} seconds and were stopped. "
                "The setting build_seconds (KIZUNA_BUILD_SECONDS) gives them more.",
            )
        except OSError as error:
            return Trouble(
                Reason.SURROUNDINGS,
                f"no process could be started: {error.strerror}. It is retried.",
            )
        return _outcome(ended)


def _outcome(ended: Ended) -> str | Trouble:
    """Return what the process has said, or that it has not come to its end."""
    with suppress(ValueError, KeyError, TypeError):
        told = json.loads(ended.output)
        return str(told["release"]) if "release" in told else Trouble.decode(ended.output)
    by = f"by {signal.Signals(-ended.status).name}" if ended.status < 0 else f"with {ended.status}"
    return Trouble(
        Reason.CRASH, f"check and build ended {by}. They are tried again. {ended.messages}".strip()
    )


def _without_secrets() -> dict[str, str]:
    """Return the environment of a build, which reads what others write and needs no token."""
    return {n: v for n, v in os.environ.items() if not n.endswith(("TOKEN", "PASSWORD"))}
