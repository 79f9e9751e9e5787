"""The page of a vocabulary or of the shapes: every term of a namespace, with an anchor for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from kizuna.vocabulary import (
    DCT_DESCRIPTION,
    DCT_TITLE,
    RDF_TYPE,
    RDFS_COMMENT,
    RDFS_DEFINED_BY,
    RDFS_LABEL,
    SKOS_DEFINITION,
    SKOS_PREF_LABEL,
    term,
)
from kizuna.web.names import Term
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.site import Site

_FIRST, _REST, _NIL = term("rdf:first"), term("rdf:rest"), term("rdf:nil")
_SHAPE_NAME = term("sh:name")
_DEFINITIONS = (SKOS_DEFINITION, RDFS_COMMENT, term("sh:description"), DCT_DESCRIPTION)
_LABELS = (SKOS_PREF_LABEL, RDFS_LABEL, _SHAPE_NAME, DCT_TITLE)
_APART = frozenset({RDF_TYPE, RDFS_DEFINED_BY, *_LABELS, *_DEFINITIONS})
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A property of a term with its values, each a run of links and words."""

    name: Link
    values: tuple[tuple[Link, ...], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A term of the vocabulary as it is shown."""

    anchor: str
    iri: str
    label: Words
    definition: Words
    rows: tuple[Row, ...]
    members: int
    page: str


@dataclass(frozen=True, slots=True)
class Section:
    """Terms of one kind."""

    title: Words
    terms: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class TermsPage:
    """A whole vocabulary: what it says of itself, and its terms by kind."""

    iri: str
    title: Words
    description: Words
    about: tuple[Row, ...]
    sections: tuple[Section, ...]


def namespace_quads(site: Site, document: str) -> Iterator[Quad]:
    """Yield what is said of ``document`` and of all terms in its hash namespace."""
    for subject in _subjects(site, document):
        yield from _with_blank_nodes(site, subject)


def terms_page(reader: Reader, document: str) -> TermsPage:
    """Return the page of the vocabulary whose IRI, without the hash, is ``document``."""
    site = reader.site
    itself = NamedNode(document)
    about = site.index.outgoing(itself)
    by_kind: dict[Words, list[Entry]] = {}
    for subject in _subjects(site, document):
        if subject != itself:
            by_kind.setdefault(_kind(reader, subject), []).append(_term(reader, subject))
    return TermsPage(
        iri=document,
        title=_best(reader, about, _LABELS) or Words(document),
        description=_best(reader, about, (DCT_DESCRIPTION, RDFS_COMMENT)) or Words(""),
        about=_rows(reader, about),
        sections=tuple(
            Section(title, tuple(sorted(terms, key=lambda x: x.anchor.lower())))
            for title, terms in sorted(by_kind.items(), key=lambda pair: pair[0].text)
        ),
    )


def _subjects(site: Site, document: str) -> list[NamedNode]:
    itself = NamedNode(document)
    found = [itself] if site.index.outgoing(itself) else []
    return [*found, *site.index.subjects(f"{document}#")]


def _with_blank_nodes(site: Site, subject: NamedNode | BlankNode) -> Iterator[Quad]:
    """Yield the statements of ``subject`` and of the blank nodes below it."""
    waiting: list[NamedNode | BlankNode] = [subject]
    seen = {subject}
    while waiting:
        for quad in site.index.outgoing(waiting.pop()):
            yield quad
            if isinstance(quad.object, BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                waiting.append(quad.object)


def _kind(reader: Reader, subject: NamedNode) -> Words:
    """Return the name of the class by which a term is listed."""
    types = sorted(reader.site.names.types(subject), key=str)
    return reader.name(types[0]) if types else Words(reader.text("terms.plain"))


def _term(reader: Reader, subject: NamedNode) -> Entry:
    site = reader.site
    stated = site.index.outgoing(subject)
    slug = site.classes.slug(subject)
    return Entry(
        anchor=subject.value.partition("#")[2],
        iri=subject.value,
        label=_best(reader, stated, _LABELS) or Words(subject.value.partition("#")[2]),
        definition=_best(reader, stated, _DEFINITIONS) or Words(""),
        rows=_rows(reader, stated),
        members=site.classes.count(subject) if slug else 0,
        page=reader.href(f"classes/{slug}") if slug else "",
    )


def _best(
    reader: Reader, stated: Iterable[Quad], predicates: tuple[NamedNode, ...]
) -> Words | None:
    """Return the best literal of the first of ``predicates`` that has one."""
    for predicate in predicates:
        found = [
            q.object for q in stated if q.predicate == predicate and isinstance(q.object, Literal)
        ]
        if found:
            return reader.best(found)
    return None


def _rows(reader: Reader, stated: Iterable[Quad]) -> tuple[Row, ...]:
    """Return the other properties; texts in several languages are cut down to the reader's."""
    grouped: dict[NamedNode, set[Term]] = {}
    for quad in stated:
        if quad.predicate not in _APART:
            grouped.setdefault(quad.predicate, set()).add(quad.object)
    rows = (Row(reader.link(p), tuple(_values(reader, values))) for p, values in grouped.items())
    return tuple(sorted(rows, key=lambda row: row.name.words.text))


def _values(reader: Reader, values: set[Term]) -> Iterator[tuple[Link, ...]]:
    texts = [v for v in values if isinstance(v, Literal) and v.language]
    if texts:
        yield (Link(reader.best(texts)),)
    for value in sorted(values - set(texts), key=str):
        yield tuple(_inline(reader, value, 0))


def _inline(reader: Reader, value: Term, depth: int) -> Iterator[Link]:
    """Yield a value as links and words; lists and blank nodes are written out, not too deep."""
    if not isinstance(value, BlankNode):
        yield reader.link(value)
    elif depth >= _DEEPEST:
        yield Link(Words("…"))
    else:
        for item in _parts(reader.site, value):
            yield from _inline(reader, item, depth + 1)


def _parts(site: Site, node: BlankNode) -> list[Term]:
    """Return the members of a list, or the properties and values of another blank node."""
    members: list[Term] = []
    current: Term = node
    seen: set[Term] = set()
    while isinstance(current, BlankNode) and current not in seen:
        seen.add(current)
        stated = {q.predicate: q.object for q in site.index.outgoing(current)}
        if _FIRST not in stated:
            break
        members.append(stated[_FIRST])
        current = stated.get(_REST, _NIL)
    return members or [t for q in site.index.outgoing(node) for t in (q.predicate, q.object)]
