"""The page of a whole vocabulary, with an anchor for each term, and the list of outside terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from kizuna.vocabulary import DCT_DESCRIPTION, RDFS_COMMENT, term
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.site import Site
from kizuna.web.terms.known import described_by
from kizuna.web.terms.stated import LABELS, Row, best, other_rows, values_of
from kizuna.web.terms.summary import Entry, entry

VERSION = term("owl:versionIRI")
_VERSIONS = {
    term(f"owl:{name}") for name in ("priorVersion", "backwardCompatibleWith", "incompatibleWith")
}
_APART = frozenset((*LABELS, DCT_DESCRIPTION, RDFS_COMMENT, *_VERSIONS))


@dataclass(frozen=True, slots=True)
class Section:
    """Terms of one kind."""

    title: Words
    terms: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class WholePage:
    """A whole vocabulary: what it says of itself, and its terms by kind."""

    iri: str
    title: Words
    description: Words
    about: tuple[Row, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms of another vocabulary that are used here."""

    prefix: str
    namespace: str
    terms: tuple[tuple[str, Link], ...]


def namespace_quads(site: Site, document: str) -> Iterator[Quad]:
    """Yield what is said of ``document`` and of all terms in its hash namespace."""
    for subject in _subjects(site, document):
        yield from described_by(site.index, subject)


def whole_page(reader: Reader, document: str) -> WholePage:
    """Return the page of the vocabulary whose IRI, without the hash, is ``document``."""
    site = reader.site
    itself = NamedNode(document)
    about = site.index.outgoing(itself)
    by_kind: dict[Words, list[Entry]] = {}
    for subject in _subjects(site, document):
        if subject != itself:
            by_kind.setdefault(_kind(reader, subject), []).append(entry(reader, subject))
    title = best(reader, about, LABELS)
    return WholePage(
        iri=document,
        title=title if title.text else Words(document),
        description=best(reader, about, (DCT_DESCRIPTION, RDFS_COMMENT)),
        about=(*other_rows(reader, about, _APART), *_versions(reader, about)),
        sections=tuple(
            Section(title, tuple(sorted(terms, key=lambda x: x.anchor.lower())))
            for title, terms in sorted(by_kind.items(), key=lambda pair: pair[0].text)
        ),
    )


def _versions(reader: Reader, about: tuple[Quad, ...]) -> Iterator[Row]:
    """Yield the earlier versions; those of this publication are not served, and so not linked."""
    for predicate in sorted(_VERSIONS, key=str):
        values = values_of(about, predicate)
        links = [reader.link(v) for v in values]
        if links:
            shown = tuple((link if link.outside else Link(link.words),) for link in links)
            yield Row(reader.link(predicate), shown)


def is_version(site: Site, iri: str) -> str:
    """Return the document of which ``iri`` names the version that is served, or an empty text."""
    for document in (site.addresses.ontology, site.addresses.shapes):
        versions = values_of(site.index.outgoing(NamedNode(document)), VERSION)
        if any(isinstance(v, NamedNode) and v.value == iri for v in versions):
            return document
    return ""


def other_vocabularies(reader: Reader) -> tuple[Vocabulary, ...]:
    """Return the terms of other vocabularies that are used here, by prefix and name."""
    terms, prefixes = reader.site.terms, reader.site.prefixes
    grouped: dict[str, list[NamedNode]] = {}
    for known in terms.slugs:
        if not terms.home(known):
            namespace = max((ns for ns in prefixes.values() if known.value.startswith(ns)), key=len)
            grouped.setdefault(namespace, []).append(known)
    names = {namespace: prefix for prefix, namespace in sorted(prefixes.items(), reverse=True)}
    return tuple(
        Vocabulary(names[ns], ns, tuple(_listed(reader, ns, grouped[ns])))
        for ns in sorted(grouped, key=lambda ns: names[ns])
    )


def _listed(
    reader: Reader, namespace: str, terms: Iterable[NamedNode]
) -> Iterator[tuple[str, Link]]:
    for known in sorted(terms, key=lambda t: t.value.lower()):
        yield known.value.removeprefix(namespace), reader.link(known)


def _subjects(site: Site, document: str) -> list[NamedNode]:
    itself = NamedNode(document)
    found = [itself] if site.index.outgoing(itself) else []
    return [*found, *site.index.subjects(f"{document}#")]


def _kind(reader: Reader, subject: NamedNode) -> Words:
    """Return the name of the class by which a term is listed."""
    types = sorted(reader.site.names.types(subject), key=str)
    return reader.name(types[0]) if types else Words(reader.text("terms.plain"))
