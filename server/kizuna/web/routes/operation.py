"""What machines ask that look after the site."""

from __future__ import annotations

import json

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kizuna.keeping import Keeper
from kizuna.web.dependencies import READ, Here
from kizuna.web.exposition import MEDIA_TYPE
from kizuna.web.operation import operation_of
from kizuna.web.respond import NOT_KEPT, Meta, Representation, respond

router = APIRouter()
_NOT_KEPT = Meta(cache_control=NOT_KEPT)


@router.api_route("/healthz", methods=READ)
async def healthz(request: Request) -> Response:
    """Say that requests are answered."""
    return respond(request, Representation(b"ok\n", "text/plain; charset=utf-8"), _NOT_KEPT)


@router.api_route("/readyz", methods=READ)
async def readyz(request: Request, site: Here) -> Response:
    """Say which release is served, which newer one could not be opened, which change not taken.

    Before a release is served there is no site; ``web.gate`` then answers 503.
    """
    operation = operation_of(request)
    known = {
        "status": "ready",
        "release": site.release.id,
        "created": site.manifest.created,
        "refused": operation.refused,
        "update": _told(operation.keeper),
    }
    body = json.dumps(known).encode() + b"\n"
    return respond(request, Representation(body, "application/json"), _NOT_KEPT)


def _told(keeper: Keeper | None) -> dict[str, object] | None:
    """Return what all may know of the keeping up, None where nobody keeps up."""
    if keeper is None:
        return None
    return {"running": keeper.running, "trouble": keeper.troubles.document()}


@router.api_route("/metrics", methods=READ)
async def metrics(request: Request, site: Here) -> Response:
    """Return what has happened so far, as Prometheus reads it."""
    body = operation_of(request).text(site).encode()
    return respond(request, Representation(body, MEDIA_TYPE), _NOT_KEPT)
