"""What a copy of the site as files is made from: the application, one page more, the addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kizuna.iris import to_path
from kizuna.web.app import create_app
from kizuna.web.dependencies import READ, Asking
from kizuna.web.reader import Link, Words
from kizuna.web.respond import respond
from kizuna.web.routes import ROUTERS
from kizuna.web.routes.front import PAGE
from kizuna.web.site import Site
from kizuna.web.views.page import render

NOTE = "/copied"
_router = APIRouter()


@_router.api_route(NOTE, methods=READ)
def note(request: Request, reader: Asking) -> Response:
    """Return the page that tells what a copy lacks, and where it is."""
    base = reader.site.addresses.base
    page = render(reader, "copied.html", NOTE, served=Link(Words(base), base, outside=True))
    return respond(request, page, PAGE)


def app_to_copy(site: Site) -> FastAPI:
    """Return the application of a site that is to be copied: it has the page ``NOTE``, too.

    A copy has no interfaces for programs, and so its catalogue has none.
    """
    app = create_app(replace(site, services=()))
    app.include_router(_router)
    return app


def places() -> list[str]:
    """Return the addresses that are known without looking at any release, sorted."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, Route)]
    reading = {route.path for route in routes if "GET" in (route.methods or ())}
    return sorted(path for path in reading if "{" not in path)


def things(site: Site) -> Iterator[str]:
    """Yield the addresses of all things of a site, sorted by their IRIs.

    What has a fragment stands on the page of something else.
    """
    base = site.addresses.base
    for thing in site.index.subjects(site.addresses.things):
        if "#" in thing.value:
            continue
        yield "/" + to_path(thing.value.removeprefix(base))
