"""The SPARQL endpoint: protocol, service description, and a form for people."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kizuna.engine import Answer, Stream
from kizuna.errors import KizunaError
from kizuna.formats import HTML, Format, Kind, carrying
from kizuna.representations import write
from kizuna.web.asking import ask, ask_whole, remembering, wanted_formats
from kizuna.web.dependencies import Here, accept_of
from kizuna.web.loading import with_documents
from kizuna.web.negotiation import negotiate
from kizuna.web.operation import note_query
from kizuna.web.problems import STATUS, Problem, meta_of, problem_of, report_suffix
from kizuna.web.protocol import Asked, Updating, read_request
from kizuna.web.reader import Reader, reader_of
from kizuna.web.respond import NOT_KEPT, Meta, Representation, respond, respond_soon, stream
from kizuna.web.service import service_description
from kizuna.web.site import Site
from kizuna.web.views.front import questions
from kizuna.web.views.page import render
from kizuna.web.views.results import Table, table_of
from kizuna.web.writing import authorised, unconditionally, writing_of

router = APIRouter()
_VARY = Meta(vary=("Accept", "Accept-Language"))
_ONCE = replace(_VARY, cache_control=NOT_KEPT)
"""For answers that others have a part in: the same question may get another one."""


@router.api_route("/sparql", methods=["GET", "HEAD", "POST"])
async def sparql(request: Request, site: Here) -> Response:
    """Answer a query, do an update (SPARQL 1.1 Protocol, section 2), or describe the service.

    A client that prefers pages gets the answer as a table under the query, errors included.
    """
    reader = reader_of(request, site)
    wants_page = _prefers_page(request)
    asked: Asked | None = None
    try:
        found = await read_request(request)
        if found is None:
            return _introduction(request, site, reader)
        note_query(request, found.text)
        if isinstance(found, Updating):
            return await _update(request, site, found)
        asked = found
        return await _answer(request, site, reader, asked)
    except KizunaError as error:
        if not wants_page or type(error) not in STATUS:
            raise
        return _failed(request, reader, asked, error)


async def _update(request: Request, site: Site, updating: Updating) -> Response:
    """Do an update (section 2.2); the answer comes when queries see what it has done."""
    writing = authorised(request)
    change = updating.change(site.endpoint, report_suffix(request))
    if writing.load_from:
        change = await with_documents(change, updating.text, writing)
    written = await writing.write(change, updating.text, unconditionally)
    return Response(status_code=204, headers={"kizuna-release": written.release.id})


async def _answer(request: Request, site: Site, reader: Reader, asked: Asked) -> Response:
    wanted = wanted_formats(accept_of(request))
    if HTML in wanted.values():
        answer = await ask_whole(request, site, asked.query(site.endpoint), wanted)
        meta = _VARY if answer.lasting else _ONCE
        if wanted[answer.kind] is HTML:
            return respond(request, _form(reader, asked.text, table=table_of(reader, answer)), meta)
        return respond(request, _whole(answer), meta)
    key = (asked, tuple(form.suffix for form in wanted.values()))
    held = site.cache.find(key)
    if held is None:
        found = await ask(request, site, asked.query(site.endpoint), wanted)
        if not found.lasting:
            return await _once(request, found)
        if isinstance(found, Stream):
            chunks = remembering(found.chunks, lambda body: _keep(site, key, found.format, body))
            return stream(request, chunks, found.format.content_type, _VARY)
        held = site.cache.keep(key, _whole(found))
    return await respond_soon(request, held, _VARY)


async def _once(request: Request, found: Answer | Stream) -> Response:
    """Return an answer that is nowhere kept."""
    if isinstance(found, Stream):
        return stream(request, found.chunks, found.format.content_type, _ONCE)
    return await respond_soon(request, _whole(found), _ONCE)


def _keep(site: Site, key: Hashable, form: Format, body: bytes) -> None:
    site.cache.keep(key, Representation(body, form.content_type))


def _whole(answer: Answer) -> Representation:
    return Representation(answer.body, answer.format.content_type)


def _introduction(request: Request, site: Site, reader: Reader) -> Response:
    """Return the form, or the service description in RDF; RDF where the client has no wish."""
    form = negotiate(accept_of(request), (*carrying(Kind.GRAPH), HTML))
    if form is HTML:
        return respond(request, _form(reader, ""), _VARY)
    quads, prefixes = service_description(site, writable=writing_of(request) is not None)
    body = write(quads, form, site.prefixes | prefixes)
    return respond(request, Representation(body, form.content_type), _VARY)


def _failed(request: Request, reader: Reader, asked: Asked | None, error: KizunaError) -> Response:
    """Return the form with the query as it was asked, and what is wrong with it."""
    problem = problem_of(request, error)
    representation = _form(reader, asked.text if asked else "", problem=problem)
    return respond(request, representation, meta_of(request, problem), problem.status)


def _form(
    reader: Reader, query: str, *, table: Table | None = None, problem: Problem | None = None
) -> Representation:
    return render(
        reader,
        "sparql.html",
        f"/sparql?query={quote(query, safe='')}" if query else "/sparql",
        query=query,
        table=table,
        problem=problem,
        questions=questions(reader),
    )


def _prefers_page(request: Request) -> bool:
    """Tell whether the client likes a page better than the JSON of results."""
    accept = accept_of(request)
    return "html" in accept.lower() and HTML in wanted_formats(accept).values()
