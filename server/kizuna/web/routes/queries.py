"""Saved queries: questions with their answers."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from kizuna.checks.questions import SavedQuery, without_head
from kizuna.engine import Answer, Query
from kizuna.errors import BadParameter, NotFound
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
from kizuna.web.routes.pictures import TYPES, said
from kizuna.web.views.forms import fields
from kizuna.web.views.page import Alternate, alternates, render
from kizuna.web.views.questions import Values, question, themes, typed
from kizuna.web.views.results import answer_table

router = APIRouter()
_OF_THE_SITE = frozenset({"lang", "format"})
"""Parameters that any page takes; others of the whole site begin with ``_``."""
QUERY = Format("SPARQL", "rq", "application/sparql-query", frozenset(), charset=True)


@router.api_route("/queries", methods=READ)
def saved_queries(request: Request, site: Here, reader: Asking) -> Response:
    """Return the list of questions."""

    def make() -> Representation:
        return render(reader, "queries.html", "/queries", themes=themes(reader))

    key = ("queries", reader.language, reader.chosen)
    return respond(request, site.cache.get(key, make), PAGE)


@router.api_route("/queries/{rest:path}", methods=READ)
async def saved_query(request: Request, site: Here, reader: Asking) -> Response:
    """Return a question with its answer as a page, or the answer, or the query, as a file."""
    name, _, suffix = iri_path(request).removeprefix("queries/").partition(".")
    query = site.query(name)
    if query is None:
        raise NotFound(f"there is no question {name!r}", hint="All questions are at /queries.")
    asked = _asked(query, request)
    if query.picture and suffix in TYPES:
        drawn = Wish(
            Query(asked.text, site.endpoint), {query.kind: HTML}, said(reader, name, suffix)
        )
        return await picture_file(request, reader, drawn, query.picture, suffix)
    form = _of_suffix(query, suffix) if suffix else negotiate(accept_of(request), _offered(query))
    vary = ("Accept-Language",) if form is HTML else ()
    location = "" if suffix or form is HTML else asked.file(form)
    meta = Meta(
        vary=vary if suffix else ("Accept", *vary),
        content_location=location,
        links=tuple(f'<{f.href}>; rel="alternate"; type="{f.media_type}"' for f in asked.files),
    )
    if form is QUERY:
        text = Representation(asked.text.encode(), QUERY.content_type)
        return respond(request, text, meta)
    wish = Wish(Query(asked.text, site.endpoint), {query.kind: form}, meta)
    if form is not HTML:
        return await answer_file(request, site, wish)
    return await _page(request, reader, asked, wish)


@dataclass(frozen=True)
class _Asked:
    """A question with the values that it is asked with; ``text`` is the query with them."""

    query: SavedQuery
    values: Values
    text: str

    @property
    def parameters(self) -> str:
        """The part of addresses that asks the same."""
        parameters = urlencode(typed(self.query, self.values))
        return f"?{parameters}" if parameters else ""

    @property
    def path(self) -> str:
        """The address of the page."""
        return f"/queries/{self.query.name}{self.parameters}"

    def file(self, form: Format) -> str:
        """Return the address of the answer in a format."""
        return f"/queries/{self.query.name}.{form.suffix}{self.parameters}"

    @property
    def files(self) -> tuple[Alternate, ...]:
        """The answer, and the query, as files."""
        plain = alternates(f"/queries/{self.query.name}", _offered(self.query))
        return tuple(f._replace(href=f"{f.href}{self.parameters}") for f in plain)


def _asked(query: SavedQuery, request: Request) -> _Asked:
    """Return a question as it is asked.

    Raises BadAddress for a value that is none, BadParameter for a parameter that is none.
    """
    given = request.query_params
    _check_names(query, given)
    values = {p.name: p.read(given.get(p.name, "")) for p in query.parameters}
    changed = {p.name: values[p.name] for p in query.parameters if values[p.name] != p.default}
    return _Asked(query, values, query.with_values(changed))


def _check_names(query: SavedQuery, given: QueryParams) -> None:
    """Pass if each parameter is one of the question, once: a slip must not get another answer."""
    known = [p.name for p in query.parameters]
    for name in given:
        if name not in {*known, *_OF_THE_SITE} and not name.startswith("_"):
            raise BadParameter(
                f"the question has no parameter {name!r}",
                hint=f"It has {', '.join(known)}." if known else "It has none.",
            )
        if name in known and len(given.getlist(name)) > 1:
            raise BadParameter(f"{name} has more than one value", hint="Give it once.")


async def _page(request: Request, reader: Reader, asked: _Asked, wish: Wish) -> Response:
    """Return the page of a question with its answer."""
    site, key = reader.site, (*wish.key, asked.path, reader.language, reader.chosen)
    held = site.cache.find(key) if wish.is_lasting else None
    if held is None:
        answer, more = await beginning(await ask(request, site, wish.query, wish.formats))
        held = await run_in_threadpool(_rendered, reader, asked, answer, more=more)
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


def _rendered(reader: Reader, asked: _Asked, answer: Answer, *, more: bool) -> Representation:
    query = asked.query
    picture = answer_picture(reader, query, answer, typed(query, asked.values))
    return render(
        reader,
        "query.html",
        asked.path,
        files=asked.files,
        question=question(reader, query, asked.values),
        query=query,
        action=f"/queries/{query.name}",
        fields=fields(reader, query, asked.values),
        sparql=without_head(asked.text),
        table=answer_table(reader, answer, query.columns, more=more),
        picture=picture,
        no_picture=bool(query.picture) and picture is None,
    )
