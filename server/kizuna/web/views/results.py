"""Answers of queries as tables: labels, links, quotes and languages around what came back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
)

from kizuna.engine import Answer
from kizuna.formats import Kind
from kizuna.resources import label_of
from kizuna.vocabulary import PREFIXES, shortened
from kizuna.web.answering import MOST_ROWS
from kizuna.web.names import Term
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.views.evidence import language_of
from kizuna.web.views.questions import spoken
from kizuna.web.views.values import Shown, shown

Row = tuple[Term | None, ...]
Heads = Mapping[str, Mapping[str, str]]
NAMING = ("Label", "Title")
"""A query that is read as CSV, too, has ``?party`` and ``?partyLabel``; a page needs but one."""
QUOTE = "quote"
_HELD = {
    f"{PREFIXES['xsd']}{name}": held
    for held, names in (
        ("number", ("integer", "decimal", "double", "float", "int")),
        ("day", ("date", "dateTime")),
    )
    for name in names
}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``name`` is its variable; ``holding``: "number" or "day" if it has nothing else."""

    name: str
    title: Words
    holding: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as it is read. A quote has its language and the document that it is ``source`` of."""

    shown: Shown
    is_quote: bool = False
    source: Link | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; ``more`` tells that there are others than those that are shown.

    A cell is None where the query left a variable unbound. ``warnings`` tell of endpoints elsewhere
    that were asked in vain.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    more: bool = False
    truth: bool | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a column of the page takes its values from: columns of the answer, -1 for none."""

    name: str
    value: int
    label: int = -1
    source: int = -1
    source_label: int = -1


def table_of(reader: Reader, answer: Answer, *, more: bool = False) -> Table:
    """Return an answer in TSV (rows), SPARQL JSON (truth) or N-Triples (a graph) as it is.

    ``more``: the answer is the beginning of a longer one.
    """
    if answer.kind is Kind.TRUTH:
        truth = bool(json.loads(answer.body)["boolean"])
        return Table((), (), truth=truth, warnings=answer.warnings)
    names, found = read_rows(reader, answer)
    places = [_Place(name, number) for number, name in enumerate(names)]
    titles = [Words(name) for name in names]
    table = _table(reader, places, titles, found, more=more)
    return replace(table, warnings=answer.warnings)


def answer_table(reader: Reader, answer: Answer, heads: Heads, *, more: bool = False) -> Table:
    """Return the answer to a saved query for people: names of things in their language.

    Columns that only name what is in another are not shown; a quote stands with its document.
    ``heads`` are the words over the columns.
    """
    if answer.kind is not Kind.ROWS:
        return table_of(reader, answer, more=more)
    names, found = read_rows(reader, answer)
    places = _places(names)
    titles = [_title(reader, place.name, heads) for place in places]
    table = _table(reader, places, titles, found, more=more)
    return replace(table, warnings=answer.warnings)


def terms_of(reader: Reader, answer: Answer) -> tuple[tuple[str, ...], list[Row]]:
    """Return columns and rows of an answer to be drawn, as many as a page shows.

    Of a graph they are the triples between things; the answer to ASK has none.
    """
    if answer.kind is Kind.TRUTH:
        return (), []
    columns, rows = read_rows(reader, answer)
    if answer.kind is Kind.GRAPH:
        columns, rows = ("from", "by", "to"), (row for row in rows if _is_between(row))
    return columns, list(islice(rows, MOST_ROWS))


def _is_between(row: Row) -> bool:
    return isinstance(row[0], NamedNode) and isinstance(row[2], NamedNode)


def read_rows(reader: Reader, answer: Answer) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Return columns and rows (SPARQL 1.1 Query Results CSV and TSV Formats, section 4)."""
    if answer.kind is Kind.GRAPH:
        keys = ("sparql.subject", "sparql.predicate", "sparql.object")
        quads = parse(answer.body, RdfFormat.N_TRIPLES)
        return tuple(map(reader.text, keys)), ((q.subject, q.predicate, q.object) for q in quads)
    found = parse_query_results(answer.body, QueryResultsFormat.TSV)
    assert isinstance(found, QuerySolutions)  # noqa: S101 - it was a SELECT
    return tuple(variable.value for variable in found.variables), (tuple(row) for row in found)


def humanised(name: str) -> str:
    """Return the name of a variable as words.

    >>> humanised("notBefore"), humanised("modalityLabel"), humanised("n")
    ('Not before', 'Modality', 'N')
    """
    for ending in NAMING:
        name = name.removesuffix(ending) or name
    words = _HUMP.sub(" ", name).strip().lower()
    return words[:1].upper() + words[1:]


def _table(
    reader: Reader,
    places: Sequence[_Place],
    titles: Sequence[Words],
    found: Iterator[Row],
    *,
    more: bool,
) -> Table:
    terms = list(islice(found, MOST_ROWS + 1))
    more = more or len(terms) > MOST_ROWS
    del terms[MOST_ROWS:]
    columns = tuple(
        Column(place.name, title, _held(row[place.value] for row in terms))
        for place, title in zip(places, titles, strict=True)
    )
    rows = tuple(tuple(_cell(reader, row, place) for place in places) for row in terms)
    return Table(columns, rows, more)


def _places(names: Sequence[str]) -> list[_Place]:
    """Return the columns of the page, those left out that stand in another."""
    at = {name: number for number, name in enumerate(names)}
    naming = {f"{name}{end}": name for name in names for end in NAMING}
    labels = {of: at[name] for name, of in naming.items() if name in at}
    hidden = {name for name in names if name in naming}
    places = []
    for name in names:
        of = _source_of(name)
        source = at.get(of, -1)
        source_label = labels.get(of, next((at[x] for x in _names_of(of) if x in at), -1))
        places.append(_Place(name, at[name], labels.get(name, -1), source, source_label))
        if of:
            hidden |= {of, *_names_of(of)}
    return [place for place in places if place.name not in hidden]


def _source_of(name: str) -> str:
    """Return which column has the document of the quotes in the column ``name``."""
    if name == QUOTE:
        return "document"
    return name.removesuffix("Quote") if name.endswith("Quote") else ""


def _names_of(name: str) -> list[str]:
    return [f"{name}{end}" for end in NAMING] if name else []


def _title(reader: Reader, name: str, heads: Heads) -> Words:
    """Return the words over a column: its head, or a term of the ontology with its name."""
    words = spoken(reader, heads.get(name, {}))
    if words.text:
        return words
    for local in (name, f"{name[:1].upper()}{name[1:]}"):
        label = label_of(reader.site.index, _own(reader, local), (reader.language, "en"))
        if label is not None:
            words = reader.words(label)
            return Words(f"{words.text[:1].upper()}{words.text[1:]}", words.lang)
    return Words(humanised(name), reader.foreign("en"))


def _own(reader: Reader, local: str) -> NamedNode:
    return NamedNode(f"{reader.site.addresses.ontology}#{local}")


def _cell(reader: Reader, row: Row, place: _Place) -> Cell | None:
    def term(number: int) -> Term | None:
        return row[number] if number >= 0 else None

    value, label = term(place.value), term(place.label)
    if value is None:
        return Cell(Shown(reader.link(label))) if label is not None else None
    if not _source_of(place.name) or not isinstance(value, Literal):
        return Cell(_shown(reader, value, label))
    document, title = term(place.source), term(place.source_label)
    lang = value.language or language_of(reader, document)
    words = Link(Words(value.value, reader.foreign(lang)))
    known = document if document is not None else title
    source = _shown(reader, known, title).link if known is not None else None
    return Cell(Shown(words), is_quote=True, source=source)


def _shown(reader: Reader, value: Term, label: Term | None) -> Shown:
    """Return a value with the name that the site has for it, or else with its label."""
    if isinstance(value, BlankNode):
        return Shown(Link(Words(str(value))))  # the index calls it otherwise
    found = shown(reader, value)
    if not isinstance(value, NamedNode) or not isinstance(label, Literal):
        return found
    unnamed = found.link.words.text == shortened(value.value, reader.site.prefixes).strip("<>")
    link = Link(reader.words(label), found.link.href, found.link.outside)
    return Shown(link) if unnamed else found


def _held(terms: Iterator[Term | None]) -> str:
    """Return what all terms are, "number" or "day"; "" for others, several or none."""
    kinds = {
        _HELD.get(term.datatype.value, "") if isinstance(term, Literal) else ""
        for term in terms
        if term is not None
    }
    return kinds.pop() if len(kinds) == 1 else ""
