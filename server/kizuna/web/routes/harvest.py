"""The page for portals that harvest."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kizuna.web.dependencies import READ, Asking, Whole
from kizuna.web.respond import Representation, respond
from kizuna.web.routes.front import PAGE
from kizuna.web.views.harvest import harvest_page
from kizuna.web.views.page import render

router = APIRouter()


@router.api_route("/harvest", methods=READ)
def harvest(request: Request, site: Whole, reader: Asking) -> Response:
    """Return where to harvest, with which settings, and how the metadata scores."""

    def make() -> Representation:
        return render(reader, "harvest.html", "/harvest", page=harvest_page(reader))

    key = ("harvest", reader.language, reader.chosen)
    return respond(request, site.cache.get(key, make), PAGE)
