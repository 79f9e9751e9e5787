"""What a machine adds to the files: places of quotes, bounds of dates, RDF 1.2 reifiers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kizuna.iris import DERIVED, REIFIERS
from kizuna.project import Claim, Document, Located, Project
from kizuna.project.dates import bounds
from kizuna.vocabulary import (
    DCAT_DATASET,
    DCT_IS_PART_OF,
    EDTF,
    KZ_EDTF,
    KZ_EVIDENCE,
    KZ_TEXT_FRAGMENT,
    OA_END,
    OA_EXACT,
    OA_HAS_SELECTOR,
    OA_HAS_SOURCE,
    OA_POSITION_SELECTOR,
    OA_PREFIX,
    OA_QUOTE_SELECTOR,
    OA_SPECIFIC_RESOURCE,
    OA_START,
    RDF_REIFIES,
    RDF_TYPE,
    SEM_EARLIEST_BEGIN,
    SEM_LATEST_END,
    TIME_IN_DATE,
    XSD_DATE,
    XSD_INTEGER,
)


def derived_quads(project: Project, located: Iterable[Located]) -> Iterator[Quad]:
    """Return selectors for each quote and bounds for each date, in the graph ``derived``.

    Where there is any, the graph says of itself which dataset it is part of.
    """
    graph = NamedNode(project.addresses.graph(DERIVED))
    made = list(_derived(project, located))
    if made:
        datasets = (t.subject for t in project.data if _is_dataset(t))
        made += (Triple(graph, DCT_IS_PART_OF, s) for s in sorted(datasets, key=str)[:1])
    return (Quad(t.subject, t.predicate, t.object, graph) for t in made)


def _derived(project: Project, located: Iterable[Located]) -> Iterator[Triple]:
    documents = {d.iri: d for d in project.documents}
    for found in located:
        if found.claim.document in documents:
            yield from _evidence(found, documents[found.claim.document])
    for triple in sorted(project.data, key=str):
        if triple.predicate == KZ_EDTF and isinstance(triple.object, Literal):
            yield from _bounds(triple)


def _is_dataset(triple: Triple) -> bool:
    return triple.predicate == RDF_TYPE and triple.object == DCAT_DATASET


def _evidence(found: Located, document: Document) -> Iterator[Triple]:
    """Yield the Web Annotation selectors of a quote (W3C 2017, sections 4.2.4 and 4.2.5).

    Context (oa:prefix) only where the quote needs it: around some hundred quotes it would add
    up to the text itself, which is not ours to publish.
    """
    claim, place = found.claim, found.place
    target, words, position = (
        NamedNode(f"{claim.iri.value}#{part}") for part in ("evidence", "quote", "position")
    )
    yield Triple(claim.iri, KZ_EVIDENCE, target)
    yield Triple(target, RDF_TYPE, OA_SPECIFIC_RESOURCE)
    yield Triple(target, OA_HAS_SOURCE, document.iri)
    yield Triple(target, OA_HAS_SELECTOR, words)
    yield Triple(target, OA_HAS_SELECTOR, position)
    yield Triple(words, RDF_TYPE, OA_QUOTE_SELECTOR)
    yield Triple(words, OA_EXACT, Literal(claim.quote))
    if claim.quote_prefix:
        yield Triple(words, OA_PREFIX, Literal(claim.quote_prefix))
    yield Triple(position, RDF_TYPE, OA_POSITION_SELECTOR)
    yield Triple(position, OA_START, Literal(str(place.start), datatype=XSD_INTEGER))
    yield Triple(position, OA_END, Literal(str(place.end), datatype=XSD_INTEGER))
    if document.source_url:
        link = text_fragment(document.source_url, found)
        yield Triple(target, KZ_TEXT_FRAGMENT, NamedNode(link))


def text_fragment(url: str, found: Located) -> str:
    """Return the link that lets a browser show the quote in its page (WICG text fragments).

    Context is given only where the claim needs it to tell its quote from another place.
    """
    words = " ".join(found.claim.quote.split())
    before = " ".join(found.claim.quote_prefix.split())
    prefix = f"{_escaped(before)}-," if before else ""
    return f"{url.partition('#')[0]}#:~:text={prefix}{_escaped(words)}"


def _escaped(words: str) -> str:
    """Return words percent-encoded; the hyphen too, since it separates context in a fragment."""
    return quote(words, safe="").replace("-", "%2D")


def _bounds(triple: Triple) -> Iterator[Triple]:
    """Yield the earliest and the latest day of a time reference, and the day itself if exact."""
    literal = triple.object
    if not isinstance(literal, Literal) or literal.datatype != EDTF:
        return
    found = bounds(literal.value)
    pairs = ((SEM_EARLIEST_BEGIN, found.earliest), (SEM_LATEST_END, found.latest))
    for predicate, day in pairs:
        if day is not None:
            yield Triple(triple.subject, predicate, Literal(day.isoformat(), datatype=XSD_DATE))
    if found.earliest is not None and found.earliest == found.latest:
        day_literal = Literal(found.earliest.isoformat(), datatype=XSD_DATE)
        yield Triple(triple.subject, TIME_IN_DATE, day_literal)


def reifier_quads(project: Project, claims: Iterable[Claim]) -> Iterator[Quad]:
    """Yield an RDF 1.2 reifier per claim (same IRI), in the graph ``reifiers``.

    They stand apart from all else because RDF 1.1 clients cannot read triple terms.
    """
    graph = NamedNode(project.addresses.graph(REIFIERS))
    for claim in claims:
        if claim.fact is not None:
            yield Quad(claim.iri, RDF_REIFIES, claim.fact, graph)
