"""The description of the SPARQL service, made from the formats and the manifest."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from kizuna.engine.federation import Federated
from kizuna.formats import FORMATS, Kind, carrying
from kizuna.vocabulary import KZ_SEARCH, RDF_TYPE, XSD_INTEGER, term
from kizuna.web.site import Site

PREFIX = "sd"
NAMESPACE = "http://www.w3.org/ns/sparql-service-description#"
_TRIPLES = term("void:triples")


def service_description(site: Site, *, writable: bool) -> tuple[list[Quad], dict[str, str]]:
    """Return the description (SPARQL 1.1 Service Description, section 3) and its prefix."""
    service, dataset = NamedNode(site.endpoint), BlankNode("dataset")
    default = BlankNode("default")
    languages = ("SPARQL11Query", "SPARQL11Update") if writable else ("SPARQL11Query",)
    abilities = {
        "EmptyGraphs": writable,
        "BasicFederatedQuery": isinstance(site.engine, Federated),
    }
    features = [name for name, is_there in abilities.items() if is_there]
    read = [form.iri for form in carrying(Kind.GRAPH)] if writable else []
    quads = [
        Quad(service, RDF_TYPE, _sd("Service")),
        Quad(service, _sd("endpoint"), service),
        Quad(service, _sd("propertyFeature"), KZ_SEARCH),
        Quad(service, _sd("defaultDataset"), dataset),
        Quad(dataset, RDF_TYPE, _sd("Dataset")),
        Quad(dataset, _sd("defaultGraph"), default),
        *_graph(default, site.manifest.counts["triples"]),
    ]
    quads += (Quad(service, _sd("supportedLanguage"), _sd(name)) for name in languages)
    quads += (Quad(service, _sd("feature"), _sd(name)) for name in features)
    quads += (Quad(service, _sd("resultFormat"), NamedNode(iri)) for iri in _format_iris())
    quads += (Quad(service, _sd("inputFormat"), NamedNode(iri)) for iri in read)
    for number, (name, size) in enumerate(site.manifest.graphs.items()):
        named, graph = BlankNode(f"named{number}"), BlankNode(f"graph{number}")
        quads += [
            Quad(dataset, _sd("namedGraph"), named),
            Quad(named, RDF_TYPE, _sd("NamedGraph")),
            Quad(named, _sd("name"), NamedNode(name)),
            Quad(named, _sd("graph"), graph),
            *_graph(graph, size),
        ]
    return quads, {PREFIX: NAMESPACE}


def _format_iris() -> list[str]:
    """Return the IRIs of all formats in which queries are answered."""
    return [form.iri for form in FORMATS if form.iri]


def _graph(graph: BlankNode, size: int) -> list[Quad]:
    return [
        Quad(graph, RDF_TYPE, _sd("Graph")),
        Quad(graph, _TRIPLES, Literal(str(size), datatype=XSD_INTEGER)),
    ]


def _sd(name: str) -> NamedNode:
    return NamedNode(NAMESPACE + name)
