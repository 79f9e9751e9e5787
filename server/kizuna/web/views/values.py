"""Values in words: links, literals, and nodes that only spell out a value."""

from __future__ import annotations

from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode

from kizuna.vocabulary import KZ_EDTF, SEM_EARLIEST_BEGIN, SEM_LATEST_END, term
from kizuna.web import texts
from kizuna.web.names import Term
from kizuna.web.reader import Link, Reader, Words

_QUALIFIER = term("kz:qualifier")
_VALUE = term("schema:value")
_LEAST = term("schema:minValue")
_NOTE = term("skos:note")

NO_WORDS = Words("")


class Shown(NamedTuple):
    """A value as it is read: its words or link, what they amount to, and notes on it."""

    link: Link
    reading: str = ""
    note: Words = NO_WORDS
    spelled_out: bool = False


def shown(reader: Reader, value: Term) -> Shown:
    """Return how ``value`` is shown to the reader."""
    if isinstance(value, NamedNode | BlankNode) and reader.site.names.is_value(value):
        return _spelled_out(reader, value)
    return Shown(reader.link(value))


def _spelled_out(reader: Reader, node: NamedNode | BlankNode) -> Shown:
    """Return a value node: the document's words, and what they amount to."""
    stated: dict[NamedNode, list[Term]] = {}
    for quad in reader.site.index.outgoing(node):
        stated.setdefault(quad.predicate, []).append(quad.object)

    def one(predicate: NamedNode) -> str:
        return str(getattr(min(stated.get(predicate, [None]), key=str), "value", ""))

    link = reader.link(node)
    reading = dates_in_words(reader, one(SEM_EARLIEST_BEGIN), one(SEM_LATEST_END), one(KZ_EDTF))
    if not reading:
        reading = _number(reader, stated.get(_QUALIFIER, []), one(_VALUE), one(_LEAST))
    notes = [n for n in stated.get(_NOTE, []) if isinstance(n, Literal)]
    return Shown(
        link,
        "" if reading == link.words.text else reading,
        reader.best(notes),
        spelled_out=True,
    )


def dates_in_words(reader: Reader, earliest: str, latest: str, edtf: str) -> str:
    """Return the bounds of a time in words; a time without bounds is not datable."""
    if earliest and earliest == latest:
        return reader.day(earliest)
    if earliest and latest and (period := texts.period(earliest, latest, reader.language)):
        return period
    if earliest and latest:
        return reader.text("date.between", a=reader.day(earliest), b=reader.day(latest))
    if latest:
        return reader.text("date.until", b=reader.day(latest))
    if earliest:
        return reader.text("date.from", a=reader.day(earliest))
    return reader.text("date.unknown") if edtf else ""


def _number(reader: Reader, qualifiers: list[Term], value: str, least: str) -> str:
    """Return a qualified number in words."""
    if least and not value:
        return reader.text("number.least", n=least)
    named = " ".join(reader.name(q).text for q in qualifiers)
    return f"{named} {value}".strip() if value else ""
