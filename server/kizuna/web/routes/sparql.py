"""The SPARQL endpoint: protocol, service description, and a form for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kizuna.checks.questions import SavedQuery, without_head
from kizuna.engine import Answer
from kizuna.errors import BadParameter, KizunaError, NotAcceptable, NotFound
from kizuna.formats import FORMATS, HTML, Format, Kind, carrying
from kizuna.representations import write
from kizuna.web.answering import Wish, answer_file, beginning, send
from kizuna.web.asking import ask, wanted_formats
from kizuna.web.dependencies import accept_of
from kizuna.web.loading import with_documents
from kizuna.web.negotiation import negotiate
from kizuna.web.operation import note_query
from kizuna.web.origin import origin
from kizuna.web.problems import STATUS, Problem, likes_pages, meta_of, problem_of, report_suffix
from kizuna.web.protocol import Asked, Updating, read_request
from kizuna.web.reader import Reader, reader_of
from kizuna.web.respond import Meta, Representation, respond, respond_soon
from kizuna.web.routes.answers import picture_file
from kizuna.web.routes.pictures import TYPES, said
from kizuna.web.service import service_description
from kizuna.web.site import Site
from kizuna.web.views.answers import DRAWN, drawable, picture_of
from kizuna.web.views.page import Alternate, render
from kizuna.web.views.picturing import Picture
from kizuna.web.views.questions import themes
from kizuna.web.views.results import Table, table_of, terms_of
from kizuna.web.writing import authorised, unconditionally, writing_of

router = APIRouter()
METHODS = ["GET", "HEAD", "POST"]
LONGEST_LINK = 4_000
"""Longer queries are not repeated in the links of their pages."""
LONGEST_ECHO = 100_000
_KINDS_OF_PICTURES = f"A picture is one of: {', '.join(DRAWN)}."
_VIEWS = {
    "": "sparql.only_table",
    "map": "pictures.map",
    "timeline": "pictures.timeline",
    "network": "pictures.network",
    "bar": "pictures.bar",
}
_DESCRIBING = (*carrying(Kind.GRAPH), HTML)


async def sparql(request: Request) -> Response:
    """Answer a query, do an update (SPARQL 1.1 Protocol, section 2), or describe the service.

    A suffix or ``_format`` counts before ``Accept``. A client that prefers pages gets the answer
    as a table under the query, with the ``picture`` that is asked for, and an error under it, too.
    """
    site: Site = request.state.site
    if request.path_params.get("suffix") in TYPES:
        return await _drawing(request, reader_of(request, site), request.path_params["suffix"])
    accept, varied = _accepted(request, request.path_params.get("suffix", ""))
    reader = reader_of(request, site)
    meta = Meta(vary=varied)
    asked: Asked | None = None
    try:
        found = await read_request(request)
        if found is None:
            return _introduction(request, reader, accept, meta)
        note_query(request, found.text)
        if isinstance(found, Updating):
            return await _update(request, site, found)
        asked = found
        wish = Wish(asked.query(site.endpoint), wanted_formats(accept), meta)
        return await _answer(request, reader, asked, wish)
    except KizunaError as error:
        if asked is None or type(error) not in STATUS or not likes_pages(accept):
            raise
        return await _failed(request, reader, asked, error)


# Plain routes: what FastAPI adds to a route costs as much as a light query does.
router.add_route("/sparql", sparql, METHODS)
router.add_route("/sparql.{suffix}", sparql, METHODS)


def _accepted(request: Request, suffix: str) -> tuple[str, tuple[str, ...]]:
    """Return the media types that the request wants, and the headers that decided on them.

    Raises NotFound for a suffix, and NotAcceptable for a ``_format``, that no format has.
    """
    wanted = suffix or request.query_params.get("_format")
    if wanted is None:
        return accept_of(request), ("Accept", "Accept-Language")
    for form in FORMATS:
        if wanted == form.suffix or (not suffix and wanted.lower() in form.media_types):
            return ", ".join(form.media_types), ("Accept-Language",) if form is HTML else ()
    known = ", ".join(form.suffix for form in FORMATS)
    if suffix:
        raise NotFound(f"there is no /sparql.{suffix}", hint=f"There is each of: {known}.")
    raise NotAcceptable(f"there is no format {wanted!r}", hint=f"_format is one of: {known}.")


async def _update(request: Request, site: Site, updating: Updating) -> Response:
    """Do an update (section 2.2); the answer comes when queries see what it has done."""
    writing = authorised(request)
    change = updating.change(site.endpoint, report_suffix(request))
    if writing.load_from:
        change = await with_documents(change, updating.text, writing)
    written = await writing.write(change, updating.text, unconditionally)
    return Response(status_code=204, headers={"kizuna-release": written.release.id})


async def _answer(request: Request, reader: Reader, asked: Asked, wish: Wish) -> Response:
    site = reader.site
    if HTML not in wish.formats.values():
        return await answer_file(request, site, wish)
    found = await ask(request, site, wish.query, wish.formats)
    if wish.formats[found.kind] is not HTML:
        return await send(request, site, wish, found)
    answer, more = await beginning(found)
    make = partial(_table, request, reader, asked, answer, more=more)
    page = await (site.drawing.take(make) if _picture(request) else run_in_threadpool(make))
    return await respond_soon(request, page, wish.said)


async def _drawing(request: Request, reader: Reader, suffix: str) -> Response:
    """Return the picture of an answer as a file."""
    asked, kind = await read_request(request), _picture(request)
    if not isinstance(asked, Asked) or not kind:
        raise BadParameter(
            "a picture of an answer needs query=… and picture=…", hint=_KINDS_OF_PICTURES
        )
    meta = said(reader, f"answer-{kind}", suffix)
    wish = Wish(asked.query(reader.site.endpoint), wanted_formats(HTML.media_type), meta)
    return await picture_file(request, reader, wish, kind, suffix)


def _picture(request: Request) -> str:
    """Return the kind of picture that is asked for, "" for none. Raises BadParameter."""
    kind = request.query_params.get("picture", "")
    if kind and kind not in DRAWN:
        raise BadParameter(f"there is no picture {kind!r}", hint=_KINDS_OF_PICTURES)
    return kind


def _introduction(request: Request, reader: Reader, accept: str, meta: Meta) -> Response:
    """Return the form, or the service description in RDF; RDF where the client has no wish."""
    site, form = reader.site, negotiate(accept, _DESCRIBING)
    located = f"/sparql.{form.suffix}" if "Accept" in meta.vary else ""
    if form is HTML:
        query = _example(request, site)
        page = _form(request, reader, Asked(without_head(query.text), (), ()) if query else None)
        fields = {"lang": reader.language} | ({"example": query.name} if query else {})
        located += f"?{urlencode(fields)}" if located else ""
        return respond(request, page, Meta(meta.vary, located))
    quads, prefixes = service_description(site, writable=writing_of(request) is not None)
    body = write(quads, form, site.prefixes | prefixes)
    return respond(request, Representation(body, form.content_type), Meta(meta.vary, located))


async def _failed(request: Request, reader: Reader, asked: Asked, error: KizunaError) -> Response:
    """Return the form with the query as it was asked, and what is wrong with it."""
    problem = problem_of(request, error)
    page = await run_in_threadpool(
        partial(_form, request, reader, asked, _Outcome(problem=problem))
    )
    return respond(request, page, meta_of(request, problem), problem.status)


def _table(
    request: Request, reader: Reader, asked: Asked, answer: Answer, *, more: bool
) -> Representation:
    """Return the form with the answer below it, and the files in which all of it is."""
    table = table_of(reader, answer, more=more)
    if len(asked.text) > LONGEST_LINK:
        return _form(request, reader, asked, _Outcome(table=table))
    files = [_file(asked, form) for form in carrying(answer.kind)]
    view = _view(reader, asked, answer, _picture(request))
    return _form(request, reader, asked, _Outcome(files, table, view=view))


def _view(reader: Reader, asked: Asked, answer: Answer, kind: str) -> _View:
    """Return the picture of an answer that was asked for, and which others there are."""
    columns, rows = terms_of(reader, answer)
    found = picture_of(reader, kind, columns, rows) if kind else None
    fields = (*asked.fields(), ("picture", kind))
    if found is not None and len(dict(fields)) == len(fields):
        found = replace(found, path="sparql", query=fields)
    kinds = ("", *drawable(reader, columns, rows))
    choices = ((k, reader.text(_VIEWS[k]), _path(reader, asked, k)) for k in kinds)
    return _View(kind, found, tuple(choices))


def _path(reader: Reader, asked: Asked, kind: str) -> str:
    """Return the address of the page with an answer, and with a picture of it if one is named."""
    fields = [*asked.fields(), *([("picture", kind)] if kind else [])]
    if reader.chosen:
        fields.append(("lang", reader.language))
    return f"/sparql?{urlencode(fields)}"


def _file(asked: Asked, form: Format) -> Alternate:
    return Alternate(
        form.name, form.media_type, f"/sparql.{form.suffix}?{urlencode(asked.fields())}"
    )


def _example(request: Request, site: Site) -> SavedQuery | None:
    """Return the saved query that ``?example=`` names, to be looked at before it is asked."""
    return site.query(request.query_params.get("example", ""))


def _address(request: Request) -> str:
    """Return where this server answers, nothing where the request names no proper host."""
    found = origin(request)
    return f"{found}/sparql" if found else ""


@dataclass(frozen=True, slots=True)
class _View:
    """How an answer is shown: with a picture of a ``kind``, "" for none.

    ``choices`` are the ways there are: kind, name and address of each.
    """

    kind: str = ""
    picture: Picture | None = None
    choices: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of a query: an answer with the files that hold all of it, or a problem."""

    files: Sequence[Alternate] = ()
    table: Table | None = None
    problem: Problem | None = None
    view: _View = field(default_factory=_View)


_NOTHING_YET = _Outcome()


def _form(
    request: Request, reader: Reader, asked: Asked | None, outcome: _Outcome = _NOTHING_YET
) -> Representation:
    """Return the form, with a query in it; one that is very long is left out."""
    text = asked.text if asked is not None and len(asked.text) <= LONGEST_ECHO else ""
    linked = asked is not None and 0 < len(text) <= LONGEST_LINK
    kind = outcome.view.kind
    path = _path(replace(reader, chosen=False), asked, kind) if asked and linked else "/sparql"
    return render(
        reader,
        "sparql.html",
        path,
        files=outcome.files,
        query=text,
        table=outcome.table,
        view=outcome.view,
        problem=outcome.problem,
        themes=themes(reader),
        address=_address(request),
        prefixes=json.dumps(reader.site.prefixes, ensure_ascii=False),
    )
