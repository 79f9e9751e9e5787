"""Documents that lead machines on: linksets, the catalogue of APIs, and ``llms.txt``."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kizuna.formats import Format
from kizuna.iris import to_path, to_uri
from kizuna.web.dependencies import READ, Here, Whole, accept_of
from kizuna.web.interfaces import INTERFACES
from kizuna.web.links import LINKSET_JSON, Target
from kizuna.web.linksets import JSON, OFFERED, Linkset, linkset_of, written
from kizuna.web.negotiation import negotiate
from kizuna.web.openapi.document import openapi
from kizuna.web.paths import iri_path, node, resolve
from kizuna.web.reader import Reader
from kizuna.web.respond import Meta, Representation, respond
from kizuna.web.site import Site
from kizuna.web.views.llms import llms_text

router = APIRouter()
_FOLDER, _MADE = "linkset/", frozenset({"profiles", "catalog"})
"""The latter are descriptions that no file of the project holds."""
_API_CATALOG = "https://www.rfc-editor.org/info/rfc9727"
_HERE = '</.well-known/api-catalog>; rel="api-catalog"'


@router.api_route("/linkset/{rest:path}", methods=READ)
def linkset(request: Request, site: Whole) -> Response:
    """Return all links of what is described at the path, negotiated (FAIR Signposting, level 2).

    Raises NotFound for what is not described, and NotAcceptable.
    """
    path, form = resolve(iri_path(request), OFFERED, lambda path: _described(site, path) != "")
    chosen = form or negotiate(accept_of(request), OFFERED)
    named = path.removeprefix(_FOLDER)

    def make() -> Representation:
        profiled = named.startswith("doc/")
        found = linkset_of(site, _described(site, path), to_path(named), profiled=profiled)
        return Representation(written(found, chosen), chosen.content_type)

    held = site.cache.get(("linkset", named, chosen.suffix), make)
    return respond(request, held, _meta(site, f"/{to_path(path)}", chosen, form))


def _described(site: Site, path: str) -> str:
    """Return the IRI of what is described at the path behind ``linkset/``, nothing for none."""
    named = path.removeprefix(_FOLDER)
    slug = named.removeprefix("terms/")
    if slug != named:
        known = site.terms.paths.get(slug)
        return known.value if known is not None else ""
    iri = site.addresses.thing(named) if named.startswith("doc/") else site.addresses.base + named
    is_there = site.index.has(node(iri)) or iri in site.manifest.graphs or named in _MADE
    is_there |= named in {f"dumps/{manifest.id}" for manifest in site.source.manifests}
    return iri if is_there and not named.startswith("id/") else ""


def _meta(site: Site, path: str, chosen: Format, form: Format | None) -> Meta:
    files = (f'<{path}.{f.suffix}>; rel="alternate"; type="{f.media_type}"' for f in OFFERED)
    return Meta(
        vary=() if form else ("Accept",),
        content_location="" if form else f"{path}.{chosen.suffix}",
        links=tuple(files),
        modified=site.modified,
    )


@router.api_route("/.well-known/api-catalog", methods=READ)
def api_catalog(request: Request, site: Here) -> Response:
    """Return the interfaces for programs as a linkset (RFC 9727, section 4)."""
    body = written(_interfaces(site), JSON)
    kind = f'{LINKSET_JSON}; profile="{_API_CATALOG}"'
    return respond(request, Representation(body, kind), Meta(links=(_HERE,)))


def _interfaces(site: Site) -> Linkset:
    base = to_uri(site.addresses.base)
    found: dict[str, list[Target]] = {
        f"{base}.well-known/api-catalog": [Target("item", base + i.path) for i in INTERFACES]
    }
    found[base] = [Target("service-desc", f"{base}openapi.json", "application/json")]
    for interface in INTERFACES:
        path, media_type = interface.described
        found[base + interface.path] = [
            *([Target("service-desc", base + path, media_type)] if path else []),
            *([Target("service-doc", interface.standard)] if interface.standard else []),
        ]
    return {anchor: some for anchor, some in found.items() if some}


@router.api_route("/openapi.json", methods=READ)
def description(request: Request, site: Here) -> Response:
    """Return the description of the interfaces over HTTP (OpenAPI 3.1)."""

    def make() -> Representation:
        body = openapi(
            _in_english(site).best(site.about.titles).text or site.addresses.base,
            to_uri(site.addresses.base),
        )
        return Representation(body, "application/json")

    return respond(request, site.cache.get(("openapi",), make))


def _in_english(site: Site) -> Reader:
    return Reader(site, "en" if "en" in site.languages else site.languages[0])


@router.api_route("/llms.txt", methods=READ)
def llms(request: Request, site: Whole) -> Response:
    """Return what a language model should know of the site (https://llmstxt.org)."""

    def make() -> Representation:
        return Representation(llms_text(_in_english(site)).encode(), "text/markdown; charset=utf-8")

    return respond(request, site.cache.get(("llms",), make), Meta(modified=site.modified))
