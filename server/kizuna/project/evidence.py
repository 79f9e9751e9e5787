"""Claims, and where in the documents their quotes stand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kizuna.project.documents import Document, find
from kizuna.project.turtle import SourceFile
from kizuna.vocabulary import (
    KZ_CLAIM,
    KZ_MODALITY,
    KZ_QUOTE,
    KZ_QUOTE_PREFIX,
    PROV_QUOTED_FROM,
    RDF_OBJECT,
    RDF_PREDICATE,
    RDF_SUBJECT,
    RDF_TYPE,
)

Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True)
class Claim:
    """One document's saying of one fact. Parts that the file leaves out are None or empty."""

    iri: NamedNode
    path: str
    fact: Triple | None
    document: NamedNode | None
    quote: str
    quote_prefix: str
    modality: NamedNode | None

    @property
    def quote_digest(self) -> str:
        """A short digest that tells whether the quote is still the one that was located."""
        words = "\n".join((self.quote_prefix, self.quote))
        return hashlib.sha256(words.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote stands: code points of the text, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Located:
    """A claim's quote and its place; ``verified`` against the text here, else by the lock."""

    claim: Claim
    place: Place
    verified: bool


def read_claims(file: SourceFile) -> tuple[Claim, ...]:
    """Return the claims that ``file`` makes, in the order of their first statements."""
    parts: dict[NamedNode, dict[NamedNode, Term]] = {}
    claims: dict[NamedNode, None] = {}
    for triple in file.triples:
        if isinstance(triple.subject, NamedNode):
            parts.setdefault(triple.subject, {}).setdefault(triple.predicate, triple.object)
            if triple.predicate == RDF_TYPE and triple.object == KZ_CLAIM:
                claims[triple.subject] = None
    return tuple(_claim(iri, parts[iri], file.path) for iri in claims)


def _claim(iri: NamedNode, parts: dict[NamedNode, Term], path: str) -> Claim:
    document, modality = parts.get(PROV_QUOTED_FROM), parts.get(KZ_MODALITY)
    return Claim(
        iri=iri,
        path=path,
        fact=_fact(parts.get(RDF_SUBJECT), parts.get(RDF_PREDICATE), parts.get(RDF_OBJECT)),
        document=document if isinstance(document, NamedNode) else None,
        quote=_text(parts.get(KZ_QUOTE)),
        quote_prefix=_text(parts.get(KZ_QUOTE_PREFIX)),
        modality=modality if isinstance(modality, NamedNode) else None,
    )


def _fact(subject: Term | None, predicate: Term | None, value: Term | None) -> Triple | None:
    complete = isinstance(predicate, NamedNode) and value is not None
    if complete and isinstance(subject, NamedNode | BlankNode):
        return Triple(subject, predicate, value)  # type: ignore[arg-type]
    return None


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, Literal) else ""


def places(claim: Claim, text: str) -> list[Place]:
    """Return each place where the claim's quote stands in ``text``, after its prefix if any."""
    spots = list(find(claim.quote, text))
    if claim.quote_prefix:
        ends = {end for _, end in find(claim.quote_prefix, text)}
        spots = [s for s in spots if s[0] in ends or len(text[: s[0]].rstrip()) in ends]
    return [Place(*spot) for spot in spots]


def in_furniture(place: Place, document: Document) -> bool:
    """Tell whether ``place`` lies outside the document's content or in marked furniture."""
    ranges = document.ranges()
    if isinstance(ranges, str):
        return False
    end, passages = ranges
    return place.end > end or any(a < place.end and place.start < b for a, b in passages)


def by_fact(claims: Iterable[Claim]) -> dict[Triple, list[Claim]]:
    """Return the claims of each fact."""
    grouped: dict[Triple, list[Claim]] = {}
    for claim in claims:
        if claim.fact is not None:
            grouped.setdefault(claim.fact, []).append(claim)
    return grouped
