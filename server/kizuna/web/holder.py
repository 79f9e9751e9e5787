"""Which release is served now, and the change from one to the next without losing a request."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from kizuna.errors import KizunaError
from kizuna.release import Release, Releases
from kizuna.release.events import told
from kizuna.release.filling import filled
from kizuna.release.manifest import read_manifest, stamp_of
from kizuna.web.site import Site

SECONDS_BETWEEN_LOOKS = 0.5
LOOKS_UNTIL_RETRY = 20
_log = logging.getLogger(__name__)

Opener = Callable[[Release], Site]
Prepare = Callable[[Site], Awaitable[bool]]
"""Makes answers of a site ahead of anyone asking; tells whether they are there."""


class SiteSource(Protocol):
    """Where a request gets its site from; it keeps it until it has been answered."""

    @property
    def site(self) -> Site:
        """The site that is current now, for who is done with it before the loop goes on."""
        ...

    def lease(self) -> AbstractContextManager[Site]:
        """Give the site that is current now, open as long as the context."""
        ...

    async def watch(self) -> None:
        """Look for newer releases until cancelled."""
        ...

    async def look(self) -> None:
        """Take over the current release if it is new."""
        ...

    async def reopen(self) -> None:
        """Take over the current release, also if it is the one that is served."""
        ...

    @property
    def refused(self) -> str | None:
        """The identifier of a newer release that could not be opened, None where there is none."""
        ...


@dataclass(eq=False)
class _Tenure:
    """A site with the number of requests that are on it, and the hold on its release.

    ``stamp`` is that of the manifest when it was last seen to be the site's.
    """

    site: Site
    hold: ExitStack
    stamp: tuple[int, int] | None = None
    requests: int = 0
    over: bool = False


@dataclass(eq=False)
class SiteHolder:
    """The current site of a folder of releases.

    Leases and changes happen on the event loop alone; only the opening of a new release, which
    reads all its files, runs on a thread. A release that was written is made whole once it has
    been current for a moment; a bare one, once somebody asks for what it lacks. What it brings is
    then told in the feed of events, and last its answers are made ahead (``prepare``).
    """

    releases: Releases
    open: Opener
    prepare: Prepare | None = None
    _tenure: _Tenure = field(init=False)
    _refused: str | None = field(default=None, init=False)
    _changing: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _tending: asyncio.Task[None] | None = field(default=None, init=False)
    _preparing: asyncio.Task[None] | None = field(default=None, init=False)
    _prepared: Site | None = field(default=None, init=False)
    _looks: int = field(default=0, init=False)
    _told: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._tenure = self._begun(self.releases.current())

    @property
    def refused(self) -> str | None:
        """The identifier of the current release, if it could not be opened."""
        return self._refused

    @property
    def site(self) -> Site:
        """The current site, for who is done with it before the loop goes on."""
        return self._tenure.site

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
        settled = ""
        await _make_catalogue(self._tenure.site)
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            await self.look()
            if settled == self._tenure.site.release.id:
                self._begin_to_tend()
            settled = self._tenure.site.release.id

    async def look(self) -> None:
        """Take over the current release if it is new; a broken one is logged and left."""
        wanted = self.releases.current_id()
        self._looks += 1
        if self._refused and self._looks % LOOKS_UNTIL_RETRY == 0:
            self._refused = None  # what was wrong with it may have been mended
        if wanted is None or wanted == self._refused or not self._is_new(wanted):
            return
        await self._open_anew(wanted, lambda: self._is_new(wanted))

    async def reopen(self) -> None:
        """Take over the current release, also if it is the one that is served.

        Its saved queries and examples stand in the project's folder, and are read anew.
        """
        wanted = self.releases.current_id()
        if wanted is not None:
            await self._open_anew(wanted, lambda: True)

    async def _open_anew(self, wanted: str, needed: Callable[[], bool]) -> None:
        """Take over a release, if that is still ``needed`` when nobody else does."""
        async with self._changing:
            if not needed():
                return
            try:
                tenure = await self._warm(await asyncio.to_thread(self._opened, wanted))
            except (KizunaError, OSError) as error:
                self._refused = wanted
                _log.error("release %s is not taken over: %s", wanted, error)
                return
            self._refused = None
            self._replace(tenure)
        _log.info("release %s is served now", wanted)

    def _is_new(self, wanted: str) -> bool:
        """Tell whether a release is not the one that is served, or its manifest is another now."""
        tenure, release = self._tenure, self._tenure.site.release
        if wanted != release.id:
            return True
        try:
            stamp = stamp_of(release.folder)
            if stamp != tenure.stamp and read_manifest(release.folder) != release.manifest:
                return True
        except (KizunaError, OSError):
            return False  # it is not, and cannot be opened anew
        tenure.stamp = stamp
        return False

    async def take(self, release: Release) -> None:
        """Take over a release that this process has just made, so that it need not be verified."""
        async with self._changing:
            if self._tenure.site.release != release:
                self._replace(await asyncio.to_thread(self._begun, release))

    def _replace(self, tenure: _Tenure) -> None:
        before, self._tenure = self._tenure, tenure
        self._end_preparing()
        before.over = True
        _close_if_unused(before)

    def _begin_to_tend(self) -> None:
        """Begin what the current release still needs, one thing at a time."""
        if self._tending is not None and not self._tending.done():
            return
        site = self._tenure.site
        lazy = not site.manifest.merged and not site.wanted.is_set()
        if site.manifest.filled and self._told != site.release.id:
            work = self._tell(site.release)
        elif not site.manifest.filled and not lazy:
            work = self._fill(site.release)
        else:
            self._begin_to_prepare(site)
            return
        self._tending = asyncio.create_task(work)

    async def _tell(self, release: Release) -> None:
        """Add to the feed of events what a release brings; it is tried once."""
        self._told = release.id
        if not await told(self.releases.folder):
            _log.error("release %s is not told in the feed of events", release.id)

    async def _fill(self, release: Release) -> None:
        """Make a release whole, and open it again if it is still the current one."""
        try:
            whole = await filled(release)
            if not whole.manifest.filled or self._tenure.site.release.id != whole.id:
                return
            await self.take(whole)
        except (KizunaError, OSError) as error:
            _log.error("release %s is not made whole: %s", release.id, error)
        else:
            _log.info("release %s is whole now", whole.id)

    def _begin_to_prepare(self, site: Site) -> None:
        """Begin to make the answers of a build ahead: what is written over HTTP may soon change."""
        idle = self._preparing is None or self._preparing.done()
        if self.prepare is None or not idle or self._prepared is site:
            return
        if site.manifest.filled and site.manifest.parent is None and not site.prepared.look():
            self._preparing = asyncio.create_task(self._prepare(self.prepare, site))
        self._prepared = site

    async def _prepare(self, prepare: Prepare, site: Site) -> None:
        if await prepare(site):
            _log.info("%d answers of %s are ready", site.prepared.number, site.release.id)
        else:
            _log.warning("the answers of %s are not made ahead", site.release.id)

    def _end_preparing(self) -> None:
        if self._preparing is not None:
            self._preparing.cancel()

    def close(self) -> None:
        """Close the current site, once the server has stopped."""
        self._end_preparing()
        if self._tending is not None:
            self._tending.cancel()
        self._tenure.over = True
        _close_if_unused(self._tenure)

    async def _warm(self, tenure: _Tenure) -> _Tenure:
        """Return a tenure whose engine answers at once, and whose catalogue is made.

        Raises what ``Engine.ready`` raises.
        """
        with ExitStack() as undo:
            undo.callback(tenure.hold.close)
            undo.callback(tenure.site.close)
            await tenure.site.engine.ready()
            await _make_catalogue(tenure.site)
            undo.pop_all()
        return tenure

    def _opened(self, identifier: str) -> _Tenure:
        return self._begun(self.releases.get(identifier))

    def _begun(self, release: Release) -> _Tenure:
        """Return the site of a release, which stays on disk for as long as it is served."""
        with release.kept() as hold:
            site = self.open(release)
            return _Tenure(site, hold.pop_all())


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

    async def look(self) -> None:
        """Do nothing: nothing ever changes."""

    async def reopen(self) -> None:
        """Do nothing, as well."""

    @property
    def refused(self) -> str | None:
        """None: there is no newer release."""
        return None


async def _make_catalogue(site: Site) -> None:
    """Make the catalogue of a site, so that nobody who asks first waits for that."""
    if site.manifest.filled:
        await asyncio.to_thread(getattr, site, "repository")


def _close_if_unused(tenure: _Tenure) -> None:
    if tenure.over and tenure.requests == 0:
        tenure.site.close()
        tenure.hold.close()
