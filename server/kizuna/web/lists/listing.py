"""A list as it is shown: its columns, and the rows of the members that are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kizuna.vocabulary import KZ_EDITORIAL
from kizuna.web.lists.asked import Asked, Value, token
from kizuna.web.lists.facets import IMPRECISE, ROLE, UNSTATED, YEAR, Span
from kizuna.web.lists.table import NAME, Table
from kizuna.web.names import Term
from kizuna.web.ordering import NOWHERE
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.views.values import Shown, dates_in_words, shown

MOST_PROPERTIES = 4
SAMPLE = 100
"""Members that are looked at to choose the properties that get a column."""
_TITLES = {
    NAME: "lists.name",
    ROLE: "lists.role",
    YEAR: "lists.year",
    UNSTATED: "lists.unstated",
    IMPRECISE: "lists.imprecise",
}
"""What columns, and values without a name in the data, are called beside the project's facets."""
RARE = 5
"""A property that fewer than one of so many members have gets no column."""
_BEFORE = ("type", ROLE)


@dataclass(frozen=True, slots=True)
class Source:
    """A list before anything is chosen: where it stands, its members, and its own parameters.

    ``path`` has no leading slash and no suffix; ``name`` is that of its files.
    """

    path: str
    name: str
    iri: str
    table: Table
    own: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its name in addresses, what it is called, and its property if it has one."""

    key: str
    title: Link
    predicate: NamedNode | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One value in a cell, with its IRI if it has one, and its days if it is a time."""

    shown: Shown
    iri: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A member with its cells, one for each column but the name."""

    member: NamedNode
    link: Link
    cells: tuple[tuple[Item, ...], ...]


def title_of(reader: Reader, name: str) -> str:
    """Return what a column or a facet is called."""
    facet = reader.site.pages.facet(name)
    return reader.called(facet) if facet is not None else reader.text(_TITLES[name])


def heads(reader: Reader, source: Source) -> tuple[Head, ...]:
    """Return the columns of a list; those that would be empty, or the same all over, are none."""
    table = source.table
    before = [facet for facet in _BEFORE if is_useful(table, facet)]
    own = (*(facet.name for facet in reader.site.pages.facets), YEAR)
    after = [facet for facet in own if table.columns[facet].values not in {(), (UNSTATED,)}]

    def of_facet(name: str) -> Head:
        return Head(name, Link(Words(title_of(reader, name))))

    return (
        of_facet(NAME),
        *map(of_facet, before),
        *(Head(token(reader.site, p), reader.link(p), p) for p in _properties(reader, table)),
        *map(of_facet, after),
    )


def is_useful(table: Table, facet: str) -> bool:
    """Tell whether a facet tells members apart."""
    return len(table.columns[facet].values) > 1


def _properties(reader: Reader, table: Table) -> list[NamedNode]:
    """Return the properties worth a column: those that most members have, in the shapes' order."""
    site, sample = reader.site, table.members[:SAMPLE]
    used = Counter(p for m in sample for p in {q.predicate for q in site.index.outgoing(m)})
    kinds = dict.fromkeys(
        above
        for member in sample
        for kind in sorted(site.names.types(member), key=str)
        for above in site.classes.ancestors(kind)
    )
    places = site.ordering.places(kinds)
    paths = (path for facet in site.pages.all_facets for path in facet.steps)
    in_facets = {p for path in paths if len(path) == 1 for p in path[0].forward}
    candidates = [
        p
        for p, number in used.items()
        if number * RARE >= len(sample)
        and p in places
        and str(p).encode() not in in_facets
        and not _idle(reader, p)
    ]
    candidates.sort(key=lambda p: (-used[p], places[p].order, p.value))

    def place(predicate: NamedNode) -> tuple[float, float]:
        found = places.get(predicate, NOWHERE)
        return found.group_order, found.order

    return sorted(candidates[:MOST_PROPERTIES], key=place)


def _idle(reader: Reader, predicate: NamedNode) -> bool:
    """Tell whether a property is the editors' own, or a time, which has its column."""
    stated = reader.site.index.outgoing(predicate)
    is_time = predicate.value.rpartition("#")[2] == "when"
    return is_time or any(q.predicate == KZ_EDITORIAL for q in stated)


def sortable(columns: Iterable[Head]) -> dict[str, str]:
    """Return the orders of a list by their names in addresses."""
    return {h.key: h.predicate.value if h.predicate is not None else h.key for h in columns}


def chosen(reader: Reader, source: Source, asked: Asked, orders: dict[str, str]) -> list[int]:
    """Return the positions of all members that are asked for, in the order that is asked for."""
    key = asked.sort.removeprefix("-")
    sign = asked.sort[: -len(key)]
    positions = asked.positions(source.table)
    order = source.table.order(sign + orders[key], reader.language)
    return [at for at in order if at in positions]


def rows(
    reader: Reader, source: Source, columns: Sequence[Head], positions: Iterable[int]
) -> Iterable[Row]:
    """Yield the rows of the members at ``positions``."""
    for at in positions:
        member = source.table.members[at]
        stated: dict[NamedNode, set[Term]] = {}
        if any(head.predicate is not None for head in columns):
            for quad in reader.site.index.outgoing(member, _wanted(columns)):
                stated.setdefault(quad.predicate, set()).add(quad.object)
        cells = (_cell(reader, source.table, at, head, stated) for head in columns[1:])
        yield Row(member, reader.link(member), tuple(cells))


def _wanted(columns: Sequence[Head]) -> frozenset[str]:
    return frozenset(str(head.predicate) for head in columns if head.predicate is not None)


def _cell(
    reader: Reader, table: Table, at: int, head: Head, stated: dict[NamedNode, set[Term]]
) -> tuple[Item, ...]:
    if head.key == YEAR:
        return tuple(_time(reader, span) for span in table.spans[at])
    values: Iterable[Term] = ()
    if head.predicate is None:
        values = [v for v in table.columns[head.key].of(at) if isinstance(v, NamedNode)]
    else:
        values = reader.own_language(sorted(stated.get(head.predicate, ()), key=str))
    items = [_item(reader, head.key, value) for value in values]
    return tuple(sorted(items, key=lambda item: item.shown.link.words.text))


def _item(reader: Reader, key: str, value: Term) -> Item:
    link = (
        Shown(reader.class_link(value)) if key == "type" and isinstance(value, NamedNode) else None
    )
    return Item(link or shown(reader, value), value.value if isinstance(value, NamedNode) else "")


def _time(reader: Reader, span: Span) -> Item:
    text = dates_in_words(reader, span.earliest, span.latest, "?")
    return Item(Shown(Link(Words(text))), span=span)


def value_words(reader: Reader, value: Value) -> Words:
    """Return what a value of a facet is called."""
    if isinstance(value, NamedNode):
        return reader.name(value)
    return Words(value if value.lstrip("-").isdigit() else reader.text(_TITLES[value]))
