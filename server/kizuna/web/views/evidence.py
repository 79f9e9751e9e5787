"""Quotes and the facts drawn from them, as a reader sees them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad

from kizuna.engine import DescriptionIndex
from kizuna.resources import Evidence
from kizuna.vocabulary import AUTHORITY_LANGUAGES, DCT_ISSUED, DCT_LANGUAGE, term
from kizuna.web.names import Term
from kizuna.web.reader import Link, Reader, Words

_STATED = term("kz:stated")


class Quote(NamedTuple):
    """The words of one document in their context. ``dated`` is empty where the text has no date."""

    before: str
    words: str
    lang: str
    document: Link
    dated: str
    modality: Words
    stated: bool
    speaker: Link | None
    rule: Words
    source: str
    claim: Link


@dataclass(frozen=True, slots=True)
class _Source:
    """A document as all quotes from it name it."""

    document: Link
    lang: str
    dated: str


class Sentence(NamedTuple):
    """A fact as subject, property and value, with the claim that says so."""

    subject: Link
    predicate: Link
    value: Link
    modality: Words
    stated: bool
    speaker: Link | None
    claim: Link


@dataclass(frozen=True, slots=True)
class Passage:
    """One quote of a document with all facts that were drawn from it."""

    quote: Quote
    sentences: tuple[Sentence, ...]


def quote_of(reader: Reader, evidence: Evidence) -> Quote:
    """Return the quote of one claim."""
    source = reader.held(_source, evidence.document)
    link = evidence.source_link
    return Quote(
        before=evidence.prefix,
        words=evidence.quote,
        lang=source.lang,
        document=source.document,
        dated=source.dated,
        modality=reader.name(evidence.modality) if evidence.modality is not None else Words(""),
        stated=evidence.modality in {None, _STATED},
        speaker=reader.link(evidence.speaker) if evidence.speaker is not None else None,
        rule=reader.best(evidence.rules),
        source=link if link.startswith(("http://", "https://")) else "",
        claim=Link(Words(reader.text("evidence.claim")), reader.link(evidence.claim).href),
    )


def _source(reader: Reader, document: Term | None) -> _Source:
    stated = {q.predicate: q.object for q in _outgoing(reader.site.index, document)}
    issued = stated.get(DCT_ISSUED)
    return _Source(
        document=reader.link(document) if document is not None else Link(Words("…")),
        lang=language_of(reader, document),
        dated=reader.words(issued).text if isinstance(issued, Literal) else "",
    )


def language_of(reader: Reader, document: Term | None) -> str:
    """Return the language tag of a document's words, nothing where it is not known."""
    stated = {q.predicate: q.object for q in _outgoing(reader.site.index, document)}
    language = getattr(stated.get(DCT_LANGUAGE), "value", "")
    return AUTHORITY_LANGUAGES.get(language.rpartition("/")[2], "")


def sentence_of(reader: Reader, evidence: Evidence) -> Sentence:
    """Return the fact of one claim."""
    return Sentence(
        subject=reader.link(evidence.subject),
        predicate=reader.link(evidence.predicate),
        value=reader.link(evidence.value),
        modality=reader.name(evidence.modality) if evidence.modality is not None else Words(""),
        stated=evidence.modality in {None, _STATED},
        speaker=reader.link(evidence.speaker) if evidence.speaker is not None else None,
        claim=Link(Words(reader.text("evidence.claim")), reader.link(evidence.claim).href),
    )


def passages_of(reader: Reader, evidence: Iterable[Evidence]) -> list[Passage]:
    """Return quotes by document in reading order, each once; those without a place last."""
    grouped: dict[tuple[str, bool, int, str], list[Evidence]] = {}
    for item in evidence:
        key = (str(item.document), item.start < 0, item.start, item.quote)
        grouped.setdefault(key, []).append(item)
    return [
        Passage(
            quote_of(reader, items[0]),
            tuple(sentence_of(reader, e) for e in sorted(items, key=lambda e: str(e.claim))),
        )
        for _, items in sorted(grouped.items(), key=lambda pair: pair[0])
    ]


def badges(quotes: Sequence[Quote]) -> tuple[Words, ...]:
    """Return in which manner a fact is said, unless some document simply states it."""
    if any(quote.stated for quote in quotes):
        return ()
    return tuple(dict.fromkeys(quote.modality for quote in quotes))


def _outgoing(index: DescriptionIndex, term: Term | None) -> tuple[Quad, ...]:
    return index.outgoing(term) if isinstance(term, NamedNode) else ()
