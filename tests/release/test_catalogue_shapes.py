"""The shapes for the catalogue find nothing in what the build makes, and all that is spoiled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from conftest import SMALL_BASE
from kizuna.checks.shapes import violation_report
from kizuna.engine import DescriptionIndex
from kizuna.release import Release
from kizuna.release.catalogue import Source, catalogue, source_of
from kizuna.vocabulary import term
from support import BASE, ROOT, build, copy_bridge

FILE = ROOT / "shapes" / "catalogue-shapes.ttl"
SHAPES = [quad.triple for quad in parse(path=FILE, format=RdfFormat.TURTLE)]
SHAPE = "https://w3id.org/kizuna/shapes#"
EU = "http://publications.europa.eu/resource/authority/"
SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"

Value = NamedNode | Literal


def described(release: Release) -> Source:
    """Return of what the catalogue of a release is made."""
    index = DescriptionIndex(release.index)
    try:
        return source_of(release, index)
    finally:
        index.close()


def findings(triples: list[Triple]) -> set[tuple[str, str]]:
    """Return which shape each node breaks; warnings count too."""
    _, report = violation_report(SHAPES, triples)
    assert report, "the shapes could not be read"
    shapes, nodes = told(report, "sh:sourceShape"), told(report, "sh:focusNode")
    results = {t.object for t in report if t.predicate == term("sh:result")}
    return {(shapes[result].removeprefix(SHAPE), nodes[result]) for result in results}


def told(report: list[Triple], what: str) -> dict[object, str]:
    """Return what the results of a report name by ``what``."""
    named = {t.subject: t.object for t in report if t.predicate == term(what)}
    return {r: v.value for r, v in named.items() if isinstance(v, NamedNode | BlankNode)}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Of what the catalogue of the shipped project is made."""
    folder = tmp_path_factory.mktemp("shipped")
    return described(build(ROOT, folder / "releases", folder / "no-texts"))


@pytest.fixture(scope="module")
def made(source: Source) -> list[Triple]:
    """The catalogue of the shipped project without VoID, of which no shape speaks."""
    return catalogue(replace(source, figures=None))


def test_the_catalogue_of_the_shipped_project_conforms(source: Source) -> None:
    assert findings(catalogue(source)) == set()


def test_the_catalogue_of_several_releases_conforms(source: Source) -> None:
    before = replace(source.current, id="0" * 12, version="0", created="2001-01-01T00:00:00+00:00")
    triples = catalogue(replace(source, others=(before,)))
    assert NamedNode(f"{BASE}dumps/{before.id}#dataset") in {t.subject for t in triples}
    assert findings(triples) == set()


UNSAID = ("contactPoint", "keyword", "theme")


def unsaid(base: str, dataset: str, release: Release) -> set[tuple[str, str]]:
    """Return what is found where the data names neither publisher nor contact nor subject."""
    datasets = (base + dataset, f"{base}dumps/{release.manifest.id}#dataset")
    asked = {(f"object-of-dataset-{what}", node) for what in UNSAID for node in datasets}
    return asked | {("Catalog-publisher", f"{base}catalog")}


def test_where_the_data_says_little_only_that_is_found(small_release: Release) -> None:
    found = findings(catalogue(described(small_release)))
    assert found == unsaid(SMALL_BASE, "id/dataset/small", small_release)


def test_where_the_data_says_nothing_of_itself_only_that_is_found(tmp_path: Path) -> None:
    release = build(copy_bridge(tmp_path / "bridge"))
    found = findings(catalogue(described(release)))
    assert found == unsaid(BASE, "catalog#dataset", release)


def iri(*names: str) -> list[Value]:
    return [NamedNode(one) for one in names]


def words(*texts: str, datatype: str = "xsd:string") -> list[Value]:
    return [Literal(text, datatype=term(datatype)) for text in texts]


LICENCES = (
    "http://dcat-ap.de/def/licenses/cc-by/4.0",
    "https://creativecommons.org/licenses/by/4.0/",
)
TTL, FILE_TYPE = "catalog#dataset.ttl", f"{EU}file-type/RDF_TURTLE"
SHIPPED, ALL = "id/dataset/clusters", "catalog#releases"
RECORD, SPARQL = "catalog#record-id-dataset-clusters", "catalog#sparql"

# fmt: off
SPOILED = [
    # of what                 says                       this instead                      breaks
    ("catalog",               "dct:title",               [],                               "Resource-title"),
    ("catalog",               "dct:description",         [],                               "Dataset-description"),
    ("catalog",               "dct:publisher",           [],                               "Catalog-publisher"),
    ("catalog",               "dct:license",             iri(*LICENCES),                   "Resource-license"),
    (SHIPPED,                 "dct:title",               iri("urn:title"),                 "Resource-title"),
    (SHIPPED,                 "dct:publisher",           words("kizuna"),                  "Resource-publisher"),
    (SHIPPED,                 "dcat:keyword",            words("a, b"),                    "Resource-keyword"),
    (SHIPPED,                 "dcat:keyword",            words("x"),                       "Resource-keyword"),
    (SHIPPED,                 "dcat:keyword",            [],                               "object-of-dataset-keyword"),
    (SHIPPED,                 "dcat:theme",              iri("urn:theme"),                 "Resource-theme"),
    (SHIPPED,                 "dcat:theme",              [],                               "object-of-dataset-theme"),
    (SHIPPED,                 "dcat:contactPoint",       [],                               "object-of-dataset-contactPoint"),
    (SHIPPED,                 "dct:language",            words("de"),                      "Resource-language"),
    (SHIPPED,                 "dct:accessRights",        iri("urn:open"),                  "Resource-accessRights"),
    (SHIPPED,                 "dct:accrualPeriodicity",  iri("urn:often"),                 "Dataset-accrualPeriodicity"),
    (SHIPPED,                 "dct:modified",            words("now", "then"),             "Resource-modified"),
    (SHIPPED,                 "dcat:version",            words("1", "2"),                  "Resource-version"),
    (SHIPPED,                 "dcat:landingPage",        iri("urn:page"),                  "Resource-landingPage"),
    (SHIPPED,                 "dcat:distribution",       iri("urn:file"),                  "Dataset-distribution"),
    (SHIPPED,                 "rdf:type",                iri("urn:thing"),                 "object-of-dataset"),
    (ALL,                     "dct:title",               [],                               "Resource-title"),
    (ALL,                     "dct:description",         [],                               "Dataset-description"),
    ("catalog#contact",       "vcard:hasURL",            words("https://example.org/"),    "Kind-address"),
    ("catalog#period",        "dcat:startDate",          words("2003"),                    "PeriodOfTime-bound"),
    (TTL,                     "dcat:accessURL",          [],                               "Distribution-accessURL"),
    (TTL,                     "dcat:downloadURL",        words("https://example.org/"),    "Distribution-downloadURL"),
    (TTL,                     "dct:format",              [],                               "Distribution-format"),
    (TTL,                     "dct:format",              iri(FILE_TYPE, f"{EU}file-type/GZIP"), "Distribution-format"),
    (TTL,                     "dcat:mediaType",          words("text/turtle"),             "Distribution-mediaType"),
    (f"{TTL}.gz",             "dcat:compressFormat",     words("gzip"),                    "Distribution-compressFormat"),
    (TTL,                     "dcat:byteSize",           words("1", datatype="xsd:decimal"), "Distribution-byteSize"),
    (TTL,                     "dct:license",             iri(*LICENCES),                   "Distribution-license"),
    (TTL,                     "spdx:checksum",           words("00"),                      "Distribution-checksum"),
    (f"{TTL}-sha256",         "spdx:algorithm",          iri(SHA256.replace("http", "https")), "Checksum-algorithm"),
    (f"{TTL}-sha256",         "spdx:checksumValue",      words("AB", datatype="xsd:hexBinary"), "Checksum-checksumValue"),
    (SPARQL,                  "dct:title",               [],                               "Resource-title"),
    (SPARQL,                  "dcat:endpointURL",        [],                               "DataService-endpointURL"),
    (SPARQL,                  "dcat:endpointDescription", words("SPARQL 1.1"),             "DataService-endpointDescription"),
    (RECORD,                  "foaf:primaryTopic",       [],                               "CatalogRecord-primaryTopic"),
    (RECORD,                  "dct:modified",            [],                               "CatalogRecord-modified"),
]
# fmt: on


@pytest.mark.parametrize(("node", "predicate", "values", "shape"), SPOILED)
def test_what_is_spoiled_is_found(
    made: list[Triple], node: str, predicate: str, values: list[Value], shape: str
) -> None:
    subject, property_ = NamedNode(BASE + node), term(predicate)
    rest = [t for t in made if (t.subject, t.predicate) != (subject, property_)]
    assert len(rest) < len(made), "nothing is spoiled"
    spoiled = [*rest, *(Triple(subject, property_, value) for value in values)]
    assert (shape, subject.value) in findings(spoiled)
