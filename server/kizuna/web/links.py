"""``Link`` headers of what is described: what it is, where else it is, what it may be cited by.

The relations are those of RFC 8288, 6596 (canonical), 6903 (type), 6906 (profile), 8574 (cite-as).
"""

from __future__ import annotations

from functools import lru_cache

from pyoxigraph import NamedNode

from kizuna.formats import Kind, carrying
from kizuna.iris import to_uri
from kizuna.web.profiles import DEFAULT, PROFILES
from kizuna.web.site import Site
from kizuna.web.views.page import alternates

MOST_TYPES = 8
_PATH, _IRI = "\0", "\1"
"""Stand for path and IRI, and can be in neither."""


def link_headers(site: Site, iri: str, path: str, *, profiled: bool = False) -> tuple[str, ...]:
    """Return the values of the ``Link`` header of the description of ``iri`` at ``path``.

    ``path`` is that of its page, in ASCII with a leading slash; ``profiled`` tells whether it can
    be had in several profiles.
    """
    always = _frame(site.addresses.base, profiled)
    links = [always.replace(_PATH, path[1:]).replace(_IRI, to_uri(iri))]
    if site.about.license is not None:
        links.append(f'<{to_uri(site.about.license.value)}>; rel="license"')
    return (*links, *type_links(site, iri))


def type_links(site: Site, iri: str) -> tuple[str, ...]:
    """Return those of the links that tell of which classes ``iri`` is; they come last."""
    return tuple(f'<{to_uri(kind.value)}>; rel="type"' for kind in _types(site, iri))


@lru_cache(8)
def _frame(base: str, profiled: bool) -> str:  # noqa: FBT001 - part of a key
    """Return the links that all descriptions have, with marks for what differs among them."""
    files = alternates(f"/{_PATH}", carrying(Kind.GRAPH))
    links = [f'<{f.href}>; rel="alternate"; type="{f.media_type}"' for f in files]
    if profiled:
        links += [
            f'</{_PATH}?_profile={p.token}>; rel="alternate"; profile="{to_uri(p.iri(base))}"'
            for p in PROFILES
            if p is not DEFAULT
        ]
    links += [
        f'<{_IRI}>; rel="describes"',
        f'<{to_uri(base)}{_PATH}>; rel="canonical"',
        f'<{_IRI}>; rel="cite-as"',
        '</catalog>; rel="describedby"',
    ]
    return ", ".join(links)


def _types(site: Site, iri: str) -> list[NamedNode]:
    return sorted(site.names.types(NamedNode(iri)), key=str)[:MOST_TYPES]
