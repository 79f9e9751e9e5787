"""Proposed claims: what an extractor found in a document, kept until a person decides.

A file ``data/proposals/<document>.ttl`` holds the claims of one document as they would stand in
the data, each with its score and the rule that found it, and the new things that they speak of.
The loader of projects does not read that folder, so nothing of it is ever published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kizuna.errors import BadData
from kizuna.project.files import replace_text
from kizuna.proposals.protocol import FOLDER
from kizuna.proposals.turtle import Block, written
from kizuna.vocabulary import (
    DCT_IDENTIFIER,
    KZ_CLAIM,
    KZ_INFERENCE_RULE,
    KZ_MODALITY,
    KZ_QUOTE,
    KZ_QUOTE_PREFIX,
    KZ_SHA256,
    KZ_SOURCE_DOCUMENT,
    PROV_ATTRIBUTED_TO,
    PROV_QUOTED_FROM,
    RDF_OBJECT,
    RDF_PREDICATE,
    RDF_SUBJECT,
    RDF_TYPE,
    XSD_INTEGER,
)

REJECTED = FOLDER / "rejected"
"""Where claims stand that nobody wants to see again."""
_OTHERS = {"links.ttl", "decisions.ttl"}
"""Files of the folder that have proposals of another kind."""
_HEADS = {
    FOLDER: "Proposed claims, for review, from",
    REJECTED: "Claims that were rejected in review, and are not proposed again, from",
}
KZX = "https://w3id.org/kizuna/extraction#"
_SCORE, _RULE, _NEEDS, _START, _END, _BEFORE, _AFTER = (
    NamedNode(KZX + name) for name in ("score", "rule", "needs", "start", "end", "before", "after")
)
XSD_DECIMAL = NamedNode("http://www.w3.org/2001/XMLSchema#decimal")


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a document: where they stand (code points), and the words around them."""

    text: str
    start: int
    end: int
    prefix: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class ClaimProposal:
    """One proposed claim. ``brings`` are the new things that its fact speaks of.

    ``needs`` are the proposals without which this one would not conform: who accepts it accepts
    them. ``rules`` are the texts of ``kz:inferenceRule`` where the claim is inferred.
    """

    id: NamedNode
    fact: Triple
    document: NamedNode
    quote: Quote
    modality: NamedNode
    score: float
    rule: str
    attributed: NamedNode | None = None
    rules: tuple[Literal, ...] = ()
    brings: tuple[NamedNode, ...] = ()
    needs: tuple[NamedNode, ...] = ()

    def claim(self) -> Iterator[Triple]:
        """Yield the claim as it would stand in the data (ontology: kz:Claim)."""
        yield Triple(self.id, RDF_TYPE, KZ_CLAIM)
        yield Triple(self.id, RDF_SUBJECT, self.fact.subject)
        yield Triple(self.id, RDF_PREDICATE, self.fact.predicate)
        yield Triple(self.id, RDF_OBJECT, self.fact.object)
        yield Triple(self.id, PROV_QUOTED_FROM, self.document)
        yield Triple(self.id, KZ_QUOTE, Literal(self.quote.text))
        if self.quote.prefix:
            yield Triple(self.id, KZ_QUOTE_PREFIX, Literal(self.quote.prefix))
        for rule in self.rules:
            yield Triple(self.id, KZ_INFERENCE_RULE, rule)
        if self.attributed is not None:
            yield Triple(self.id, PROV_ATTRIBUTED_TO, self.attributed)
        yield Triple(self.id, KZ_MODALITY, self.modality)

    def notes(self) -> Iterator[Triple]:
        """Yield what only the proposal says."""
        yield Triple(self.id, _SCORE, Literal(f"{self.score:.2f}", datatype=XSD_DECIMAL))
        yield Triple(self.id, _RULE, Literal(self.rule))
        yield Triple(self.id, _START, Literal(str(self.quote.start), datatype=XSD_INTEGER))
        yield Triple(self.id, _END, Literal(str(self.quote.end), datatype=XSD_INTEGER))
        yield Triple(self.id, _BEFORE, Literal(self.quote.before))
        yield Triple(self.id, _AFTER, Literal(self.quote.after))
        for need in self.needs:
            yield Triple(self.id, _NEEDS, need)


@dataclass(frozen=True, slots=True)
class Proposals:
    """The proposals about one document: claims in reading order, and the new things they bring.

    ``things`` holds the statements of each new thing; ``describes`` those of the document itself
    where the data does not have it.
    """

    document: NamedNode
    claims: tuple[ClaimProposal, ...]
    things: dict[NamedNode, tuple[Triple, ...]]
    describes: tuple[Triple, ...] = ()

    @property
    def name(self) -> str:
        """The name of the document, which is that of its file."""
        return self.document.value.rpartition("/")[2]


def write(root: Path, proposals: Proposals, folder: Path = FOLDER) -> Path:
    """Write the proposals about a document to its file in ``root`` and return its path.

    Equal proposals give equal bytes. Raises OSError.
    """
    blocks = [Block("The document", list(_by_subject(proposals.describes)))]
    blocks.append(
        Block("New things", [proposals.things[iri] for iri in sorted(proposals.things, key=str)])
    )
    claims = [(*c.claim(), *c.notes()) for c in proposals.claims]
    blocks.append(Block("Claims, in reading order", claims))
    path = root / folder / f"{proposals.name}.ttl"
    replace_text(
        path, written(f"{_HEADS[folder]} {proposals.name}. Nothing here is published.", blocks)
    )
    return path


def _by_subject(triples: Iterable[Triple]) -> Iterator[tuple[Triple, ...]]:
    grouped: dict[str, list[Triple]] = {}
    for triple in triples:
        grouped.setdefault(str(triple.subject), []).append(triple)
    return (tuple(found) for found in grouped.values())


def read(root: Path, folder: Path = FOLDER) -> list[Proposals]:
    """Return the proposals in ``root``, or what was rejected; one for each document, by name.

    Raises BadData for a file that is no Turtle.
    """
    paths = sorted(p for p in (root / folder).glob("*.ttl") if p.name not in _OTHERS)
    found = (_read(path) for path in paths)
    return [proposals for proposals in found if proposals is not None]


def _read(path: Path) -> Proposals | None:
    """Return the proposals of a file, None where it holds no claims (links have files too)."""
    try:
        triples = [q.triple for q in parse(path.read_bytes(), RdfFormat.TURTLE)]
    except SyntaxError as error:
        raise BadData(
            f"{path}:{error.lineno or 1}: {error.msg}",
            line=error.lineno or 1,
            hint="The file is written by kizuna extract; remove it and extract again.",
        ) from error
    about: dict[NamedNode, list[Triple]] = {}
    for triple in triples:
        if isinstance(triple.subject, NamedNode):
            about.setdefault(triple.subject, []).append(triple)
    claims = [s for s, rows in about.items() if _types(rows) & {KZ_CLAIM} and _value(rows, _RULE)]
    if not claims:
        return None
    made = tuple(_proposal(iri, about[iri], about) for iri in claims)
    documents = [s for s, rows in about.items() if KZ_SOURCE_DOCUMENT in _types(rows)]
    things = {s: tuple(r) for s, r in about.items() if s not in {*claims, *documents}}
    describes = tuple(t for s in documents for t in about[s])
    return Proposals(made[0].document, made, things, describes)


def _types(rows: Sequence[Triple]) -> set[object]:
    return {t.object for t in rows if t.predicate == RDF_TYPE}


def _value(rows: Sequence[Triple], predicate: NamedNode) -> str:
    return next((str(getattr(t.object, "value", "")) for t in rows if t.predicate == predicate), "")


def _nodes(rows: Sequence[Triple], predicate: NamedNode) -> tuple[NamedNode, ...]:
    return tuple(
        t.object for t in rows if t.predicate == predicate and isinstance(t.object, NamedNode)
    )


def _proposal(
    iri: NamedNode, rows: list[Triple], about: dict[NamedNode, list[Triple]]
) -> ClaimProposal:
    parts = {t.predicate: t.object for t in rows}
    fact = Triple(parts[RDF_SUBJECT], parts[RDF_PREDICATE], parts[RDF_OBJECT])  # type: ignore[arg-type]
    ends = (fact.subject, fact.object)
    return ClaimProposal(
        id=iri,
        fact=fact,
        document=_nodes(rows, PROV_QUOTED_FROM)[0],
        quote=Quote(
            _value(rows, KZ_QUOTE),
            int(_value(rows, _START)),
            int(_value(rows, _END)),
            _value(rows, KZ_QUOTE_PREFIX),
            _value(rows, _BEFORE),
            _value(rows, _AFTER),
        ),
        modality=_nodes(rows, KZ_MODALITY)[0],
        score=float(_value(rows, _SCORE)),
        rule=_value(rows, _RULE),
        attributed=next(iter(_nodes(rows, PROV_ATTRIBUTED_TO)), None),
        rules=tuple(
            t.object
            for t in rows
            if t.predicate == KZ_INFERENCE_RULE and isinstance(t.object, Literal)
        ),
        brings=tuple(
            e
            for e in ends
            if isinstance(e, NamedNode)
            and e in about
            and not _value(about[e], DCT_IDENTIFIER)
            and not _value(about[e], KZ_SHA256)
        ),
        needs=_nodes(rows, _NEEDS),
    )
