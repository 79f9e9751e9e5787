"""The feed of events: a Linked Data Event Stream, from which a client makes and keeps a copy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import closing
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import NotFound
from kizuna.formats import JSON_LD, N_QUADS, TRIG, Format
from kizuna.release.events import EventLog
from kizuna.representations import write_graphs
from kizuna.web.dependencies import READ, Here, accept_of
from kizuna.web.lists.pointing import form_of
from kizuna.web.negotiation import negotiate
from kizuna.web.respond import FOREVER, REVALIDATE, Meta, Representation, respond
from kizuna.web.site import Site
from kizuna.web.views.events import PATH, SPELT, feed_rows, page_rows, row_rows
from kizuna.web.views.page import alternates

router = APIRouter()
OFFERED = (TRIG, JSON_LD, N_QUADS)
ROW = 100
"""Pages of a row: the entry of the feed leads to rows of full pages, and to the pages after."""
_NAME = re.compile(r"(row-)?([1-9][0-9]{0,8})")


@router.api_route(f"/{PATH}", methods=READ)
async def feed(request: Request, site: Here) -> Response:
    """Return the entry of the feed."""
    return await site.drawing.take(partial(_entry, request, site, None))


@router.api_route(f"/{PATH}.{{suffix}}", methods=READ)
async def feed_file(request: Request, site: Here, suffix: str) -> Response:
    """Return the same as a file."""
    return await site.drawing.take(partial(_entry, request, site, form_of(suffix, OFFERED)))


@router.api_route(f"/{PATH}/{{name}}", methods=READ)
async def page(request: Request, site: Here, name: str) -> Response:
    """Return a page of events, or a row of pages."""
    stem, found, suffix = name.partition(".")
    form = form_of(suffix, OFFERED) if found else None
    named = _NAME.fullmatch(stem)
    if named is None:
        raise NotFound(f"the feed has no page {stem!r}", hint=f"/{PATH} leads to all of them.")
    make = _row if named[1] else _page
    return await site.drawing.take(partial(make, request, site, int(named[2]), form))


def _entry(request: Request, site: Site, form: Format | None) -> Response:
    with closing(_log(site)) as log:
        rows = log.rows(ROW)
        pages = log.pages(len(rows) * ROW + 1, (len(rows) + 2) * ROW)
        return _answer(request, PATH, form, feed_rows(site.addresses.base, site.about, rows, pages))


def _row(request: Request, site: Site, number: int, form: Format | None) -> Response:
    with closing(_log(site)) as log:
        pages = log.pages((number - 1) * ROW + 1, number * ROW)
        if len(pages) < ROW or not pages[-1].full:
            raise NotFound(f"there are not {number} rows of pages", hint=f"Begin at /{PATH}.")
        rows = row_rows(site.addresses.base, number, pages)
        return _answer(request, f"{PATH}/row-{number}", form, rows, full=True)


def _page(request: Request, site: Site, number: int, form: Format | None) -> Response:
    with closing(_log(site)) as log:
        found = log.page(number)
        if found is None:
            raise NotFound(f"there are not {number} pages of events", hint=f"Begin at /{PATH}.")
        rows = page_rows(site.addresses.base, number, log.events(number))
        return _answer(request, f"{PATH}/{number}", form, rows, full=found.full)


def _answer(
    request: Request, path: str, form: Format | None, rows: Iterable[str], *, full: bool = False
) -> Response:
    """Return rows of N-Quads in the format asked for; what is ``full`` never changes."""
    files = alternates(f"/{path}", OFFERED)
    links = tuple(f'<{f.href}>; rel="alternate"; type="{f.media_type}"' for f in files)
    request.state.links = links
    chosen = form or negotiate(accept_of(request), OFFERED)
    meta = Meta(
        vary=() if form else ("Accept",),
        content_location="" if form else f"/{path}.{chosen.suffix}",
        links=links,
        cache_control=FOREVER if full else REVALIDATE,
    )
    body = write_graphs("\n".join(rows).encode(), chosen, SPELT)
    response = respond(request, Representation(body, chosen.content_type), meta)
    request.state.repeatable = request.state.repeatable and full  # events come without a release
    return response


def _log(site: Site) -> EventLog:
    """Return the log; a release that has no index yet gets one, and is told then."""
    if not site.manifest.filled:
        site.wanted.set()
    return EventLog(site.release.folder.parent)
