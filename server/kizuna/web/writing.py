"""Writes over HTTP: who may, under which conditions, and how the new release comes to be served."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request

from kizuna.errors import Refused, Unauthorized
from kizuna.proposals import Place
from kizuna.release import Change, Scribe, Written
from kizuna.web.holder import SiteHolder
from kizuna.web.site import Site

Condition = Callable[[Site], Awaitable[None]]


@dataclass(frozen=True)
class Reviewing:
    """The project whose proposals are decided here, by one request at a time."""

    place: Place
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Writing:
    """What a server needs to be written to. The token is never shown, nor compared in part.

    ``load_from`` are the beginnings of the addresses that LOAD may fetch from; ``reviewing`` is
    where proposals are decided, None without a project.
    """

    holder: SiteHolder
    scribe: Scribe
    token: str = field(repr=False)
    load_from: tuple[str, ...] = ()
    reviewing: Reviewing | None = None

    def allows(self, request: Request) -> bool:
        """Tell whether the request shows the token (RFC 6750, section 2.1: in the header only)."""
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        return self.knows(shown.strip()) and scheme.lower() == "bearer"

    def knows(self, shown: str) -> bool:
        """Tell whether that is the token, in a time that tells nothing of where it differs."""
        right = secrets.compare_digest(shown.encode("latin-1", "replace"), self.token.encode())
        return bool(self.token) and right

    async def write(self, change: Change, body: bytes, condition: Condition) -> Written:
        """Return what ``change`` has made, once it is what new requests see.

        ``condition`` sees the site on which is written, while nobody else writes; what it raises
        is raised here, besides what ``Scribe.turn`` and ``Scribe.write`` raise.
        """
        async with self.scribe.turn() as folder:
            await self.holder.look()
            with self.holder.lease() as site:
                await condition(site)
            written = await self.scribe.write(folder, site.release, change, body)
            await self.holder.take(written.release)
            return written


async def unconditionally(site: Site) -> None:
    """Hold for every site."""


def writing_of(request: Request) -> Writing | None:
    """Return how the server is written to, None where it is not."""
    found: Writing | None = getattr(request.app.state, "writing", None)
    return found


def authorised(request: Request) -> Writing:
    """Return how the server is written to, for a request that may.

    Raises Refused where nobody may, and Unauthorized for a request without the token.
    """
    writing = writing_of(request)
    if writing is None:
        raise Refused(
            "writing over HTTP is not open here", hint="The data changes by new releases."
        )
    if not writing.allows(request):
        raise Unauthorized(
            "writing needs the token of the publisher",
            hint="Send it as Authorization: Bearer TOKEN.",
        )
    return writing
