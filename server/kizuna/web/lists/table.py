"""A list as a table: the members of something, the values of their facets, their orders."""

from __future__ import annotations

import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from pyoxigraph import BlankNode, NamedNode

from kizuna.checks.pages import Pages
from kizuna.web.lists.collation import sort_key
from kizuna.web.lists.facets import IMPRECISE, ROLE, UNSTATED, YEAR, FacetReader, Span
from kizuna.web.names import Names, Term

NAME = "name"
_MANY = 500
Order = Sequence[int]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one facet: ``cells`` says for each member which of ``values`` it has.

    Every member has one at least: where nothing is said it is ``UNSTATED``.
    """

    values: tuple[NamedNode | str, ...]
    cells: tuple[tuple[int, ...], ...]

    def having(self, chosen: Iterable[NamedNode | str]) -> set[int]:
        """Return the positions of the members that have any of ``chosen``."""
        names = frozenset(chosen)
        wanted = {n for n, value in enumerate(self.values) if value in names}
        return {at for at, cell in enumerate(self.cells) if not wanted.isdisjoint(cell)}

    def counts(self, among: Iterable[int]) -> dict[NamedNode | str, int]:
        """Return how many of the members at the positions ``among`` have each value."""
        counted = Counter(chain.from_iterable(map(self.cells.__getitem__, among)))
        return {self.values[n]: number for n, number in counted.items()}

    def of(self, at: int) -> tuple[NamedNode | str, ...]:
        """Return the values of one member."""
        return tuple(self.values[n] for n in self.cells[at])


@dataclass
class Table:
    """The members of something. It is made once; orders are made when they are first asked for."""

    names: Names
    members: tuple[NamedNode, ...]
    columns: Mapping[str, Column]
    spans: tuple[tuple[Span, ...], ...]
    _orders: dict[tuple[str, str], array[int]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def weight(self) -> int:
        """About how many things it holds in memory."""
        return len(self.members) * (len(self.columns) + 4)

    def order(self, sort: str, language: str) -> Order:
        """Return the positions of all members, sorted by a name in ``language``.

        ``sort`` is ``name``, ``type``, ``year`` …, or the IRI of a property; with ``-`` before it
        the last come first. Those without a value are last both ways. Equal ones go by name.
        """
        with self._lock:
            found = self._orders.get((sort, language))
            if found is None:
                found = self._orders[sort, language] = array("I", self._sorted(sort, language))
            return found

    def _sorted(self, sort: str, language: str) -> list[int]:
        key, is_down = sort.removeprefix("-"), sort.startswith("-")
        if key == NAME:
            named = [self._name(member, language) for member in self.members]
            return sorted(range(len(named)), key=named.__getitem__, reverse=is_down)
        keys = self._keys(key, language)
        by_name = self.order(NAME, language)
        there = sorted((at for at in by_name if keys[at]), key=keys.__getitem__, reverse=is_down)
        return [*there, *(at for at in by_name if not keys[at])]

    def _keys(self, key: str, language: str) -> list[Key]:
        """Return by what each member is sorted; nothing where it has no value."""
        if key == YEAR:
            return [_of_spans(spans) for spans in self.spans]
        column = self.columns.get(key)
        if column is None:
            return self._of_property(NamedNode(key), language)
        named = [self._name(v, language) if isinstance(v, NamedNode) else () for v in column.values]
        return [min(filter(None, (named[n] for n in cell)), default=()) for cell in column.cells]

    def _of_property(self, predicate: NamedNode, language: str) -> list[Key]:
        index, only = self.names.index, {str(predicate)}
        known: dict[Term, Key] = {}
        keys: list[Key] = []
        for member in self.members:
            values = {quad.object for quad in index.outgoing(member, only)}
            for value in values - known.keys():
                known[value] = self._name(value, language)
            keys.append(min((known[value] for value in values), default=()))
        return keys

    def _name(self, term: Term, language: str) -> Key:
        if isinstance(term, NamedNode | BlankNode):
            return sort_key(self.names.label(term, language).value)
        return sort_key(str(getattr(term, "value", term)))


def _of_spans(spans: tuple[Span, ...]) -> Key:
    """Return by what times are sorted: of an unknown time nobody can say that it was the first."""
    known = (s for s in spans if s.earliest or s.latest)
    return min(((s.earliest or s.latest, s.latest) for s in known), default=())


def make_table(
    names: Names,
    pages: Pages,
    members: Sequence[NamedNode],
    roles: Mapping[NamedNode, Iterable[NamedNode]] | None = None,
) -> Table:
    """Return the table of ``members``; ``roles``: by which properties each of them points here."""
    reader = FacetReader(names, pages)
    if len(members) > _MANY:
        reader.prepare()
    makers = {facet.name: _Maker() for facet in pages.all_facets}
    years, played = _Maker(), _Maker()
    known: dict[tuple[Span, ...], tuple[Span, ...]] = {}
    spans: list[tuple[Span, ...]] = []
    for member in members:
        for name, values in reader.values(member).items():
            makers[name].add(values)
        times = reader.spans(member)
        times = known.setdefault(times, times)
        spans.append(times)
        years.add(tuple(sorted({span.year for span in times})))
        played.add(tuple(sorted(roles.get(member, ()), key=str)) if roles else ())
    columns = {name: maker.column() for name, maker in makers.items()}
    columns |= {YEAR: years.column(), ROLE: played.column()}
    return Table(names, tuple(members), columns, tuple(spans))


class _Maker:
    """Collects the cells of a column; equal cells are held once."""

    def __init__(self) -> None:
        self._numbers: dict[NamedNode | str, int] = {}
        self._cells: list[tuple[int, ...]] = []
        self._known: dict[tuple[NamedNode | str, ...], tuple[int, ...]] = {}

    def add(self, values: tuple[NamedNode | str, ...]) -> None:
        cell = self._known.get(values)
        if cell is None:
            shown: tuple[NamedNode | str, ...] = values or (UNSTATED,)
            cell = tuple(self._numbers.setdefault(v, len(self._numbers)) for v in shown)
            self._known[values] = cell
        self._cells.append(cell)

    def column(self) -> Column:
        return Column(tuple(self._numbers), tuple(self._cells))


def is_open(value: NamedNode | str) -> bool:
    """Tell whether ``value`` stands for something that the documents leave open."""
    return value in {UNSTATED, IMPRECISE}
