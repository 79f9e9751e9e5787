"""Classes and their members."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import NotFound
from kizuna.iris import to_path
from kizuna.web.dependencies import READ, Asking, Whole
from kizuna.web.paths import iri_path
from kizuna.web.respond import Representation, respond
from kizuna.web.routes.front import PAGE
from kizuna.web.views.classes import class_list, class_page
from kizuna.web.views.page import render

router = APIRouter()
MOST_PAGES = 1_000_000


@router.api_route("/classes", methods=READ)
def classes(request: Request, site: Whole, reader: Asking) -> Response:
    """Return the page with all classes."""

    def make() -> Representation:
        own, other = class_list(reader)
        return render(reader, "classes.html", "/classes", own=own, other=other)

    return respond(request, site.cache.get(("classes", reader.language, reader.chosen), make), PAGE)


@router.api_route("/classes/{rest:path}", methods=READ)
def members(
    request: Request,
    site: Whole,
    reader: Asking,
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
) -> Response:
    """Return one page of the members of a class."""
    path = iri_path(request)
    kind = site.classes.slugs.get(path.removeprefix("classes/"))
    if kind is None:
        raise NotFound(
            f"there is no class at /{to_path(path)}", hint="All classes are listed at /classes."
        )

    def make() -> Representation:
        shown = class_page(reader, kind, page)
        if shown is None:
            raise NotFound(f"the class has no page {page}", hint="Begin at page 1.")
        return render(reader, "class.html", "/" + to_path(path), page=shown)

    key = (path, page, reader.language, reader.chosen)
    return respond(request, site.cache.get(key, make), PAGE)
