"""OAI-PMH 2.0: the catalogue for harvesters of libraries and portals.

https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import BadQuery
from kizuna.web.bodies import fields_of, read_body
from kizuna.web.dependencies import READ, Whole
from kizuna.web.oai.answers import PATH, answer, refusal
from kizuna.web.oai.asked import Wrong, read_arguments
from kizuna.web.protocol import FORM
from kizuna.web.respond import NOT_KEPT, Meta, Representation, respond_soon
from kizuna.web.site import Site

router = APIRouter()
MOST_BYTES = 16_384
"""How large a form may be: its arguments are short."""


@router.api_route(f"/{PATH}", methods=[*READ, "POST"])
async def oai(request: Request, site: Whole) -> Response:
    """Return the answer to a verb; what is wrong with a request is told in the words of OAI-PMH.

    Each answer says when it was given (section 3.2), so that none is kept, nor has an entity tag.

    Raises HTTPException 413, and 415 for a POST that is no form.
    """
    encoded = await _encoded(request)
    text = await site.drawing.take(lambda: _answered(site, encoded))
    made = Representation(text.encode(), "text/xml; charset=utf-8")
    response = await respond_soon(request, made, Meta(cache_control=NOT_KEPT))
    del response.headers["etag"]
    return response


async def _encoded(request: Request) -> bytes:
    """Return the arguments as they come: in the address, or in the body of a POST (section 3.1)."""
    if request.method != "POST":
        return bytes(request.scope["query_string"])
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise HTTPException(415, f"send the arguments as {FORM}")
    return await read_body(request, MOST_BYTES)


def _answered(site: Site, encoded: bytes) -> str:
    moment, arguments = datetime.now(UTC), {}
    try:
        arguments = dict(read_arguments(_fields(encoded)))
        return answer(site, arguments, moment)
    except Wrong as wrong:
        return refusal(site, arguments, moment, wrong)


def _fields(encoded: bytes) -> list[tuple[str, str]]:
    try:
        return fields_of(encoded)
    except BadQuery as error:
        raise Wrong("badArgument", error.message) from error
