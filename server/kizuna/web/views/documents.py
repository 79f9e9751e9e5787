"""What the page of a document has beside its quotes: what others say of the same, and its text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pyoxigraph import NamedNode

from kizuna.resources import Evidence, read_evidence
from kizuna.vocabulary import RDF_SUBJECT
from kizuna.web.names import Term
from kizuna.web.reader import Link, Reader
from kizuna.web.views.evidence import Sentence, sentence_of
from kizuna.web.views.values import Shown, shown

MOST = 200
"""Facts of a document that are compared with what other documents say."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A fact of this document that others state too."""

    sentence: Sentence
    documents: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Saying:
    """A value and the documents that give it; ``here``: this one is among them."""

    value: Shown
    documents: tuple[Link, ...]
    here: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """A figure or a time for which this document and others have different words."""

    subject: Link
    predicate: Link
    sayings: tuple[Saying, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the text; ``claim`` is the address of a claim that quotes it, empty if none does."""

    text: str
    claim: str


@dataclass(frozen=True, slots=True)
class Others:
    """What a document has in common with others, and what they say differently."""

    shared: tuple[Shared, ...]
    conflicts: tuple[Conflict, ...]


def others_of(reader: Reader, document: NamedNode, claims: Sequence[Evidence]) -> Others:
    """Return how the claims of a document stand beside those of other documents."""
    shared: dict[tuple[Term, Term, Term], Shared] = {}
    conflicts: dict[tuple[Term, Term], Conflict] = {}
    about = {claim.subject: _claims_about(reader, claim.subject) for claim in claims[:MOST]}
    for claim in claims[:MOST]:
        said = [c for c in about[claim.subject] if c.predicate == claim.predicate]
        same = _documents(reader, (c for c in said if c.value == claim.value), document)
        fact = (claim.subject, claim.predicate, claim.value)
        if same and fact not in shared:
            shared[fact] = Shared(sentence_of(reader, claim), same)
        pair = fact[:2]
        if pair not in conflicts and _differ(reader, said, document):
            conflicts[pair] = _conflict(reader, said, document)
    return Others(tuple(shared.values()), tuple(conflicts.values()))


def _claims_about(reader: Reader, subject: Term) -> tuple[Evidence, ...]:
    """Return the claims about a thing, in the order of their documents."""
    if not isinstance(subject, NamedNode):
        return ()
    index = reader.site.index
    found = (
        read_evidence(index, quad.subject)
        for quad in index.incoming(subject)
        if quad.predicate == RDF_SUBJECT and isinstance(quad.subject, NamedNode)
    )
    return tuple(sorted(found, key=lambda c: (str(c.document), c.start, str(c.claim))))


def _documents(
    reader: Reader, claims: Iterable[Evidence], but: NamedNode | None = None
) -> tuple[Link, ...]:
    found = dict.fromkeys(c.document for c in claims if c.document != but)
    return tuple(reader.link(document) for document in found if document is not None)


def _differ(reader: Reader, said: Sequence[Evidence], document: NamedNode) -> bool:
    """Tell whether others give other figures or times than the document for the same."""
    spelled_out = [c for c in said if reader.site.names.is_value(c.value)]
    here = {c.value for c in spelled_out if c.document == document}
    return bool(here) and any(c.value not in here and c.document != document for c in spelled_out)


def _conflict(reader: Reader, said: Sequence[Evidence], document: NamedNode) -> Conflict:
    sayings = []
    for value in dict.fromkeys(c.value for c in said):
        claims = [c for c in said if c.value == value]
        here = any(c.document == document for c in claims)
        sayings.append(Saying(shown(reader, value), _documents(reader, claims), here))
    first = said[0]
    return Conflict(reader.link(first.subject), reader.link(first.predicate), tuple(sayings))


def pieces_of(reader: Reader, text: str, claims: Iterable[Evidence]) -> tuple[Piece, ...]:
    """Return the whole text, cut where quotes end; where some overlap, the first one counts."""
    placed = sorted((c for c in claims if 0 <= c.start < c.end), key=lambda c: (c.start, -c.end))
    return tuple(_pieces(reader, text, placed))


def _pieces(reader: Reader, text: str, placed: Sequence[Evidence]) -> Iterator[Piece]:
    ends = sorted({0, len(text), *(min(p, len(text)) for c in placed for p in (c.start, c.end))})
    for start, end in pairwise(ends):
        over = next((c for c in placed if c.start <= start and end <= c.end), None)
        yield Piece(text[start:end], reader.link(over.claim).href if over is not None else "")
