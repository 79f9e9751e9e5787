"""What is served in every RDF format and as a page: things, vocabularies, graphs, the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Quad
from starlette.requests import Request
from starlette.responses import Response

from kizuna.errors import NotAcceptable
from kizuna.formats import HTML, Format, Kind, carrying
from kizuna.iris import to_path, to_uri
from kizuna.representations import write
from kizuna.web.dependencies import accept_of
from kizuna.web.negotiation import negotiate
from kizuna.web.reader import Reader, reader_of
from kizuna.web.respond import Meta, Representation, respond
from kizuna.web.site import Site
from kizuna.web.views.page import Alternate, alternates

OFFERED = (HTML, *carrying(Kind.GRAPH))


@dataclass(frozen=True, slots=True)
class Described:
    """Something with a description. ``path`` is that of its page, as in IRIs, without a slash."""

    path: str
    iri: str
    quads: Callable[[], Iterable[Quad]]
    page: Callable[[Reader, str, Sequence[Alternate]], Representation]


def answer(request: Request, site: Site, described: Described, form: Format | None) -> Response:
    """Return the description in ``form``, or in the format that the request asks for.

    ``?_format=`` (a suffix or a media type) counts before the ``Accept`` header.

    Raises NotAcceptable; the links to what there is are left in the request's state.
    """
    reader = reader_of(request, site)
    path = "/" + to_path(described.path)
    files = alternates(path, OFFERED)
    links = link_headers(site, described.iri, files)
    request.state.links = links
    chosen = form or _asked(request) or negotiate(accept_of(request), OFFERED)

    def make() -> Representation:
        if chosen is HTML:
            return described.page(reader, path, files)
        return Representation(write(described.quads(), chosen, site.prefixes), chosen.content_type)

    who = (reader.language, reader.chosen) if chosen is HTML else ()
    representation = site.cache.get((described.path, chosen.suffix, who), make)
    return respond(request, representation, _meta(reader, path, links, chosen, form))


def _meta(
    reader: Reader, path: str, links: tuple[str, ...], chosen: Format, form: Format | None
) -> Meta:
    vary = (() if form else ("Accept",)) + (("Accept-Language",) if chosen is HTML else ())
    language = f"?lang={reader.language}" if chosen is HTML else ""
    location = "" if form else f"{path}.{chosen.suffix}{language}"
    return Meta(vary=vary, content_location=location, links=links)


def _asked(request: Request) -> Format | None:
    """Return the format that ``?_format=`` names, None where the request has none."""
    wanted = request.query_params.get("_format")
    if wanted is None:
        return None
    for form in OFFERED:
        if wanted == form.suffix or wanted.lower() in form.media_types:
            return form
    raise NotAcceptable(
        f"there is no format {wanted!r}",
        hint=f"_format is one of: {', '.join(f.suffix for f in OFFERED)}.",
    )


def link_headers(site: Site, iri: str, files: Iterable[Alternate]) -> tuple[str, ...]:
    """Return the values of the ``Link`` header of a description (RFC 8288, section 3)."""
    links = [f'<{f.href}>; rel="alternate"; type="{f.media_type}"' for f in files]
    links.append(f'<{to_uri(iri)}>; rel="describes"')
    links.append('</catalog>; rel="describedby"')
    if site.about.license is not None:
        links.append(f'<{to_uri(site.about.license.value)}>; rel="license"')
    return tuple(links)
