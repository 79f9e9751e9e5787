"""The releases that are kept, and what came with each: pages, files, and the feed of news."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import islice

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import AnswerTooLarge, BadParameter, NotFound
from kizuna.formats import HTML, Format
from kizuna.release import Manifest, Releases
from kizuna.release.differing import (
    Difference,
    difference_of,
    notes,
    told_as_json,
    told_as_patch,
)
from kizuna.release.succession import CURRENT, Kept, succession
from kizuna.web.dependencies import READ, Asking, Whole, accept_of
from kizuna.web.lists.files import JSON
from kizuna.web.lists.pointing import form_of
from kizuna.web.negotiation import negotiate
from kizuna.web.reader import Reader
from kizuna.web.respond import Meta, Representation, respond, see_other, stream
from kizuna.web.routes.things import passed_on
from kizuna.web.site import Site
from kizuna.web.views.changes import (
    ReleaseShown,
    ThingShown,
    paging,
    release_shown,
    things_shown,
)
from kizuna.web.views.feeds import ATOM, atom, listed_json
from kizuna.web.views.page import Alternate, alternates, render

router = APIRouter()
PATCH = Format("RDF Patch", "rdfp", "application/rdf-patch", frozenset())
LISTED = (HTML, ATOM, JSON)
TOLD = (HTML, JSON, PATCH)
MOST_HELD = 20_000
"""Statements of a difference up to which its file is made whole; a larger one is streamed."""
Compared = tuple[Manifest, Manifest]
_PAGE = re.compile(r"[1-9][0-9]{0,6}")
_PIECES = 1_000
_WRITERS: dict[Format, Callable[[Difference, Manifest, Manifest], Iterator[str]]] = {
    JSON: told_as_json,
    PATCH: told_as_patch,
}


@router.api_route("/changes", methods=READ)
async def changes(request: Request, site: Whole, reader: Asking) -> Response:
    """Return the list of the releases that are kept, the newest first: a page, Atom or JSON."""
    return await _listed(request, site, reader, None)


@router.api_route("/changes.{suffix}", methods=READ)
async def changes_file(request: Request, site: Whole, reader: Asking, suffix: str) -> Response:
    """Return the same as a file."""
    return await _listed(request, site, reader, form_of(suffix, LISTED))


@router.api_route("/changes/{name}", methods=READ)
async def change(request: Request, site: Whole, reader: Asking, name: str) -> Response:
    """Return what came with one release: a page, JSON or a patch; ``current`` leads to its own."""
    identifier, found, suffix = name.partition(".")
    if identifier == CURRENT:
        return see_other(f"/changes/{site.release.id}{found}{suffix}{passed_on(request)}")
    form = form_of(suffix, TOLD) if found else None
    kept = await run_in_threadpool(_kept, site, identifier)
    path, offered = f"/changes/{identifier}", TOLD if kept.compared else (HTML,)
    request.state.links = _links(path, offered)
    chosen = form or negotiate(accept_of(request), TOLD)
    meta = _meta(reader, path, chosen, form, offered)
    if chosen is HTML:
        page = _page_number(request)
        return await site.drawing.take(partial(_page, request, reader, kept, page, meta))
    if kept.compared is None:
        raise NotFound(
            f"release {identifier} is the first that is kept: nothing tells what came with it",
            hint=f"The whole of it stands at /dumps/{identifier}/dataset.nq.",
        )
    return await _file(request, site, kept.compared, chosen, meta)


async def _listed(request: Request, site: Site, reader: Reader, form: Format | None) -> Response:
    request.state.links = _links("/changes", LISTED)
    chosen = form or negotiate(accept_of(request), LISTED)

    def make() -> Representation:
        shown = _shown(reader)
        if chosen is ATOM:
            return atom(reader, shown)
        if chosen is JSON:
            return Representation(listed_json(reader, shown), JSON.content_type)
        files = alternates("/changes", LISTED)
        return render(reader, "changes.html", "/changes", files=files, releases=shown)

    key = ("changes", chosen.suffix, reader.language, reader.chosen)
    meta = _meta(reader, "/changes", chosen, form, LISTED)
    return await site.drawing.take(lambda: respond(request, site.cache.get(key, make), meta))


def _shown(reader: Reader) -> list[ReleaseShown]:
    return [_told(reader, kept) for kept in _all(reader.site)]


def _told(reader: Reader, kept: Kept) -> ReleaseShown:
    if kept.compared is None:
        return release_shown(reader, kept)
    with closing(_difference(reader.site, kept.compared)) as found:
        told = notes(found, *kept.compared, reader.language)
        return release_shown(reader, kept, found.counts, told)


def _folder(site: Site) -> Releases:
    return Releases(site.release.folder.parent)


def _all(site: Site) -> list[Kept]:
    return succession(_folder(site))


def _kept(site: Site, identifier: str) -> Kept:
    """Return one of the releases that are kept. Raises NotFound."""
    for kept in _all(site):
        if kept.manifest.id == identifier:
            return kept
    raise NotFound(
        f"no release {identifier!r} is kept here",
        hint="/changes lists those that are; old ones are removed when newer ones come.",
    )


def _page(request: Request, reader: Reader, kept: Kept, page: int, meta: Meta) -> Response:
    site, path = reader.site, f"changes/{kept.manifest.id}"

    def make() -> Representation:
        shown = _told(reader, kept)
        pages = paging(reader, path, page, shown.counts.rows if shown.counts else 0)
        if page > pages.pages:
            raise NotFound(f"there is no page {page}", hint=f"The last one is {pages.pages}.")
        things: tuple[ThingShown, ...] = ()
        if kept.compared is not None:
            with closing(_difference(site, kept.compared)) as found:
                things = things_shown(reader, found, page)
        here = f"/{path}" + (f"?page={page}" if page > 1 else "")
        files = alternates(f"/{path}", TOLD) if kept.compared else ()
        return render(
            reader, "change.html", here, files=files, release=shown, things=things, paging=pages
        )

    key = (path, page, reader.language, reader.chosen)
    return respond(request, site.cache.get(key, make), meta)


def _difference(site: Site, compared: Compared) -> Difference:
    return difference_of(_folder(site).folder, *compared)


async def _file(
    request: Request, site: Site, compared: Compared, form: Format, meta: Meta
) -> Response:
    """Return the difference to the release before as a file, streamed where it is large."""
    key = ("changes", compared[1].id, form.suffix)
    held = site.cache.find(key)
    if held is not None:
        return respond(request, held, meta)
    found = await site.drawing.take(lambda: _difference(site, compared))
    if found.counts.too_many:
        found.close()
        raise AnswerTooLarge(
            f"releases {compared[0].id} and {compared[1].id} differ in more than is told here",
            hint=f"Take the whole: /dumps/{compared[1].id}/dataset.nq; or ask kizuna diff.",
        )
    pieces = _WRITERS[form](found, *compared)
    if found.counts.quads > MOST_HELD:
        if request.method == "HEAD":
            found.close()  # nothing is read of it
        return stream(request, _chunks(found, pieces), form.content_type, meta)
    with closing(found):
        made = Representation("".join(pieces).encode(), form.content_type)
    return respond(request, site.cache.keep(key, made), meta)


async def _chunks(found: Difference, pieces: Iterator[str]) -> AsyncGenerator[bytes, None]:
    """Yield what is written of a difference, which is closed at the end."""
    with closing(found):
        while chunk := await run_in_threadpool(lambda: "".join(islice(pieces, _PIECES))):
            yield chunk.encode()


def _page_number(request: Request) -> int:
    text = request.query_params.get("page", "1")
    if not _PAGE.fullmatch(text):
        raise BadParameter(f"page={text!r} is no number of a page", hint="Count from 1.")
    return int(text)


def _links(path: str, offered: tuple[Format, ...]) -> tuple[str, ...]:
    files: tuple[Alternate, ...] = alternates(path, offered)
    return tuple(f'<{f.href}>; rel="alternate"; type="{f.media_type}"' for f in files)


def _meta(
    reader: Reader, path: str, chosen: Format, form: Format | None, offered: tuple[Format, ...]
) -> Meta:
    told = chosen in {HTML, ATOM}
    query = f"?lang={reader.language}" if chosen is ATOM else ""
    return Meta(
        vary=(() if form else ("Accept",)) + (("Accept-Language",) if told else ()),
        content_location="" if form or chosen is HTML else f"{path}.{chosen.suffix}{query}",
        links=_links(path, offered),
        modified=reader.site.modified,
    )
