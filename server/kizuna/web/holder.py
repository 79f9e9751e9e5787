"""Which release is served now, and the change from one to the next without losing a request."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from kizuna.errors import KizunaError
from kizuna.release import Release, Releases
from kizuna.web.site import Site

SECONDS_BETWEEN_LOOKS = 0.5
LOOKS_UNTIL_RETRY = 20
_log = logging.getLogger(__name__)

Opener = Callable[[Release], Site]


class SiteSource(Protocol):
    """Where a request gets its site from; it keeps it until it has been answered."""

    def lease(self) -> AbstractContextManager[Site]:
        """Give the site that is current now, open as long as the context."""
        ...

    async def watch(self) -> None:
        """Look for newer releases until cancelled."""
        ...


@dataclass(eq=False)
class _Tenure:
    """A site with the number of requests that are on it."""

    site: Site
    requests: int = 0
    over: bool = False


@dataclass(eq=False)
class SiteHolder:
    """The current site of a folder of releases.

    Leases and changes happen on the event loop alone, so no lock is needed; only the opening of a
    new release, which reads all its files, runs on a thread.
    """

    releases: Releases
    open: Opener
    _tenure: _Tenure = field(init=False)
    _refused: str | None = field(default=None, init=False)
    _looks: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._tenure = _Tenure(self.open(self.releases.current()))

    @contextmanager
    def lease(self) -> Iterator[Site]:
        """Give the current site to one request, which keeps it even if a newer one comes."""
        tenure = self._tenure
        tenure.requests += 1
        try:
            yield tenure.site
        finally:
            tenure.requests -= 1
            _close_if_unused(tenure)

    async def watch(self) -> None:
        """Look for a new current release until cancelled, and take it over."""
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            await self.look()

    async def look(self) -> None:
        """Take over the current release if it is another one; a broken one is logged and left."""
        wanted = self.releases.current_id()
        self._looks += 1
        if self._refused and self._looks % LOOKS_UNTIL_RETRY == 0:
            self._refused = None  # what was wrong with it may have been mended
        if wanted in {None, self._tenure.site.release.id, self._refused}:
            return
        try:
            site = await asyncio.to_thread(self._opened, str(wanted))
        except (KizunaError, OSError) as error:
            self._refused = wanted
            _log.error("release %s is not taken over: %s", wanted, error)
            return
        self._refused = None
        before, self._tenure = self._tenure, _Tenure(site)
        before.over = True
        _close_if_unused(before)
        _log.info("release %s is served now", site.release.id)

    def close(self) -> None:
        """Close the current site, once the server has stopped."""
        self._tenure.over = True
        _close_if_unused(self._tenure)

    def _opened(self, identifier: str) -> Site:
        return self.open(self.releases.get(identifier))


@dataclass(frozen=True)
class FixedSite:
    """One site for good, as tests and embedders use it."""

    site: Site

    @contextmanager
    def lease(self) -> Iterator[Site]:
        """Give the site."""
        yield self.site

    async def watch(self) -> None:
        """Wait: nothing ever changes."""
        await asyncio.Event().wait()


def _close_if_unused(tenure: _Tenure) -> None:
    if tenure.over and tenure.requests == 0:
        tenure.site.close()
