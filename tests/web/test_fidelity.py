"""Term for term: what is dereferenced and dumped is what was written, and SPARQL says no less.

Oxigraph's store keeps values, not terms (oxigraph#526). docs/sparql.md lists what that changes;
this test holds it to that list.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from conftest import SMALL, SMALL_BASE, Client
from kizuna.checks import check_project
from kizuna.engine import EmbeddedEngine
from kizuna.formats import Kind, carrying
from kizuna.iris import Addresses
from kizuna.project import load_project
from kizuna.release import Releases, build_release
from kizuna.web import Site, create_app, open_site

pytestmark = pytest.mark.embedded("which terms a store keeps is its own affair")
XSD = "http://www.w3.org/2001/XMLSchema#"
ODD = NamedNode(f"{SMALL_BASE}ontology#odd")
THING = f"{SMALL_BASE}id/place/odd"
DOCS = Path(__file__).parents[2] / "docs" / "sparql.md"

# fmt: off
LITERALS = [
    # as it is written             in answers of SPARQL
    ('"007"^^xsd:int',             '"7"^^xsd:integer'),
    ('"007"^^xsd:integer',         '"7"^^xsd:integer'),
    ('"+7"^^xsd:nonNegativeInteger', '"7"^^xsd:integer'),
    ('"-7"^^xsd:negativeInteger',  '"-7"^^xsd:integer'),
    ('"300"^^xsd:byte',            '"300"^^xsd:integer'),
    ('"1.50"^^xsd:decimal',        '"1.5"^^xsd:decimal'),
    ('"3.0"^^xsd:decimal',         '"3"^^xsd:decimal'),
    ('"1.0"^^xsd:double',          '"1"^^xsd:double'),
    ('"1e3"^^xsd:double',          '"1000"^^xsd:double'),
    ('"1.50"^^xsd:float',          '"1.5"^^xsd:float'),
    ('"1"^^xsd:boolean',           '"true"^^xsd:boolean'),
    ('"2020-01-01T00:00:00+00:00"^^xsd:dateTime', '"2020-01-01T00:00:00Z"^^xsd:dateTime'),
    ('"2020-01-01T00:00:00.500Z"^^xsd:dateTime', '"2020-01-01T00:00:00.5Z"^^xsd:dateTime'),
    ('"2020-01-01+00:00"^^xsd:date', '"2020-01-01Z"^^xsd:date'),
    ('"10:00:00+00:00"^^xsd:time', '"10:00:00Z"^^xsd:time'),
    ('"P1Y0M"^^xsd:duration',      '"P1Y"^^xsd:duration'),
    ('"Straße"@de-AT',             '"Straße"@de-at'),
]
UNCHANGED = [
    '"abc"^^xsd:integer', '"2020-13-01"^^xsd:date', '"tru"^^xsd:boolean', '"7"^^xsd:integer',
    '"2017-XX"^^<http://id.loc.gov/datatypes/edtf/EDTF>', '" 7 "', '"e\u0301"', '"\u00e9"',
    '"  two  spaces"', r'"a\r\nb"', '"2020-01-01T00:00:00"^^xsd:dateTime', '"絆"@ja', '"x"@zh-hant',
    '"00ff"^^xsd:hexBinary', '"2017"^^xsd:gYear', '"http://X.example/%7e"^^xsd:anyURI',
]
# fmt: on


def term(text: str) -> Literal:
    full = re.sub(r"\^\^xsd:(\w+)", rf"^^<{XSD}\1>", text)
    [statement] = parse(f"<x:s> <x:p> {full} .".encode(), RdfFormat.TURTLE)
    assert isinstance(statement.object, Literal)
    return statement.object


WRITTEN = {term(text) for text, _ in LITERALS} | {term(text) for text in UNCHANGED}
KINDS = sorted({t.datatype.value for t in WRITTEN if not t.language})


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = shutil.copytree(SMALL, tmp_path_factory.mktemp("odd") / "project")
    ontology = root / "ontology" / "small.ttl"
    ontology.write_text(
        ontology.read_text(encoding="utf-8")
        + "\nsmall:odd a owl:DatatypeProperty ; kz:editorial true ;\n"
        '    rdfs:label "odd"@en , "seltsam"@de ; rdfs:comment "Odd."@en .\n'
        + "".join(f"<{kind}> a rdfs:Datatype .\n" for kind in KINDS),
        encoding="utf-8",
    )
    values = " ,\n        ".join([text for text, _ in LITERALS] + UNCHANGED)
    (root / "data" / "ttl" / "odd.ttl").write_text(
        f"@prefix xsd: <{XSD}> .\n@prefix small: <{SMALL_BASE}ontology#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        f'<{THING}> a <https://schema.org/Place> ; skos:prefLabel "Odd"@en , "Seltsam"@de ;\n'
        f"    small:odd {values} .\n",
        encoding="utf-8",
    )
    project = load_project(
        root, Addresses.at(SMALL_BASE), ("en", "de", "ja"), root / "data" / "documents"
    )
    report = check_project(project)
    assert report.conforms, report
    release = build_release(project, report, Releases(root / "releases"))
    opened = open_site(release, EmbeddedEngine(release.store), root / "queries")
    yield opened
    opened.close()


def objects(body: bytes, form: RdfFormat) -> set[object]:
    found = parse(body, form, base_iri=SMALL_BASE)
    return {q.object for q in found if q.predicate == ODD and q.subject == NamedNode(THING)}


@pytest.mark.parametrize("form", carrying(Kind.GRAPH), ids=lambda f: f.suffix)
def test_every_format_is_term_for_term(odd: Site, form: object) -> None:
    suffix, rdf = form.suffix, form.rdf  # type: ignore[attr-defined]
    client = Client(create_app(odd))
    media = {"accept": form.media_type}  # type: ignore[attr-defined]
    for path, headers in (
        (f"/doc/place/odd.{suffix}", {}),
        ("/doc/place/odd", media),
        ("/graph/odd", media),
        (f"/graph/odd.{suffix}", {}),
        (f"/graphs?graph={SMALL_BASE}graph/odd", media),
        (f"/dumps/{odd.release.id}/dataset.{suffix}", {}),
    ):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200, path
        assert objects(answer.content, rdf) == WRITTEN, path


def test_the_page_shows_what_was_written(odd: Site) -> None:
    page = Client(create_app(odd)).get("/doc/place/odd", headers={"accept": "text/html"}).text
    assert ">007<" in page
    assert "1.50" in page


def answered(odd: Site) -> set[Literal]:
    query = f"CONSTRUCT WHERE {{ <{THING}> <{ODD.value}> ?o }}"
    answer = Client(create_app(odd)).get(
        "/sparql", params={"query": query}, headers={"accept": "application/n-triples"}
    )
    found = (q.object for q in parse(answer.content, RdfFormat.N_TRIPLES))
    return {o for o in found if isinstance(o, Literal)}


def test_sparql_changes_what_is_listed_and_nothing_else(odd: Site) -> None:
    expected = {term(text) for _, text in LITERALS} | {term(text) for text in UNCHANGED}
    assert answered(odd) == expected


def test_what_sparql_finds_by_the_written_form(odd: Site) -> None:
    client = Client(create_app(odd))
    for text, _ in LITERALS:
        query = f"PREFIX xsd: <{XSD}> ASK {{ <{THING}> <{ODD.value}> {text} }}"
        assert client.get("/sparql", params={"query": query}).json()["boolean"], text


def test_all_of_it_is_documented() -> None:
    manual = DOCS.read_text(encoding="utf-8")
    for written, answer in LITERALS:
        for text in (written, answer):
            assert f"`{text}`" in manual, text
