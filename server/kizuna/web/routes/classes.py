"""Classes and their members, and the members of a thing, as lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import BadParameter, NotFound
from kizuna.formats import Format
from kizuna.iris import to_path
from kizuna.web.dependencies import READ, Asking, Whole
from kizuna.web.listed import answer_list
from kizuna.web.lists.files import OFFERED
from kizuna.web.lists.pointing import form_of, thing_named
from kizuna.web.paths import iri_path, resolve
from kizuna.web.respond import Representation, respond
from kizuna.web.routes.front import PAGE
from kizuna.web.views.classes import class_list, class_page
from kizuna.web.views.lists import ListPage, class_source, members_source
from kizuna.web.views.page import Alternate, render

router = APIRouter()
_CLASSES = "classes/"


@router.api_route("/classes", methods=READ)
def classes(request: Request, site: Whole, reader: Asking) -> Response:
    """Return the page with all classes."""

    def make() -> Representation:
        own, other = class_list(reader)
        return render(reader, "classes.html", "/classes", own=own, other=other)

    return respond(request, site.cache.get(("classes", reader.language, reader.chosen), make), PAGE)


@router.api_route("/classes/{rest:path}", methods=READ)
async def members(request: Request, site: Whole, reader: Asking) -> Response:
    """Return a part of the members of a class, as a page or a file."""
    slugs, asked = site.classes.slugs, iri_path(request)
    try:
        path, form = resolve(asked, OFFERED, lambda p: p.removeprefix(_CLASSES) in slugs)
    except NotFound as error:
        raise NotFound(
            f"there is no class at /{to_path(asked)}", hint="All classes are listed at /classes."
        ) from error
    kind = slugs[path.removeprefix(_CLASSES)]

    def page(shown: ListPage, files: Sequence[Alternate]) -> Representation:
        about = class_page(reader, kind)
        return render(reader, "class.html", shown.here, files=files, page=about, list=shown)

    source = await class_source(reader, kind, path)
    return await answer_list(request, reader, source, form, page)


def _owner(site: Whole, of: str = "") -> NamedNode:
    """Return the thing ``?of=``. Raises BadParameter where nothing is described there."""
    thing = thing_named(site, of)
    if thing is None:
        raise BadParameter(
            f"of={of!r} is nothing that is described here",
            hint="Write the IRI of a thing, or the end of it: /members?of=place/japan.",
        )
    return thing


Owner = Annotated[NamedNode, Depends(_owner)]


@router.api_route("/members", methods=READ)
async def members_of(request: Request, reader: Asking, thing: Owner) -> Response:
    """Return a part of what points to the thing ``?of=``, as a page or a file."""
    return await _members(request, reader, thing, None)


@router.api_route("/members.{suffix}", methods=READ)
async def members_file(request: Request, reader: Asking, suffix: str, thing: Owner) -> Response:
    """Return the same as a file."""
    return await _members(request, reader, thing, form_of(suffix, OFFERED))


async def _members(
    request: Request, reader: Asking, thing: NamedNode, form: Format | None
) -> Response:

    def page(shown: ListPage, files: Sequence[Alternate]) -> Representation:
        return render(
            reader, "members.html", shown.here, files=files, of=reader.link(thing), list=shown
        )

    source = await members_source(reader, thing)
    return await answer_list(request, reader, source, form, page)
