"""``Link`` headers of what is described: what it is, where else it is, what it may be cited by.

The relations are those of RFC 8288, 6596 (canonical), 6903 (type), 6906 (profile), 8574 (cite-as).
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode

from kizuna.iris import to_uri
from kizuna.web.profiles import DEFAULT, PROFILES
from kizuna.web.site import Site
from kizuna.web.views.page import Alternate

MOST_TYPES = 8


def link_headers(
    site: Site, iri: str, path: str, files: Iterable[Alternate], *, profiled: bool = False
) -> tuple[str, ...]:
    """Return the values of the ``Link`` header of the description of ``iri`` at ``path``.

    ``path`` is that of its page, in ASCII with a leading slash; ``profiled`` tells whether it can
    be had in several profiles.
    """
    base = site.addresses.base
    links = [f'<{f.href}>; rel="alternate"; type="{f.media_type}"' for f in files]
    if profiled:
        links += [
            f'<{path}?_profile={p.token}>; rel="alternate"; profile="{to_uri(p.iri(base))}"'
            for p in PROFILES
            if p is not DEFAULT
        ]
    links += [
        f'<{to_uri(iri)}>; rel="describes"',
        f'<{to_uri(base)}{path[1:]}>; rel="canonical"',
        f'<{to_uri(iri)}>; rel="cite-as"',
        '</catalog>; rel="describedby"',
    ]
    links += [f'<{to_uri(kind.value)}>; rel="type"' for kind in _types(site, iri)]
    if site.about.license is not None:
        links.append(f'<{to_uri(site.about.license.value)}>; rel="license"')
    return tuple(links)


def _types(site: Site, iri: str) -> list[NamedNode]:
    return sorted(site.names.types(NamedNode(iri)), key=str)[:MOST_TYPES]
