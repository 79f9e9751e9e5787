"""What crawlers read: ``robots.txt``, and the map of the site in parts."""

from __future__ import annotations

import re
from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import NotFound
from kizuna.web.crawling import sitemap as written
from kizuna.web.crawling.robots import robots
from kizuna.web.crawling.sitemap import PAGES, THINGS
from kizuna.web.dependencies import READ, Here, Whole
from kizuna.web.respond import Meta, Representation, respond, respond_soon
from kizuna.web.site import Site

router = APIRouter()
_PART = re.compile(rf"({PAGES}|{THINGS})-([1-9][0-9]{{0,5}})")


@router.api_route("/robots.txt", methods=READ)
async def robots_file(request: Request, site: Here) -> Response:
    """Say what robots may read, and where the map of the site stands."""
    body = robots(site.addresses.base).encode()
    return respond(request, Representation(body, "text/plain; charset=utf-8"))


@router.api_route("/sitemap.xml", methods=READ)
async def sitemap(request: Request, site: Whole) -> Response:
    """Return the list of the parts of the map."""
    return await _answer(request, site, ("sitemap",), lambda: written.index(site))


@router.api_route("/sitemap/{name}.xml", methods=READ)
async def part(request: Request, site: Whole, name: str) -> Response:
    """Return one part of the map. Raises NotFound."""
    match = _PART.fullmatch(name)

    def make() -> str:
        found = written.part(site, match[1], int(match[2])) if match else None
        if found is None:
            raise NotFound(
                f"there is no part {name!r} of the map", hint="/sitemap.xml names them all."
            )
        return found

    return await _answer(request, site, ("sitemap", name), make)


async def _answer(
    request: Request, site: Site, key: tuple[str, ...], make: Callable[[], str]
) -> Response:
    """Return a file, made in turn with other work unless it is held."""
    held = site.cache.find(key)
    if held is None:
        text = await site.drawing.take(make)
        made = Representation(text.encode(), "application/xml; charset=utf-8")
        held = site.cache.keep(key, made)
    return await respond_soon(request, held, Meta(modified=site.modified))
