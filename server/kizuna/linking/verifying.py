"""Links that have rotted: items that are gone, merged, of another kind, or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kizuna.checks.findings import Finding, Spot, finding_at
from kizuna.linking.comparing import distance
from kizuna.linking.items import Entity, Item
from kizuna.linking.mapping import ANYTHING, item_iri
from kizuna.linking.things import EXACT, Thing
from kizuna.linking.wikidata import Wikidata
from kizuna.project import Project


@dataclass(frozen=True)
class _Link:
    """A link with an item, and what is there now; ``item`` has its classes with all wider ones."""

    thing: Thing
    id: str
    entity: Entity | None
    item: Item | None
    wikidata: Wikidata
    near_km: float

    @property
    def is_exact(self) -> bool:
        return self.thing.links[item_iri(self.id)] in EXACT


def verify(
    project: Project, things: tuple[Thing, ...], wikidata: Wikidata, near_km: float
) -> list[Finding]:
    """Return what is wrong with the links of ``things``, in the order of files and lines.

    Raises UnavailableError.
    """
    linked = {item for thing in things for item in thing.items}
    entities, items = wikidata.entities(linked), wikidata.items(linked)
    links = (
        _Link(thing, item, entities[item], items.get(item), wikidata, near_km)
        for thing in things
        for item in thing.items
    )
    found = []
    for link in links:
        for check, message, hint in _wrong(link):
            iri = item_iri(link.id)
            spot = Spot(link.thing.iri.value, link.thing.links[iri].value, iri)
            found.append(finding_at(project, check, spot, message, hint))
    return sorted(found, key=lambda f: (f.path, f.line, f.column, f.check))


_Wrong = tuple[str, str, str]


def _wrong(link: _Link) -> Iterator[_Wrong]:
    for look in _LOOKS:
        found = look(link)
        if found:
            yield found
            return


def _gone(link: _Link) -> _Wrong | None:
    if link.entity is not None:
        return None
    return (
        "link-gone",
        f"is linked with {link.id}, which Wikidata has deleted",
        "Remove the link, or look for the item that stands for it now: kizuna link.",
    )


def _moved(link: _Link) -> _Wrong | None:
    now = link.entity.id if link.entity else link.id
    if now == link.id:
        return None
    return (
        "link-moved",
        f"is linked with {link.id}, which has been merged into {now}",
        f"See whether {now} is the same thing, and link with it: {item_iri(now)}",
    )


def _type(link: _Link) -> _Wrong | None:
    """Compare classes of exact links: near ones may be of another kind."""
    levels = list(link.wikidata.mapping.levels(link.thing.classes))
    expected = frozenset().union(*levels)
    now = link.item
    if now is None or not now.has_type or not link.is_exact:
        return None
    if ANYTHING in levels[0] or expected & now.types:
        return None
    classes = ", ".join(sorted(now.values["P31"]))
    return (
        "link-type",
        f"is linked with {link.id}, which is now {classes}, not below {_listed(levels[0])}",
        "See what the item is about today; wikidata.ttl says what is expected.",
    )


def _listed(items: frozenset[str]) -> str:
    return " or ".join(sorted(items))


def _position(link: _Link) -> _Wrong | None:
    here, there = link.thing.point, link.entity.points if link.entity else ()
    if here is None or not there or not link.is_exact:
        return None
    km = min(distance(here, point) for point in there)
    if km <= link.near_km:
        return None
    return (
        "link-position",
        f"is linked with {link.id}, which lies {km:.1f} km away (more than {link.near_km:g})",
        "See whether it is the same place, and whose coordinates are right.",
    )


_LOOKS: tuple[Callable[[_Link], _Wrong | None], ...] = (_gone, _moved, _type, _position)
"""What is looked at, the gravest first: only that is told of a link."""
