"""What the page of a shape shows beside what the page of every term shows."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode

from kizuna.vocabulary import term
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.terms.constraints import (
    CONSTRAINTS,
    MESSAGE,
    PATH,
    TARGETS,
    constraint_rows,
    path_of,
)
from kizuna.web.terms.stated import LABELS, Row, best, values_of
from kizuna.web.terms.summary import anchor_of, named

PROPERTY = term("sh:property")
SEVERITY, NAME = term("sh:severity"), term("sh:name")
_VIOLATION = term("sh:Violation")
SHOWN = frozenset((*TARGETS, *CONSTRAINTS, PATH, PROPERTY, MESSAGE, SEVERITY, NAME))


@dataclass(frozen=True, slots=True)
class Part:
    """A shape in short: where it is told, its path, what it says to who breaks it, how bad it is.

    ``rows`` are its constraints.
    """

    link: Link
    anchor: str
    path: tuple[Link, ...]
    message: Words
    severity: Link
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ShapePart:
    """A shape as its page shows it: ``owners`` are the shapes that have it, ``parts`` its own."""

    itself: Part
    targets: tuple[Row, ...]
    owners: tuple[Link, ...]
    parts: tuple[Part, ...]


def shape_part(reader: Reader, shape: NamedNode) -> ShapePart:
    """Return what a shape asks for, of what, and what else asks with it."""
    stated = reader.site.index.outgoing(shape)
    parts = [v for v in values_of(stated, PROPERTY) if isinstance(v, NamedNode | BlankNode)]
    return ShapePart(
        itself=part_of(reader, shape),
        targets=constraint_rows(reader, shape, TARGETS),
        owners=tuple(named(reader, s) for s in reader.site.terms.naming(shape, PROPERTY)),
        parts=tuple(part_of(reader, p) for p in sorted(parts, key=lambda p: _order(reader, p))),
    )


def part_of(reader: Reader, shape: NamedNode | BlankNode) -> Part:
    """Return a shape in short. Without a severity it is a violation (SHACL, section 2.1.4)."""
    stated = reader.site.index.outgoing(shape)
    severity = values_of(stated, SEVERITY)
    return Part(
        link=_link(reader, shape),
        anchor=anchor_of(reader, shape) if isinstance(shape, NamedNode) else "",
        path=tuple(link for v in values_of(stated, PATH) for link in path_of(reader, v)),
        message=best(reader, stated, (MESSAGE,)),
        severity=reader.link(severity[0] if severity else _VIOLATION),
        rows=constraint_rows(reader, shape),
    )


def _link(reader: Reader, shape: NamedNode | BlankNode) -> Link:
    if isinstance(shape, NamedNode):
        return named(reader, shape)
    return Link(best(reader, reader.site.index.outgoing(shape), LABELS))


def _order(reader: Reader, shape: NamedNode | BlankNode) -> tuple[float, float, str]:
    return (*reader.site.ordering.of_shape(shape), str(shape))
