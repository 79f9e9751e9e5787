"""The front page, and the files that pages need."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import NotFound
from kizuna.web.dependencies import READ, Asking, Here
from kizuna.web.links import item_targets
from kizuna.web.operation import operation_of
from kizuna.web.respond import FOREVER, REVALIDATE, Meta, Representation, respond
from kizuna.web.views.dataset import dataset_data
from kizuna.web.views.front import front_page, notice_of
from kizuna.web.views.page import HERE, digest, is_there, render
from kizuna.web.views.schema_org import site_data

router = APIRouter()
PAGE = Meta(vary=("Accept-Language",))
_LEADING = (
    '</catalog>; rel="describedby"',
    '</.well-known/api-catalog>; rel="api-catalog"',
    '</llms.txt>; rel="alternate"; type="text/markdown"',
    '<https://schema.org/AboutPage>; rel="type"',
)
_STATIC = {
    "style.css": "text/css; charset=utf-8",
    "favicon.svg": "image/svg+xml",
    "search.js": "text/javascript; charset=utf-8",
    "editor.js": "text/javascript; charset=utf-8",
    "editor.css": "text/css; charset=utf-8",
    "THIRD-PARTY.txt": "text/plain; charset=utf-8",
}
"""Every file that is served; the editor's may not have been built."""


@router.api_route("/", methods=READ)
def front(request: Request, site: Here, reader: Asking) -> Response:
    """Return the front page, which tells of a change that was not taken."""
    keeper = operation_of(request).keeper
    notice = notice_of(reader, keeper.troubles) if keeper else None

    def make() -> Representation:
        main = (site_data(reader), dataset_data(reader))
        return render(reader, "front.html", "/", main=main, page=front_page(reader), notice=notice)

    links = (*_LEADING, *(target.header for target in item_targets(site)))
    meta = replace(PAGE, links=links)
    if notice is not None:
        response = respond(request, make(), meta)
        request.state.repeatable = False  # it is true until the trouble is over
        return response
    key = ("", reader.language, reader.chosen)
    return respond(request, site.cache.get(key, make), meta)


@router.api_route("/static/{name}", methods=READ)
def static(request: Request, name: str, v: str = "") -> Response:
    """Return a file that pages need; under an address with its digest it may be kept forever."""
    if name not in _STATIC or not is_there(name):
        raise NotFound(f"there is no file {name!r}", hint="Pages link to the files they need.")
    representation = Representation((HERE / "static" / name).read_bytes(), _STATIC[name])
    keep = FOREVER if v == digest(name) else REVALIDATE
    return respond(request, representation, Meta(cache_control=keep))


@router.api_route("/favicon.ico", methods=READ)
def favicon(request: Request) -> Response:
    """Return the icon where browsers look for it unasked."""
    return static(request, "favicon.svg")
