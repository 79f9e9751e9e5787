"""Things by words, for programs."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter
from fastapi import Query as Parameter
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, QuerySolutions, parse_query_results
from starlette.requests import Request
from starlette.responses import Response

from kizuna.engine import Query
from kizuna.formats import BY_SUFFIX, Kind
from kizuna.vocabulary import KZ_SEARCH
from kizuna.web.answering import whole
from kizuna.web.asking import ask
from kizuna.web.dependencies import READ, Asking, Here
from kizuna.web.operation import note_query
from kizuna.web.reader import Reader
from kizuna.web.respond import Meta, Representation, respond

router = APIRouter()
USUAL, MOST = 20, 1_000
_PAGE = Meta(vary=("Accept-Language",))
_ROWS = {Kind.ROWS: BY_SUFFIX["json"]}

Limit = Annotated[int, Parameter(ge=1, le=MOST)]


@router.api_route("/search", methods=READ)
async def found(
    request: Request, site: Here, reader: Asking, q: str = "", limit: Limit = USUAL
) -> Response:
    """Return the things whose texts hold the words ``q``, the best first, as JSON.

    It is ``kz:search``, answered by the engine like any query: within its limits, in its lanes.
    """
    words = q.encode("utf-8", "replace").decode()  # a lone surrogate stands in no text
    key = ("search", words, limit, reader.language)
    held = site.cache.find(key)
    if held is None:
        text = (
            f"SELECT ?thing ?score ?text {{ (?thing ?score ?text) {KZ_SEARCH} "
            f"({Literal(words)} {limit}) }} ORDER BY DESC(?score) ?thing"
        )
        note_query(request, text)
        answer = await whole(await ask(request, site, Query(text, site.endpoint), _ROWS))
        held = site.cache.keep(key, _written(reader, words, answer.body))
    return respond(request, held, _PAGE)


def _written(reader: Reader, words: str, rows: bytes) -> Representation:
    solutions = parse_query_results(rows, QueryResultsFormat.JSON)
    hits = []
    for row in solutions if isinstance(solutions, QuerySolutions) else ():
        thing, score, text = row["thing"], row["score"], row["text"]
        if isinstance(thing, NamedNode) and isinstance(text, Literal):
            hit = {
                "thing": thing.value,
                "name": reader.name(thing).text,
                "text": text.value,
                "language": text.language,
                "score": float(str(getattr(score, "value", 0))),
            }
            hits.append({name: value for name, value in hit.items() if value is not None})
    body = json.dumps({"words": words, "hits": hits}, ensure_ascii=False, indent=1) + "\n"
    return Representation(body.encode(), "application/json")
