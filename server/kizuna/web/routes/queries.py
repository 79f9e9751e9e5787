"""Saved queries: questions with their answers."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kizuna.checks.questions import SavedQuery
from kizuna.engine import Answer, Query
from kizuna.errors import NotFound
from kizuna.formats import HTML, Format, carrying
from kizuna.web.answering import Wish, answer_file, beginning
from kizuna.web.asking import ask
from kizuna.web.dependencies import READ, Asking, Here, accept_of
from kizuna.web.negotiation import negotiate
from kizuna.web.paths import iri_path
from kizuna.web.reader import Reader
from kizuna.web.respond import Meta, Representation, respond, respond_soon
from kizuna.web.routes.answers import answer_picture, picture_file
from kizuna.web.routes.front import PAGE
from kizuna.web.routes.pictures import TYPES
from kizuna.web.views.front import question, questions
from kizuna.web.views.page import alternates, render
from kizuna.web.views.results import labelled, table_of

router = APIRouter()
QUERY = Format("SPARQL", "rq", "application/sparql-query", frozenset(), charset=True)


@router.api_route("/queries", methods=READ)
def saved_queries(request: Request, site: Here, reader: Asking) -> Response:
    """Return the list of questions."""

    def make() -> Representation:
        return render(reader, "queries.html", "/queries", questions=questions(reader))

    key = ("queries", reader.language, reader.chosen)
    return respond(request, site.cache.get(key, make), PAGE)


@router.api_route("/queries/{rest:path}", methods=READ)
async def saved_query(request: Request, site: Here, reader: Asking) -> Response:
    """Return a question with its answer as a page, or the answer, or the query, as a file."""
    name, _, suffix = iri_path(request).removeprefix("queries/").partition(".")
    query = site.query(name)
    if query is None:
        raise NotFound(f"there is no question {name!r}", hint="All questions are at /queries.")
    if query.picture and suffix in TYPES:
        return await picture_file(request, reader, query, suffix)
    form = _of_suffix(query, suffix) if suffix else negotiate(accept_of(request), _offered(query))
    vary = ("Accept-Language",) if form is HTML else ()
    location = "" if suffix else f"/queries/{name}.{form.suffix}"
    meta = Meta(
        vary=vary if suffix else ("Accept", *vary),
        content_location=location if form is not HTML else "",
        links=tuple(
            f'<{f.href}>; rel="alternate"; type="{f.media_type}"'
            for f in alternates(f"/queries/{name}", _offered(query))
        ),
    )
    if form is QUERY:
        text = Representation(query.text.encode(), QUERY.content_type)
        return respond(request, text, meta)
    wish = Wish(Query(query.text, site.endpoint), {query.kind: form}, meta)
    if form is not HTML:
        return await answer_file(request, site, wish)
    return await _page(request, reader, query, wish)


async def _page(request: Request, reader: Reader, query: SavedQuery, wish: Wish) -> Response:
    """Return the page of a question with its answer."""
    site, key = reader.site, (*wish.key, query.name, reader.language, reader.chosen)
    held = site.cache.find(key) if wish.is_lasting else None
    if held is None:
        answer, more = await beginning(await ask(request, site, wish.query, wish.formats))
        held = await run_in_threadpool(_rendered, reader, query, answer, more=more)
        if wish.is_lasting:
            site.cache.keep(key, held)
    return await respond_soon(request, held, wish.said)


def _offered(query: SavedQuery) -> tuple[Format, ...]:
    return (HTML, *carrying(query.kind), QUERY)


def _of_suffix(query: SavedQuery, suffix: str) -> Format:
    form = next((f for f in _offered(query) if f.suffix == suffix and f is not HTML), None)
    if form is None:
        known = ", ".join(f".{f.suffix}" for f in _offered(query) if f is not HTML)
        raise NotFound(f"the answer to {query.name!r} has no .{suffix}", hint=f"It has {known}.")
    return form


def _rendered(reader: Reader, query: SavedQuery, answer: Answer, *, more: bool) -> Representation:
    path = f"/queries/{query.name}"
    return render(
        reader,
        "query.html",
        path,
        files=alternates(path, _offered(query)),
        question=question(reader, query),
        query=query,
        table=labelled(table_of(reader, answer, more=more)),
        picture=answer_picture(reader, query, answer),
    )
