"""How a thing is corrected where the publisher has named no address for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import BadParameter, NotFound
from kizuna.web.dependencies import READ, Asking, Whole
from kizuna.web.lists.pointing import thing_named
from kizuna.web.reader import Reader
from kizuna.web.respond import Meta, Representation, respond
from kizuna.web.routes.front import PAGE
from kizuna.web.views.correcting import correct_href, correction_of
from kizuna.web.views.page import render

router = APIRouter()
_TEXT = "text/plain; charset=utf-8"


def _thing(request: Request, site: Whole, of: str = "") -> NamedNode:
    """Return the thing ``?of=``. Raises BadParameter without one, NotFound where there is none."""
    if not of.strip():
        raise BadParameter(
            "no thing is named", hint="Its page leads here; or write ?of=place/kobe."
        )
    thing = thing_named(site, of)
    if thing is None:
        request.state.sought = of
        raise NotFound(
            f"of={of!r} is nothing that is described here",
            hint="Find its page, and follow the link there.",
        )
    return thing


Thing = Annotated[NamedNode, Depends(_thing)]


@router.api_route("/correct", methods=READ)
def correct(request: Request, reader: Asking, thing: Thing) -> Response:
    """Return what stands where of the thing ``?of=``, and how a correction is sent."""

    def make() -> Representation:
        here = correct_href(Reader(reader.site, reader.language), thing)
        return render(reader, "correct.html", here, page=correction_of(reader, thing))

    key = ("correct", thing, reader.language, reader.chosen)
    return respond(request, reader.site.cache.get(key, make), PAGE)


@router.api_route("/correct.txt", methods=READ)
def correct_file(request: Request, reader: Asking, thing: Thing) -> Response:
    """Return the text to be filled in and sent, as a file."""
    body = correction_of(reader, thing).text.encode()
    meta = Meta(vary=("Accept-Language",), disposition='attachment; filename="correction.txt"')
    return respond(request, Representation(body, _TEXT, reader.language), meta)
