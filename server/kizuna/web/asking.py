"""Asking the engine on behalf of a request, without stopping the event loop."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from anyio import to_thread

from kizuna.engine import Answer, Query
from kizuna.errors import Busy, NotAcceptable
from kizuna.formats import BY_SUFFIX, HTML, N_TRIPLES, Format, Kind, carrying
from kizuna.web.negotiation import negotiate
from kizuna.web.site import Site

KINDS = (Kind.ROWS, Kind.TRUTH, Kind.GRAPH)
BEHIND_PAGES = {
    Kind.ROWS: BY_SUFFIX["json"],
    Kind.TRUTH: BY_SUFFIX["json"],
    Kind.GRAPH: N_TRIPLES,
}
"""In which format the engine answers what is then shown as a table."""


def wanted_formats(accept: str) -> dict[Kind, Format]:
    """Return the format that the client likes best for each kind of answer.

    A query's kind is known only when it has been read, so all are negotiated; kinds for which
    nothing is acceptable are left out.

    Raises NotAcceptable when that leaves none.
    """
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


async def ask(site: Site, query: Query, wanted: Mapping[Kind, Format]) -> Answer:
    """Return the engine's answer; for pages, in the format that their tables are made from.

    The engine has threads of its own, so that slow queries never keep a page waiting.

    Raises Busy when too many queries are running, and whatever the engine raises.
    """
    formats = {k: BEHIND_PAGES[k] if form is HTML else form for k, form in wanted.items()}
    if site.gate.available_tokens < 1:
        raise Busy("too many queries are running", hint="Try again in a few seconds.")
    return await to_thread.run_sync(site.engine.answer, query, formats, limiter=site.gate)
