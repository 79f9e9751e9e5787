"""The official shapes of DCAT-AP and DCAT-AP.de find nothing wrong with the catalogue.

They are not part of this repository: they are looked for where ``KIZUNA_DCAT`` says, or in
``../shared/dcat``. Two defects in them are repaired in memory, and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pyshacl
import pytest
import rdflib
from pyoxigraph import DefaultGraph, Quad, RdfFormat, serialize
from rdflib import SH

from kizuna.engine import DescriptionIndex
from kizuna.release import Release
from kizuna.release.catalogue import catalogue, source_of
from support import ROOT, build, real_texts

PLACES = (os.environ.get("KIZUNA_DCAT", ""), str(ROOT.parent / "shared" / "dcat"))
OFFICIAL = next((Path(p) for p in PLACES if p and (Path(p) / "semic-3.0.1").is_dir()), None)
needed = pytest.mark.skipif(
    OFFICIAL is None, reason="the official shapes are not here (KIZUNA_DCAT)"
)

AP, DE = "semic-3.0.1/", "dcat-ap-de-3.0/"
# fmt: off
SETS = {
    "DCAT-AP 3.0.1":                   [f"{AP}html_shacl_shapes.ttl"],
    "DCAT-AP 3.0.1, ranges":           [f"{AP}html_shacl_range.ttl"],
    "DCAT-AP 3.0.1, one file":         [f"{AP}shacl_dcat-ap-SHACL.ttl"],
    "DCAT-AP 3.0.1, recommendations":  [f"{AP}html_shacl_shapes_recommended.ttl"],
    "DCAT-AP 3.0.1, vocabularies":     [f"{AP}html_shacl_mdr-vocabularies.shape.ttl"],
    "DCAT-AP 3.0.1, deprecations":     [f"{AP}html_shacl_deprecateduris.ttl"],
    "DCAT-AP.de 3.0":                  ["semic-3.0.0/shacl_dcat-ap-SHACL.ttl",
                                        f"{DE}dcat-ap-SHACL-DE.ttl",
                                        f"{DE}dcat-ap-de-controlledvocabularies.ttl",
                                        f"{DE}dcat-ap-de-deprecated.ttl",
                                        f"{DE}dcat-ap-spec-german-additions.ttl"],
}
# fmt: on
NO_BODY_OF_THE_EU = {("publisher", "Warning")}
"""The publisher is to be in the EU's list of corporate bodies, in which only few can be."""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return build(ROOT, tmp_path_factory.mktemp("dcat"), real_texts() or ROOT / "nowhere")


@pytest.fixture(scope="module")
def data(shipped: Release) -> rdflib.Graph:
    index = DescriptionIndex(shipped.index)
    triples = catalogue(source_of(shipped, index))
    index.close()
    quads = (Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples)
    lines = serialize(quads, format=RdfFormat.N_TRIPLES) or b""
    return rdflib.Graph().parse(data=lines.decode(), format="nt")


def read(files: Sequence[str]) -> rdflib.Graph:
    """Return official shapes, mended where they are broken (SOURCES.md)."""
    assert OFFICIAL is not None
    graph = rdflib.Graph()
    for file in files:
        graph.parse(OFFICIAL / file)
    for shape, part in list(graph.subject_objects(SH.property)):
        if (part, SH.path, None) not in graph:  # two shapes without a path
            graph.remove((shape, SH.property, part))
    for shape, pattern in list(graph.subject_objects(SH.pattern)):
        if str(pattern) == "^https://spdx.org/rdf/terms":  # SPDX's IRIs begin with http:
            graph.remove((shape, SH.pattern, pattern))
    return graph


def findings(data: rdflib.Graph, shapes: rdflib.Graph) -> list[tuple[str, str, str]]:
    """Return the ends of path and severity of each result, and its message."""
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=True)
    return [
        (
            str(report.value(result, SH.resultPath)).rpartition("/")[2],
            str(report.value(result, SH.resultSeverity)).rpartition("#")[2],
            str(report.value(result, SH.resultMessage)),
        )
        for result in report.objects(None, SH.result)
    ]


@needed
@pytest.mark.parametrize("files", SETS.values(), ids=SETS)
def test_the_catalogue_conforms(data: rdflib.Graph, files: Sequence[str]) -> None:
    found = findings(data, read(files))
    assert [row for row in found if row[:2] not in NO_BODY_OF_THE_EU] == []


@needed
@pytest.mark.parametrize(
    ("files", "predicate"),
    [
        (SETS["DCAT-AP 3.0.1"], "http://www.w3.org/ns/dcat#accessURL"),
        (SETS["DCAT-AP 3.0.1, one file"], "http://purl.org/dc/terms/title"),
        (SETS["DCAT-AP.de 3.0"], "http://purl.org/dc/terms/license"),
    ],
)
def test_the_shapes_find_what_is_missing(
    data: rdflib.Graph, files: Sequence[str], predicate: str
) -> None:
    spoilt = rdflib.Graph()
    for triple in data:
        if str(triple[1]) != predicate:
            spoilt.add(triple)
    assert findings(spoilt, read(files))
