"""The answer 410: a thing that a past release had (RFC 9110, section 15.5.11)."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from pyoxigraph import Literal, NamedNode, Quad
from starlette.requests import Request
from starlette.responses import Response

from kizuna.formats import HTML, Format, Kind, carrying
from kizuna.iris import to_path, to_uri
from kizuna.release import Tombstone
from kizuna.representations import write
from kizuna.vocabulary import DCT_REPLACED_BY, DCT_REPLACES, XSD_BOOLEAN, term
from kizuna.web.dependencies import accept_of
from kizuna.web.described import asked_format
from kizuna.web.negotiation import negotiate
from kizuna.web.problems import PROBLEM, Problem
from kizuna.web.reader import Reader, reader_of
from kizuna.web.respond import Meta, Representation, respond
from kizuna.web.site import Site
from kizuna.web.views.page import render

OFFERED = (PROBLEM, HTML, *carrying(Kind.GRAPH))
_DATE_TIME = term("xsd:dateTime")


def gone(request: Request, site: Site, iri: str, form: Format | None) -> Response:
    """Return what is known of the thing ``iri``, which has a tombstone, in the format asked for.

    Raises NotAcceptable.
    """
    stone = site.tombstones[iri]
    chosen = form or asked_format(request) or negotiate(accept_of(request), OFFERED)
    successors = _successors(site, iri, stone)
    links = tuple(f'<{to_uri(s.value)}>; rel="successor-version"' for s in successors)
    meta = Meta(vary=("Accept", "Accept-Language"), links=links)
    told = _told(reader_of(request, site), iri, stone, successors, chosen)
    return respond(request, told, meta, HTTPStatus.GONE)


def _told(
    reader: Reader, iri: str, stone: Tombstone, successors: list[NamedNode], chosen: Format
) -> Representation:
    problem = Problem(
        HTTPStatus.GONE,
        "Gone",
        f"<{iri}> was last in release {stone.last}; it went with release {stone.release}",
        f"It is replaced by {', '.join(s.value for s in successors)}." if successors else "",
    )
    if chosen is PROBLEM:
        return Representation(problem.document(), PROBLEM.media_type)
    if chosen is not HTML:
        quads = list(_statements(iri, stone, successors))
        return Representation(write(quads, chosen, reader.site.prefixes), chosen.content_type)
    return render(
        reader,
        "gone.html",
        "/" + to_path(reader.site.addresses.page(iri) or "").lstrip("/"),
        problem=problem,
        iri=iri,
        stone=stone,
        day=reader.day(stone.gone.partition("T")[0]),
        successors=[reader.link(successor) for successor in successors],
    )


def _successors(site: Site, iri: str, stone: Tombstone) -> list[NamedNode]:
    """Return what was named in place of a thing: by its last description, or by theirs now."""
    named = {
        q.subject
        for q in site.index.incoming(NamedNode(iri))
        if q.predicate == DCT_REPLACES and isinstance(q.subject, NamedNode)
    }
    return sorted(named | {NamedNode(other) for other in stone.replaced}, key=str)


def _statements(iri: str, stone: Tombstone, successors: list[NamedNode]) -> Iterator[Quad]:
    thing = NamedNode(iri)
    yield Quad(thing, term("owl:deprecated"), Literal("true", datatype=XSD_BOOLEAN))
    yield Quad(thing, term("prov:invalidatedAtTime"), Literal(stone.gone, datatype=_DATE_TIME))
    yield Quad(thing, term("owl:versionInfo"), Literal(f"last in {stone.last}", language="en"))
    for successor in successors:
        yield Quad(thing, DCT_REPLACED_BY, successor)
