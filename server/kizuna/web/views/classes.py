"""The list of classes, and the page of a class with its members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kizuna.vocabulary import (
    KZ_EDITORIAL,
    RDFS_COMMENT,
    SKOS_DEFINITION,
)
from kizuna.web.names import Term
from kizuna.web.ordering import NOWHERE
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.views.values import Shown, shown

PER_PAGE = 100
_MOST_COLUMNS = 4
_MOST_VALUES = 5


@dataclass(frozen=True, slots=True)
class Counted:
    """A class with the number of its members."""

    link: Link
    count: int
    definition: Words


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a class with its kinds and, column by column, some of what is said of it."""

    link: Link
    kinds: tuple[Link, ...]
    cells: tuple[tuple[Shown, ...], ...]


@dataclass(frozen=True, slots=True)
class ClassPage:
    """A class: its definition, its neighbours, and one page of its members."""

    iri: str
    title: Words
    definition: Words
    defined: Link
    broader: tuple[Link, ...]
    narrower: tuple[Counted, ...]
    columns: tuple[Link, ...]
    members: tuple[Member, ...]
    count: int
    page: int
    pages: int


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


def class_page(reader: Reader, kind: NamedNode, page: int) -> ClassPage | None:
    """Return page ``page`` (from 1) of the members of ``kind``; None if there is no such page."""
    site = reader.site
    members = sorted(site.classes.members(kind), key=lambda m: (reader.name(m).text, m.value))
    pages = max(1, -(-len(members) // PER_PAGE))
    if not 1 <= page <= pages:
        return None
    columns = _columns(reader, kind, members[:PER_PAGE])
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
        columns=tuple(reader.link(column) for column in columns),
        members=tuple(
            _member(reader, m, columns) for m in members[(page - 1) * PER_PAGE : page * PER_PAGE]
        ),
        count=len(members),
        page=page,
        pages=pages,
    )


def _definition(reader: Reader, kind: NamedNode) -> Words:
    return reader.best(
        q.object
        for q in reader.site.index.outgoing(kind)
        if q.predicate in {SKOS_DEFINITION, RDFS_COMMENT} and isinstance(q.object, Literal)
    )


def _columns(reader: Reader, kind: NamedNode, members: Sequence[NamedNode]) -> list[NamedNode]:
    """Return the properties worth a column: those that most members have, in the shapes' order."""
    site = reader.site
    used = Counter(
        predicate
        for member in members
        for predicate in {q.predicate for q in site.index.outgoing(member)}
    )
    classes = [k for below in site.classes.descendants(kind) for k in site.classes.ancestors(below)]
    places = site.ordering.places(classes)
    candidates = [p for p in used if p in places and not _editorial(reader, p)]
    candidates.sort(key=lambda p: (-used[p], places[p].order, p.value))
    chosen = candidates[:_MOST_COLUMNS]
    return sorted(
        chosen, key=lambda p: (places.get(p, NOWHERE).group_order, places.get(p, NOWHERE).order)
    )


def _editorial(reader: Reader, predicate: NamedNode) -> bool:
    return any(q.predicate == KZ_EDITORIAL for q in reader.site.index.outgoing(predicate))


def _member(reader: Reader, member: NamedNode, columns: Sequence[NamedNode]) -> Member:
    site = reader.site
    stated = site.index.outgoing(member)

    def cell(predicate: NamedNode) -> tuple[Shown, ...]:
        values: set[Term] = {q.object for q in stated if q.predicate == predicate}
        return tuple(shown(reader, v) for v in sorted(values, key=str)[:_MOST_VALUES])

    return Member(
        link=reader.link(member),
        kinds=tuple(reader.class_link(k) for k in sorted(site.names.types(member), key=str)),
        cells=tuple(map(cell, columns)),
    )
