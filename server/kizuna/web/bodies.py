"""Reading a request: its body up to a limit, its fields decoded exactly once."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from kizuna.errors import BadQuery

MOST_FIELDS = 1_000


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body.

    Raises HTTPException 413 as soon as it is larger than ``limit`` bytes, 415 for one in a coding,
    and 400 for a part of one (RFC 9110, sections 8.4 and 14.5).
    """
    _check_plain(request)
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _check_plain(request: Request) -> None:
    coding = request.headers.get("content-encoding", "identity")
    if coding.strip().lower() not in {"", "identity"}:
        raise HTTPException(415, f"the body is coded as {coding}: send it as it is")
    if "content-range" in request.headers:
        raise HTTPException(400, "the body is a part of something: send it whole")


def fields_of(encoded: bytes) -> list[tuple[str, str]]:
    """Return the fields of a form or of a query string, in their order.

    Raises BadQuery where they are not UTF-8, or too many.
    """
    try:
        return parse_qsl(
            encoded.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise BadQuery(
            f"the request's fields cannot be read: {error}",
            hint="Percent-encode them as UTF-8.",
        ) from error


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"the request is larger than {limit} bytes")
