"""``Link`` headers of what is described: what it is, where else it is, what it may be cited by.

The relations are those of RFC 8288, 6596 (canonical), 6903 (type), 6906 (profile), 7089 (timegate,
timemap), 8574 (cite-as), 9264 (linkset), and those that FAIR Signposting asks for of pages and of
files of metadata.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from pyoxigraph import NamedNode

from kizuna.formats import HTML, Kind, carrying
from kizuna.iris import to_path, to_uri
from kizuna.release.dumps import Dump
from kizuna.web.profiles import DEFAULT, PROFILES
from kizuna.web.site import Site
from kizuna.web.views.page import alternates
from kizuna.web.views.schema_org import kind_of

MOST_TYPES = 8
LINKSET_JSON = "application/linkset+json"
LINK_FORMAT = "application/link-format"
_DUMPS = "dumps/"
_PATH, _IRI = "\0", "\1"
"""Stand for path and IRI, and can be in neither."""


class Part(Enum):
    """From where links lead: the page of a thing, a file of its description, or the thing."""

    PAGE = "page"
    FILE = "file"
    THING = "thing"


@dataclass(frozen=True, slots=True)
class Target:
    """One link: by which relation and where it leads, as the header has it, and to what."""

    relation: str
    href: str
    media_type: str = ""
    profile: str = ""

    @property
    def header(self) -> str:
        """The link as a header has it."""
        found = f'<{self.href}>; rel="{self.relation}"'
        found += f'; type="{self.media_type}"' if self.media_type else ""
        return found + (f'; profile="{self.profile}"' if self.profile else "")


def link_headers(
    site: Site, iri: str, path: str, part: Part, *, profiled: bool = False
) -> tuple[str, ...]:
    """Return the values of the ``Link`` header of the description of ``iri`` at ``path``.

    ``path`` is that of its page, in ASCII with a leading slash; ``profiled`` tells whether it can
    be had in several profiles, and as it was, as things can.
    """
    always = site.held(_header, part, profiled)
    links = [always.replace(_PATH, path[1:]).replace(_IRI, to_uri(iri))]
    if part is Part.PAGE:
        links += [item.header for item in items(site, iri)]
    return (*links, *type_links(site, iri))


def type_links(site: Site, iri: str) -> tuple[str, ...]:
    """Return those of the links that tell of which classes ``iri`` is; they come last."""
    return tuple(Target("type", kind).header for kind in _types(site, iri))


def targets(site: Site, iri: str, path: str, part: Part, *, profiled: bool = False) -> list[Target]:
    """Return one by one what ``link_headers`` writes."""
    found = [
        replace(t, href=t.href.replace(_PATH, path[1:]).replace(_IRI, to_uri(iri)))
        for t in _framed(site, part, profiled=profiled)
    ]
    found += items(site, iri) if part is Part.PAGE else []
    return [*found, *(Target("type", kind) for kind in _types(site, iri))]


def items(site: Site, iri: str) -> list[Target]:
    """Return the links to the files of the release, if ``iri`` is its dataset."""
    if site.about.dataset != NamedNode(iri):
        return []
    names = [n.removeprefix(_DUMPS) for n in site.manifest.files if n.startswith(_DUMPS)]
    return [
        Target("item", f"/{_DUMPS}{site.release.id}/{name}", _media_type(name)) for name in names
    ]


def item_targets(site: Site) -> list[Target]:
    """Return the links of a file of the release: to the dataset of which it is an item."""
    found, dataset = list(facts_of(site)), site.about.dataset
    page = site.addresses.page(dataset.value) if dataset is not None else None
    if dataset is not None and page is not None:
        path = to_path(page)
        found += [
            Target("cite-as", to_uri(dataset.value)),
            Target("collection", f"/{path}", HTML.media_type),
            Target("linkset", f"/linkset/{path}", LINKSET_JSON),
        ]
    return found


def _media_type(name: str) -> str:
    return Dump.named(name).media_type.partition(";")[0]


def facts_of(site: Site) -> tuple[Target, ...]:
    """Return the links that all descriptions and files have."""
    about = site.about
    license_ = () if about.license is None else (Target("license", to_uri(about.license.value)),)
    return (*license_, *(Target("author", to_uri(author.value)) for author in about.authors))


def _header(site: Site, part: Part, profiled: bool) -> str:  # noqa: FBT001 - part of a key
    """Return the links that all descriptions have, with marks for what differs among them."""
    return ", ".join(target.header for target in _framed(site, part, profiled=profiled))


def _framed(site: Site, part: Part, *, profiled: bool) -> Iterator[Target]:
    base = site.addresses.base
    files = [(f.href, f.media_type) for f in alternates(f"/{_PATH}", carrying(Kind.GRAPH))]
    yield from (Target("alternate", *file) for file in files)
    if profiled:
        for profile in PROFILES:
            if profile is not DEFAULT:
                href = f"/{_PATH}?_profile={profile.token}"
                yield Target("alternate", href, profile=to_uri(profile.iri(base)))
        yield Target("original timegate", f"/{_PATH}")
        yield Target("timemap", f"/timemap/link/{_PATH}", LINK_FORMAT)
    yield Target("describes", _IRI)
    if part is Part.FILE:
        yield Target("describes", f"/{_PATH}", HTML.media_type)
    else:
        yield from (Target("describedby", *file) for file in files)
    yield Target("canonical", f"{to_uri(base)}{_PATH}")
    yield Target("cite-as", _IRI)
    yield Target("describedby", "/catalog")
    yield Target("linkset", f"/linkset/{_PATH}", LINKSET_JSON)
    yield from facts_of(site)
    if part is Part.PAGE:
        yield Target("type", "https://schema.org/AboutPage")


def _types(site: Site, iri: str) -> list[str]:
    """Return the classes of a thing, ours and others' and that of schema.org, as URIs."""
    types = sorted(site.names.types(NamedNode(iri)), key=str)
    found = [to_uri(kind.value) for kind in types[:MOST_TYPES]]
    if types:
        found.append(f"https://schema.org/{kind_of(site, types)}")
    return list(dict.fromkeys(found))
