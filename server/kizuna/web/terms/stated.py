"""What is said of a term, as rows of a name and values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from kizuna.vocabulary import (
    DCT_DESCRIPTION,
    DCT_TITLE,
    RDFS_COMMENT,
    RDFS_LABEL,
    SKOS_DEFINITION,
    SKOS_PREF_LABEL,
    term,
)
from kizuna.web.names import Term
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.site import Site

LABELS = (SKOS_PREF_LABEL, RDFS_LABEL, term("sh:name"), DCT_TITLE)
DEFINITIONS = (SKOS_DEFINITION, term("sh:description"), RDFS_COMMENT, DCT_DESCRIPTION)
_FIRST, _REST, _NIL = term("rdf:first"), term("rdf:rest"), term("rdf:nil")
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A name with its values, each a run of links and words."""

    name: Link
    values: tuple[tuple[Link, ...], ...]


def own_row(reader: Reader, key: str, links: Iterable[Link]) -> Iterator[Row]:
    """Yield a row that the pages name, if it has values."""
    values = tuple((link,) for link in links)
    if values:
        yield Row(Link(Words(reader.text(key))), values)


def best(reader: Reader, stated: Iterable[Quad], predicates: Iterable[NamedNode]) -> Words:
    """Return the best literal of the first of ``predicates`` that has one, or no words."""
    for predicate in predicates:
        found = [v for v in values_of(stated, predicate) if isinstance(v, Literal)]
        if found:
            return reader.best(found)
    return Words("")


def values_of(stated: Iterable[Quad], predicate: NamedNode) -> list[Term]:
    """Return the values of a property, each once, in a fixed order."""
    return sorted({q.object for q in stated if q.predicate == predicate}, key=str)


def other_rows(
    reader: Reader, stated: Iterable[Quad], apart: frozenset[NamedNode]
) -> tuple[Row, ...]:
    """Return all that is stated but for the properties ``apart``, by name."""
    predicates = {q.predicate for q in stated} - apart
    rows = (Row(reader.link(p), tuple(_values(reader, values_of(stated, p)))) for p in predicates)
    return tuple(sorted(rows, key=lambda row: row.name.words.text))


def _values(reader: Reader, values: list[Term]) -> Iterator[tuple[Link, ...]]:
    """Yield values; texts in several languages are cut down to the reader's."""
    for value in reader.own_language(values):
        yield tuple(inline(reader, value))


def inline(reader: Reader, value: Term, depth: int = 0) -> Iterator[Link]:
    """Yield a value as links and words; lists and blank nodes are written out, not too deep."""
    if not isinstance(value, BlankNode):
        yield reader.link(value)
    elif depth >= _DEEPEST:
        yield Link(Words("…"))
    else:
        members = members_of(reader.site, value)
        for item in members or _parts(reader.site, value):
            yield from inline(reader, item, depth + 1)


def members_of(site: Site, node: Term) -> list[Term]:
    """Return the members of an RDF list, of a broken one those before the break."""
    members: list[Term] = []
    seen: set[Term] = set()
    while isinstance(node, BlankNode) and node not in seen:
        seen.add(node)
        stated = {q.predicate: q.object for q in site.index.outgoing(node)}
        if _FIRST not in stated:
            break
        members.append(stated[_FIRST])
        node = stated.get(_REST, _NIL)
    return members


def _parts(site: Site, node: BlankNode) -> list[Term]:
    return [t for q in site.index.outgoing(node) for t in (q.predicate, q.object)]
