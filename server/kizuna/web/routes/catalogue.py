"""The catalogue, and the way to it from where VoID is looked for."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from pyoxigraph import DefaultGraph, Quad
from starlette.requests import Request
from starlette.responses import Response

from kizuna.formats import HTML, Kind, carrying
from kizuna.web.dependencies import READ, Whole
from kizuna.web.described import Described, answer
from kizuna.web.paths import iri_path, node, resolve
from kizuna.web.reader import Reader
from kizuna.web.respond import Representation, see_other
from kizuna.web.routes.data import files_page
from kizuna.web.routes.things import described_thing
from kizuna.web.views.page import Alternate

router = APIRouter()
_CATALOG = "catalog"
OFFERED = (*carrying(Kind.GRAPH), HTML)
"""Data first: harvesters ask for anything, and take what they get for RDF."""


@router.api_route("/catalog", methods=READ)
@router.api_route("/catalog.{suffix}", methods=READ)
def catalogue(request: Request, site: Whole) -> Response:
    """Return the catalogue (DCAT-AP 3.0.1, DCAT-AP.de 3.0, VoID)."""
    path, form = resolve(iri_path(request), OFFERED, lambda path: path == _CATALOG)
    iri = site.addresses.base + path

    def page(reader: Reader, here: str, files: Sequence[Alternate]) -> Representation:
        if site.index.has(node(iri)):
            return described_thing(site, path, iri).page(reader, here, files)
        return files_page(reader, site.manifest, here, files)

    def quads(_: object) -> list[Quad]:
        return [Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in site.catalogue]

    return answer(request, site, Described(path, iri, quads, page, offered=OFFERED), form)


@router.api_route("/.well-known/void", methods=READ)
def void(request: Request) -> Response:
    """Send who looks for the description of the dataset to the catalogue (VoID, section 7.2)."""
    del request
    return see_other(f"/{_CATALOG}")
