"""What a request has of an answer already, and what part of it is wanted (RFC 9110, 13 and 14)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request

from kizuna.web.ranges import ranges_of

ENTITY_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


@lru_cache(64)
def http_date(moment: datetime) -> str:
    """Return a moment as headers have it, in whole seconds (RFC 9110, section 5.6.7)."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def is_held(request: Request, etag: str, modified: datetime | None = None) -> bool:
    """Tell whether the client has it: by its tag, or without any by its date (section 13.2.2).

    ``If-None-Match`` may list several, and is compared weakly; both are for GET and HEAD only.
    """
    if request.method not in {"GET", "HEAD"}:
        return False
    held = ", ".join(request.headers.getlist("if-none-match")).strip()
    if "if-none-match" in request.headers:
        return held == "*" or etag in (match[1] for match in ENTITY_TAG.finditer(held))
    if modified is None or "if-modified-since" not in request.headers:
        return False
    since = _date(request.headers["if-modified-since"])
    return since is not None and since >= modified.replace(microsecond=0)


def check_wanted(request: Request, etag: str, modified: datetime | None = None) -> None:
    """Pass unless the client wants another version alone (RFC 9110, section 13.2.2).

    ``If-Match`` is compared strongly; only without it ``If-Unmodified-Since`` counts.

    Raises HTTPException 412.
    """
    if _is_refused(request, etag, modified):
        raise HTTPException(
            HTTPStatus.PRECONDITION_FAILED, f"this is another version, with the tag {etag}"
        )


def _is_refused(request: Request, etag: str, modified: datetime | None) -> bool:
    headers = request.headers
    if "if-match" in headers:
        wanted = ", ".join(headers.getlist("if-match")).strip()
        return wanted != "*" and etag not in {m[0] for m in ENTITY_TAG.finditer(wanted)}
    if modified is None or "if-unmodified-since" not in headers:
        return False
    since = _date(headers["if-unmodified-since"])
    return since is not None and since < modified.replace(microsecond=0)


def _date(text: str) -> datetime | None:
    """Return the moment that a header names, None where it is no date that a clock shows."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def wanted_ranges(
    request: Request, size: int, etag: str, modified: datetime | None = None
) -> list[tuple[int, int]] | None:
    """Return first and last byte of each part that is asked for, None for all of it.

    All of it is wanted where ``Range`` is none of bytes, where it is meant for another version
    (``If-Range``, section 13.1.5), and for HEAD.

    Raises HTTPException 416 where nothing lies in any range.
    """
    headers = Headers(scope=request.scope)
    if request.method != "GET" or "range" not in headers:
        return None
    if headers.get("if-range") not in {None, etag, http_date(modified) if modified else None}:
        return None
    found = ranges_of(headers["range"], size)
    if found == []:
        raise HTTPException(
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            f"there are {size} bytes, none of them in the range",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return found
