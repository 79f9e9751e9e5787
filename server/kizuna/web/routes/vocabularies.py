"""The ontology, the shapes, and the named graphs: negotiated documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.responses import Response

from kizuna.web.dependencies import READ, Whole
from kizuna.web.described import OFFERED, Described, answer
from kizuna.web.graphs import bare
from kizuna.web.paths import iri_path, node, resolve
from kizuna.web.reader import Link, Reader
from kizuna.web.respond import Representation
from kizuna.web.site import Site
from kizuna.web.terms.whole import namespace_quads, whole_page
from kizuna.web.views.page import Alternate, render

router = APIRouter()
MOST_SUBJECTS = 500


@router.api_route("/ontology", methods=READ)
@router.api_route("/ontology.{suffix}", methods=READ)
@router.api_route("/shapes", methods=READ)
@router.api_route("/shapes.{suffix}", methods=READ)
def vocabulary(request: Request, site: Whole) -> Response:
    """Return the ontology or the shapes; the HTML has an anchor for each term."""

    def exists(path: str) -> bool:
        return any(True for _ in namespace_quads(site, site.addresses.base + path))

    path, form = resolve(iri_path(request), OFFERED, exists)
    iri = site.addresses.base + path

    def page(reader: Reader, here: str, files: Sequence[Alternate]) -> Representation:
        return render(reader, "terms.html", here, files=files, page=whole_page(reader, iri))

    described = Described(path, iri, lambda _: namespace_quads(site, iri), page)
    return answer(request, site, described, form)


def graph(request: Request, site: Site) -> Response:
    """Return one named graph: the statements of one source file, or what has been written."""

    def exists(path: str) -> bool:
        return site.addresses.base + path in site.manifest.graphs

    path, form = resolve(iri_path(request), OFFERED, exists)
    iri = site.addresses.base + path

    def page(reader: Reader, here: str, files: Sequence[Alternate]) -> Representation:
        return render(reader, "graph.html", here, files=files, **_graph_page(reader, site, iri))

    described = Described(path, iri, lambda _: bare(site.graph(node(iri))), page)
    return answer(request, site, described, form)


def _graph_page(reader: Reader, site: Site, iri: str) -> dict[str, Any]:
    """Return what the page of a graph shows: its size, and links to what it speaks of."""
    subjects = {q.subject for q in site.graph(node(iri)) if isinstance(q.subject, NamedNode)}
    links: list[Link] = sorted(map(reader.link, subjects), key=lambda x: (x.words.text, x.href))
    return {
        "iri": iri,
        "name": iri.rpartition("/")[2],
        "size": site.manifest.graphs[iri],
        "subjects": links[:MOST_SUBJECTS],
        "more": max(0, len(links) - MOST_SUBJECTS),
    }
