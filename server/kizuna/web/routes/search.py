"""Search: things by words or by an address, as a page and for programs, and while typing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi import Query as Parameter
from starlette.requests import Request
from starlette.responses import Response

from kizuna.engine import Hit, opened, replaced
from kizuna.errors import NotAcceptable, NotFound, QueryTooLong
from kizuna.formats import BY_SUFFIX, HTML, Format
from kizuna.web.dependencies import READ, Asking, Whole, accept_of
from kizuna.web.negotiation import negotiate
from kizuna.web.pasted import is_address, thing_of
from kizuna.web.reader import Reader
from kizuna.web.respond import NOT_KEPT, Meta, Representation, respond, respond_soon, see_other
from kizuna.web.searching import find
from kizuna.web.site import Site
from kizuna.web.views.hits import MOST_SUGGESTED, hits_document, suggestions
from kizuna.web.views.page import Alternate, render
from kizuna.web.views.search import MOST_SHOWN, Asked, search_page

router = APIRouter()
USUAL, MOST = 20, 1_000
LONGEST_LINK = 1_000
"""Longer searches are not repeated in the links of their answers."""
SUGGESTION_SECONDS = 0.25
_OFFERED = (BY_SUFFIX["json"], HTML)
_SUGGESTED = Meta(vary=("Accept-Language",), cache_control="public, max-age=60")
_NONE_IN_TIME = Meta(vary=("Accept-Language",), cache_control=NOT_KEPT)
_DESCRIPTION = "application/opensearchdescription+xml"

Limit = Annotated[int, Parameter(ge=1, le=MOST)]
Page = Annotated[int, Parameter(ge=1, le=MOST_SHOWN)]


@dataclass(frozen=True, slots=True)
class _Wish:
    """A search as it was asked for; ``host`` matters only for addresses, and is "" without one."""

    asked: Asked
    limit: int
    form: Format
    host: str

    @property
    def here(self) -> str:
        """The parameters of links to the same search, empty for a very long one."""
        query = {"q": self.asked.words} | ({"type": self.asked.kind} if self.asked.kind else {})
        written = urlencode(query) if self.asked.words else ""
        return f"?{written}" if written and len(written) <= LONGEST_LINK else ""


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """The path at which the thing stands whose address was pasted."""

    path: str


async def _wished(
    request: Request,
    q: str = "",
    limit: Limit = USUAL,
    kind: Annotated[str, Parameter(alias="type")] = "",
    page: Page = 1,
) -> _Wish:
    words = said(q)
    host = request.headers.get("host", "") if is_address(words) else ""
    return _Wish(Asked(words, said(kind), page), limit, _form(request), host)


async def search(
    request: Request, site: Whole, reader: Asking, wish: Annotated[_Wish, Depends(_wished)]
) -> Response:
    """Return what holds the words ``q``, the best first: as JSON, or as a page by kind.

    A page sends who pastes an address on to its thing.
    """
    key = ("search", wish, reader.language, reader.chosen)
    held = site.cache.find(key)
    if held is None:
        made = await site.turns.take(partial(_made, reader, wish))
        if isinstance(made, _Elsewhere):
            request.state.repeatable = True
            return see_other(made.path)
        held = site.cache.keep(key, made)
    return await respond_soon(request, held, _meta(request, wish))


router.add_api_route("/search", search, methods=READ)
router.add_api_route("/search.{suffix}", search, methods=READ)


@router.api_route("/search/suggest", methods=READ)
async def suggest(request: Request, site: Whole, reader: Asking, q: str = "") -> Response:
    """Return names that begin with what has been typed, or hold its words, as suggestions."""
    words = said(q)
    key = ("suggest", words, reader.language, reader.chosen)
    held = site.cache.find(key)
    if held is None:
        try:
            made = await site.turns.take(partial(_suggested, reader, words))
        except QueryTooLong:  # another time there may be more: this is none to keep
            return respond(request, suggestions(reader, words, []), _NONE_IN_TIME)
        held = site.cache.keep(key, made)
    return respond(request, held, _SUGGESTED)


@router.api_route("/opensearch.xml", methods=READ)
def description(request: Request, reader: Asking) -> Response:
    """Return the description by which browsers offer this search (OpenSearch 1.1, draft 6)."""
    root = str(request.base_url)
    page = render(reader, "opensearch.xml", "/opensearch.xml", root=root)
    made = Representation(page.body, _DESCRIPTION, reader.language)
    return respond(request, made, Meta(vary=("Accept-Language", "Host")))


def said(text: str) -> str:
    """Return what was typed without what stands in no text: half a character."""
    return text.encode("utf-8", "replace").decode()


def _form(request: Request) -> Format:
    """Return the format that the suffix, ``_format`` or ``Accept`` asks for.

    Raises NotFound and NotAcceptable.
    """
    suffix = request.path_params.get("suffix", "")
    wanted = suffix or request.query_params.get("_format")
    if wanted is None:
        return negotiate(accept_of(request), _OFFERED)
    for form in _OFFERED:
        if wanted == form.suffix or (not suffix and wanted.lower() == form.media_type):
            return form
    if suffix:
        raise NotFound(f"there is no /search.{suffix}", hint="There is .html and .json.")
    raise NotAcceptable(f"there is no format {wanted!r}", hint="_format is html or json.")


def _meta(request: Request, wish: _Wish) -> Meta:
    suffix = request.path_params.get("suffix", "")
    varied = (() if suffix else ("Accept",)) + ("Accept-Language",)
    here = wish.here
    if not here:
        return Meta(vary=varied)
    other = next(form for form in _OFFERED if form is not wish.form)
    link = f'</search.{other.suffix}{here}>; rel="alternate"; type="{other.media_type}"'
    location = "" if suffix else f"/search.{wish.form.suffix}{here}"
    return Meta(vary=varied, content_location=location, links=(link,))


def _made(reader: Reader, wish: _Wish) -> Representation | _Elsewhere:
    site, words = reader.site, wish.asked.words
    thing = thing_of(site, words, wish.host)
    if wish.form is not HTML:
        return hits_document(reader, find(site, words, wish.limit), thing)
    href, outside = reader.address(thing.value) if thing is not None else ("", True)
    if not outside:
        return _Elsewhere(href)
    page = search_page(reader, wish.asked, find(site, words, MOST_SHOWN), thing)
    files = [Alternate("JSON", "application/json", f"/search.json{wish.here}")]
    return render(reader, "search.html", f"/search{wish.here}", files=files, page=page)


def _suggested(reader: Reader, words: str) -> Representation:
    return suggestions(reader, words, _names(reader.site, words))


def _names(site: Site, words: str) -> list[Hit]:
    """Return the things whose names fit.

    Raises QueryTooLong after the time that there is while somebody types.
    """
    with opened(site.release.search, SUGGESTION_SECONDS) as index:
        names = index.names(words, 2 * MOST_SUGGESTED)
        if not names:
            names = index.names(replaced(words, index.mended(words)), 2 * MOST_SUGGESTED)
        return names
