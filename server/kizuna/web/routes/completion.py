"""Names for what is being typed in the query form."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kizuna.web.completing import completions
from kizuna.web.dependencies import READ, Asking, Here
from kizuna.web.respond import Meta, Representation, respond

router = APIRouter()
_JSON = Meta(vary=("Accept-Language",), cache_control="max-age=60")

Kind = Literal["class", "property", "thing"]


@router.api_route("/complete", methods=READ)
def complete(
    request: Request, site: Here, reader: Asking, q: str = "", kind: Kind = "thing"
) -> Response:
    """Return what ``q`` may become in a query, as JSON."""
    words = q.encode("utf-8", "replace").decode()  # a lone surrogate stands in no text

    def make() -> Representation:
        items = [
            {name: value for name, value in asdict(found).items() if value}
            for found in completions(reader, words, kind)
        ]
        body = json.dumps({"items": items}, ensure_ascii=False) + "\n"
        return Representation(body.encode(), "application/json")

    return respond(request, site.cache.get(("complete", words, kind, reader.language), make), _JSON)
