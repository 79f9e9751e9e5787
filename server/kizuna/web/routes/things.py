"""Things and their descriptions: 303 from the one to the other (Cool URIs, section 4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from fastapi import APIRouter
from pyoxigraph import Quad
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import NotAcceptable, NotFound
from kizuna.formats import HTML, Format
from kizuna.iris import to_path
from kizuna.resources import describe, parts_of, rows_of
from kizuna.vocabulary import term
from kizuna.web.dependencies import READ, Whole, accept_of
from kizuna.web.described import (
    FORMAT_PARAMETERS,
    OFFERED,
    Described,
    answer,
    asked_format,
)
from kizuna.web.gone import gone
from kizuna.web.links import Part, link_headers
from kizuna.web.negotiation import negotiate
from kizuna.web.paths import iri_path, node, resolve
from kizuna.web.profiles import DEFAULT, PARAMETER, Profile
from kizuna.web.reader import Reader
from kizuna.web.respond import Representation, see_other
from kizuna.web.site import Site
from kizuna.web.views.dataset import dataset_data
from kizuna.web.views.page import Alternate, render
from kizuna.web.views.schema_org import thing_data
from kizuna.web.views.thing import thing_page

router = APIRouter()
_PRIMARY_TOPIC = term("foaf:primaryTopic")
QUICK_BYTES = 12_000
"""How much may be said of a thing, as N-Quads, that is described without a thread."""
_PASSED_ON = (*FORMAT_PARAMETERS, PARAMETER, "lang")
"""What an address asks of a description, asked of the thing."""


@router.api_route("/id/{rest:path}", methods=READ)
def thing(request: Request, site: Whole) -> Response:
    """Send the client from a thing to its description, if there is such a thing."""
    path = iri_path(request)
    iri = site.addresses.base + path
    if not site.index.has(node(iri)):
        if iri in site.tombstones:
            return gone(request, site, iri, None)
        raise NotFound(
            f"<{iri}> is not described here",
            hint="The front page leads to everything that there is.",
        )
    return on_its_way(request, site, path)


def on_its_way(request: Request, site: Site, path: str) -> Response:
    """Return the answer that leads from the thing at ``path`` (``id/…``) to its description."""
    iri = site.addresses.base + path
    target = "/" + to_path(f"doc/{path.removeprefix('id/')}")
    links = link_headers(site, iri, target, Part.THING, profiled=True)
    request.state.repeatable = True
    return see_other(target + passed_on(request), links, ("Accept", "Accept-Datetime"))


def passed_on(request: Request) -> str:
    """Return what a request asks of a description, as the query of another address."""
    if not request.scope["query_string"]:
        return ""
    asked = [(n, v) for n, v in request.query_params.multi_items() if n in _PASSED_ON]
    return f"?{urlencode(asked)}" if asked else ""


@router.api_route("/doc/{rest:path}", methods=READ)
def description(request: Request, site: Whole) -> Response:
    """Return the description of a thing in the format of its suffix, or a negotiated one."""
    return told(request, site, *resolved(request, site))


def resolved(request: Request, site: Site) -> tuple[str, Format | None]:
    """Return of what a description is asked for: its path, and the format if a suffix names it.

    Raises BadAddress, and NotFound for what neither is described nor ever was.
    """

    def exists(path: str) -> bool:
        iri = site.addresses.thing(path)
        return site.index.has(node(iri)) or iri in site.tombstones

    return resolve(iri_path(request), OFFERED, exists)


def told(request: Request, site: Site, path: str, form: Format | None) -> Response:
    """Return the description at ``path``, or what is known of the thing that was described there.

    Raises NotAcceptable.
    """
    iri = site.addresses.thing(path)
    if iri in site.tombstones and not site.index.has(node(iri)):
        return gone(request, site, iri, form)
    return answer(request, site, described_thing(site, path, iri), form)


def told_at_once(request: Request, site: Site) -> Response | None:
    """Return the answer about a thing or its description, None where that may take long.

    Raises what the ways to them raise.
    """
    if request.scope["path"].startswith("/id/"):
        return thing(request, site)
    path, form = resolved(request, site)
    return told(request, site, path, form) if is_quick(request, site, path, form) else None


def is_quick(request: Request, site: Site, path: str, form: Format | None) -> bool:
    """Tell whether the description at ``path`` is data, and little of it, or none at all."""
    try:
        chosen = form or asked_format(request) or negotiate(accept_of(request), OFFERED)
    except NotAcceptable:
        return True
    return chosen is not HTML and site.index.weight(node(site.addresses.thing(path))) < QUICK_BYTES


def described_thing(site: Site, path: str, iri: str) -> Described:
    """Return the description of the thing ``iri``, whose page stands at ``path``."""

    def page(reader: Reader, here: str, files: Sequence[Alternate]) -> Representation:
        resource = describe(site.index, node(iri))
        is_all = site.about.dataset is not None and iri == site.about.dataset.value
        main = dataset_data(reader) if is_all else thing_data(reader, resource)
        shown = thing_page(reader, resource)
        return render(reader, "thing.html", here, files=files, main=main, page=shown)

    def quads(profile: Profile) -> Iterable[Quad]:
        yield from profile.cut(site.index, parts_of(site.index, node(iri), site.names.is_value))
        if profile is DEFAULT:  # what the document says of itself
            yield Quad(node(site.addresses.base + path), _PRIMARY_TOPIC, node(iri))

    def rows() -> bytes:
        found = rows_of(site.index, node(iri), site.names.is_value)
        here = node(site.addresses.base + path)
        return found + f"{here} {_PRIMARY_TOPIC} {node(iri)} .\n".encode()

    return Described(path, iri, quads, page, profiled=True, rows=rows, dated=True)
