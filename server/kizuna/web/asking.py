"""Asking the engine on behalf of a request, without stopping the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from starlette.requests import ClientDisconnect, Request

from kizuna.engine import Answer, Query, Stream
from kizuna.errors import NotAcceptable
from kizuna.formats import BY_SUFFIX, HTML, N_TRIPLES, Format, Kind, carrying
from kizuna.web.negotiation import negotiate
from kizuna.web.site import Site

MOST_REMEMBERED = 4_000_000
"""Bytes of a stream up to which it is held, so that the next one need not be asked for."""
LONGEST_KNOWN = 500
"""Headers up to this length are negotiated once and remembered."""
SOON = 0.05
"""Seconds after which it is worth to look whether the client is still there."""
SEARCH = "search"
KINDS = (Kind.ROWS, Kind.TRUTH, Kind.GRAPH)
BEHIND_PAGES = {
    Kind.ROWS: BY_SUFFIX["tsv"],
    Kind.TRUTH: BY_SUFFIX["json"],
    Kind.GRAPH: N_TRIPLES,
}
"""In which format the engine answers what is then shown as a table: rows as lines."""


def wanted_formats(accept: str) -> Mapping[Kind, Format]:
    """Return the format that the client likes best for each kind of answer.

    A query's kind is known only when it has been read, so all are negotiated; kinds for which
    nothing is acceptable are left out.

    Raises NotAcceptable when that leaves none.
    """
    return _negotiated(accept) if len(accept) <= LONGEST_KNOWN else _wanted(accept)


def _wanted(accept: str) -> Mapping[Kind, Format]:
    wanted: dict[Kind, Format] = {}
    for kind in KINDS:
        with suppress(NotAcceptable):
            wanted[kind] = negotiate(accept, (*carrying(kind), HTML))
    if not wanted:
        raise NotAcceptable(
            "results are not written in any type that the request accepts",
            hint="Ask for application/sparql-results+json, text/csv or text/turtle.",
        )
    return wanted


_negotiated = lru_cache(maxsize=512)(_wanted)


async def ask(
    request: Request, site: Site, query: Query, wanted: Mapping[Kind, Format]
) -> Answer | Stream:
    """Return the engine's answer; for pages, in the format that their tables are made from.

    When the client goes away meanwhile, the query ends at once.

    Raises ClientDisconnect, and whatever the engine raises.
    """
    formats = {k: BEHIND_PAGES[k] if form is HTML else form for k, form in wanted.items()}
    client = request.client.host if request.client else ""
    if SEARCH in query.text and not site.manifest.filled:
        site.wanted.set()  # kz:search reads an index that is made when somebody wants it
    asking = asyncio.ensure_future(site.engine.ask(query, formats, client))
    try:
        await asyncio.wait({asking}, timeout=SOON)
        if not asking.done():
            await _answered_or_gone(asking, request)
        return asking.result()
    finally:
        asking.cancel()


async def remembering(
    chunks: AsyncGenerator[bytes, None], keep: Callable[[bytes], object]
) -> AsyncGenerator[bytes, None]:
    """Yield ``chunks``, and hand all of them to ``keep`` if they are whole and not too many."""
    held: list[bytes] = []
    size = 0
    try:
        async for chunk in chunks:
            size += len(chunk)
            if size <= MOST_REMEMBERED:
                held.append(chunk)
            else:
                held.clear()
            yield chunk
        if size <= MOST_REMEMBERED:
            keep(b"".join(held))
    finally:
        await chunks.aclose()


async def _answered_or_gone(asking: asyncio.Future[Answer | Stream], request: Request) -> None:
    """Wait for an answer. Raises ClientDisconnect when its client goes away before."""
    leaving = asyncio.ensure_future(_gone(request))
    both: set[asyncio.Future[Any]] = {asking, leaving}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            raise ClientDisconnect
    finally:
        leaving.cancel()


async def _gone(request: Request) -> None:
    """Wait until the client has gone; its request has been read whole before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
