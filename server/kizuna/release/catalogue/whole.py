"""The whole catalogue, and of what it is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pyoxigraph import NamedNode, Triple

from kizuna.release.catalogue.datasets import (
    current_triples,
    release_node,
    release_triples,
    series_node,
)
from kizuna.release.catalogue.facts import Facts
from kizuna.release.catalogue.licences import for_portals, licence_triples
from kizuna.release.catalogue.saying import say, text, typed
from kizuna.release.catalogue.schemes import scheme_triples
from kizuna.release.catalogue.services import SERVICES, Service, service_node, service_triples
from kizuna.release.catalogue.void import void_triples
from kizuna.release.figures import Figures
from kizuna.release.manifest import FileRecord, Manifest
from kizuna.vocabulary import term

_LICENSE = term("dct:license")
_DCAT_AP = NamedNode("http://data.europa.eu/r5r/")
_COMPLETED = NamedNode(
    "http://publications.europa.eu/resource/authority/distribution-status/COMPLETED"
)
_UNKNOWN = FileRecord("0" * 64, 0)


@dataclass(frozen=True, slots=True)
class Source:
    """Of what a catalogue is made: the current release, and the others whose files stay.

    Without figures, which only a release has, it has no VoID.
    """

    facts: Facts
    figures: Figures | None
    current: Manifest
    others: tuple[Manifest, ...] = ()
    own: Mapping[str, Facts] = field(default_factory=dict)
    """What releases said of themselves, by identifier; else what is said now counts."""
    services: tuple[Service, ...] = SERVICES
    """The interfaces that there are: a copy as files has none."""

    @property
    def manifests(self) -> list[Manifest]:
        """All releases, the newest first."""
        return sorted((self.current, *self.others), key=lambda m: (m.created, m.id), reverse=True)


def catalogue(source: Source) -> list[Triple]:
    """Return the catalogue, sorted; the same source gives the same statements."""
    found = set(_triples(source))
    return sorted(found | set(scheme_triples(found)), key=str)


def draft(source: Source, names: Iterable[str]) -> list[Triple]:
    """Return the catalogue of a release whose files, by ``names``, are yet to be made."""
    files = dict.fromkeys(names, _UNKNOWN)
    return catalogue(replace(source, current=replace(source.current, files=files)))


def _triples(source: Source) -> Iterator[Triple]:
    facts, current, manifests = source.facts, source.current, source.manifests
    yield from _stated(facts)
    yield from licence_triples(facts.license)
    yield from _catalog(source)
    yield from current_triples(facts, current, manifests)
    yield from release_triples(facts, manifests, source.own)
    for said in source.own.values():
        yield from _stated_then(facts, said)
    if source.figures is not None:
        yield from void_triples(facts, source.figures, current, source.services)
    yield from service_triples(facts, source.services, (facts.dataset,))
    yield from _record(facts, facts.dataset, current)
    yield from _record(facts, series_node(facts), manifests[0])
    for manifest in manifests:
        yield from _record(facts, release_node(facts, manifest.id), manifest)


def _stated(facts: Facts) -> Iterator[Triple]:
    """Yield what the data says, its catalogue under the licence by which portals know it."""
    for triple in facts.triples:
        if (triple.subject, triple.predicate) != (facts.catalog, _LICENSE):
            yield triple


def _stated_then(facts: Facts, said: Facts) -> Iterator[Triple]:
    """Yield what a release said of others, of which nothing is said now; and of its licence."""
    known = {triple.subject for triple in facts.triples}
    left_out = known | {said.catalog, said.dataset}
    yield from (triple for triple in said.triples if triple.subject not in left_out)
    yield from licence_triples(said.license)


def _catalog(source: Source) -> Iterator[Triple]:
    facts, current, manifests = source.facts, source.current, source.manifests
    datasets = [facts.dataset, *(release_node(facts, manifest.id) for manifest in manifests)]
    records = [_record_node(facts, one) for one in (*datasets, series_node(facts))]
    oldest = min(manifest.created for manifest in manifests)
    yield from say(
        facts.catalog,
        "dcat:Catalog dcat:Resource",
        ("dct:publisher", facts.publisher),
        ("dct:license", for_portals(facts.one(facts.catalog, "dct:license") or facts.license)),
        ("dct:issued", facts.one(facts.catalog, "dct:issued") or typed(oldest, "xsd:dateTime")),
        ("dct:modified", typed(current.created, "xsd:dateTime")),
        ("dcat:dataset", datasets),
        ("dcat:resource", series_node(facts)),
        ("dcat:service", [service_node(facts, service) for service in source.services]),
        ("dcat:record", records),
    )


def _record(facts: Facts, resource: NamedNode, manifest: Manifest) -> Iterator[Triple]:
    moment = typed(manifest.created, "xsd:dateTime")
    yield from say(
        _record_node(facts, resource),
        "dcat:CatalogRecord",
        ("foaf:primaryTopic", resource),
        ("dct:issued", moment),
        ("dct:modified", moment),
        ("dct:conformsTo", _DCAT_AP),
        ("adms:status", _COMPLETED),
    )
    yield from say(_DCAT_AP, "dct:Standard")
    yield from say(_COMPLETED, "skos:Concept", ("skos:prefLabel", text("completed", "en")))


def _record_node(facts: Facts, resource: NamedNode) -> NamedNode:
    name = resource.value.removeprefix(facts.base).replace("#", "-").replace("/", "-")
    return NamedNode(f"{facts.base}catalog#record-{name}")
