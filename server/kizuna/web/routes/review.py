"""Proposals decided in the browser, by those who have the token of the publisher.

There is no cookie: each form carries the token, as it was typed, so that no other site can decide.
What is decided goes into the files of the project; the release that is served stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import BadParameter, NotFound, Refused, Unauthorized
from kizuna.proposals import Proposal, Verdict
from kizuna.proposals.kinds import find, pending
from kizuna.release.payloads import media_type
from kizuna.web.bodies import fields_of, read_body
from kizuna.web.dependencies import READ, Asking
from kizuna.web.reader import Reader
from kizuna.web.respond import NOT_KEPT, Meta, Representation, respond
from kizuna.web.views.page import render
from kizuna.web.views.reviewed import Waiting, shown
from kizuna.web.writing import Reviewing, Writing, writing_of

router = APIRouter()
MOST_SENT = 100_000
"""Bytes of a form: the proposals that are left for later are named in it."""
FORM = "application/x-www-form-urlencoded"
_META = Meta(vary=("Accept-Language",), cache_control=NOT_KEPT)


@router.api_route("/review", methods=READ)
def door(request: Request, reader: Asking) -> Response:
    """Return the form that asks for the token. Raises Refused where nothing is decided here."""
    _open(request)
    return respond(request, _page(reader, Waiting()), _META)


@router.post("/review")
async def review(request: Request, reader: Asking) -> Response:
    """Do what the form says, and return the next proposal.

    Raises Unauthorized without the token, Refused, and BadParameter for an answer that the proposal
    does not take.
    """
    writing, reviewing = _open(request)
    if media_type(request.headers.get("content-type", ""))[0] != FORM:
        raise HTTPException(415, f"send the form, as {FORM}")
    fields = dict(fields_of(await read_body(request, MOST_SENT)))
    if not writing.knows(fields.get("token", "")):
        raise Unauthorized(
            "deciding needs the token of the publisher", hint="Type it at /review: KIZUNA_TOKEN."
        )
    page = await run_in_threadpool(_next, reader, reviewing, fields)
    return respond(request, page, _META)


def _open(request: Request) -> tuple[Writing, Reviewing]:
    writing = writing_of(request)
    if writing is None or writing.reviewing is None:
        raise Refused(
            "proposals are not decided here",
            hint="kizuna serve --writable opens it; kizuna review does the same at a terminal.",
        )
    return writing, writing.reviewing


def _next(reader: Reader, reviewing: Reviewing, fields: Mapping[str, str]) -> Representation:
    """Decide, if the form does, and return the page of the next proposal."""
    left = fields.get("left", "").split()
    done = ""
    with reviewing.lock:
        if fields.get("id"):
            done = _decide(reviewing, fields, left)
        waiting = [p for p in pending(reviewing.place) if p.id not in left]
    found = Waiting(
        token=fields["token"],
        by=fields.get("by", ""),
        left=tuple(left),
        done=done,
        count=len(waiting),
        proposal=shown(reader, waiting[0]) if waiting else None,
    )
    return _page(reader, found)


def _decide(reviewing: Reviewing, fields: Mapping[str, str], left: list[str]) -> str:
    """Decide a proposal; whoever comes too late is told so, and goes on with the next."""
    try:
        proposal = find(reviewing.place, fields["id"])
    except NotFound:
        return "That is decided already."
    done = _decided(proposal, fields)
    if fields["choice"] == "defer":
        left.append(proposal.id)
    return done


def _decided(proposal: Proposal, fields: Mapping[str, str]) -> str:
    choice = next((c for c in proposal.choices if c.name == fields.get("choice")), None)
    by = " ".join(fields.get("by", "").split())
    if choice is None or not by:
        known = ", ".join(c.name for c in proposal.choices)
        raise BadParameter(
            "the form names nobody who decides" if choice else "the form has no such answer",
            hint=f"It takes a name (by) and an answer (choice): {known}.",
        )
    return proposal.decide(choice, Verdict(by, datetime.now(UTC).date()))


def _page(reader: Reader, waiting: Waiting) -> Representation:
    return render(reader, "review.html", "/review", waiting=waiting)
