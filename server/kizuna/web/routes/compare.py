"""Two things side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import BadParameter
from kizuna.formats import HTML, Format
from kizuna.web.dependencies import READ, Asking, Whole, accept_of
from kizuna.web.listed import disposition
from kizuna.web.lists.asked import token
from kizuna.web.lists.candidates import meant, offered
from kizuna.web.lists.files import CSV, JSON
from kizuna.web.lists.pointing import form_of
from kizuna.web.negotiation import negotiate
from kizuna.web.reader import Reader
from kizuna.web.respond import Meta, Representation, respond
from kizuna.web.routes.front import PAGE
from kizuna.web.views.compared import Comparison, as_csv, as_json, comparison
from kizuna.web.views.page import Alternate, render

router = APIRouter()
OFFERED = (HTML, CSV, JSON)
_PATH = "/compare"


@router.api_route("/compare", methods=READ)
async def compare(request: Request, site: Whole, reader: Asking) -> Response:
    """Return the things ``?a=`` and ``?b=`` side by side; the form where one of them is missing."""
    texts = _texts(request)
    make = (
        partial(_answer, request, reader, texts, None)
        if all(texts)
        else partial(_form, request, reader, texts)
    )
    return await site.drawing.take(make)


def _form(request: Request, reader: Reader, texts: tuple[str, str]) -> Response:
    """Return the form in which one thing is named, or none."""
    site = reader.site
    named = tuple(token(site, meant(site, n, text)) if text else "" for n, text in _by_name(texts))
    key = ("compare", named, reader.language, reader.chosen)
    made = site.cache.get(key, lambda: _page(reader, _PATH, (), named, None))
    return respond(request, made, PAGE)


@router.api_route("/compare.{suffix}", methods=READ)
async def compare_file(request: Request, site: Whole, reader: Asking, suffix: str) -> Response:
    """Return the same as a file."""
    form, texts = form_of(suffix, OFFERED), _texts(request)
    if not all(texts):
        raise BadParameter("two things are compared", hint="Write both: ?a=…&b=….")
    return await site.drawing.take(partial(_answer, request, reader, texts, form))


def _texts(request: Request) -> tuple[str, str]:
    first, second = (request.query_params.get(name, "").strip() for name in "ab")
    return first, second


def _by_name(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    return zip("ab", texts, strict=True)


def _answer(
    request: Request, reader: Reader, texts: tuple[str, str], form: Format | None
) -> Response:
    site = reader.site
    first, second = (meant(site, n, text) for n, text in _by_name(texts))
    if first == second:
        raise BadParameter(
            f"a and b are both <{first.value}>", hint="Choose another thing for one of them."
        )
    named = token(site, first), token(site, second)
    query = "&".join(f"{n}={quote(text, safe=':/')}" for n, text in _by_name(named))
    files = tuple(
        Alternate(f.name, f.media_type, f"{_PATH}.{f.suffix}?{query}{_language(reader)}")
        for f in (CSV, JSON)
    )
    links = tuple(f'<{f.href}>; rel="alternate"; type="{f.media_type}"' for f in files)
    request.state.links = links
    chosen = form or negotiate(accept_of(request), OFFERED)

    def make() -> Representation:
        found = comparison(reader, first, second)
        if chosen is HTML:
            return _page(reader, f"{_PATH}?{query}", files, named, found)
        body = as_csv(reader, found) if chosen is CSV else as_json(reader, found)
        return Representation(body, chosen.content_type, reader.language)

    key = ("compare", first, second, chosen.suffix, reader.language, reader.chosen)
    meta = Meta(
        vary=(() if form else ("Accept",)) + ("Accept-Language",),
        content_location=""
        if form or chosen is HTML
        else f"{_PATH}.{chosen.suffix}?{query}{_language(reader)}",
        links=links,
        disposition="" if chosen is HTML else disposition("compare", chosen),
    )
    return respond(request, site.cache.get(key, make), meta)


def _language(reader: Reader) -> str:
    return f"&lang={reader.language}" if reader.chosen else ""


def _page(
    reader: Reader,
    path: str,
    files: Sequence[Alternate],
    texts: Sequence[str],
    found: Comparison | None,
) -> Representation:
    written = texts if found is None else tuple(side.link.words.text for side in found.sides)
    names = offered(reader)
    return render(
        reader,
        "compare.html",
        path,
        files=files,
        found=found,
        written=[
            name if name in names else text for name, text in zip(written, texts, strict=True)
        ],
        offered=names,
        swapped=reader.href("compare", a=texts[1], b=texts[0]),
    )
