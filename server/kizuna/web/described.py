"""What is served in every RDF format and as a page: things, vocabularies, graphs, the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Quad
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import NotAcceptable
from kizuna.formats import HTML, VERSIONED, Format, Kind, carrying
from kizuna.iris import to_path, to_uri
from kizuna.representations import write, write_rows
from kizuna.web.dependencies import accept_of
from kizuna.web.links import Part, link_headers
from kizuna.web.negotiation import negotiate
from kizuna.web.prepared import name_of
from kizuna.web.profiles import (
    ALTERNATES,
    DEFAULT,
    PARAMETER,
    Profile,
    negotiate_profile,
    profile_named,
)
from kizuna.web.reader import Reader, reader_of
from kizuna.web.respond import Meta, Representation, respond
from kizuna.web.site import Site
from kizuna.web.views.page import Alternate, alternates
from kizuna.web.views.profiles import profile_links, profile_page, profile_quads

PLAIN = (HTML, *carrying(Kind.GRAPH))
OFFERED = (HTML, *VERSIONED, *carrying(Kind.GRAPH))
FORMAT_PARAMETERS = ("_format", "format", "_mediatype")
"""By which of them the address names a format; the last is that of Content Negotiation by
Profile."""


@dataclass(frozen=True, slots=True)
class Described:
    """Something with a description. ``path`` is that of its page, as in IRIs, without a slash.

    ``profiled`` tells whether it can be had in every profile; else ``quads`` gets the default one.
    """

    path: str
    iri: str
    quads: Callable[[Profile], Iterable[Quad]]
    page: Callable[[Reader, str, Sequence[Alternate]], Representation]
    profiled: bool = False
    rows: Callable[[], bytes] | None = None
    """What ``quads`` gives for the default profile, as N-Quads; it is there where it is quicker."""
    offered: Sequence[Format] = OFFERED
    """The formats, first the one for who takes any."""
    dated: bool = False
    """Whether ``Accept-Datetime`` leads to what it was (``web.mementos``)."""
    links: tuple[str, ...] = ()
    """Those of the ``Link`` header, where they are not those of what is served here now."""

    @property
    def address(self) -> str:
        """The path of the page as it stands in links."""
        return "/" + to_path(self.path)


def answer(request: Request, site: Site, described: Described, form: Format | None) -> Response:
    """Return the description in ``form``, or in the format and profile that the request asks for.

    What the address says (``?_format=`` with a suffix or a media type, ``?_profile=``) counts
    before the headers.

    Raises NotAcceptable; the links to what there is are left in the request's state.
    """
    request.state.links = _links(site, described, Part.PAGE)
    chosen = form or asked_format(request) or negotiate(accept_of(request), described.offered)
    if described.profiled and request.query_params.get(PARAMETER) == ALTERNATES:
        return _profiles(request, site, described, chosen)
    profile = _profile(request, site, described, form)
    reader = reader_of(request, site)

    def make() -> Representation:
        ready = None
        if profile is DEFAULT or chosen is HTML:
            name = name_of(chosen, reader.language, chosen=reader.chosen)
            ready = site.prepared.find(described.path, name)
        if ready is None:
            return represented(described, reader, chosen, profile)
        language = reader.language if chosen is HTML else ""
        return Representation(ready.body, chosen.content_type, language, ready.tag.decode())

    of_profile = () if profile is DEFAULT else (profile.token,)
    who = (reader.language, reader.chosen) if chosen is HTML else of_profile
    links = request.state.links if chosen is HTML else _links(site, described, Part.FILE)
    representation = site.cache.get((described.path, chosen.suffix, who), make)
    return respond(request, representation, _meta(reader, described, links, chosen, profile, form))


def _links(site: Site, described: Described, part: Part) -> tuple[str, ...]:
    profiled = described.profiled
    return described.links or link_headers(
        site, described.iri, described.address, part, profiled=profiled
    )


def represented(
    described: Described, reader: Reader, form: Format, profile: Profile
) -> Representation:
    """Return a description in a format, a page for ``reader``, made anew."""
    if form is HTML:
        return described.page(reader, described.address, alternates(described.address, PLAIN))
    return written(described, profile, form, reader.site)


def written(described: Described, profile: Profile, form: Format, site: Site) -> Representation:
    """Return the data of a description in a format, made anew."""
    if described.rows is not None and profile is DEFAULT:
        data = write_rows(described.rows(), form, site.prefixes, described.iri)
    else:
        data = write(described.quads(profile), form, site.prefixes, described.iri)
    return Representation(data, form.content_type)


def _meta(  # noqa: PLR0913, PLR0917 - all that was chosen
    reader: Reader,
    described: Described,
    links: tuple[str, ...],
    chosen: Format,
    profile: Profile,
    form: Format | None,
) -> Meta:
    vary: tuple[str, ...] = ("Accept", *(("Accept-Profile",) if described.profiled else ()))
    query, iri = "", ""
    if chosen is HTML:
        query = f"?lang={reader.language}"
    elif described.profiled:
        iri = to_uri(profile.iri(reader.site.addresses.base))
        links = (f'<{iri}>; rel="profile"', *links)
        query = "" if profile is DEFAULT else f"?{PARAMETER}={profile.token}"
    vary = () if form else vary
    vary += ("Accept-Datetime",) if described.dated else ()
    return Meta(
        vary=vary + (("Accept-Language",) if chosen is HTML else ()),
        content_location="" if form else f"{described.address}.{chosen.suffix}{query}",
        links=links,
        profile=iri,
        modified=reader.site.modified,
    )


def _profile(request: Request, site: Site, described: Described, form: Format | None) -> Profile:
    """Return which profile is wanted. A file, known by its suffix, has one unless told otherwise.

    Raises NotAcceptable where the address names one that there is not.
    """
    wanted = request.query_params.get(PARAMETER)
    if wanted is not None:
        if not described.profiled:
            raise NotAcceptable("this has no profiles", hint=f"Ask without {PARAMETER}.")
        return profile_named(wanted, site.addresses.base)
    if form is not None or not described.profiled:
        return DEFAULT
    header = ", ".join(request.headers.getlist("accept-profile"))
    return negotiate_profile(header, site.addresses.base) if header else DEFAULT


def _profiles(request: Request, site: Site, described: Described, chosen: Format) -> Response:
    """Return the list of the profiles and formats in which something is described."""
    reader = reader_of(request, site)
    if chosen is HTML:
        here = f"{described.address}?{PARAMETER}={ALTERNATES}"
        told = profile_page(reader, here, of=described.address)
    else:
        quads = profile_quads(reader, described.iri, described.address)
        told = Representation(write(quads, chosen, site.prefixes), chosen.content_type)
    vary = ("Accept", *(("Accept-Language",) if chosen is HTML else ()))
    links = profile_links(site.addresses.base, described.address)
    return respond(request, told, Meta(vary=vary, links=links, modified=site.modified))


def asked_format(request: Request, offered: Sequence[Format] = OFFERED) -> Format | None:
    """Return the format among ``offered`` that the address names, None where it names none.

    Raises NotAcceptable for one that there is not.
    """
    if not request.scope["query_string"]:
        return None
    named = (request.query_params.get(name) for name in FORMAT_PARAMETERS)
    wanted = next((value for value in named if value is not None), None)
    if wanted is None:
        return None
    for form in offered:
        if wanted in {form.suffix, form.content_type.removesuffix("; charset=utf-8")}:
            return form
        if not form.version and wanted.lower() in form.media_types:
            return form
    raise NotAcceptable(
        f"there is no format {wanted!r}",
        hint=f"_format is one of: {', '.join(f.suffix for f in offered)}.",
    )
