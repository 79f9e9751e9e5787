"""The interfaces for programs, written down once: for ``llms.txt`` and the catalogue of APIs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface: its path without a slash, its name, what it does, and its standard.

    ``described`` is where a program finds its description, with the media type of that.
    """

    path: str
    name: str
    does: str
    standard: str = ""
    described: tuple[str, str] = ("", "")


# fmt: off
INTERFACES = (
    Interface("sparql", "SPARQL endpoint",
              "Answers queries by GET ?query= or POST.",
              "https://www.w3.org/TR/sparql11-protocol/",
              ("sparql.ttl", "text/turtle")),
    Interface("fragments", "Triple Pattern Fragments",
              "Gives the triples that fit ?subject=, ?predicate= and ?object=, page by page.",
              "https://linkeddatafragments.org/specification/triple-pattern-fragments/",
              ("fragments.trig", "application/trig")),
    Interface("graphs?default", "Graph Store Protocol",
              "Gives one named graph (?graph=IRI) or the merge of all (?default).",
              "https://www.w3.org/TR/sparql11-http-rdf-update/"),
    Interface("search", "Search",
              "Finds things by words, as JSON: search.json?q=words."),
    Interface("reconcile", "Reconciliation",
              "Matches names with things, for OpenRefine and the like; the draft: reconcile/draft.",
              "https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/",
              ("reconcile", "application/json")),
    Interface("catalog", "Catalogue (DCAT)",
              "Describes the dataset and its files, in RDF.",
              "https://www.w3.org/TR/vocab-dcat-3/"),
    Interface("oai", "OAI-PMH",
              "Gives harvesters the records of the catalogue: oai?verb=Identify.",
              "https://www.openarchives.org/OAI/openarchivesprotocol.html",
              ("oai?verb=Identify", "text/xml")),
    Interface("dumps", "Files of the release",
              "Leads to the whole dataset in every RDF format."),
    Interface("openapi.json", "OpenAPI",
              "Describes all these addresses: parameters, media types, statuses.",
              "https://spec.openapis.org/oas/v3.1.0"),
    Interface("sitemap.xml", "Map of the site",
              "Names all pages, things with the date of their last change.",
              "https://www.sitemaps.org/protocol.html"),
)
# fmt: on
