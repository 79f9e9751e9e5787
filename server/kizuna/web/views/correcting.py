"""How a reader has something corrected: where it stands, which words prove it, and what to send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Quad, Triple

from kizuna.iris import DERIVED, REIFIERS, RESERVED_STEMS
from kizuna.resources import Evidence, Resource, describe, is_claim, read_evidence
from kizuna.vocabulary import term
from kizuna.web.lists.asked import token
from kizuna.web.names import Term
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.site import Site
from kizuna.web.views.evidence import Quote, Sentence, quote_of, sentence_of

_DATA = "data/ttl"
_MADE = (f"/{DERIVED}", f"/{REIFIERS}")
_CONTACT, _PUBLISHER = term("dcat:contactPoint"), term("dct:publisher")
_AT = tuple(map(term, ("vcard:hasEmail", "foaf:mbox", "vcard:hasURL", "foaf:homepage")))


@dataclass(frozen=True, slots=True)
class Stated:
    """What one file states of the thing: properties, values, and the language or IRI of each value.

    ``name`` is the file's path in the project, or the IRI of a graph that is no file.
    """

    name: str
    is_file: bool
    statements: tuple[tuple[Link, Link, str], ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """A claim with its quote, and the ``name`` of the file (or graph) in which it stands."""

    sentence: Sentence
    quote: Quote
    claim: str
    name: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Who takes corrections: a name, and addresses: pages elsewhere, or e-mail (not linked)."""

    name: Words
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """What the page shows. ``text`` is what a reader fills in and sends, ``file`` leads to it."""

    thing: Link
    stated: tuple[Stated, ...]
    proofs: tuple[Proof, ...]
    contacts: tuple[Contact, ...]
    text: str
    file: str


def correct_href(reader: Reader, thing: NamedNode, suffix: str = "") -> str:
    """Return the link to the page on which a thing is corrected, or to its file."""
    here = f"/correct{suffix}?of={quote(token(reader.site, thing), safe=':/')}"
    return f"{here}&lang={reader.language}" if reader.chosen else here


def correction_of(reader: Reader, thing: NamedNode) -> Correction:
    """Return what a reader needs to have ``thing`` corrected. Raises NotFound."""
    site = reader.site
    resource = describe(site.index, thing)
    stated = tuple(_stated(reader, site.index.outgoing(thing)))
    proofs = tuple(_proof(reader, evidence) for evidence in _evidence(site, resource))
    return Correction(
        thing=reader.link(thing),
        stated=stated,
        proofs=proofs,
        contacts=tuple(_contacts(reader)),
        text="\n".join(_lines(reader, thing, stated, proofs)) + "\n",
        file=correct_href(reader, thing, ".txt"),
    )


def place_of(site: Site, graph: NamedNode) -> tuple[str, bool]:
    """Return the path of the file that a graph is, and True; else the graph's IRI, and False.

    Graphs of builds are no files, nor are those of a release that was written over HTTP.
    """
    iri, first = graph.value, site.addresses.graph("")
    stem = iri.removeprefix(first)
    if site.manifest.parent or not iri.startswith(first) or stem in RESERVED_STEMS:
        return iri, False
    return f"{site.manifest.roles.get(iri, _DATA)}/{stem}.ttl", True


def _stated(reader: Reader, quads: Iterable[Quad]) -> Iterator[Stated]:
    """Yield what stands where, files first."""
    grouped: dict[tuple[bool, str], list[Quad]] = {}
    for quad in quads:
        if isinstance(quad.graph_name, NamedNode):
            name, is_file = place_of(reader.site, quad.graph_name)
            grouped.setdefault((not is_file, name), []).append(quad)
    for (no_file, name), found in sorted(grouped.items()):
        rows = sorted(
            ((reader.link(q.predicate), *_value(reader, q.object)) for q in found),
            key=lambda row: (row[0].words.text, row[2], row[1].words.text),
        )
        yield Stated(name, not no_file, tuple(rows))


def _value(reader: Reader, value: Term) -> tuple[Link, str]:
    """Return a value and its language or IRI; texts and numbers as they stand in the file."""
    if isinstance(value, Literal):
        return Link(Words(value.value, value.language or "")), value.language or ""
    return reader.link(value), token(reader.site, value) if isinstance(value, NamedNode) else ""


def _evidence(site: Site, resource: Resource) -> tuple[Evidence, ...]:
    if is_claim(site.index, resource.iri):
        return (read_evidence(site.index, resource.iri),)
    return resource.evidence


def _proof(reader: Reader, evidence: Evidence) -> Proof:
    """Return a claim as it is shown; what builds add to it stands in no file and comes last."""
    graphs = {q.graph_name for q in reader.site.index.outgoing(evidence.claim)}
    places = sorted(
        (place_of(reader.site, graph) for graph in graphs if isinstance(graph, NamedNode)),
        key=lambda place: (not place[1], place[0].endswith(_MADE), place[0]),
    )
    return Proof(
        sentence_of(reader, evidence),
        quote_of(reader, evidence),
        evidence.claim.value,
        places[0][0] if places else "",
    )


def _contacts(reader: Reader) -> Iterator[Contact]:
    """Yield whom the catalogue names as contact of the dataset, or else as its publisher."""
    index, dataset = reader.site.index, reader.site.about.dataset
    stated = index.outgoing(dataset) if dataset is not None else ()
    for predicate in (_CONTACT, _PUBLISHER):
        named = {q.object for q in stated if q.predicate == predicate}
        for node in sorted((n for n in named if not isinstance(n, Literal | Triple)), key=str):
            said = index.outgoing(node)
            ways = (_way(reader, q.object) for way in _AT for q in said if q.predicate == way)
            away = dict.fromkeys(way for way in ways if way.outside or not way.href)
            yield Contact(reader.name(node), tuple(away))
        if named:
            return


def _way(reader: Reader, way: Term) -> Link:
    """Return an address as itself; only http and https are linked."""
    text = way.value if isinstance(way, NamedNode | Literal) else str(way)
    href = reader.address(text) if isinstance(way, NamedNode) else ("", False)
    return Link(Words(text.removeprefix("mailto:")), *href)


def _lines(
    reader: Reader, thing: NamedNode, stated: Iterable[Stated], proofs: Iterable[Proof]
) -> Iterator[str]:
    """Yield the lines of the text that is sent."""
    t, site = reader.text, reader.site
    page = site.addresses.page(thing.value)
    yield t("correct.text", name=reader.name(thing).text)
    yield ""
    yield f"IRI: {thing.value}"
    if page is not None:
        yield f"{t('correct.page')}: {site.addresses.base}{page}"
    yield f"{t('release')}: {site.manifest.id}"
    for part in stated:
        yield ""
        yield f"{part.name}:" if part.is_file else f"{part.name} ({t('correct.made')}):"
        for predicate, value, more in part.statements:
            told = f"{value.words.text} ({more})" if more else value.words.text
            yield f"- {_line(predicate.words.text)}: {_line(told)}"
    for number, proof in enumerate(proofs):
        if number == 0:
            yield ""
            yield f"{t('correct.quotes')}:"
        said = proof.sentence
        fact = f"{said.predicate.words.text}: {said.value.words.text}"
        yield f"- {_line(fact)}"
        yield f"  “{_line(proof.quote.words)}” ({_line(proof.quote.document.words.text)})"
        yield f"  {proof.claim} ({proof.name})"
    for question in ("correct.wrong", "correct.right", "correct.source"):
        yield ""
        yield t(question)
        yield "…"


def _line(text: str) -> str:
    """Return a text in one line."""
    return " ".join(text.split())
