"""Names for what is being typed in the query form."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kizuna.web.completing import completions
from kizuna.web.dependencies import READ, Asking, Here
from kizuna.web.reader import Reader
from kizuna.web.respond import Meta, Representation, respond
from kizuna.web.routes.search import said

router = APIRouter()
_JSON = Meta(vary=("Accept-Language",), cache_control="max-age=60")

Kind = Literal["class", "property", "thing"]


@router.api_route("/complete", methods=READ)
async def complete(
    request: Request, site: Here, reader: Asking, q: str = "", kind: Kind = "thing"
) -> Response:
    """Return what ``q`` may become in a query, as JSON."""
    words = said(q)
    key = ("complete", words, kind, reader.language)
    held = site.cache.find(key)
    if held is None:
        held = site.cache.keep(key, await site.turns.take(partial(_made, reader, words, kind)))
    return respond(request, held, _JSON)


def _made(reader: Reader, words: str, kind: Kind) -> Representation:
    items = [
        {name: value for name, value in asdict(found).items() if value}
        for found in completions(reader, words, kind)
    ]
    body = json.dumps({"items": items}, ensure_ascii=False) + "\n"
    return Representation(body.encode(), "application/json")
