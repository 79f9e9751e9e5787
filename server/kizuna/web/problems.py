"""From errors to answers: the status of each, and its words as JSON (RFC 9457) or as a page.

This is the one place of the web package that may catch everything.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kizuna import errors
from kizuna.formats import BY_SUFFIX, FORMATS, HTML, Format, Kind, carrying
from kizuna.iris import to_path
from kizuna.web.dependencies import accept_of
from kizuna.web.middleware import PREFLIGHT
from kizuna.web.nearby import NOTHING_NEAR, Nearby, nearby
from kizuna.web.negotiation import negotiate
from kizuna.web.reader import reader_of
from kizuna.web.reporting import TOLD_IN_RDF, graph_format, report
from kizuna.web.respond import Meta, Representation, respond
from kizuna.web.views.page import render

STATUS: dict[type[errors.KizunaError], HTTPStatus] = {
    errors.BadQuery: HTTPStatus.BAD_REQUEST,
    errors.BadAddress: HTTPStatus.BAD_REQUEST,
    errors.BadParameter: HTTPStatus.BAD_REQUEST,
    errors.BadData: HTTPStatus.BAD_REQUEST,
    errors.Unauthorized: HTTPStatus.UNAUTHORIZED,
    errors.Refused: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.NotAcceptable: HTTPStatus.NOT_ACCEPTABLE,
    errors.Changed: HTTPStatus.PRECONDITION_FAILED,
    errors.NotConforming: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unsupported: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.AnswerTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.QueryCrashed: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.EngineFailed: HTTPStatus.BAD_GATEWAY,
    errors.EngineAway: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ServiceFailed: HTTPStatus.BAD_GATEWAY,
    errors.Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.QueryTooLong: HTTPStatus.GATEWAY_TIMEOUT,
}
"""Errors that are told as they are; all others are the publisher's own affair."""

PROBLEM = Format("Problem", "json", "application/problem+json", frozenset(), ("application/json",))
_FILES = tuple(form for form in FORMATS if form is not HTML)
RETRY_AFTER = 5
LONGEST_ASKED = 2_000
_KEPT = "/:@!$&'()*+,;=~-._%"
"""What stays as it is in an address (RFC 3986)."""
_LOST = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
CHALLENGE = 'Bearer realm="kizuna"'
"""What an answer 401 asks for (RFC 6750, section 3)."""
COME_AGAIN = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as it is told; ``line`` and ``column`` are 0 where there are none."""

    status: HTTPStatus
    kind: str
    detail: str
    hint: str = ""
    line: int = 0
    column: int = 0
    allow: str = field(default="", compare=False)
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)

    def document(self) -> bytes:
        """Return the problem details object (RFC 9457, section 3.1), with extension members."""
        members = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            "hint": self.hint,
            "kind": self.kind,
            "line": self.line,
            "column": self.column,
        }
        kept = {name: value for name, value in members.items() if value}
        return json.dumps(kept, ensure_ascii=False, indent=1).encode() + b"\n"


_UNAVAILABLE = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Unavailable",
    "this cannot be done just now: the server has no room or no helper for it; nothing was changed",
    "Try again later; the publisher sees in the log what is wrong.",
)


def if_it_works(make: Callable[[], T]) -> T | None:
    """Return what ``make`` returns, None where it fails: then another way tells why."""
    try:
        return make()
    except Exception:  # noqa: BLE001 - whatever it is, it comes again there and is told
        return None


def problem_of(request: Request, error: Exception) -> Problem:
    """Return what is told of ``error``; what is not meant for strangers is logged instead."""
    if isinstance(error, errors.KizunaError) and type(error) in STATUS:
        place = (error.line, error.column) if isinstance(error, errors.BadText) else (0, 0)
        return Problem(STATUS[type(error)], type(error).__name__, error.message, error.hint, *place)
    if isinstance(error, errors.UnavailableError):
        _log.error("%s %r cannot be done: %s", request.method, request.url.path, error.message)
        return _UNAVAILABLE
    if isinstance(error, HTTPException):
        return _of_framework(request, error)
    if isinstance(error, RequestValidationError):
        return Problem(
            HTTPStatus.BAD_REQUEST, "BadRequest", "the request's parameters are unusable"
        )
    _log.error("%s %r failed", request.method, request.url.path, exc_info=error)
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Broken",
        "something broke here, and the publisher has been told in the log",
        "Try again later; if it goes on, tell the publisher what you asked.",
    )


def _of_framework(request: Request, error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    detail, hint = str(error.detail), ""
    if status == HTTPStatus.NOT_FOUND and detail == status.phrase:
        detail = f"nothing stands at {to_path(request.url.path)}"
        hint = "The front page leads to everything that there is."
    allow = _allowed(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        hint = f"Possible are: {allow}."
        if detail == status.phrase:
            detail = f"{request.method} is not possible here"
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        hint = "Ask for less, or for all of it without Range."
    more = {n: v for n, v in (error.headers or {}).items() if n == "Content-Range"}
    kind = status.phrase.replace(" ", "")
    return Problem(status, kind, detail, hint, allow=allow, headers=more)


def _allowed(headers: Mapping[str, str]) -> str:
    """Return the value of ``Allow``; OPTIONS is answered wherever anything is."""
    methods = {m.strip() for m in headers.get("Allow", "").split(",")} - {""}
    return ", ".join(sorted(methods | {"OPTIONS"})) if methods else ""


async def answer_error(request: Request, error: Exception) -> Response:
    """Return the answer to a request that failed.

    OPTIONS fails as a method that no handler has, and so finds out which methods there are.
    """
    problem = problem_of(request, error)
    if problem.allow and request.method == "OPTIONS":
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=_preflight(problem.allow))
    representation = represented(request, problem, await _nearby(request, problem))
    if isinstance(error, errors.NotConforming) and error.report:
        form = BY_SUFFIX[report_suffix(request)]
        representation = Representation(error.report.encode(), form.content_type)
    response = respond(request, representation, meta_of(request, problem), problem.status)
    response.headers.update(problem.headers)
    if problem.allow:
        response.headers["allow"] = problem.allow
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response.headers["www-authenticate"] = CHALLENGE
    return response


def report_suffix(request: Request) -> str:
    """Return in which format a SHACL report is sent; empty where a problem is liked better."""
    try:
        form = negotiate(accept_of(request), (*carrying(Kind.GRAPH), PROBLEM))
    except errors.NotAcceptable:
        form = PROBLEM
    return "" if form is PROBLEM else form.suffix


_HEADINGS = {
    HTTPStatus.BAD_REQUEST: "error.400",
    HTTPStatus.FORBIDDEN: "error.403",
    HTTPStatus.NOT_FOUND: "error.404",
    HTTPStatus.METHOD_NOT_ALLOWED: "error.405",
    HTTPStatus.NOT_ACCEPTABLE: "error.406",
    HTTPStatus.GONE: "error.410",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "error.413",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "error.415",
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: "error.416",
    HTTPStatus.INTERNAL_SERVER_ERROR: "error.500",
    HTTPStatus.SERVICE_UNAVAILABLE: "error.503",
    HTTPStatus.GATEWAY_TIMEOUT: "error.504",
}


async def _nearby(request: Request, problem: Problem) -> Nearby:
    """Return what may have been meant by an address where nothing stands.

    It is a help only: whatever goes wrong with it, the answer to the error goes out without it.
    """
    if problem.status not in _LOST or not likes_pages(accept_of(request)):
        return NOTHING_NEAR
    try:
        site = request.state.site
        reader = reader_of(request, site)
        path = getattr(request.state, "sought", request.url.path)
        found: Nearby = await site.turns.take(lambda: nearby(reader, path))
    except (errors.Busy, errors.QueryTooLong):
        return NOTHING_NEAR  # where many ask for what is not there, each would fill the log
    except Exception:  # noqa: BLE001 - the error itself is to be told, not this one
        _log.exception("%r: no help was found", request.url.path)
        return NOTHING_NEAR
    return found


def represented(request: Request, problem: Problem, near: Nearby = NOTHING_NEAR) -> Representation:
    """Return a problem as a page if the client likes pages better than any file, else as data."""
    if not likes_pages(accept_of(request)):
        return _as_data(request, problem)
    reader = reader_of(request, request.state.site)
    heading = reader.text(_HEADINGS.get(problem.status, "error.other"))
    wrong = problem.status is HTTPStatus.BAD_REQUEST and request.scope["query_string"]
    return render(
        reader,
        "error.html",
        asked_for(request),
        problem=problem,
        heading=heading,
        links=links_of(request),
        near=near,
        again=reader.href(request.scope["path"].lstrip("/")) if wrong else "",
    )


def asked_for(request: Request) -> str:
    """Return the address that was asked for, without its language, as it may stand in links.

    It never leads to another host, as one with two slashes would; where it is long, it is ``/``.
    """
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    path = quote(raw.partition(b"?")[0].lstrip(b"/\\"), safe=_KEPT)
    query = quote(request.scope["query_string"], safe=_KEPT + "?")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith("lang="))
    address = f"/{path}?{kept}" if kept else f"/{path}"
    return address if len(address) <= LONGEST_ASKED else "/"


def _as_data(request: Request, problem: Problem) -> Representation:
    """Return a problem as JSON, or that there is nothing (so) in the RDF that was asked for."""
    form = graph_format(request, PROBLEM) if problem.status in TOLD_IN_RDF else None
    if form is not None:
        told = partial(report, form, problem.status, problem.detail, problem.hint)
        body = if_it_works(told)
        if body is not None:  # XML cannot hold every sign of an address
            return Representation(body, form.content_type)
    return Representation(problem.document(), PROBLEM.media_type)


def likes_pages(accept: str) -> bool:
    """Tell whether a client with this ``Accept`` likes a page better than any file."""
    try:
        return negotiate(accept, (PROBLEM, *_FILES, HTML)) is HTML
    except errors.NotAcceptable:
        return False


def meta_of(request: Request, problem: Problem) -> Meta:
    """Return what is said beside a problem: when to come again, and what there is instead."""
    wait = RETRY_AFTER if problem.status in COME_AGAIN else 0
    return Meta(vary=("Accept", "Accept-Language"), links=links_of(request), retry_after=wait)


def links_of(request: Request) -> tuple[str, ...]:
    """Return the ``Link`` values that a handler left before it failed."""
    links: tuple[str, ...] = getattr(request.state, "links", ())
    return links


def _preflight(allow: str) -> dict[str, str]:
    return PREFLIGHT | {"allow": allow, "access-control-allow-methods": allow}


class Shield:
    """Catches what nobody foresaw: the trace goes into the log, a 500 without it to the client."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, whatever happens; an answer that has begun is broken off."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except ClientDisconnect:
            return  # nobody is there to be told
        except Exception as error:
            if begun and isinstance(error.__cause__, errors.KizunaError):
                _log.warning("%r: an answer was broken off: %s", scope["path"], error.__cause__)
                return  # unfinished: the server then closes the connection
            if scope["type"] != "http" or begun:
                raise
            request = Request(scope, receive)
            response = await answer_error(request, error)
            await response(scope, receive, send)
