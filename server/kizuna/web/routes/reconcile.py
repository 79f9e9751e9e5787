"""Reconciliation (W3C): names of others are matched with things here, for OpenRefine and the like.

``/reconcile`` is the service of version 0.2, ``/reconcile/draft`` that of the current draft: their
manifests have the same fields in different forms, so that one address cannot serve both. There is
no JSONP: 0.2 leaves it to the service, the draft has dropped it, it makes strangers run a script of
ours, and every answer here may be read by CORS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi import Query as Parameter
from pyoxigraph import NamedNode
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kizuna.engine.nominating import nominating
from kizuna.errors import BadParameter, NotFound
from kizuna.web.bodies import fields_of, read_body
from kizuna.web.dependencies import READ, Asking, whole_site_of
from kizuna.web.origin import origin
from kizuna.web.protocol import FORM
from kizuna.web.reader import Reader
from kizuna.web.reconciling.asked import MOST_BYTES, extension, new_batch, old_batch, read_json
from kizuna.web.reconciling.extending import MOST_PROPOSED, extend_new, extend_old, proposals
from kizuna.web.reconciling.manifest import (
    DRAFT_PATH,
    PATH,
    SUGGESTED,
    draft_manifest,
    old_manifest,
)
from kizuna.web.reconciling.matching import Matcher
from kizuna.web.reconciling.saying import Speaker
from kizuna.web.reconciling.suggesting import MOST, MOST_SKIPPED, USUAL, Typed, suggestions
from kizuna.web.respond import NOT_KEPT, Meta, Representation, respond, respond_soon, see_other
from kizuna.web.routes.search import said
from kizuna.web.site import Site
from kizuna.web.views.matched import flyout, preview

router = APIRouter(dependencies=[Depends(whole_site_of)])
SECONDS = 20.0
"""What one batch may take; its thread is taken that long."""
JSON = "application/json"
PREVIEW_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'"
"""For a page that others show in a frame: nothing runs in it."""
_SAID = Meta(vary=("Accept-Language",))
_MANIFEST = Meta(vary=("Accept-Language", "Host"))
_ANSWERS = Meta(vary=("Accept-Language",), cache_control=NOT_KEPT)

_NUMBER = re.compile("[0-9]{1,30}", re.ASCII)
Make = Callable[[], dict[str, Any]]


@router.api_route(f"/{PATH}", methods=[*READ, "POST"])
@router.api_route(f"/{PATH}/", methods=[*READ, "POST"])
async def service(request: Request, reader: Asking) -> Response:
    """Return the manifest of 0.2, or the answer to ``queries``, ``extend``, or one ``query``.

    One query by itself is of 0.1, which some clients still ask. Addresses of services are copied
    by hand: it is the same with a slash at the end.

    Raises BadParameter, QueryTooLong, Busy and TooMany, HTTPException 413, and 415 for a POST that
    is no form.
    """
    fields = await _fields(request)
    asked = [name for name in _MAKERS if name in fields]
    if not asked and request.method != "POST":
        return await _manifest(request, reader, old_manifest)
    if len(asked) != 1:
        raise BadParameter("there is not one of queries and extend", hint="Send one of them.")
    return await _answer(request, _MAKERS[asked[0]](reader, fields[asked[0]]))


def _queries(reader: Reader, text: str) -> Make:
    return partial(_matched_old, reader, old_batch(read_json(text, "queries")))


def _extend(reader: Reader, text: str) -> Make:
    return partial(extend_old, Speaker(reader), extension(read_json(text, "extend")))


def _query(reader: Reader, text: str) -> Make:
    """Return what answers one query: a name, or JSON like a member of ``queries``."""
    is_json = text.lstrip().startswith("{")
    query = old_batch({"": read_json(text, "query") if is_json else {"query": text}})
    return lambda: _matched_old(reader, query)[""]


_MAKERS: Mapping[str, Callable[[Reader, str], Make]] = {
    "queries": _queries,
    "extend": _extend,
    "query": _query,
}


@router.api_route(f"/{DRAFT_PATH}", methods=READ)
async def draft(request: Request, reader: Asking) -> Response:
    """Return the manifest of the draft."""
    return await _manifest(request, reader, draft_manifest)


@router.post(f"/{DRAFT_PATH}/match")
async def match(request: Request, reader: Asking) -> Response:
    """Return the answer to a batch of the draft. Raises as ``service`` does."""
    queries = new_batch(await _document(request))
    return await _answer(request, partial(_matched_new, reader, queries))


@router.post(f"/{DRAFT_PATH}/extend")
async def extend(request: Request, reader: Asking) -> Response:
    """Return the answer to a data extension query of the draft. Raises as ``service`` does."""
    asked = extension(await _document(request))
    return await _answer(request, partial(extend_new, Speaker(reader, named=True), asked))


async def _typed(prefix: str = "", cursor: str = "", offset: str = "", limit: str = "") -> Typed:
    """Return what is being typed; the draft calls ``offset`` what 0.2 calls ``cursor``."""
    skipped = _number("cursor", cursor) + _number("offset", offset)
    if skipped > MOST_SKIPPED:
        raise BadParameter(
            f"cursor or offset is more than {MOST_SKIPPED}", hint="Type more of the name instead."
        )
    return Typed(said(prefix).strip(), skipped, _limit(limit, USUAL, MOST))


def _limit(text: str, usual: int, most: int) -> int:
    wanted = _number("limit", text, usual)
    if not wanted:
        raise BadParameter("limit is 0", hint=f"Give a number from 1 on; {most} come at most.")
    return min(wanted, most)


def _number(name: str, text: str, usual: int = 0) -> int:
    """Return the number that a parameter says, the usual one where it is empty."""
    if not text:
        return usual
    if not _NUMBER.fullmatch(text):
        raise BadParameter(
            f"{name} is {text[:50]!r}, which is no whole number", hint="Say 10, or leave it out."
        )
    return int(text)


def _service(what: str) -> str:
    """Return which suggestions an address is of. Raises NotFound."""
    if what not in SUGGESTED:
        raise NotFound(
            f"there are no suggestions of {what[:50]!r}", hint=f"There are: {', '.join(SUGGESTED)}."
        )
    return what


@router.api_route(f"/{PATH}/suggest/{{what}}", methods=READ)
@router.api_route(f"/{DRAFT_PATH}/suggest/{{what}}", methods=READ)
async def suggest(
    request: Request, reader: Asking, what: str, typed: Annotated[Typed, Depends(_typed)]
) -> Response:
    """Return things, types or properties that begin so."""
    find = partial(suggestions, _speaker(request, reader), _service(what), typed)
    return respond(request, await _made(reader, find), _SAID)


@router.api_route(f"/{PATH}/extend/propose", methods=READ)
@router.api_route(f"/{DRAFT_PATH}/extend/propose", methods=READ)
async def propose(
    request: Request,
    reader: Asking,
    kind: Annotated[str, Parameter(alias="type")] = "",
    limit: str = "",
) -> Response:
    """Return the properties that things of a type have."""
    wanted = _limit(limit, MOST_PROPOSED, MOST_PROPOSED)
    speaker = _speaker(request, reader)
    known = speaker.ids.kind(said(kind))
    kind = speaker.ids.of_kind(known) if known is not None else ""
    key = ("propose", kind, wanted, speaker.named, reader.language)
    held = reader.site.cache.find(key)
    if held is None:
        made = await _made(reader, partial(proposals, speaker, kind, wanted))
        held = reader.site.cache.keep(key, made)
    return respond(request, held, _SAID)


@router.api_route(f"/{PATH}/preview", methods=READ)
@router.api_route(f"/{DRAFT_PATH}/preview", methods=READ)
def shown(
    request: Request,
    reader: Asking,
    identifier: Annotated[str, Parameter(alias="id")] = "",
) -> Response:
    """Return a small page about a thing. Raises NotFound."""
    speaker = Speaker(reader)
    response = respond(request, preview(speaker, _thing(speaker, identifier)), _SAID)
    response.headers["content-security-policy"] = PREVIEW_POLICY
    return response


@router.api_route(f"/{PATH}/view", methods=READ)
def viewed(reader: Asking, identifier: Annotated[str, Parameter(alias="id")] = "") -> Response:
    """Lead to a thing. Raises NotFound.

    Clients of 0.2 encode the slashes of an id (section 2.1), and no path may have such.
    """
    speaker = Speaker(reader)
    return see_other(reader.address(_thing(speaker, identifier).value)[0])


def _thing(speaker: Speaker, identifier: str) -> NamedNode:
    thing = speaker.ids.thing(said(identifier))
    if thing is None:
        raise NotFound("no thing has this id", hint="An id is what follows /id/ in an address.")
    return thing


@router.api_route(f"/{PATH}/flyout/{{what}}", methods=READ)
def flown(
    request: Request,
    reader: Asking,
    what: str,
    identifier: Annotated[str, Parameter(alias="id")] = "",
) -> Response:
    """Return what is shown of a suggestion while it is pointed at. Raises NotFound."""
    speaker, text = Speaker(reader), said(identifier)
    known = {"entity": speaker.ids.thing, "type": speaker.ids.kind}
    node = known.get(_service(what), speaker.ids.property)(text)
    if node is None:
        raise NotFound(f"no {what} has this id", hint="The suggestions say which there are.")
    return respond(request, _written(flyout(speaker, node, text)), _SAID)


async def _fields(request: Request) -> dict[str, str]:
    """Return the fields of the address, or of the form that was sent."""
    if request.method != "POST":
        return dict(fields_of(request.scope["query_string"]))
    _check_type(request, FORM)
    return dict(fields_of(await read_body(request, MOST_BYTES)))


async def _document(request: Request) -> Any:  # noqa: ANN401 - JSON
    _check_type(request, JSON)
    return read_json(await read_body(request, MOST_BYTES), "the body")


def _check_type(request: Request, wanted: str) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != wanted:
        raise HTTPException(
            415, f"send {wanted} here: /{PATH} takes forms (0.2), /{DRAFT_PATH}/match JSON (draft)"
        )


def _speaker(request: Request, reader: Reader) -> Speaker:
    return Speaker(reader, named=request.url.path.startswith(f"/{DRAFT_PATH}/"))


async def _manifest(
    request: Request, reader: Reader, make: Callable[[Reader, str], dict[str, Any]]
) -> Response:
    root = origin(request) or reader.site.addresses.base.rstrip("/")
    key = (make.__name__, root, reader.language, reader.chosen)
    held = reader.site.cache.find(key)
    if held is None:
        held = reader.site.cache.keep(key, await _made(reader, partial(make, reader, root)))
    return respond(request, held, _MANIFEST)


async def _answer(request: Request, make: Make) -> Response:
    """Return the answer to a batch, of which each client has one made at a time."""
    client = request.client.host if request.client else ""
    site: Site = request.state.site
    made = await site.matching.take_for(client, lambda: _written(make()))
    return await respond_soon(request, made, _ANSWERS)


async def _made(reader: Reader, make: Make) -> Representation:
    """Return what does not take long; it waits for no batch."""
    return await reader.site.turns.take(lambda: _written(make()))


def _written(document: dict[str, Any]) -> Representation:
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
    return Representation(body.encode(), JSON)


def _matched_old(reader: Reader, queries: dict[str, Any]) -> dict[str, Any]:
    found = _matched(Speaker(reader), list(queries.values()))
    return {key: {"result": each} for key, each in zip(queries, found, strict=True)}


def _matched_new(reader: Reader, queries: list[Any]) -> dict[str, Any]:
    found = _matched(Speaker(reader, named=True), queries)
    return {"results": [{"candidates": each} for each in found]}


def _matched(speaker: Speaker, queries: list[Any]) -> list[list[dict[str, Any]]]:
    site = speaker.reader.site
    with nominating(site.release.search, speaker.ids.things, SECONDS) as nominator:
        matcher = Matcher(speaker.ids, nominator)
        return [[speaker.candidate(c) for c in matcher.candidates(q)] for q in queries]
