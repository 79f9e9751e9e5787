"""The Graph Store Protocol (SPARQL 1.1): graphs read and written whole, at three addresses.

Indirectly at ``/graphs?graph=IRI`` and ``/graphs?default``, and directly where the graph's own
IRI leads: ``/graph/…`` and ``/graphs/…`` below the base.
"""

from __future__ import annotations

import uuid

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import BadAddress
from kizuna.formats import Kind, carrying
from kizuna.iris import is_iri, to_uri
from kizuna.release import Act, Change
from kizuna.release.payloads import MULTIPART, READABLE, is_readable, media_type
from kizuna.web.bodies import fields_of, read_body
from kizuna.web.dependencies import READ, Here, accept_of
from kizuna.web.graphs import check_conditions, check_exists, exists, read
from kizuna.web.negotiation import negotiate
from kizuna.web.paths import iri_path, node, resolve
from kizuna.web.problems import report_suffix
from kizuna.web.protocol import UPDATE
from kizuna.web.respond import Meta
from kizuna.web.routes import vocabularies
from kizuna.web.site import Site
from kizuna.web.writing import authorised

router = APIRouter()
WRITE = ["PUT", "POST", "DELETE", "PATCH"]
_VARY = Meta(vary=("Accept",))
_OFFERED = carrying(Kind.GRAPH)


@router.api_route("/graphs", methods=[*READ, *WRITE])
async def named(request: Request, site: Here) -> Response:
    """Read or write the graph that the request names; a POST that names none makes a new one."""
    if request.method == "POST" and not request.scope["query_string"]:
        return await _written(request, site, site.addresses.graph(str(uuid.uuid4())))
    graph = _named(request)
    if request.method not in READ:
        return await _written(request, site, graph)
    check_exists(site, graph)
    return await read(request, site, graph, negotiate(accept_of(request), _OFFERED), _VARY)


@router.api_route("/graph/{rest:path}", methods=[*READ, *WRITE])
@router.api_route("/graphs/{rest:path}", methods=[*READ, *WRITE])
async def direct(request: Request, site: Here) -> Response:
    """Read or write the graph whose IRI is this address; a page too, once there is an index."""
    if request.method not in READ:
        return await _written(request, site, site.addresses.base + iri_path(request))
    if site.manifest.filled:
        return await run_in_threadpool(vocabularies.graph, request, site)

    def is_there(path: str) -> bool:
        return exists(site, site.addresses.base + path)

    path, form = resolve(iri_path(request), _OFFERED, is_there)
    form = form or negotiate(accept_of(request), _OFFERED)
    return await read(request, site, site.addresses.base + path, form, _VARY)


def _named(request: Request) -> str | None:
    """Return the IRI of the graph that the request names, None for the default graph.

    Raises BadAddress for none, two, or an IRI that is not absolute (sections 4.1 and 4.2).
    """
    fields = fields_of(request.scope["query_string"])
    named = [(name, value) for name, value in fields if name in {"default", "graph"}]
    if len(named) != 1:
        raise BadAddress(
            f"the request names {len(named) or 'no'} graphs, but must name one",
            hint="Add ?default, or ?graph= with the percent-encoded IRI of a graph.",
        )
    name, value = named[0]
    if name == "default":
        return None
    if not is_iri(value):
        raise BadAddress(f"{value!r} is no absolute IRI", hint="Write the graph's IRI whole.")
    return node(value).value


async def _written(request: Request, site: Site, graph: str | None) -> Response:
    writing = authorised(request)
    act = Act(request.method.lower())
    kind = request.headers.get("content-type", "")
    _check_type(act, kind)
    body = await read_body(request, writing.scribe.limits.body_bytes)
    change = Change(
        act, site.endpoint, graph=graph, content_type=kind, report=report_suffix(request)
    )

    async def condition(current: Site) -> None:
        await check_conditions(request, current, graph)

    written = await writing.write(change, body, condition)
    headers = {"kizuna-release": written.release.id}
    if not written.created or graph is None:
        return Response(status_code=204, headers=headers)
    return Response(status_code=201, headers=headers | {"location": to_uri(graph)})


def _check_type(act: Act, content_type: str) -> None:
    """Pass if a body of this type is taken. Raises HTTPException 415 (section 5.1)."""
    kind, _ = media_type(content_type)
    readable = is_readable(content_type) and (kind != MULTIPART or act is Act.POST)
    fits = {Act.PATCH: kind == UPDATE, Act.DELETE: True}.get(act, readable)
    if not fits:
        known = [UPDATE] if act is Act.PATCH else [*dict.fromkeys(READABLE), MULTIPART]
        raise HTTPException(415, f"send one of {', '.join(known)}, in UTF-8")
