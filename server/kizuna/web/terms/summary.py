"""A term in short, as lists show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from kizuna.vocabulary import RDFS_SUBCLASS, shortened, term
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.terms.constraints import MESSAGE, PATH, path_of
from kizuna.web.terms.stated import DEFINITIONS, LABELS, best, values_of

DEPRECATED = term("owl:deprecated")
# fmt: off
_FACTS = (
    (RDFS_SUBCLASS,              "terms.narrower_than"),
    (term("rdfs:subPropertyOf"), "terms.narrower_than"),
    (term("rdfs:domain"),        "terms.domain"),
    (term("rdfs:range"),         "terms.range"),
    (term("skos:inScheme"),      "terms.scheme"),
    (PATH,                       "shape.path"),
    (term("sh:targetClass"),     "shape.target_class"),
)
# fmt: on
_MOST = 4


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of a line: its name and the links or words that follow."""

    name: str
    values: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A term with what tells it from others; ``anchor`` is its name in its namespace."""

    anchor: str
    link: Link
    definition: Words
    facts: tuple[Fact, ...]
    members: int
    deprecated: bool


def entry(reader: Reader, known: NamedNode) -> Entry:
    """Return a term in short."""
    site = reader.site
    stated = site.index.outgoing(known)
    return Entry(
        anchor=anchor_of(reader, known),
        link=named(reader, known),
        definition=best(reader, stated, (*DEFINITIONS, MESSAGE)),
        facts=tuple(_facts(reader, stated)),
        members=site.classes.count(known) if site.classes.slug(known) else 0,
        deprecated=is_deprecated(stated),
    )


def named(reader: Reader, known: NamedNode) -> Link:
    """Return the link to the page of a term, by a name that shapes have, too."""
    return Link(title_of(reader, known), reader.link(known).href)


def anchor_of(reader: Reader, known: NamedNode) -> str:
    """Return the name of a term in the hash namespace of its document, "" for outside ones."""
    home = reader.site.terms.home(known)
    return known.value.removeprefix(f"{home}#") if home else ""


def title_of(reader: Reader, known: NamedNode) -> Words:
    """Return what a term is called, at least its name in its namespace or its IRI, shortened."""
    found = best(reader, reader.site.index.outgoing(known), LABELS)
    named = anchor_of(reader, known) or shortened(known.value, reader.site.prefixes).strip("<>")
    return found if found.text else Words(named)


def is_deprecated(stated: tuple[Quad, ...]) -> bool:
    """Tell whether a term is given up."""
    values = values_of(stated, DEPRECATED)
    return any(isinstance(v, Literal) and v.value in {"true", "1"} for v in values)


def _facts(reader: Reader, stated: tuple[Quad, ...]) -> Iterator[Fact]:
    for predicate, key in _FACTS:
        found = values_of(stated, predicate)
        if found:
            links = [link for value in found[:_MOST] for link in path_of(reader, value)]
            more = [Link(Words("…"))] if len(found) > _MOST else []
            yield Fact(reader.text(key), (*links, *more))
