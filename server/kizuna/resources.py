"""A thing as a value: what is said of it, by whom, in which words, and what points to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from kizuna.engine import DescriptionIndex
from kizuna.errors import NotFound
from kizuna.vocabulary import (
    KZ_CLAIM,
    KZ_EVIDENCE,
    KZ_INFERENCE_RULE,
    KZ_MODALITY,
    KZ_QUOTE,
    KZ_TEXT_FRAGMENT,
    LABELS,
    OA_END,
    OA_HAS_SELECTOR,
    OA_PREFIX,
    OA_START,
    PROV_ATTRIBUTED_TO,
    PROV_QUOTED_FROM,
    RDF_OBJECT,
    RDF_PREDICATE,
    RDF_SUBJECT,
    RDF_TYPE,
)

Term = NamedNode | BlankNode | Literal | Triple
_OFFSET = re.compile("[0-9]{1,15}")
_LABEL_KEYS = frozenset(map(str, LABELS))
TO_PARTS = (KZ_EVIDENCE, OA_HAS_SELECTOR)
"""Predicates that lead from a part of a description to another one."""
# In lines of N-Quads: nodes that are objects, subjects of claims, and what leads on to a part.
_SPELT = re.compile(rb"^\S+ \S+ (<(?!<)\S+|_:\S+)", re.MULTILINE)
_CLAIMS = re.compile(rf"^(\S+) {re.escape(str(RDF_SUBJECT))} ".encode(), re.MULTILINE)
_LEADING = "|".join(re.escape(str(predicate)) for predicate in TO_PARTS)
_ROW_PARTS = re.compile(rf"^\S+ (?:\S+ (_:\S+)|(?:{_LEADING}) (<(?!<)\S+))".encode(), re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One claim: the words of one document for one fact.

    ``start`` and ``end`` count code points of the document's text; -1 without a known place.
    """

    claim: NamedNode
    subject: Term
    predicate: Term
    value: Term
    quote: str
    prefix: str
    start: int
    end: int
    document: Term | None
    modality: Term | None
    speaker: Term | None
    rules: tuple[Literal, ...]
    source_link: str


@dataclass(frozen=True)
class Resource:
    """A described thing. ``statements`` are its own, ``incoming`` are those that point to it."""

    iri: NamedNode
    statements: tuple[Quad, ...]
    incoming: tuple[Quad, ...]
    evidence: tuple[Evidence, ...]
    supporting: tuple[Quad, ...]

    @cached_property
    def types(self) -> tuple[NamedNode, ...]:
        """The classes of the thing, in the order of their IRIs."""
        return tuple(o for o in self.values(RDF_TYPE) if isinstance(o, NamedNode))

    def values(self, predicate: NamedNode) -> tuple[Term, ...]:
        """Return the values of a property, each once, in a fixed order."""
        return tuple(
            sorted({q.object for q in self.statements if q.predicate == predicate}, key=str)
        )

    def evidence_for(self, predicate: Term, value: Term) -> tuple[Evidence, ...]:
        """Return the claims of one fact about this thing, in reading order per document."""
        return tuple(e for e in self.evidence if e.predicate == predicate and e.value == value)

    @property
    def quads(self) -> frozenset[Quad]:
        """The whole description: statements both ways, claims with their evidence, values."""
        return frozenset((*self.statements, *self.incoming, *self.supporting))


@dataclass(frozen=True, slots=True)
class Parts:
    """What a description is made of. ``values`` spell out linked values, ``evidence`` claims."""

    iri: NamedNode
    statements: tuple[Quad, ...]
    incoming: tuple[Quad, ...]
    values: frozenset[Quad]
    evidence: frozenset[Quad]
    claims: frozenset[NamedNode | BlankNode]


def parts_of(index: DescriptionIndex, iri: NamedNode, is_value: Callable[[Term], bool]) -> Parts:
    """Return what there is to say of ``iri``.

    ``is_value`` tells which linked things only spell out a value and are described along with it.

    Raises NotFound when nothing is said about ``iri``.
    """
    statements, incoming = index.both(iri)
    if not statements:
        raise NotFound(f"<{iri.value}> is not described here")
    claims = frozenset(
        q.subject
        for q in incoming
        if q.predicate == RDF_SUBJECT and isinstance(q.subject, NamedNode | BlankNode)
    )
    spelt = (q.object for q in statements if isinstance(q.object, NamedNode | BlankNode))
    values = (t for t in spelt if isinstance(t, BlankNode) or is_value(t))
    return Parts(
        iri=iri,
        statements=statements,
        incoming=incoming,
        values=frozenset(q for value in values for q in _closure(index, value)),
        evidence=frozenset(q for claim in claims for q in _closure(index, claim)),
        claims=claims,
    )


def rows_of(index: DescriptionIndex, iri: NamedNode, is_value: Callable[[Term], bool]) -> bytes:
    """Return all that ``parts_of`` finds, as N-Quads; a statement may be there twice.

    It is several times as quick, since it makes no terms.

    Raises NotFound when nothing is said about ``iri``.
    """
    key = str(iri)
    statements, incoming = index.row(key), index.row(key, incoming=True)
    if not statements:
        raise NotFound(f"<{iri.value}> is not described here")
    spelt = set(_SPELT.findall(statements))
    values = {v for v in spelt if v[:1] == b"_" or is_value(NamedNode(v[1:-1].decode()))}
    further = _rows_from(index, values | set(_CLAIMS.findall(incoming)))
    return b"".join((statements, incoming, *further))


def _rows_from(index: DescriptionIndex, keys: set[bytes]) -> Iterator[bytes]:
    """Yield the rows of the terms with these keys, of their blank nodes and evidence nodes."""
    waiting, seen = list(keys), set(keys)
    while waiting:
        row = index.row(waiting.pop().decode())
        yield row
        parts = {node or evidence for node, evidence in _ROW_PARTS.findall(row)} - seen
        waiting.extend(parts)
        seen |= parts


def describe(index: DescriptionIndex, iri: NamedNode, is_value: Callable[[Term], bool]) -> Resource:
    """Return the description of ``iri``, its claims read.

    Raises what ``parts_of`` raises.
    """
    found = parts_of(index, iri, is_value)
    evidence = (read_evidence(index, c) for c in found.claims if isinstance(c, NamedNode))
    return Resource(
        iri=iri,
        statements=found.statements,
        incoming=found.incoming,
        evidence=tuple(sorted(evidence, key=lambda e: (str(e.document), e.start, str(e.claim)))),
        supporting=frozenset_sorted(found.values | found.evidence),
    )


def frozenset_sorted(quads: Iterable[Quad]) -> tuple[Quad, ...]:
    """Return quads in a fixed order."""
    return tuple(sorted(quads, key=str))


def _closure(index: DescriptionIndex, term: Term) -> set[Quad]:
    """Return the statements of ``term``, of its blank nodes and of its evidence node."""
    found: set[Quad] = set()
    waiting, seen = [term], {term}
    while waiting:
        current = waiting.pop()
        stated = index.outgoing(current) if isinstance(current, NamedNode | BlankNode) else ()
        found.update(stated)
        parts = {q.object for q in stated if _leads_to_a_part(q)} - seen
        waiting.extend(parts)
        seen |= parts
    return found


def _leads_to_a_part(quad: Quad) -> bool:
    return isinstance(quad.object, BlankNode) or quad.predicate in TO_PARTS


def read_evidence(index: DescriptionIndex, claim: NamedNode) -> Evidence:
    """Return the claim with this IRI and where its quote stands."""
    quads = _closure(index, claim)
    own = {q.predicate: q.object for q in quads if q.subject == claim}
    every = {q.predicate: q.object for q in quads}

    def text(predicate: NamedNode) -> str:
        return getattr(every.get(predicate), "value", "")

    return Evidence(
        claim=claim,
        subject=own.get(RDF_SUBJECT, claim),
        predicate=own.get(RDF_PREDICATE, claim),
        value=own.get(RDF_OBJECT, claim),
        quote=text(KZ_QUOTE),
        prefix=text(OA_PREFIX),
        start=_offset(text(OA_START)),
        end=_offset(text(OA_END)),
        document=own.get(PROV_QUOTED_FROM),
        modality=own.get(KZ_MODALITY),
        speaker=own.get(PROV_ATTRIBUTED_TO),
        rules=tuple(
            q.object
            for q in sorted(quads, key=str)
            if q.predicate == KZ_INFERENCE_RULE and isinstance(q.object, Literal)
        ),
        source_link=text(KZ_TEXT_FRAGMENT),
    )


def _offset(text: str) -> int:
    """Return a place in a text, -1 for what is none: anything may be stated."""
    return int(text) if _OFFSET.fullmatch(text) else -1


def is_claim(index: DescriptionIndex, term: NamedNode) -> bool:
    """Tell whether ``term`` is a claim."""
    return any(q.predicate == RDF_TYPE and q.object == KZ_CLAIM for q in index.outgoing(term))


def label_of(index: DescriptionIndex, term: Term, languages: tuple[str, ...]) -> Literal | None:
    """Return the best name of ``term``: the first of ``languages`` that has one, else any.

    A name without language counts before one in a language that was not asked for.
    """
    if not isinstance(term, NamedNode | BlankNode):
        return None
    rank = {language: n for n, language in enumerate((*languages, ""))}
    found = [
        (rank.get(q.object.language or "", len(rank)), LABELS.index(q.predicate), q.object)
        for q in index.outgoing(term, _LABEL_KEYS)
        if isinstance(q.object, Literal)
    ]
    return min(found, key=lambda f: (f[0], f[1], str(f[2])))[2] if found else None
