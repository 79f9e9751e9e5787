"""The answer to a request for a list: a page or a file, by suffix or by negotiation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from kizuna.formats import HTML, Format
from kizuna.web.dependencies import accept_of
from kizuna.web.lists.asked import Asked, read_asked
from kizuna.web.lists.files import OFFERED, list_file
from kizuna.web.lists.listing import Source, heads, sortable
from kizuna.web.negotiation import negotiate
from kizuna.web.reader import Reader
from kizuna.web.respond import Meta, Representation, respond
from kizuna.web.views.lists import ListPage, address, list_page
from kizuna.web.views.page import Alternate

Render = Callable[[ListPage, Sequence[Alternate]], Representation]


@dataclass(frozen=True, slots=True)
class _Wish:
    form: Format
    by_suffix: bool


async def answer_list(
    request: Request, reader: Reader, source: Source, form: Format | None, page: Render
) -> Response:
    """Return what is asked for of a list, in ``form`` or in what the request accepts.

    Raises BadParameter, NotFound, NotAcceptable, AnswerTooLarge and Busy.
    """
    answer = partial(_answered, request, reader, source, form, page)
    return await reader.site.drawing.take(answer)


def _answered(
    request: Request, reader: Reader, source: Source, form: Format | None, page: Render
) -> Response:
    site, columns = reader.site, heads(reader, source)
    asked = read_asked(site, source.table, sortable(columns), request.query_params)
    files = _files(reader, source, asked)
    links = tuple(f'<{f.href}>; rel="alternate"; type="{f.media_type}"' for f in files)
    request.state.links = links
    wish = _Wish(form or negotiate(accept_of(request), OFFERED), form is not None)

    def make() -> Representation:
        if wish.form is HTML:
            return _page(reader, source, page, list_page(reader, source, columns, asked), asked)
        return list_file(reader, source, columns, asked, wish.form)

    key = ("list", source.path, source.own, asked, wish.form.suffix, reader.language, reader.chosen)
    return respond(request, site.cache.get(key, make), _meta(reader, source, asked, wish, links))


def _page(
    reader: Reader, source: Source, page: Render, shown: ListPage, asked: Asked
) -> Representation:
    """Return the page with files that hold what it shows, and those of all pages beside."""
    if shown.pages == 1:
        return page(shown, _files(reader, source, asked))
    whole = _files(reader, source, replace(asked, page=0))
    part = _files(reader, source, replace(asked, page=shown.page))
    return page(replace(shown, whole=whole), part)


def _files(reader: Reader, source: Source, asked: Asked) -> tuple[Alternate, ...]:
    return tuple(
        Alternate(form.name, form.media_type, address(reader, source, asked, f".{form.suffix}"))
        for form in OFFERED
        if form is not HTML
    )


def _meta(
    reader: Reader, source: Source, asked: Asked, wish: _Wish, links: tuple[str, ...]
) -> Meta:
    form = wish.form
    location = address(reader, source, asked, f".{form.suffix}")
    return Meta(
        vary=(() if wish.by_suffix else ("Accept",)) + ("Accept-Language",),
        content_location="" if wish.by_suffix or form is HTML else location,
        links=links,
        disposition="" if form is HTML else disposition(source.name, form),
    )


def disposition(name: str, form: Format) -> str:
    """Return under which name a file is to be kept (RFC 6266).

    >>> from kizuna.formats import TURTLE
    >>> disposition("東京", TURTLE)
    "inline; filename*=UTF-8''%E6%9D%B1%E4%BA%AC.ttl"
    """
    kind = "attachment" if form.suffix == "csv" else "inline"
    file = f"{name}.{form.suffix}"
    if file.isascii() and all(c.isalnum() or c in "-_." for c in file):
        return f'{kind}; filename="{file}"'
    return f"{kind}; filename*=UTF-8''{quote(file, safe='')}"
