"""Suggestions for what is being typed: things, types and properties."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pyoxigraph import NamedNode

from kizuna.engine import opened, replaced
from kizuna.web.completing import terms_called
from kizuna.web.reconciling.saying import Members, Speaker
from kizuna.web.reconciling.ways import Property, Way

SECONDS = 1.0
USUAL, MOST = 10, 50
MOST_SKIPPED = 1_000


@dataclass(frozen=True, slots=True)
class Typed:
    """What has been typed, and which part of what fits is wanted."""

    prefix: str
    skipped: int
    limit: int


def suggestions(speaker: Speaker, what: str, typed: Typed) -> dict[str, Any]:
    """Return the response for a prefix (0.2, section 6.3): what is called so, or has that id.

    ``what`` is one of entity, type and property. Without a prefix all types and properties are
    suggested, and no things. Raises QueryTooLong and ReleaseBroken.
    """
    find, say = _SERVICES[what]
    end = typed.skipped + typed.limit
    found: dict[Any, None] = dict.fromkeys(find(speaker, typed.prefix, end))
    return {"result": [say(speaker, node) for node in islice(found, typed.skipped, end)]}


def _things(speaker: Speaker, prefix: str, wanted: int) -> Iterable[NamedNode]:
    known = speaker.ids.thing(prefix)
    site = speaker.reader.site
    with opened(site.release.search, SECONDS) as index:
        hits = index.names(prefix, 2 * wanted)
        if not hits:
            hits = index.names(replaced(prefix, index.mended(prefix)), 2 * wanted)
    things = (hit.thing for hit in hits if site.addresses.is_thing(hit.thing.value))
    return (*((known,) if known is not None else ()), *things)


def _kinds(speaker: Speaker, prefix: str, wanted: int) -> Iterable[NamedNode]:
    known = speaker.ids.kind(prefix)
    found = (k for k in terms_called(speaker.reader, prefix, "class") if speaker.ids.of_kind(k))
    return (*((known,) if known is not None else ()), *islice(found, wanted))


def _properties(speaker: Speaker, prefix: str, wanted: int) -> Iterable[Property]:
    known = speaker.ids.property(prefix)
    found = terms_called(speaker.reader, prefix, "property")
    is_known = isinstance(known, Way) or (known and speaker.reader.site.index.has(known))
    ways = _ways(speaker, prefix.casefold())
    return (*((known,) if known is not None and is_known else ()), *ways, *islice(found, wanted))


def _ways(speaker: Speaker, prefix: str) -> Iterator[Way]:
    for way in speaker.ids.ways:
        names = (way.id, speaker.reader.called(way.facet).casefold())
        if any(name.startswith(prefix) for name in names):
            yield way


def _say_thing(speaker: Speaker, thing: NamedNode) -> Members:
    kinds = [speaker.kind(kind) for kind in speaker.ids.kinds(thing)]
    described = speaker.thing(thing)
    if kinds:
        described.setdefault("description", kinds[0]["name"])
    return described | {"notable": kinds}


_SERVICES: Mapping[
    str,
    tuple[Callable[[Speaker, str, int], Iterable[Property]], Callable[[Speaker, Any], Members]],
] = {
    "entity": (_things, _say_thing),
    "type": (_kinds, Speaker.described_kind),
    "property": (_properties, Speaker.property),
}
