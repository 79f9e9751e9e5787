"""The page of a fragment: a form for a triple pattern, and the triples that fit it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Quad, RdfFormat, parse

from kizuna.web.fragments.asked import PLACES, Asked
from kizuna.web.fragments.controls import Place
from kizuna.web.fragments.found import Found
from kizuna.web.names import Term
from kizuna.web.reader import Link, Reader

_LABELS = ("fragments.subject", "fragments.predicate", "fragments.object")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form: its name, what it is called, and what is in it."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class FragmentPage:
    """What the page shows; ``previous`` and ``next`` are empty where there is no such page."""

    fields: tuple[Field, ...]
    triples: tuple[tuple[Link, ...], ...]
    total: int
    page: int
    pages: int
    previous: str
    next: str


def fragment_page(reader: Reader, asked: Asked, found: Found, place: Place) -> FragmentPage:
    """Return the page of what was found."""
    return FragmentPage(
        fields=tuple(
            Field(name, reader.text(label), value)
            for name, label, value in zip(PLACES, _LABELS, asked.written, strict=True)
        ),
        triples=tuple(_links(reader, quad) for quad in _quads(found)),
        total=found.total,
        page=found.page,
        pages=found.pages,
        previous=place.link(found.page - 1) if found.page > 1 else "",
        next=place.link(found.page + 1) if found.page < found.pages else "",
    )


def _quads(found: Found) -> Iterator[Quad]:
    yield from parse(found.rows, RdfFormat.N_TRIPLES, lenient=True)


def _links(reader: Reader, quad: Quad) -> tuple[Link, ...]:
    terms: tuple[Term, ...] = (quad.subject, quad.predicate, quad.object)
    return tuple(reader.link(term) for term in terms)
