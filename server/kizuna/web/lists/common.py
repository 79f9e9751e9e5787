"""What two things have in common: who is counted with each, and what names both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kizuna.vocabulary import PROV_QUOTED_FROM, term
from kizuna.web.lists.facets import FacetReader
from kizuna.web.lists.members import pointing
from kizuna.web.lists.walks import Walker, key_of, read_path
from kizuna.web.names import Names
from kizuna.web.site import Site

COMPARED = tuple(map(term, ("kz:Cluster", "org:Organization", "schema:Place")))
"""The classes whose members are compared."""
CIRCLE = (
    "^schema:containedInPlace*/(^kz:basedIn|^kz:jurisdiction|^dct:spatial)?"
    "/(kz:manages|^kz:manages)?"
)
"""Who is counted with a thing: who is located in it or in what lies in it, and clusters with those
that manage them."""
MOST_COUNTED = 2_000
KINDS = (("agreements", term("kz:Agreement")), ("events", term("kz:Event")))
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Common:
    """What two things share: what names both, by kind, and what is said of both."""

    naming: dict[str, tuple[NamedNode, ...]]
    fields: tuple[NamedNode, ...]
    documents: tuple[NamedNode, ...]


def is_compared(site: Site, types: Iterable[NamedNode]) -> bool:
    """Tell whether things of these classes are offered for comparison."""
    return any(above in COMPARED for kind in types for above in site.classes.ancestors(kind))


def circle(names: Names, thing: NamedNode) -> tuple[NamedNode, ...]:
    """Return ``thing`` first, and then who is counted with it, at most ``MOST_COUNTED``."""
    path = read_path(CIRCLE)
    ends = Walker(names.index, (path,)).ends(key_of(thing), path) - {key_of(thing)}
    found = (NamedNode(end[1:-1].decode()) for end in sorted(ends) if end.startswith(b"<"))
    return (thing, *found)[:MOST_COUNTED]


def common_of(site: Site, first: tuple[NamedNode, ...], second: tuple[NamedNode, ...]) -> Common:
    """Return what two circles have in common."""
    named = (_naming(site.names, first) & _naming(site.names, second)) - {*first, *second}
    grouped: dict[str, list[NamedNode]] = {}
    for thing in sorted(named, key=str):
        grouped.setdefault(_kind(site, thing), []).append(thing)
    said = [_said(site.names, around) for around in (first, second)]
    shared = [tuple(sorted(a & b, key=str)) for a, b in zip(*said, strict=True)]
    return Common({kind: tuple(things) for kind, things in grouped.items()}, *shared)


def _naming(names: Names, around: Iterable[NamedNode]) -> set[NamedNode]:
    return {
        subject
        for thing in around
        for subject, role in pointing(names, thing)
        if role != PROV_QUOTED_FROM
    }


def _kind(site: Site, thing: NamedNode) -> str:
    above = {k for kind in site.names.types(thing) for k in site.classes.ancestors(kind)}
    return next((name for name, kind in KINDS if kind in above), OTHERS)


def _said(names: Names, around: Iterable[NamedNode]) -> tuple[set[NamedNode], set[NamedNode]]:
    """Return the fields of things and the documents that speak of them."""
    reader = FacetReader(names)
    values = [reader.values(thing) for thing in around]
    fields, documents = (
        {value for found in values for value in found[facet]} for facet in ("field", "document")
    )
    return fields, documents
