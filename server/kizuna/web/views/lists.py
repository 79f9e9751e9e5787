"""The page of a list: rows, facets with counts, and links to every other part and order of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from pyoxigraph import NamedNode

from kizuna.iris import to_path
from kizuna.web.lists.asked import (
    PER_PAGE,
    Asked,
    Value,
    on_page,
    pages_of,
    token,
)
from kizuna.web.lists.collation import sort_key
from kizuna.web.lists.facets import YEAR
from kizuna.web.lists.listing import (
    Head,
    Row,
    Source,
    chosen,
    is_useful,
    rows,
    sortable,
    title_of,
    value_words,
)
from kizuna.web.lists.members import members_of, weighs_more
from kizuna.web.lists.table import Table, is_open, make_table
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.views.page import Alternate

MOST_COUNTED = 300_000
"""Bytes about a thing and what lies in it up to which its page counts what points to it."""
FIRST, MOST = 10, 100
"""Values of a facet that are shown at once, and all that are listed; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: a link that chooses it or gives it back, and how many have it."""

    words: Words
    href: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Box:
    """A facet with its values; ``unlisted`` of them are neither in ``first`` nor in ``more``."""

    name: str
    title: str
    first: tuple[Choice, ...]
    more: tuple[Choice, ...]
    unlisted: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class SortHead:
    """The head of a column: ``aria`` is the order of the list, ``href`` leads to the other."""

    title: Link
    href: str
    aria: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list. ``kept`` are the parameters that the form of years keeps.

    ``whole`` are the files of all pages, where there are several.
    """

    columns: tuple[SortHead, ...]
    rows: tuple[Row, ...]
    boxes: tuple[Box, ...]
    removals: tuple[Link, ...]
    clear: str
    count: int
    all: int
    first: int
    page: int
    pages: int
    previous: str
    next: str
    span: tuple[str, str]
    has_years: bool
    kept: tuple[tuple[str, str], ...]
    action: str
    here: str
    whole: tuple[Alternate, ...] = ()


def address(
    reader: Reader, source: Source, asked: Asked, suffix: str = "", language: str = ""
) -> str:
    """Return the address of a part of a list, or of its file; a chosen language stays chosen."""
    pairs = [*source.own, *asked.query(reader.site)]
    pairs += [("lang", reader.language)] if reader.chosen and not language else []
    query = "&".join(f"{name}={quote(value, safe=':/')}" for name, value in pairs)
    return f"/{to_path(source.path)}{suffix}" + (f"?{query}" if query else "")


def list_page(reader: Reader, source: Source, columns: Sequence[Head], asked: Asked) -> ListPage:
    """Return the page that ``asked`` asks for, its first one where it names none.

    Raises NotFound where there is no such page.
    """
    found = chosen(reader, source, asked, sortable(columns))
    number = asked.page or 1
    on = on_page(replace(asked, page=number), found)

    def to_page(page: int) -> str:
        is_there = 1 <= page <= pages_of(len(found))
        return address(reader, source, replace(asked, page=page)) if is_there else ""

    shown, filled = _filled(columns, list(rows(reader, source, columns, on)), asked)
    return ListPage(
        columns=tuple(_head(reader, source, head, asked) for head in filled),
        rows=tuple(shown),
        boxes=tuple(_boxes(reader, source, asked)),
        removals=tuple(_removals(reader, source, asked)),
        clear=address(reader, source, Asked(sort=asked.sort)),
        count=len(found),
        all=len(source.table.members),
        first=(number - 1) * PER_PAGE + 1,
        page=number,
        pages=pages_of(len(found)),
        previous=to_page(number - 1),
        next=to_page(number + 1),
        span=asked.span,
        has_years=any(span.years != (None, None) for s in set(source.table.spans) for span in s),
        kept=tuple(_kept(reader, source, asked)),
        action="/" + to_path(source.path),
        here=address(reader, source, asked, language="-"),
    )


def _filled(
    columns: Sequence[Head], shown: list[Row], asked: Asked
) -> tuple[list[Row], list[Head]]:
    """Return rows and columns without columns that are empty on this page and do not order it."""
    used = {at for row in shown for at, cell in enumerate(row.cells, 1) if cell}
    order = asked.sort.removeprefix("-")
    kept = [at for at, head in enumerate(columns) if at and (at in used or head.key == order)]
    fewer = [replace(row, cells=tuple(row.cells[at - 1] for at in kept)) for row in shown]
    return fewer, [columns[0], *(columns[at] for at in kept)]


def _kept(reader: Reader, source: Source, asked: Asked) -> Iterator[tuple[str, str]]:
    yield from source.own
    yield from replace(asked, span=("", ""), page=0).query(reader.site)
    if reader.chosen:
        yield "lang", reader.language


def _head(reader: Reader, source: Source, head: Head, asked: Asked) -> SortHead:
    is_up, is_down = asked.sort == head.key, asked.sort == f"-{head.key}"
    other = replace(asked, sort=f"-{head.key}" if is_up else head.key, page=0)
    aria = "ascending" if is_up else "descending" if is_down else "none"
    return SortHead(head.title, address(reader, source, other), aria)


def _boxes(reader: Reader, source: Source, asked: Asked) -> Iterator[Box]:
    for name in source.table.columns:
        if is_useful(source.table, name) or asked.values(name):
            box = _box(reader, source, asked, name)
            if len(box.first) > 1 or box.chosen:  # one value of all is no choice
                yield box


def _box(reader: Reader, source: Source, asked: Asked, name: str) -> Box:
    """Return a facet: the counts are those of the list without any choice in this facet."""
    counts = source.table.columns[name].counts(asked.positions(source.table, besides=name))
    mine = asked.values(name)
    counts |= {value: counts.get(value, 0) for value in mine}
    words = {value: value_words(reader, value) for value in counts}

    def place(value: Value) -> tuple[bool, int, tuple[str, str]]:
        number = 0 if name == YEAR else -counts[value]
        return is_open(value), number, sort_key(words[value].text)

    ranked = sorted(counts, key=place)
    leading = [v for v in ranked if v in mine]
    listed = ranked[:MOST] + [v for v in leading if v not in ranked[:MOST]]
    split = MOST if name == YEAR else FIRST
    choices = [
        Choice(
            words[v], address(reader, source, asked.toggled(name, v)), counts[v], chosen=v in mine
        )
        for v in listed
    ]
    return Box(
        name=name,
        title=title_of(reader, name),
        first=tuple(c for n, c in enumerate(choices) if n < split or c.chosen),
        more=tuple(c for n, c in enumerate(choices) if n >= split and not c.chosen),
        unlisted=len(ranked) - len(listed),
        chosen=bool(mine),
    )


def _removals(reader: Reader, source: Source, asked: Asked) -> Iterator[Link]:
    """Yield what is chosen, each with the link that gives it back."""
    for name, values in asked.chosen:
        title = title_of(reader, name)
        for value in values:
            words = value_words(reader, value)
            href = address(reader, source, asked.toggled(name, value))
            yield Link(Words(f"{title}: {words.text}"), href)
    for at, key in enumerate(("lists.year_from", "lists.year_to")):
        if asked.span[at]:
            rest = ("", asked.span[1]) if at == 0 else (asked.span[0], "")
            text = reader.text(key, year=asked.span[at])
            yield Link(Words(text), address(reader, source, replace(asked, span=rest, page=0)))


async def class_source(reader: Reader, kind: NamedNode, path: str) -> Source:
    """Return the list of the members of a class, whose page stands at ``path``."""
    site = reader.site
    table = await site.lists.get(
        f"class {kind.value}",
        lambda: make_table(site.names, site.pages, site.classes.members(kind)),
    )
    return Source(path, path.rpartition("/")[2], kind.value, table)


async def members_source(reader: Reader, thing: NamedNode) -> Source:
    """Return the list of what points to a thing."""
    site = reader.site

    def make() -> Table:
        roles = members_of(site.names, thing)
        return make_table(site.names, site.pages, list(roles), roles)

    table = await site.lists.get(f"of {thing.value}", make)
    name = thing.value.rstrip("/#").rpartition("/")[2]
    return Source("members", name, thing.value, table, (("of", token(site, thing)),))


def members_link(reader: Reader, iri: NamedNode) -> Link | None:
    """Return the link to the list of what points to a thing, None where nothing does.

    The number is left out where so much points to it that counting would hold up its page.
    """
    if weighs_more(reader.site.index, iri, MOST_COUNTED):
        text = reader.text("lists.members_of", name=reader.name(iri).text)
    elif count := len(members_of(reader.site.names, iri)):
        text = reader.text("lists.as_table", n=count)
    else:
        return None
    return Link(Words(text), reader.href("members", of=token(reader.site, iri)))
