"""The list of classes, and what the page of a class says of it."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kizuna.vocabulary import RDFS_COMMENT, SKOS_DEFINITION
from kizuna.web.reader import Link, Reader, Words


@dataclass(frozen=True, slots=True)
class Counted:
    """A class with the number of its members."""

    link: Link
    count: int
    definition: Words


@dataclass(frozen=True, slots=True)
class ClassPage:
    """A class: its definition and its neighbours. Its members are a list."""

    iri: str
    title: Words
    definition: Words
    defined: Link
    broader: tuple[Link, ...]
    narrower: tuple[Counted, ...]


def class_list(reader: Reader) -> tuple[list[Counted], list[Counted]]:
    """Return the publication's own classes and those of other vocabularies, by name."""
    site = reader.site
    own = f"{site.addresses.ontology}#"
    kinds = sorted(site.classes.slugs.values(), key=lambda k: reader.name(k).text.lower())
    listed = [k for k in kinds if k.value.startswith(own) or k in site.classes.counts]
    return (
        [counted(reader, k) for k in listed if k.value.startswith(own)],
        [counted(reader, k) for k in listed if not k.value.startswith(own)],
    )


def counted(reader: Reader, kind: NamedNode) -> Counted:
    """Return a class with the number of its members."""
    return Counted(
        reader.class_link(kind), reader.site.classes.count(kind), _definition(reader, kind)
    )


def class_page(reader: Reader, kind: NamedNode) -> ClassPage:
    """Return what the page of ``kind`` says beside its members."""
    site = reader.site
    narrower = site.classes.narrower.get(kind, frozenset())
    return ClassPage(
        iri=kind.value,
        title=reader.name(kind),
        definition=_definition(reader, kind),
        defined=reader.link(kind),
        broader=tuple(
            reader.class_link(k) for k in sorted(site.classes.broader.get(kind, ()), key=str)
        ),
        narrower=tuple(counted(reader, k) for k in sorted(narrower, key=str)),
    )


def _definition(reader: Reader, kind: NamedNode) -> Words:
    return reader.best(
        q.object
        for q in reader.site.index.outgoing(kind)
        if q.predicate in {SKOS_DEFINITION, RDFS_COMMENT} and isinstance(q.object, Literal)
    )
