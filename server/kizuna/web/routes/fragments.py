"""Triple Pattern Fragments: the triples that fit a pattern, page by page, with controls.

https://linkeddatafragments.org/specification/triple-pattern-fragments/ (a draft of 2016).
"""

from __future__ import annotations

from fastapi import APIRouter
from pyoxigraph import RdfFormat, parse, serialize
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import NotFound
from kizuna.formats import HTML, JSON_LD, TRIG, Format, Kind, carrying
from kizuna.representations import write_rows
from kizuna.web.dependencies import READ, Asking, Whole, accept_of
from kizuna.web.described import asked_format
from kizuna.web.fragments.asked import read_asked
from kizuna.web.fragments.controls import PREFIXES, Place, controls, place_of
from kizuna.web.fragments.found import Found, find
from kizuna.web.negotiation import negotiate
from kizuna.web.respond import Meta, Representation, respond
from kizuna.web.site import Site
from kizuna.web.views.fragments import fragment_page
from kizuna.web.views.page import Alternate, render

router = APIRouter()
_OFFERED = (TRIG, HTML, *(form for form in carrying(Kind.GRAPH) if form is not TRIG))
"""Data first: a client without a wish follows controls, which stand in a graph of their own."""


@router.api_route("/fragments", methods=READ)
@router.api_route("/fragments.{suffix}", methods=READ)
def fragment(request: Request, site: Whole, reader: Asking) -> Response:
    """Return a page of the triples that fit ``subject``, ``predicate`` and ``object``.

    ``values`` binds variables of the pattern (Bindings-Restricted Triple Pattern Fragments).

    Raises BadParameter, NotAcceptable, and NotFound for a page that there is not.
    """
    form = _form(request)
    if site.fragments is None:
        raise NotFound(
            "this release is older than fragments are",
            hint="Ask the SPARQL endpoint; a new release will have fragments.",
        )
    asked = read_asked(request.query_params)
    found, place = find(site.fragments, asked), place_of(request, site)

    def make() -> Representation:
        if form is not HTML:
            return _written(site, found, place, form)
        page = fragment_page(reader, asked, found, place)
        here = asked.query(reader.language if reader.chosen else "")
        files = [
            Alternate(form.name, form.media_type, f"/fragments.{form.suffix}{here}")
            for form in carrying(Kind.GRAPH)
        ]
        return render(reader, "fragments.html", f"/fragments{here}", files=files, page=page)

    who = (reader.language, reader.chosen) if form is HTML else ()
    made = site.cache.get(("fragments", place, form.suffix, who), make)
    return respond(request, made, _meta(request, found, place, form))


def _form(request: Request) -> Format:
    """Return the format that the suffix, ``_format`` or ``Accept`` asks for.

    Raises NotFound and NotAcceptable.
    """
    suffix = request.path_params.get("suffix", "")
    if not suffix:
        return asked_format(request, _OFFERED) or negotiate(accept_of(request), _OFFERED)
    for form in _OFFERED:
        if form.suffix == suffix:
            return form
    known = ", ".join(form.suffix for form in _OFFERED)
    raise NotFound(f"there is no /fragments.{suffix}", hint=f"There is each of: {known}.")


def _written(site: Site, found: Found, place: Place, form: Format) -> Representation:
    """Return the page as data; formats for quads have its controls in a graph of their own."""
    rows = found.rows + (serialize(controls(site, place, found), format=RdfFormat.N_QUADS) or b"")
    if form is JSON_LD:
        body = serialize(parse(rows, RdfFormat.N_QUADS, lenient=True), format=form.rdf)
        return Representation(body or b"", form.content_type)
    return Representation(write_rows(rows, form, site.prefixes | PREFIXES), form.content_type)


def _meta(request: Request, found: Found, place: Place, form: Format) -> Meta:
    beside = {"prev": found.page - 1, "next": found.page + 1}
    links = [
        f'<{place.link(page)}>; rel="{relation}"'
        for relation, page in beside.items()
        if 1 <= page <= found.pages
    ]
    varied = ("Accept-Language",) if form is HTML else ("Host",)
    negotiated = () if request.path_params.get("suffix") else ("Accept",)
    return Meta(
        vary=(*negotiated, *varied), links=tuple(links), modified=request.state.site.modified
    )
