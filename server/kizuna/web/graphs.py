"""One graph as the Graph Store Protocol sees it: read, and the conditions for writing it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse
from starlette.requests import Request
from starlette.responses import Response

from kizuna.engine import Answer, Query, Stream
from kizuna.errors import Changed, NotAcceptable, NotFound
from kizuna.formats import N_TRIPLES, Format, Kind, carrying
from kizuna.iris import to_path
from kizuna.release.terms import read_forms
from kizuna.representations import write
from kizuna.web.asking import ask
from kizuna.web.codings import CODINGS
from kizuna.web.conditions import ENTITY_TAG
from kizuna.web.respond import Meta, Representation, respond_soon, stream
from kizuna.web.site import Site

_EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def exists(site: Site, graph: str | None) -> bool:
    """Tell whether there is such a graph; the default graph (None) always is."""
    return graph is None or graph in site.manifest.graphs


def check_exists(site: Site, graph: str | None) -> None:
    """Pass if there is such a graph. Raises NotFound."""
    if not exists(site, graph):
        raise NotFound(f"there is no graph <{graph}>", hint="All graphs are listed at /dumps.")


async def read(
    request: Request, site: Site, graph: str | None, form: Format, meta: Meta
) -> Response:
    """Return the graph in ``form``; a large one is streamed as the store has it.

    A smaller one is written from its terms as they were sent, sorted, so that equal graphs have
    equal entity tags.

    Raises NotFound, NotAcceptable, and whatever the engine raises.
    """
    check_exists(site, graph)
    found = await _represented(request, site, graph, form)
    if isinstance(found, Representation):
        return await respond_soon(request, found, meta)
    return stream(request, found.chunks, form.content_type, meta)


async def _represented(
    request: Request, site: Site, graph: str | None, form: Format
) -> Representation | Stream:
    path = site.addresses.page(graph) if graph else None
    key = (path or ("graph", graph), form.suffix, ())
    held = site.cache.find(key)
    if held is not None:
        return held
    found = await _asked(request, site, graph, N_TRIPLES)
    if isinstance(found, Answer):
        made = await asyncio.to_thread(_written, site, graph, form, found.body)
        return site.cache.keep(key, made)
    await found.chunks.aclose()
    if graph is not None and site.manifest.filled:
        made = await asyncio.to_thread(_from_dump, site, graph, form)
        return site.cache.keep(key, made)
    large = await _asked(request, site, graph, form)
    if isinstance(large, Stream):
        return large
    return Representation(large.body, form.content_type)


async def _asked(request: Request, site: Site, graph: str | None, form: Format) -> Answer | Stream:
    graphs = (graph,) if graph is not None else None
    query = Query(_EVERYTHING, site.endpoint, default_graphs=graphs, named_graphs=graphs and ())
    return await ask(request, site, query, {Kind.GRAPH: form})


def _written(site: Site, graph: str | None, form: Format, body: bytes) -> Representation:
    """Return the statements of a small graph as they were written."""
    term = NamedNode(graph) if graph else DefaultGraph()
    return _representation(site, form, _as_written(site, term, body))


def _as_written(site: Site, graph: NamedNode | DefaultGraph, body: bytes) -> Iterable[Quad]:
    """Yield the statements; those of a merged default graph have the forms of any graph."""
    merged = site.manifest.merged and isinstance(graph, DefaultGraph)
    forms: dict[object, set[Quad]] = {}
    for kept, written in read_forms(site.release.folder).items():
        if merged or kept.graph_name == graph:
            forms.setdefault(kept.triple, set()).update(written)
    for quad in parse(body, RdfFormat.N_TRIPLES):
        yield from forms.get(quad.triple, (quad,))


def _from_dump(site: Site, graph: str, form: Format) -> Representation:
    return _representation(site, form, site.graph(NamedNode(graph)))


def _representation(site: Site, form: Format, quads: Iterable[Quad]) -> Representation:
    return Representation(write(bare(quads), form, site.prefixes), form.content_type)


def bare(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield the statements without the name of their graph: a graph does not hold its own name."""
    return (Quad(q.subject, q.predicate, q.object) for q in quads)


async def check_conditions(request: Request, site: Site, graph: str | None) -> None:
    """Pass if the graph is in the state that the request makes its condition.

    RFC 9110, section 13.2.2: ``If-Match``, then ``If-None-Match``, with the entity tags of the
    graph in any format and coding.

    Raises Changed.
    """
    wanted, unwanted = (
        ", ".join(request.headers.getlist(name)).strip() for name in ("if-match", "if-none-match")
    )
    if not wanted and not unwanted:
        return
    tags = await _tags(request, site, graph)
    if wanted and not _names(wanted, tags, strongly=True):
        raise Changed(
            f"the graph {_shown(graph)} is not what If-Match takes it for",
            hint="Read it again, and decide anew.",
        )
    if unwanted and _names(unwanted, tags):
        raise Changed(
            f"the graph {_shown(graph)} is there, which If-None-Match rules out",
            hint="Leave the header out to write it all the same.",
        )


def _shown(graph: str | None) -> str:
    return f"<{to_path(graph)}>" if graph else "by default"


async def _tags(request: Request, site: Site, graph: str | None) -> list[str] | None:
    """Return the entity tags of a graph, None where there is no such graph."""
    if not exists(site, graph):
        return None
    found = []
    for form in carrying(Kind.GRAPH):
        with suppress(NotAcceptable):
            made = await _represented(request, site, graph, form)
            if isinstance(made, Representation):
                found.append(made.etag)
            else:
                await made.chunks.aclose()
    return found


def _names(header: str, tags: list[str] | None, *, strongly: bool = False) -> bool:
    """Tell whether the header names one of the tags; each coding has a suffix of its own.

    ``strongly``: a weak tag equals none (RFC 9110, section 8.8.3.2).
    """
    if tags is None:
        return False
    coded = {f'{tag[:-1]}-{coding.name}"' for tag in tags for coding in CODINGS}
    known = coded.union(tags)
    named = (m[1] for m in ENTITY_TAG.finditer(header) if not (strongly and m[0][0] == "W"))
    return header == "*" or any(name in known for name in named)
