"""The dataset in the words of VoID: counts, links, where to get it.

https://www.w3.org/TR/void/
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Triple

from kizuna.formats import Kind, carrying
from kizuna.release.catalogue.facts import Facts
from kizuna.release.catalogue.saying import say, typed
from kizuna.release.catalogue.services import Service
from kizuna.release.dumps import DATASET, DUMPS
from kizuna.release.figures import Figures
from kizuna.release.manifest import Manifest

_INTEGER = "xsd:integer"
_LEADS = {"sparql": "void:sparqlEndpoint", "search": "void:openSearchDescription"}
"""How VoID leads to the services that it has words for, by their names."""


def void_triples(
    facts: Facts, figures: Figures, manifest: Manifest, services: Iterable[Service]
) -> Iterator[Triple]:
    """Yield the description of the dataset; every count is equal to what SPARQL counts."""
    base = facts.base
    properties = {_part(base, "property", iri): iri for iri in figures.properties}
    classes = {_part(base, "class", iri): iri for iri in figures.classes}
    links = {_part(base, "links", space): space for space in figures.links}
    forms = carrying(Kind.GRAPH)
    yield from say(
        facts.dataset,
        "void:Dataset",
        ("void:triples", typed(figures.triples, _INTEGER)),
        ("void:entities", typed(figures.entities, _INTEGER)),
        ("void:distinctSubjects", typed(figures.subjects, _INTEGER)),
        ("void:distinctObjects", typed(figures.objects, _INTEGER)),
        ("void:properties", typed(len(properties), _INTEGER)),
        ("void:classes", typed(len(classes), _INTEGER)),
        ("void:uriSpace", typed(f"{base}id/", "xsd:string")),
        *(
            (_LEADS[service.name], NamedNode(base + service.description))
            for service in services
            if service.name in _LEADS
        ),
        ("void:vocabulary", map(NamedNode, figures.vocabularies)),
        ("void:exampleResource", map(NamedNode, figures.examples)),
        ("void:feature", [NamedNode(form.iri) for form in forms]),
        ("void:dataDump", _dumps(base, manifest)),
        ("void:propertyPartition", properties),
        ("void:classPartition", classes),
    )
    for node, iri in properties.items():
        triples, subjects, objects = figures.properties[iri]
        yield from say(
            node,
            "void:Dataset",
            ("void:property", NamedNode(iri)),
            ("void:triples", typed(triples, _INTEGER)),
            ("void:distinctSubjects", typed(subjects, _INTEGER)),
            ("void:distinctObjects", typed(objects, _INTEGER)),
        )
    for node, iri in classes.items():
        yield from say(
            node,
            "void:Dataset",
            ("void:class", NamedNode(iri)),
            ("void:entities", typed(figures.classes[iri], _INTEGER)),
        )
    for node, space in links.items():
        yield from _links(facts, node, space, figures)


def _links(facts: Facts, target: NamedNode, space: str, figures: Figures) -> Iterator[Triple]:
    """Yield a dataset elsewhere, and the links to it by each predicate (VoID, section 5)."""
    yield from say(target, "void:Dataset", ("void:uriSpace", typed(space, "xsd:string")))
    for predicate, number in figures.links[space].items():
        node = _part(facts.base, "linkset", f"{space} {predicate}")
        yield from say(
            node,
            "void:Linkset",
            ("void:subjectsTarget", facts.dataset),
            ("void:objectsTarget", target),
            ("void:linkPredicate", NamedNode(predicate)),
            ("void:triples", typed(number, _INTEGER)),
        )
        yield from say(facts.dataset, "", ("void:subset", node))


def _part(base: str, kind: str, iri: str) -> NamedNode:
    """Return the name of a part; it is the same in every release."""
    return NamedNode(f"{base}catalog#{kind}-{hashlib.sha256(iri.encode()).hexdigest()[:12]}")


def _dumps(base: str, manifest: Manifest) -> list[NamedNode]:
    """Return the files with the whole dataset, which RDF/XML may have no words for."""
    names = [f"{DUMPS}/{DATASET}.{form.suffix}" for form in carrying(Kind.GRAPH)]
    place = f"{base}{DUMPS}/{manifest.id}"
    return [NamedNode(place + n.removeprefix(DUMPS)) for n in names if n in manifest.files]
