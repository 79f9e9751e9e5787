"""A thing as a value: what is said of it, by whom, in which words, and what points to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

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


class Evidence(NamedTuple):
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


class Resource(NamedTuple):
    """A described thing: the values of its properties, and what points to it by which property.

    ``types`` are its classes, in the order of their IRIs; ``facts`` are the claims about it by
    property and value, ``evidence`` all of them, in reading order per document.
    """

    iri: NamedNode
    types: tuple[NamedNode, ...]
    properties: Mapping[NamedNode, tuple[Term, ...]]
    pointing: tuple[tuple[NamedNode | BlankNode | Triple, NamedNode], ...]
    evidence: tuple[Evidence, ...]
    facts: Mapping[tuple[Term, Term], tuple[Evidence, ...]]

    def values(self, predicate: NamedNode) -> tuple[Term, ...]:
        """Return the values of a property, each once, in a fixed order."""
        return self.properties.get(predicate, ())

    def evidence_for(self, predicate: Term, value: Term) -> tuple[Evidence, ...]:
        """Return the claims of one fact about this thing, in reading order per document."""
        return self.facts.get((predicate, value), ())


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
    statements, incoming = _both(index, iri)
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


def describe(index: DescriptionIndex, iri: NamedNode) -> Resource:
    """Return what is said of ``iri``, its claims read.

    Raises NotFound when nothing is said about ``iri``.
    """
    statements, incoming = _both(index, iri)
    properties = {
        predicate: tuple(sorted(set(values), key=str) if len(values) > 1 else values)
        for predicate, values in values_of(statements).items()
    }
    pointing = tuple((q.subject, q.predicate) for q in incoming)
    claims = {s for s, by in pointing if by == RDF_SUBJECT and isinstance(s, NamedNode)}
    evidence = sorted((read_evidence(index, claim) for claim in claims), key=_in_reading_order)
    facts: dict[tuple[Term, Term], tuple[Evidence, ...]] = {}
    for each in evidence:
        fact = each.predicate, each.value
        facts[fact] = (*facts.get(fact, ()), each)
    return Resource(
        iri=iri,
        types=tuple(o for o in properties.get(RDF_TYPE, ()) if isinstance(o, NamedNode)),
        properties=properties,
        pointing=pointing,
        evidence=tuple(evidence),
        facts=facts,
    )


def _in_reading_order(evidence: Evidence) -> tuple[str, int, str]:
    return str(evidence.document), evidence.start, str(evidence.claim)


def _both(index: DescriptionIndex, iri: NamedNode) -> tuple[tuple[Quad, ...], tuple[Quad, ...]]:
    statements, incoming = index.both(iri)
    if not statements:
        raise NotFound(f"<{iri.value}> is not described here")
    return statements, incoming


def values_of(quads: Iterable[Quad]) -> dict[NamedNode, list[Term]]:
    """Return the objects of statements by their predicates."""
    found: dict[NamedNode, list[Term]] = {}
    for quad in quads:
        found.setdefault(quad.predicate, []).append(quad.object)
    return found


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
    own = values_of(index.outgoing(claim))
    every = _with_parts(index, own)

    def one(predicate: NamedNode) -> Term | None:
        return own[predicate][0] if predicate in own else None

    def text(predicate: NamedNode) -> str:
        return getattr(every[predicate][0], "value", "") if predicate in every else ""

    return Evidence(
        claim=claim,
        subject=one(RDF_SUBJECT) or claim,
        predicate=one(RDF_PREDICATE) or claim,
        value=one(RDF_OBJECT) or claim,
        quote=text(KZ_QUOTE),
        prefix=text(OA_PREFIX),
        start=_offset(text(OA_START)),
        end=_offset(text(OA_END)),
        document=one(PROV_QUOTED_FROM),
        modality=one(KZ_MODALITY),
        speaker=one(PROV_ATTRIBUTED_TO),
        rules=tuple(r for r in every.get(KZ_INFERENCE_RULE, ()) if isinstance(r, Literal)),
        source_link=text(KZ_TEXT_FRAGMENT),
    )


def _with_parts(
    index: DescriptionIndex, own: Mapping[NamedNode, list[Term]]
) -> dict[NamedNode, list[Term]]:
    """Return what is stated of a claim, and after that what is stated of its parts."""
    found: dict[NamedNode, list[Term]] = {}
    waiting, seen = [own], set[Term]()
    for stated in waiting:
        for predicate, values in stated.items():
            found[predicate] = found.get(predicate, []) + values
            for value in values:
                is_part = isinstance(value, BlankNode) or predicate in TO_PARTS
                if is_part and isinstance(value, NamedNode | BlankNode) and value not in seen:
                    seen.add(value)
                    waiting.append(values_of(index.outgoing(value)))
    return found


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
