"""Where code hosts call when there is something new: an address that asks for a look at once.

What they send is not read, but for its signature: what is new, git says.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import Refused, Unauthorized
from kizuna.web.operation import operation_of
from kizuna.web.respond import NOT_KEPT

router = APIRouter()
MOST_SENT = 25_000_000
"""Bytes that a call may have: what GitHub sends at most."""
LOOK = "/readyz"
_SIGNED = "sha256="


@router.post("/hooks/update")
async def update(request: Request) -> Response:
    """Ask for a look at the project; however many ask, one look begins after the one that runs."""
    keeper = operation_of(request).keeper
    token = keeper.plan.token if keeper else ""
    if keeper is None or not token:
        raise Refused(
            "updating over HTTP is not open here",
            hint="The publisher opens it with --watch or --pull and a token in KIZUNA_HOOK_TOKEN.",
        )
    is_signed = "x-hub-signature-256" in request.headers  # only then the body matters
    signature = await _signature(request, token.encode()) if is_signed else ""
    if not any(shows(request, token, signature) for shows in _PROOFS):
        raise Unauthorized(
            "updating needs the token of the publisher",
            hint="Send it as Authorization: Bearer TOKEN or X-Gitlab-Token: TOKEN, or sign the "
            "body with it: X-Hub-Signature-256.",
        )
    keeper.wake()
    body = json.dumps({"status": "accepted", "look": LOOK}).encode() + b"\n"
    headers = {"location": LOOK, "cache-control": NOT_KEPT, "content-type": "application/json"}
    return Response(body, HTTPStatus.ACCEPTED, headers)


async def _signature(request: Request, key: bytes) -> str:
    """Return the HMAC of the body (RFC 2104), of which no more than a piece is held at a time.

    Raises HTTPException 413 for a body that is too large.
    """
    digest, length = hmac.new(key, digestmod=sha256), 0
    async for chunk in request.stream():
        digest.update(chunk)
        length += len(chunk)
        if length > MOST_SENT:
            raise HTTPException(413, f"the request is larger than {MOST_SENT} bytes")
    return digest.hexdigest()


def _bearer(request: Request, token: str, _: str) -> bool:
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and _same(shown.strip(), token)


def _gitlab(request: Request, token: str, _: str) -> bool:
    return _same(request.headers.get("x-gitlab-token", ""), token)


def _github(request: Request, _: str, signature: str) -> bool:
    return _same(request.headers.get("x-hub-signature-256", ""), _SIGNED + signature)


_PROOFS: tuple[Callable[[Request, str, str], bool], ...] = (_bearer, _gitlab, _github)
"""How a call may show that it has the token: one of them is enough."""


def _same(shown: str, expected: str) -> bool:
    """Tell whether two secrets are equal, in a time that tells nothing of where they differ."""
    return secrets.compare_digest(shown.encode("latin-1", "replace"), expected.encode())
