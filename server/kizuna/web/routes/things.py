"""Things and their descriptions: 303 from the one to the other (Cool URIs, section 4.2)."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import NotFound
from kizuna.iris import to_path
from kizuna.resources import describe
from kizuna.web.dependencies import READ, Whole
from kizuna.web.described import OFFERED, Described, answer, link_headers
from kizuna.web.paths import iri_path, node, resolve
from kizuna.web.reader import Reader
from kizuna.web.respond import Representation, see_other
from kizuna.web.site import Site
from kizuna.web.views.page import Alternate, alternates, render
from kizuna.web.views.thing import thing_page

router = APIRouter()


@router.api_route("/id/{rest:path}", methods=READ)
def thing(request: Request, site: Whole) -> Response:
    """Send the client from a thing to its description, if there is such a thing."""
    path = iri_path(request)
    iri = site.addresses.base + path
    if not site.index.outgoing(node(iri)):
        raise NotFound(
            f"<{iri}> is not described here",
            hint="The front page leads to everything that there is.",
        )
    target = "/" + to_path(f"doc/{path.removeprefix('id/')}")
    request.state.repeatable = True
    return see_other(target, link_headers(site, iri, alternates(target, OFFERED)))


@router.api_route("/doc/{rest:path}", methods=READ)
def description(request: Request, site: Whole) -> Response:
    """Return the description of a thing in the format of its suffix, or a negotiated one."""

    def exists(path: str) -> bool:
        return bool(site.index.outgoing(node(site.addresses.thing(path))))

    path, form = resolve(iri_path(request), OFFERED, exists)
    return answer(request, site, described_thing(site, path, site.addresses.thing(path)), form)


def described_thing(site: Site, path: str, iri: str) -> Described:
    """Return the description of the thing ``iri``, whose page stands at ``path``."""

    def page(reader: Reader, here: str, files: Sequence[Alternate]) -> Representation:
        resource = describe(site.index, node(iri), site.names.is_value)
        return render(reader, "thing.html", here, files=files, page=thing_page(reader, resource))

    return Described(
        path=path,
        iri=iri,
        quads=lambda: describe(site.index, node(iri), site.names.is_value).quads,
        page=page,
    )
