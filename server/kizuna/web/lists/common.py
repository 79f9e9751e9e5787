"""What two things have in common: who is counted with each, and what names both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kizuna.checks.paths import key_of
from kizuna.vocabulary import PROV_QUOTED_FROM
from kizuna.web.lists.facets import FacetReader
from kizuna.web.lists.members import pointing
from kizuna.web.lists.walks import Walker
from kizuna.web.names import Names
from kizuna.web.site import Site

MOST_COUNTED = 2_000
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Common:
    """What two things share: what names both, by groups of the navigation; values of facets."""

    naming: dict[str, tuple[NamedNode, ...]]
    facets: dict[str, tuple[NamedNode, ...]]


def is_compared(site: Site, types: Iterable[NamedNode]) -> bool:
    """Tell whether things of these classes are offered for comparison."""
    return any(
        above in site.pages.compared for kind in types for above in site.classes.ancestors(kind)
    )


def circle(site: Site, thing: NamedNode) -> tuple[NamedNode, ...]:
    """Return ``thing`` first, and then who is counted with it, at most ``MOST_COUNTED``."""
    path = site.pages.counted_with.steps
    ends = Walker(site.index, (path,)).ends(key_of(thing), path) - {key_of(thing)}
    found = (NamedNode(end[1:-1].decode()) for end in sorted(ends) if end.startswith(b"<"))
    return (thing, *found)[:MOST_COUNTED]


def common_of(site: Site, first: tuple[NamedNode, ...], second: tuple[NamedNode, ...]) -> Common:
    """Return what two circles have in common."""
    named = (_naming(site.names, first) & _naming(site.names, second)) - {*first, *second}
    grouped: dict[str, list[NamedNode]] = {}
    for thing in sorted(named, key=str):
        grouped.setdefault(_kind(site, thing), []).append(thing)
    one, other = (_said(site, around) for around in (first, second))
    return Common(
        {kind: tuple(things) for kind, things in grouped.items()},
        {name: tuple(sorted(one[name] & other[name], key=str)) for name in one},
    )


def _naming(names: Names, around: Iterable[NamedNode]) -> set[NamedNode]:
    return {
        subject
        for thing in around
        for subject, role in pointing(names, thing)
        if role != PROV_QUOTED_FROM
    }


def _kind(site: Site, thing: NamedNode) -> str:
    above = {k for kind in site.names.types(thing) for k in site.classes.ancestors(kind)}
    groups = site.pages.navigation
    return next((g.name for g in groups if not above.isdisjoint(g.classes)), OTHERS)


def _said(site: Site, around: Iterable[NamedNode]) -> dict[str, set[NamedNode]]:
    """Return the values that things have of each facet that is compared."""
    reader = FacetReader(site.names, site.pages)
    values = [reader.values(thing) for thing in around]
    compared = (facet.name for facet in site.pages.all_facets if facet.compared)
    return {name: {value for found in values for value in found[name]} for name in compared}
