"""What a request asks of a list: which values, which order, which page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode
from starlette.datastructures import QueryParams

from kizuna.errors import BadParameter, NotFound
from kizuna.vocabulary import shortened
from kizuna.web.lists.facets import IMPRECISE, UNSTATED, YEAR
from kizuna.web.lists.pointing import thing_named
from kizuna.web.lists.table import NAME, Table
from kizuna.web.site import Site

PER_PAGE = 100
FROM, TO = "year-from", "year-to"
_OTHERS = frozenset({FROM, TO, "sort", "page", "lang", "of"})
_YEAR = re.compile(r"-?[0-9]{4}")
_MOST_TOLD = 8
MOST_CHOSEN = 50
"""Values that may be chosen at once: every link of the page repeats them all."""
Value = NamedNode | str


@dataclass(frozen=True, slots=True)
class Asked:
    """The part of a list that is asked for; ``page`` 0 means all of it.

    ``chosen`` has the values by facet: any of one facet will do, and each facet counts. ``span``
    has the first and the last year, empty where there is no such bound.
    """

    chosen: tuple[tuple[str, tuple[Value, ...]], ...] = ()
    span: tuple[str, str] = ("", "")
    sort: str = NAME
    page: int = 0

    def values(self, facet: str) -> tuple[Value, ...]:
        """Return the values that are chosen of one facet."""
        return dict(self.chosen).get(facet, ())

    def toggled(self, facet: str, value: Value) -> Asked:
        """Return the same with a value chosen that was not, or the other way round."""
        now = self.values(facet)
        kept = tuple(v for v in now if v != value) if value in now else (*now, value)
        return self.with_values(facet, kept)

    def with_values(self, facet: str, values: Iterable[Value]) -> Asked:
        """Return the same with these values of one facet; the result begins at the first page."""
        chosen = dict(self.chosen) | {facet: tuple(sorted(values, key=str))}
        kept = tuple((name, chosen[name]) for name in sorted(chosen) if chosen[name])
        return replace(self, chosen=kept, page=0)

    def query(self, site: Site) -> list[tuple[str, str]]:
        """Return the parameters that ask for this, in a fixed order; the defaults are left out."""
        pairs = [(name, token(site, value)) for name, values in self.chosen for value in values]
        pairs += [(name, year) for name, year in zip((FROM, TO), self.span, strict=True) if year]
        pairs += [("sort", self.sort)] if self.sort != NAME else []
        return pairs + ([("page", str(self.page))] if self.page else [])

    def positions(self, table: Table, besides: str = "") -> set[int] | range:
        """Return which members are asked for; ``besides``: without the choice in that facet."""
        sets = [
            table.columns[name].having(values) for name, values in self.chosen if name != besides
        ]
        if any(self.span):
            sets.append(_within(table, self.span))
        return set.intersection(*sets) if sets else range(len(table.members))


def _within(table: Table, span: tuple[str, str]) -> set[int]:
    """Return who has a time that lies wholly between two years, as far as is known."""
    first, last = (int(year) if year else None for year in span)

    def fits(years: tuple[int | None, int | None]) -> bool:
        begin, end = years
        return (first is None or (begin is not None and begin >= first)) and (
            last is None or (end is not None and end <= last)
        )

    known = {spans: any(fits(s.years) for s in spans) for spans in set(table.spans)}
    return {at for at, spans in enumerate(table.spans) if known[spans]}


def token(site: Site, value: Value) -> str:
    """Return how a value is written in an address: ``place/japan``, ``schema:Event``, ``2017``."""
    if isinstance(value, str):
        return value
    if site.addresses.is_thing(value.value):
        return value.value[len(site.addresses.things) :]
    short = shortened(value.value, site.prefixes)
    return value.value if short.startswith("<") else short


def read_asked(site: Site, table: Table, sortable: Mapping[str, str], query: QueryParams) -> Asked:
    """Return what the parameters ask for. ``sortable``: the orders by their names.

    Parameters of the whole site, whose names begin with ``_``, are not read here.

    Raises BadParameter for a name or value that is none.
    """
    known = (*table.columns, *sorted(_OTHERS))
    for name in query:
        if name not in known and not name.startswith("_"):
            raise BadParameter(
                f"there is no facet or parameter {name!r}", hint=f"There are: {', '.join(known)}."
            )
    asked = Asked(
        span=_span(query), sort=_sort(sortable, query.get("sort", NAME)), page=_page(query)
    )
    wanted = {
        name: tuple(dict.fromkeys(filter(None, query.getlist(name)))) for name in table.columns
    }
    if sum(map(len, wanted.values())) > MOST_CHOSEN:
        raise BadParameter(
            f"more than {MOST_CHOSEN} values are chosen", hint="Choose fewer, or a span of years."
        )
    for name, texts in wanted.items():
        if texts:
            values = [_value(site, name, text, table.columns[name].values) for text in texts]
            asked = replace(asked.with_values(name, values), page=asked.page)
    return asked


def _span(query: QueryParams) -> tuple[str, str]:
    first, last = (_bound(name, query.get(name, "").strip()) for name in (FROM, TO))
    if first and last and int(first) > int(last):
        raise BadParameter(
            f"{FROM}={first} comes after {TO}={last}", hint="The first year goes into year-from."
        )
    return first, last


def _bound(name: str, text: str) -> str:
    if text and not _YEAR.fullmatch(text):
        raise BadParameter(f"{name}={text!r} is no year", hint="Write four digits, such as 2010.")
    return text


def _sort(sortable: Mapping[str, str], text: str) -> str:
    if text.removeprefix("-") not in sortable:
        raise BadParameter(
            f"sort={text!r} is no order of this list",
            hint=f"Sort by {', '.join(sortable)}; with - before it the last come first.",
        )
    return text


def _page(query: QueryParams) -> int:
    text = query.get("page")
    if text is None:
        return 0
    if not re.fullmatch("[1-9][0-9]{0,8}", text):
        raise BadParameter(f"page={text!r} is no page", hint="Pages count from 1.")
    return int(text)


def _value(site: Site, facet: str, text: str, there: Sequence[Value]) -> Value:
    """Return the value that ``text`` names: one of the list, or else anything that is described."""
    if text in {UNSTATED, *([IMPRECISE] if facet == YEAR else [])}:
        return text
    if facet == YEAR:
        if _YEAR.fullmatch(text):
            return text
    else:
        named = thing_named(site, text, there)
        if named is not None:
            return named
    told = sorted(token(site, value) for value in there)
    more = ", …" if len(told) > _MOST_TOLD else ""
    hint = f"Here it is one of: {', '.join(told[:_MOST_TOLD])}{more}." if told else ""
    wrong = "no year" if facet == YEAR else "nothing that is described here"
    raise BadParameter(f"{facet}={text!r} is {wrong}", hint=hint)


def pages_of(count: int) -> int:
    """Return how many pages a list with so many members has; an empty list has one."""
    return max(1, -(-count // PER_PAGE))


def on_page(asked: Asked, shown: Sequence[int]) -> Sequence[int]:
    """Return the positions on the page that is asked for, or all.

    Raises NotFound where there is no such page.
    """
    if not asked.page:
        return shown
    pages = pages_of(len(shown))
    if asked.page > pages:
        raise NotFound(f"the list has no page {asked.page}", hint=f"Its pages are 1 to {pages}.")
    return shown[(asked.page - 1) * PER_PAGE : asked.page * PER_PAGE]
