"""The interfaces that a publication has for programs, as ``dcat:DataService``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from kizuna.release.catalogue.facts import Facts
from kizuna.release.catalogue.licences import for_portals
from kizuna.release.catalogue.saying import say, text, texts


@dataclass(frozen=True, slots=True)
class Service:
    """An interface at ``path``; ``description`` is the path at which it says what it can do.

    Portals look whether a bare GET of both answers, so the Graph Store stands with a graph.
    """

    name: str
    path: str
    description: str
    titles: Mapping[str, str]
    standards: tuple[str, ...] = ()


# fmt: off
SERVICES = (
    Service("sparql", "sparql", "sparql",
            {"en": "SPARQL endpoint", "de": "SPARQL-Endpunkt", "ja": "SPARQL エンドポイント"},
            ("https://www.w3.org/TR/sparql11-protocol/",)),
    Service("graph-store", "graphs?default", "sparql",
            {"en": "Named graphs (Graph Store Protocol)",
             "de": "Benannte Graphen (Graph Store Protocol)",
             "ja": "名前付きグラフ（Graph Store Protocol）"},
            ("https://www.w3.org/TR/sparql11-http-rdf-update/",)),
    Service("fragments", "fragments", "fragments.trig",
            {"en": "Triple Pattern Fragments", "de": "Triple Pattern Fragments",
             "ja": "トリプルパターンフラグメント（TPF）"},
            ("https://linkeddatafragments.org/specification/triple-pattern-fragments/",)),
    Service("oai", "oai", "oai?verb=Identify",
            {"en": "Harvesting (OAI-PMH)", "de": "Harvesting (OAI-PMH)",
             "ja": "ハーベスト（OAI-PMH）"},
            ("https://www.openarchives.org/OAI/openarchivesprotocol.html",)),
    Service("search", "search", "opensearch.xml",
            {"en": "Search", "de": "Suche", "ja": "検索"},
            ("https://github.com/dewitt/opensearch",)),
    Service("reconciliation", "reconcile", "reconcile",
            {"en": "Reconciliation", "de": "Abgleich (Reconciliation)",
             "ja": "名寄せ（Reconciliation）"},
            ("https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/",)),
)
# fmt: on


def service_node(facts: Facts, service: Service) -> NamedNode:
    """Return the IRI of a service."""
    return NamedNode(f"{facts.base}catalog#{service.name}")


def service_triples(
    facts: Facts, services: Iterable[Service], served: tuple[NamedNode, ...]
) -> Iterator[Triple]:
    """Yield the services, which serve the datasets ``served``."""
    for service in services:
        node = service_node(facts, service)
        standards = [NamedNode(iri) for iri in service.standards]
        yield from say(
            node,
            "dcat:DataService",
            ("dct:title", texts(dict(service.titles))),
            ("dct:description", texts(dict(service.titles))),
            ("dct:identifier", text(node.value)),
            ("dct:publisher", facts.publisher),
            ("dcat:contactPoint", facts.values(facts.dataset, "dcat:contactPoint")),
            ("dcat:theme", facts.values(facts.dataset, "dcat:theme")),
            ("dcat:keyword", facts.values(facts.dataset, "dcat:keyword")),
            ("dcat:endpointURL", NamedNode(facts.base + service.path)),
            ("dcat:endpointDescription", NamedNode(facts.base + service.description)),
            ("dct:conformsTo", standards),
            ("dct:license", for_portals(facts.license)),
            ("dct:accessRights", facts.values(facts.dataset, "dct:accessRights")),
            ("dcat:servesDataset", served),
        )
        for standard in standards:
            yield from say(standard, "dct:Standard")
