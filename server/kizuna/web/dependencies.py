"""What handlers get: the site of their request, and what its headers ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from kizuna.errors import Busy
from kizuna.web.reader import Reader, reader_of
from kizuna.web.site import Site

READ = ["GET", "HEAD"]


async def site_of(request: Request) -> Site:
    """Return the site that the request began on."""
    site: Site = request.state.site
    return site


Here = Annotated[Site, Depends(site_of)]


async def whole_site_of(site: Here) -> Site:
    """Return the site, which has its index and its dumps.

    Raises Busy for a release that has just been written and is still being filled.
    """
    if not site.manifest.filled:
        site.wanted.set()
        raise Busy(
            "the data has just been changed, and this page is still being made",
            hint="Try again in a few seconds; SPARQL and the graphs answer already.",
        )
    return site


Whole = Annotated[Site, Depends(whole_site_of)]


async def _reader(request: Request, site: Here) -> Reader:
    return reader_of(request, site)


Asking = Annotated[Reader, Depends(_reader)]


def accept_of(request: Request) -> str:
    """Return all ``Accept`` lines as one value, empty without any (RFC 9110, section 5.3)."""
    return ", ".join(request.headers.getlist("accept"))
