"""Feeds of events: Linked Data Event Streams, from which a client makes and keeps a copy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import NotFound
from kizuna.formats import JSON_LD, N_QUADS, TRIG, Format
from kizuna.release.events import EventLog, Feed
from kizuna.representations import write_graphs
from kizuna.web.dependencies import READ, Here, accept_of
from kizuna.web.lists.pointing import form_of
from kizuna.web.negotiation import negotiate
from kizuna.web.respond import FOREVER, REVALIDATE, Meta, Representation, respond
from kizuna.web.site import Site
from kizuna.web.views.events import SPELT, feed_rows, page_rows, row_rows
from kizuna.web.views.page import alternates

router = APIRouter()
OFFERED = (TRIG, JSON_LD, N_QUADS)
FEEDS = {"changes/feed": Feed.DATASET, "catalog/feed": Feed.CATALOGUE}
"""The feeds by the path of their entry."""
ROW = 100
"""Pages of a row: the entry of the feed leads to rows of full pages, and to the pages after."""
_NAME = re.compile(r"(row-)?([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which feed is asked for on which site, and in which format, if the address says so."""

    site: Site
    path: str
    form: Format | None = None

    @classmethod
    def of(cls, request: Request, site: Site, suffix: str | None = None) -> Asked:
        """Return what a request asks for. Raises NotFound for a suffix that there is not."""
        path = next(p for p in FEEDS if request.scope["path"].startswith(f"/{p}"))
        return cls(site, path, form_of(suffix, OFFERED) if suffix is not None else None)

    @property
    def iri(self) -> str:
        """The IRI of the feed's entry."""
        return self.site.addresses.base + self.path

    def log(self) -> EventLog:
        """Return its log; a release that has no index yet gets one, and is told then."""
        if not self.site.manifest.filled:
            self.site.wanted.set()
        return EventLog(self.site.release.folder.parent, FEEDS[self.path])


@router.api_route("/changes/feed", methods=READ)
@router.api_route("/catalog/feed", methods=READ)
async def feed(request: Request, site: Here) -> Response:
    """Return the entry of a feed."""
    return await site.drawing.take(partial(_entry, request, Asked.of(request, site)))


@router.api_route("/changes/feed.{suffix}", methods=READ)
@router.api_route("/catalog/feed.{suffix}", methods=READ)
async def feed_file(request: Request, site: Here, suffix: str) -> Response:
    """Return the same as a file."""
    return await site.drawing.take(partial(_entry, request, Asked.of(request, site, suffix)))


@router.api_route("/changes/feed/{name}", methods=READ)
@router.api_route("/catalog/feed/{name}", methods=READ)
async def page(request: Request, site: Here, name: str) -> Response:
    """Return a page of events, or a row of pages."""
    stem, dot, suffix = name.partition(".")
    asked, named = Asked.of(request, site, suffix if dot else None), _NAME.fullmatch(stem)
    if named is None:
        raise NotFound(
            f"the feed has no page {stem!r}", hint=f"/{asked.path} leads to all of them."
        )
    make = _row if named[1] else _page
    return await site.drawing.take(partial(make, request, asked, int(named[2])))


def _entry(request: Request, asked: Asked) -> Response:
    with closing(asked.log()) as log:
        rows = log.rows(ROW)
        pages = log.pages(len(rows) * ROW + 1, (len(rows) + 2) * ROW)
        told = feed_rows(asked.iri, asked.site.about, rows, pages)
        return _answer(request, asked.path, asked.form, told)


def _row(request: Request, asked: Asked, number: int) -> Response:
    with closing(asked.log()) as log:
        pages = log.pages((number - 1) * ROW + 1, number * ROW)
        if len(pages) < ROW or not pages[-1].full:
            raise NotFound(f"there are not {number} rows of pages", hint=f"Begin at /{asked.path}.")
        rows = row_rows(asked.iri, number, pages)
        return _answer(request, f"{asked.path}/row-{number}", asked.form, rows, full=True)


def _page(request: Request, asked: Asked, number: int) -> Response:
    with closing(asked.log()) as log:
        found = log.page(number)
        if found is None:
            raise NotFound(
                f"there are not {number} pages of events", hint=f"Begin at /{asked.path}."
            )
        rows = page_rows(asked.iri, number, log.events(number))
        return _answer(request, f"{asked.path}/{number}", asked.form, rows, full=found.full)


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
