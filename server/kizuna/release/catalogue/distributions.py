"""The files of a release as ``dcat:Distribution``: what each is, how large, and its checksum."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode, Triple

from kizuna.formats import N_TRIPLES
from kizuna.release.catalogue.facts import Facts
from kizuna.release.catalogue.licences import for_portals
from kizuna.release.catalogue.saying import media_type, say, text, texts, typed
from kizuna.release.dumps import DATASET, DUMPS, REIFIERS, Dump
from kizuna.release.manifest import FileRecord, Manifest

_EU = "http://publications.europa.eu/resource/authority/"
_SHA256 = NamedNode("http://spdx.org/rdf/terms#checksumAlgorithm_sha256")
_GZIP = media_type("application/gzip")
_PUBLIC = NamedNode(f"{_EU}access-right/PUBLIC")
_STABLE = NamedNode(f"{_EU}planned-availability/STABLE")
_RDF_12 = "https://www.w3.org/TR/rdf12-n-triples/"

# fmt: off
STEMS = {
    DATASET:    {"en": "The whole dataset", "de": "Der ganze Datensatz", "ja": "データセット全体"},
    REIFIERS:   {"en": "Claims as RDF 1.2 reifiers", "de": "Belege als Reifier (RDF 1.2)",
                 "ja": "RDF 1.2 の具体化による主張"},
    "ontology": {"en": "The ontology", "de": "Die Ontologie", "ja": "オントロジー"},
    "shapes":   {"en": "The SHACL shapes", "de": "Die SHACL-Shapes", "ja": "SHACL シェイプ"},
}
STANDARDS = {
    # a suffix    its specification
    "ttl":        "https://www.w3.org/TR/turtle/",
    "jsonld":     "https://www.w3.org/TR/json-ld11/",
    "nt":         "https://www.w3.org/TR/n-triples/",
    "rdf":        "https://www.w3.org/TR/rdf-syntax-grammar/",
    "trig":       "https://www.w3.org/TR/trig/",
    "nq":         "https://www.w3.org/TR/n-quads/",
    "csv":        "https://www.rfc-editor.org/rfc/rfc4180",
}
# fmt: on


def dumps_of(manifest: Manifest) -> list[tuple[Dump, FileRecord]]:
    """Return the files of a release that anyone may take away, with their records."""
    return [
        (Dump.named(name.removeprefix(f"{DUMPS}/")), record)
        for name, record in manifest.files.items()
        if name.startswith(f"{DUMPS}/")
    ]


def distribution_triples(facts: Facts, place: str, manifest: Manifest) -> Iterator[Triple]:
    """Yield the distributions of a release; their IRIs are ``place#`` and the file's name."""
    for dump, record in dumps_of(manifest):
        yield from _distribution(facts, NamedNode(f"{place}#{dump.name}"), dump, record, manifest)
    yield from _named_values()


def distributions(place: str, manifest: Manifest) -> list[NamedNode]:
    """Return the IRIs of the distributions of a release."""
    return [NamedNode(f"{place}#{dump.name}") for dump, _ in dumps_of(manifest)]


def _distribution(
    facts: Facts, node: NamedNode, dump: Dump, record: FileRecord, manifest: Manifest
) -> Iterator[Triple]:
    if dump.form is None:
        return
    address = NamedNode(f"{facts.base}{DUMPS}/{manifest.id}/{dump.name}")
    checksum = NamedNode(f"{node.value}-sha256")
    kind, inner = NamedNode(dump.form.file_type), media_type(dump.form.media_type)
    standards = [NamedNode(iri) for iri in _standards(facts, dump)]
    created = typed(manifest.created, "xsd:dateTime")
    yield from say(
        node,
        "dcat:Distribution",
        ("dct:title", texts(_title(dump))),
        ("dct:description", texts(_title(dump))),
        ("dct:identifier", text(node.value)),
        ("dcat:accessURL", address),
        ("dcat:downloadURL", address),
        ("dct:license", for_portals(facts.license)),
        ("dct:rights", _PUBLIC),
        ("dct:format", kind),
        ("dcat:mediaType", inner),
        ("dcat:compressFormat", _GZIP if dump.packed else None),
        ("dcat:byteSize", typed(record.bytes, "xsd:nonNegativeInteger")),
        ("spdx:checksum", checksum),
        ("dct:conformsTo", standards),
        ("dct:language", facts.values(facts.dataset, "dct:language")),
        ("dct:issued", created),
        ("dct:modified", created),
        ("dcatap:availability", _STABLE),
    )
    yield from say(
        checksum,
        "spdx:Checksum",
        ("spdx:algorithm", _SHA256),
        ("spdx:checksumValue", typed(record.sha256, "xsd:hexBinary")),
    )
    yield from say(kind, "dct:MediaTypeOrExtent")
    yield from say(inner, "dct:MediaType", ("rdfs:label", text(dump.form.media_type)))
    for standard in standards:
        yield from say(standard, "dct:Standard")


def _title(dump: Dump) -> dict[str, str]:
    name = dump.form.name if dump.form is not None else ""
    end = f"{name}, gzip" if dump.packed else name
    words = STEMS.get(dump.stem, dict.fromkeys(("en", "de", "ja"), dump.stem))
    return {language: f"{what} ({end})" for language, what in words.items()}


def _standards(facts: Facts, dump: Dump) -> Iterator[str]:
    if dump.stem == REIFIERS and dump.form is N_TRIPLES:
        yield _RDF_12
    elif dump.form is not None and dump.form.suffix in STANDARDS:
        yield STANDARDS[dump.form.suffix]
    if dump.stem == DATASET:
        yield f"{facts.base}ontology"


def _named_values() -> Iterator[Triple]:
    """Yield what must be known of the values above, for who validates the catalogue by itself."""
    yield from say(_SHA256, "spdx:ChecksumAlgorithm")
    yield from say(_GZIP, "dct:MediaType", ("rdfs:label", text("application/gzip")))
    yield from say(_PUBLIC, "dct:RightsStatement")
    yield from say(_STABLE, "skos:Concept", ("skos:prefLabel", text("stable", "en")))
