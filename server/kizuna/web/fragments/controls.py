"""What a fragment says of itself: counts and hypermedia controls (Hydra), in a graph of its own.

A client knows a page by the address from which it was fetched, so the page, the pages beside it and
the template are named by that address, not by the base of IRIs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote_plus

from pyoxigraph import Literal, NamedNode, Quad
from starlette.requests import Request

from kizuna.vocabulary import DCT_SOURCE, RDF_TYPE, term
from kizuna.web.fragments.asked import PAGE, PLACES
from kizuna.web.fragments.found import PER_PAGE, Found
from kizuna.web.origin import origin
from kizuna.web.site import Site

PREFIXES = {"hydra": "http://www.w3.org/ns/hydra/core#"}
_SAFE = "/:@!$&'()*+,;=-._~?%"
_XSD_INTEGER = term("xsd:integer")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a fragment stands: address of the interface, and the query without page."""

    address: str
    query: str
    page: str

    def link(self, page: int) -> str:
        """Return the address of a page as a reference that is the same on every host."""
        return "/" + self.at(page).split("/", 3)[3]

    @property
    def fragment(self) -> str:
        """The address of the fragment, which is that of its first page."""
        return self.at(1)

    def at(self, page: int) -> str:
        """Return the address of a page."""
        paged = f"{PAGE}={page}" if page > 1 else ""
        query = "&".join(filter(None, (self.query, paged)))
        return f"{self.address}?{query}" if query else self.address


def place_of(request: Request, site: Site) -> Place:
    """Return where a request was sent, byte for byte but for what no IRI holds."""
    address = (origin(request) or site.addresses.base[:-1]) + request.scope["path"]
    asked = quote(request.scope["query_string"], safe=_SAFE)
    pairs = (pair for pair in asked.split("&") if unquote_plus(pair.partition("=")[0]) != PAGE)
    query = "&".join(filter(None, pairs))
    return Place(address, query, f"{address}?{asked}" if asked else address)


def dataset_of(site: Site) -> NamedNode:
    """Return the dataset of which there are fragments."""
    return site.about.dataset or NamedNode(f"{site.addresses.base}fragments#dataset")


def controls(site: Site, place: Place, found: Found) -> Iterator[Quad]:
    """Yield metadata and controls of a page."""
    dataset, page = dataset_of(site), NamedNode(place.page)
    graph = NamedNode(f"{place.page}#metadata")
    form = NamedNode(f"{place.page}#form")
    said: list[tuple[NamedNode, NamedNode, NamedNode | Literal]] = [
        (graph, term("foaf:primaryTopic"), dataset),
        (dataset, RDF_TYPE, term("void:Dataset")),
        (dataset, RDF_TYPE, _hydra("Collection")),
        (dataset, term("void:subset"), page),
        (dataset, _hydra("search"), form),
        (form, RDF_TYPE, _hydra("IriTemplate")),
        (form, _hydra("template"), Literal(f"{place.address}{{?{','.join(PLACES)}}}")),
        (form, _hydra("variableRepresentation"), _hydra("ExplicitRepresentation")),
        (page, RDF_TYPE, _hydra("PartialCollectionView")),
        (page, DCT_SOURCE, dataset),
        (page, term("void:triples"), _number(found.total)),
        (page, _hydra("totalItems"), _number(found.total)),
        (page, _hydra("itemsPerPage"), _number(PER_PAGE)),
        (page, _hydra("first"), NamedNode(place.fragment)),
    ]
    if place.page != place.fragment:
        fragment = NamedNode(place.fragment)
        said += [
            (dataset, term("void:subset"), fragment),
            (fragment, _hydra("view"), page),
            (fragment, _hydra("totalItems"), _number(found.total)),
        ]
    if site.about.license is not None:
        said.append((page, term("dct:license"), site.about.license))
    if found.page > 1:
        said.append((page, _hydra("previous"), NamedNode(place.at(found.page - 1))))
    if found.page < found.pages:
        said.append((page, _hydra("next"), NamedNode(place.at(found.page + 1))))
    for name in PLACES:
        mapping = NamedNode(f"{place.page}#{name}")
        said += [
            (form, _hydra("mapping"), mapping),
            (mapping, RDF_TYPE, _hydra("IriTemplateMapping")),
            (mapping, _hydra("variable"), Literal(name)),
            (mapping, _hydra("property"), term(f"rdf:{name}")),
        ]
    return (Quad(*triple, graph) for triple in sorted(said, key=str))


def _hydra(name: str) -> NamedNode:
    return NamedNode(PREFIXES["hydra"] + name)


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=_XSD_INTEGER)
