"""Terms and shapes, each on a page of its own, and the versions of the vocabularies."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from fastapi import APIRouter
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import AnswerError, NotAcceptable
from kizuna.formats import HTML, Format
from kizuna.iris import to_path
from kizuna.web.cache import Cache
from kizuna.web.dependencies import READ, Asking, Whole, accept_of
from kizuna.web.described import OFFERED, Described, answer, asked_format
from kizuna.web.negotiation import negotiate
from kizuna.web.paths import iri_path, resolve
from kizuna.web.reader import Reader
from kizuna.web.respond import Representation, respond, see_other
from kizuna.web.routes.front import PAGE
from kizuna.web.routes.things import passed_on
from kizuna.web.site import Site
from kizuna.web.terms.known import FOLDER, described_by
from kizuna.web.terms.term import term_page
from kizuna.web.terms.uses import Uses, uses_of
from kizuna.web.terms.whole import is_version, other_vocabularies
from kizuna.web.views.page import Alternate, render

router = APIRouter()


@router.api_route(f"/{FOLDER}", methods=READ)
def terms(request: Request, site: Whole, reader: Asking) -> Response:
    """Return the page that leads to all terms, those of other vocabularies one by one."""

    def make() -> Representation:
        others = other_vocabularies(reader)
        return render(reader, "vocabularies.html", f"/{FOLDER}", vocabularies=others)

    return respond(request, site.cache.get((FOLDER, reader.language, reader.chosen), make), PAGE)


@router.api_route(f"/{FOLDER}/{{rest:path}}", methods=READ)
async def term(request: Request, site: Whole) -> Response:
    """Return what is known of one term or shape, negotiated; the page tells how it is used."""
    path, form = resolve(iri_path(request), OFFERED, lambda path: _slug(path) in site.terms.paths)
    known = site.terms.paths[_slug(path)]
    uses = await _uses(request, site, known, form)
    described = _described(site, path, known, uses)
    if uses is not None:
        return await run_in_threadpool(answer, request, site, described, form)
    unheld = replace(site, cache=Cache())  # a page without its numbers is none to keep
    response = await run_in_threadpool(answer, request, unheld, described, form)
    request.state.repeatable = False
    return response


@router.api_route("/ontology/{version:path}", methods=READ)
@router.api_route("/shapes/{version:path}", methods=READ)
def version(request: Request, site: Whole) -> Response:
    """Send the client from the version that is served to the vocabulary; there is no other."""

    def exists(path: str) -> bool:
        return bool(is_version(site, site.addresses.base + path))

    path, form = resolve(iri_path(request), OFFERED, exists)
    document = is_version(site, site.addresses.base + path).removeprefix(site.addresses.base)
    suffix = f".{form.suffix}" if form is not None else ""
    request.state.repeatable = True
    return see_other(f"/{to_path(document)}{suffix}{passed_on(request)}")


def _slug(path: str) -> str:
    return path.removeprefix(f"{FOLDER}/")


def _described(site: Site, path: str, known: NamedNode, uses: Uses | None) -> Described:
    def page(reader: Reader, here: str, files: Sequence[Alternate]) -> Representation:
        shown = term_page(reader, known, uses)
        main = {"@type": "DefinedTerm", "@id": shown.iri, "name": shown.title.text} | (
            {"description": shown.definition.text} if shown.definition.text else {}
        )
        return render(reader, "term.html", here, files=files, main=main, page=shown)

    return Described(path, known.value, lambda _: described_by(site.index, known), page)


async def _uses(request: Request, site: Site, known: NamedNode, form: Format | None) -> Uses | None:
    """Return how a term is used, as far as a page needs it; None where the engine cannot tell."""
    wanted: Format | None = None
    with suppress(NotAcceptable):  # it is told when the answer is made
        wanted = form or asked_format(request) or negotiate(accept_of(request), OFFERED)
    if wanted is not HTML or site.terms.is_shape(known):
        return Uses()
    try:
        return await uses_of(request, site, known)
    except AnswerError:
        return None
