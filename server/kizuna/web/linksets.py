"""Sets of links as documents (RFC 9264): all that the headers of several answers say, at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from kizuna.formats import Format, Kind, carrying
from kizuna.iris import to_uri
from kizuna.web.links import LINKSET_JSON, Part, Target, item_targets, items, targets
from kizuna.web.site import Site

JSON = Format("Linkset (JSON)", "json", LINKSET_JSON, frozenset(), ("application/json",))
TEXT = Format("Linkset", "txt", "application/linkset", frozenset(), ("text/plain",))
OFFERED = (JSON, TEXT)
Linkset = Mapping[str, Sequence[Target]]
"""Links by what they lead from (URI)."""


def linkset_of(site: Site, iri: str, path: str, *, profiled: bool) -> Linkset:
    """Return the links of the description of ``iri`` at ``path``: of its page and of its files.

    ``path`` is in ASCII, without a slash. With the dataset come the links of its files.
    """
    base = to_uri(site.addresses.base)
    page = f"{base}{path}"
    found = {page: targets(site, iri, f"/{path}", Part.PAGE, profiled=profiled)}
    file = targets(site, iri, f"/{path}", Part.FILE, profiled=profiled)
    of_files = [t for t in file if t.relation in _OF_FILES]
    found |= {f"{page}.{form.suffix}": of_files for form in carrying(Kind.GRAPH)}
    data = item_targets(site)
    found |= {base + item.href[1:]: data for item in items(site, iri)}
    return {anchor: _absolute(base, some) for anchor, some in found.items()}


_OF_FILES = {"describes", "canonical", "cite-as", "license", "author", "linkset"}
"""Links of a file that its page does not have already."""


def _absolute(base: str, found: Iterable[Target]) -> list[Target]:
    """Return links with whole addresses: a linkset is read apart from what it speaks of."""
    return [
        Target(t.relation, base + t.href[1:], t.media_type, t.profile)
        if t.href.startswith("/")
        else t
        for t in found
    ]


def written(linkset: Linkset, form: Format) -> bytes:
    """Return a linkset in one of the formats ``OFFERED`` (RFC 9264, section 4)."""
    return _as_json(linkset) if form is JSON else _as_text(linkset)


def _as_text(linkset: Linkset) -> bytes:
    rows = [f'{t.header}; anchor="{anchor}"' for anchor, some in linkset.items() for t in some]
    return ",\n".join(rows).encode() + b"\n"


def _as_json(linkset: Linkset) -> bytes:
    contexts = []
    for anchor, some in linkset.items():
        context: dict[str, object] = {"anchor": anchor}
        for relation in dict.fromkeys(t.relation for t in some):
            context[relation] = [_member(t) for t in some if t.relation == relation]
        contexts.append(context)
    return json.dumps({"linkset": contexts}, ensure_ascii=False, indent=1).encode() + b"\n"


def _member(target: Target) -> dict[str, object]:
    """Return the target object of a link (section 4.2.3); attributes of our own are lists."""
    found: dict[str, object] = {"href": target.href}
    if target.media_type:
        found["type"] = target.media_type
    if target.profile:
        found["profile"] = [target.profile]
    return found
