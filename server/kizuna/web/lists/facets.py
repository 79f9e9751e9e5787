"""What lists are filtered by, as property paths from a thing to the values.

A project whose data has no such property has no values, and the facet does not appear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from pyoxigraph import NamedNode

from kizuna.checks.pages import Facet, Pages
from kizuna.checks.paths import Path, key_of, read_path
from kizuna.vocabulary import RDF_TYPE
from kizuna.web.lists.walks import REMEMBERED, Walker, subjects
from kizuna.web.names import Names

ROLE, YEAR = "role", "year"
UNSTATED, IMPRECISE = "unstated", "imprecise"
"""Values beside those of the data: nothing is said; a time is said that is in no single year."""
BOUNDS = tuple(
    read_path(name).steps for name in ("sem:hasEarliestBeginTimeStamp", "sem:hasLatestEndTimeStamp")
)
_TYPE = frozenset({key_of(RDF_TYPE)})
_DAY = re.compile(r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"-?[0-9]{4,}")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The first and the last day that a time can mean (``2017-09-20``), empty where unknown."""

    earliest: str
    latest: str

    @property
    def years(self) -> tuple[int | None, int | None]:
        """The years of both days."""
        return _year(self.earliest), _year(self.latest)

    @property
    def year(self) -> str:
        """The year in which both days lie, or ``IMPRECISE``."""
        first, last = self.years
        return f"{first:04}" if first is not None and first == last else IMPRECISE


def _year(day: str) -> int | None:
    return int(day[: day.index("-", 1)]) if day else None


class FacetReader:
    """Reads the values of facets off the index."""

    def __init__(self, names: Names, pages: Pages) -> None:
        self.names = names
        self._facets = tuple((facet, facet.steps) for facet in pages.all_facets)
        self._times = tuple(path.steps for path in pages.times)
        self._bounds = BOUNDS
        paths = (path for _, read in self._facets for path in read)
        self._walker = Walker(names.index, (*paths, *self._times, *self._bounds))
        self._node = lru_cache(REMEMBERED)(_node)
        self._instances = lru_cache(None)(self._all_of)

    def prepare(self) -> None:
        """Get ready to read many things: claims lead to documents, and those are few."""
        for facet, paths in self._facets:
            if facet.kind is not None:
                for last in (path[-1] for path in paths if path[-1].needed):
                    self._walker.prepare(last, sorted(self._instances(facet.kind)))

    def _all_of(self, kind: NamedNode) -> frozenset[bytes]:
        rows = self.names.index.row(str(kind), incoming=True)
        return frozenset(chain.from_iterable(subjects(rows, _TYPE).values()))

    def values(self, thing: NamedNode) -> dict[str, tuple[NamedNode, ...]]:
        """Return the values of each facet of ``thing``, in a fixed order."""
        start = key_of(thing)
        return {facet.name: self._of(start, facet, paths) for facet, paths in self._facets}

    def _of(self, start: bytes, facet: Facet, paths: Iterable[Path]) -> tuple[NamedNode, ...]:
        ends = {end for path in paths for end in self._walker.ends(start, path)}
        if facet.kind is not None:
            ends &= self._instances(facet.kind)
        return tuple(self._node(end) for end in sorted(ends) if end.startswith(b"<"))

    def spans(self, thing: NamedNode) -> tuple[Span, ...]:
        """Return the times of ``thing``, each once, in order."""
        start = key_of(thing)
        ends = {end for path in self._times for end in self._walker.ends(start, path)}
        return tuple(sorted({self._span(end) for end in ends}))

    def _span(self, time: bytes) -> Span:
        if time.startswith(b'"'):
            return _of_literal(_text(time))
        first, last = (self._day(time, path) for path in self._bounds)
        return Span(first, last)

    def _day(self, time: bytes, path: Path) -> str:
        days = map(_text, self._walker.ends(time, path))
        return min((day for day in days if _DAY.fullmatch(day)), default="")


def _node(key: bytes) -> NamedNode:
    return NamedNode(key[1:-1].decode())


def _text(literal: bytes) -> str:
    return literal[1:].partition(b'"')[0].decode()


def _of_literal(text: str) -> Span:
    day = text.partition("T")[0]
    if _DAY.fullmatch(day):
        return Span(day, day)
    if _YEAR.fullmatch(day):
        return Span(f"{day}-01-01", f"{day}-12-31")
    return Span("", "")
