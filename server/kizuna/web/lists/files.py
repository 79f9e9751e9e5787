"""Lists as files: CSV, JSON and RDF of exactly the members that are shown, in the same order."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, NamedNode, Quad

from kizuna.errors import AnswerTooLarge
from kizuna.formats import BY_SUFFIX, HTML, Format, Kind, carrying
from kizuna.representations import write
from kizuna.web.lists.asked import Asked, on_page
from kizuna.web.lists.facets import YEAR
from kizuna.web.lists.listing import Head, Item, Row, Source, chosen, rows, sortable
from kizuna.web.names import Names
from kizuna.web.reader import Reader
from kizuna.web.respond import Representation

JSON = Format("JSON", "json", "application/json", frozenset())
CSV = BY_SUFFIX["csv"]
OFFERED = (HTML, CSV, JSON, *carrying(Kind.GRAPH))
MOST_ROWS = 100_000
"""Members that a file in CSV or JSON may have."""
MOST_DESCRIBED = 10_000
"""Members that a file in RDF may describe."""
SEPARATOR = " | "
"""Stands between several values in one field of CSV."""


def list_file(
    reader: Reader, source: Source, columns: Sequence[Head], asked: Asked, form: Format
) -> Representation:
    """Return the members that are asked for in ``form``; all of them where no page is named.

    Raises AnswerTooLarge for more than ``MOST_ROWS`` or ``MOST_DESCRIBED``, and NotFound.
    """
    found = on_page(asked, chosen(reader, source, asked, sortable(columns)))
    most = MOST_DESCRIBED if Kind.GRAPH in form.kinds else MOST_ROWS
    if len(found) > most:
        raise AnswerTooLarge(
            f"the list has {len(found)} members, and a file in {form.name} holds {most} at most",
            hint="Choose fewer by the facets, ask page by page (?page=1), or take /dumps.",
        )
    if Kind.GRAPH in form.kinds:
        members = (source.table.members[at] for at in found)
        body = write(_described(reader, members), form, reader.site.prefixes)
        return Representation(body, form.content_type)
    listed = rows(reader, source, columns, found)
    body = _csv(columns, listed) if form is CSV else _json(source, columns, listed, len(found))
    return Representation(body, form.content_type, reader.language)


def _described(reader: Reader, members: Iterable[NamedNode]) -> Iterator[Quad]:
    """Yield what the members say, with the nodes that only spell out a value of theirs.

    What others say of them, and the claims, are in the description of each of them.
    """
    index, names = reader.site.index, reader.site.names
    seen: set[NamedNode | BlankNode] = set()
    waiting: list[NamedNode | BlankNode] = list(members)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            for quad in index.outgoing(node):
                yield quad
                value = quad.object
                if isinstance(value, NamedNode | BlankNode) and _is_part(names, value):
                    waiting.append(value)


def _is_part(names: Names, node: NamedNode | BlankNode) -> bool:
    return isinstance(node, BlankNode) or names.is_value(node)


def _csv(columns: Sequence[Head], listed: Iterable[Row]) -> bytes:
    """Return rows as CSV (RFC 4180) in UTF-8: of each value what it is called, and its IRI.

    Values stand as they are in the data, also one that begins with ``=``: a file for programs must
    not change what it passes on. docs/lists.md says how a spreadsheet opens it as text.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_header(columns))
    for row in listed:
        fields = [row.link.words.text, row.member.value]
        for head, cell in zip(columns[1:], row.cells, strict=True):
            fields += _fields(head, cell)
        writer.writerow(fields)
    return text.getvalue().encode()


def _header(columns: Sequence[Head]) -> list[str]:
    header = ["name", "iri"]
    for head in columns[1:]:
        rest = ("earliest", "latest") if head.key == YEAR else (f"{head.key} iri",)
        header += ["date" if head.key == YEAR else head.key, *rest]
    return header


def _fields(head: Head, cell: Sequence[Item]) -> list[str]:
    words = SEPARATOR.join(words_of(item) for item in cell)
    if head.key != YEAR:
        return [words, SEPARATOR.join(item.iri for item in cell)]
    spans = [item.span for item in cell if item.span is not None]
    return [
        words,
        SEPARATOR.join(span.earliest for span in spans),
        SEPARATOR.join(span.latest for span in spans),
    ]


def words_of(item: Item) -> str:
    """Return a value in words, with what they amount to."""
    reading = f" ({item.shown.reading})" if item.shown.reading else ""
    return item.shown.link.words.text + reading


def _json(source: Source, columns: Sequence[Head], listed: Iterable[Row], count: int) -> bytes:
    found = {
        "of": source.iri,
        "count": count,
        "members": [
            {
                "iri": row.member.value,
                "name": row.link.words.text,
                **{
                    "date" if head.key == YEAR else head.key: [_object(item) for item in cell]
                    for head, cell in zip(columns[1:], row.cells, strict=True)
                },
            }
            for row in listed
        ],
    }
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()


def _object(item: Item) -> dict[str, str]:
    found = {"name": words_of(item), "iri": item.iri}
    if item.span is not None:
        found |= {"earliest": item.span.earliest, "latest": item.span.latest}
    return {name: value for name, value in found.items() if value}
