"""Statements written as rows of a table: what a subject is, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kizuna.vocabulary import RDF_TYPE, term

Value = NamedNode | BlankNode | Literal | None
Row = tuple[str, Value | Iterable[Value]]
IANA = "https://www.iana.org/assignments/media-types/"


def say(subject: NamedNode | BlankNode, kinds: str, *rows: Row) -> Iterator[Triple]:
    """Yield the statements that ``subject`` is of each of ``kinds`` and has the values of ``rows``.

    Terms are prefixed names; what is None is not said.

    >>> [str(t.object.value) for t in say(NamedNode("http://x/a"), "", ("dct:title", text("A")))]
    ['A']
    """
    for kind in kinds.split():
        yield Triple(subject, RDF_TYPE, term(kind))
    for name, value in rows:
        values = [value] if isinstance(value, NamedNode | BlankNode | Literal) else value or ()
        for one in values:
            if one is not None:
                yield Triple(subject, term(name), one)


def texts(words: dict[str, str]) -> list[Literal]:
    """Return a text in each of its languages."""
    return [Literal(text, language=language) for language, text in words.items()]


def text(words: str, language: str = "") -> Literal:
    """Return a text in one language, or in none."""
    return Literal(words, language=language) if language else Literal(words)


def typed(value: object, datatype: str) -> Literal:
    """Return a value of a datatype that has a prefixed name."""
    return Literal(str(value), datatype=term(datatype))


def media_type(name: str) -> NamedNode:
    """Return the IRI of a media type at IANA, which DCAT-AP asks for."""
    return NamedNode(IANA + name)
