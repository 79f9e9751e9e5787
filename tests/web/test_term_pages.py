"""Pages of terms and shapes: what they tell, and that they tell it of every term."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from conftest import SMALL, SMALL_BASE, Client
from kizuna.checks import check_project
from kizuna.engine import EmbeddedEngine
from kizuna.errors import EngineAway
from kizuna.iris import Addresses
from kizuna.project import load_project
from kizuna.release import Releases, build_release
from kizuna.web import Site, create_app, open_site
from kizuna.web.cache import Cache
from kizuna.web.terms.questions import iris_in
from kizuna.web.texts import LANGUAGES
from outline import read
from support import ROOT, build, real_texts

LIGHT = 150_000
ODD = """
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix vann: <http://purl.org/vocab/vann/> .
@prefix small: <https://example.org/small/ontology#> .
owl:deprecated a rdf:Property . owl:versionIRI a rdf:Property . owl:priorVersion a rdf:Property .
owl:inverseOf a rdf:Property . dct:isReplacedBy a rdf:Property . vann:example a rdf:Property .
skos:changeNote a rdf:Property . skos:scopeNote a rdf:Property . rdfs:domain a rdf:Property .
rdfs:range a rdf:Property . rdfs:subPropertyOf a rdf:Property .
<https://example.org/small/ontology> owl:versionIRI <https://example.org/small/ontology/2.0> ;
    owl:priorVersion <https://example.org/small/ontology/1.0> .
small:Evil a owl:Class ; rdfs:subClassOf small:Fair , small:Worse ;
    rdfs:label "<script>alert(1)</script>"@en ; skos:definition "\\" onmouseover=\\"x"@en ;
    vann:example <javascript:alert(2)> ; skos:scopeNote "Nie."@de , "Never."@en ;
    skos:changeNote "</p><script>alert(3)</script>"@en ;
    owl:deprecated true ; dct:isReplacedBy small:Fair .
small:Worse a owl:Class ; rdfs:subClassOf small:Evil .
small:hosts a owl:ObjectProperty ; rdfs:domain small:Fair ; rdfs:range small:Evil ;
    rdfs:subPropertyOf small:hosts ; owl:inverseOf small:isHostedBy .
small:isHostedBy a owl:ObjectProperty .
<https://example.org/small/ontology#a.b> a owl:Class .
<https://example.org/small/ontology#shapes/Odd> a owl:Class .
"""
ODD_SHAPES = """
@prefix kz: <https://w3id.org/kizuna/ontology#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix small: <https://example.org/small/ontology#> .
@prefix shape: <https://example.org/small/shapes#> .
shape:Odd a sh:NodeShape ; sh:targetClass small:Worse ;
    sh:severity sh:Info ; sh:message "<b>bold</b>"@en , "fett"@de ;
    sh:or ( [ sh:class kz:Event ] [ sh:path kz:status ; sh:minCount 3 ] ) ; sh:closed true ;
    sh:property [ sh:path ( small:hosts [ sh:inversePath kz:party ] ) ; sh:minLength 2 ] ,
        [ sh:path [ sh:zeroOrMorePath [ sh:alternativePath ( small:mood kz:quote ) ] ] ] .
shape:Circle a sh:NodeShape ; sh:in ( _:circle ) .
_:circle sh:class _:circle ; sh:path small:mood .
"""
TAKEN = NamedNode(f"{SMALL_BASE}ontology#shapes/Odd")
"""A term whose page would stand at the address of the shape ``Odd``: it has none."""
LISTED = (
    *(f"sh:{name}" for name in ("or", "closed", "severity", "Info", "minCount", "minLength")),
    *(f"sh:{name}" for name in ("inversePath", "alternativePath", "zeroOrMorePath")),
    *(f"rdf:{name}" for name in ("first", "rest", "nil")),
)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Give the small site with terms and shapes that are hard to show."""
    root = Path(shutil.copytree(SMALL, tmp_path_factory.mktemp("odd") / "small"))
    known = "".join(f"{name} a rdf:Property .\n" for name in LISTED)
    sh = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    (root / "ontology" / "odd.ttl").write_text(sh + ODD + known, encoding="utf-8")
    (root / "shapes" / "odd-shapes.ttl").write_text(ODD_SHAPES, encoding="utf-8")
    (root / "ontology" / "examples").mkdir()
    (root / "ontology" / "examples" / "Evil.ttl").write_text("# <i>So.</i>\n", encoding="utf-8")
    (root / "ontology" / "examples" / "Bad.ttl").write_bytes(b"\xff")
    documents = root / "data" / "documents"
    project = load_project(root, Addresses.at(SMALL_BASE), ("en", "de", "ja"), documents)
    report = check_project(project)
    assert report.conforms, report.findings
    release = build_release(project, report, Releases(root / "releases"))
    opened = open_site(release, EmbeddedEngine(release.store), root / "queries")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shipped_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Give the site of this project."""
    release = build(ROOT, tmp_path_factory.mktemp("shipped") / "releases", real_texts())
    opened = open_site(release, EmbeddedEngine(release.store), ROOT / "queries")
    yield opened
    opened.close()


def page(client: Client, path: str, language: str = "en") -> str:
    answer = client.get(path, headers={"accept": "text/html", "accept-language": language})
    assert answer.status_code == 200, path
    return answer.text


def asked(client: Client, query: str) -> list[list[str]]:
    answer = client.get("/sparql", params={"query": query}, headers={"accept": "text/csv"})
    return list(csv.reader(io.StringIO(answer.text)))[1:]


# fmt: off
TOLD = [
    # page                        language  what it tells
    ("/terms/Fair",               "en",     "Event at which friends meet."),
    ("/terms/Fair",               "ja",     '<p class="lead" lang="en">Event at which friends meet.'),
    ("/terms/Fair",               "de",     ">Fest</bdi>"),
    ("/terms/Fair",               "en",     "https://example.org/small/ontology#Fair"),
    ("/terms/Fair",               "en",     'href="/ontology#Fair"'),
    ("/terms/Fair",               "en",     '<a href="/classes/Fair">List of its 2 members</a>'),
    ("/terms/kz-Event",           "en",     '<b aria-current="true"><bdi>event</bdi></b>'),
    ("/terms/kz-Event",           "en",     '<a href="/terms/Fair"><bdi>fair</bdi></a>'),      # below it
    ("/terms/kz-Event",           "en",     '<a href="/terms/shapes/Event">'),                # targets it
    ("/terms/kz-Event",           "en",     '<a href="https://w3id.org/kizuna/ontology#Event" class="out"'),
    ("/terms/kz-status",          "en",     "An event is held or announced."),
    ("/terms/kz-status",          "en",     "each value is one of"),
    ("/terms/kz-status",          "de",     "jeder Wert ist einer von"),
    ("/terms/kz-status",          "ja",     "値の候補"),
    ("/terms/kz-held",            "en",     '<a href="/terms/shapes/Event-status">'),         # names it
    ("/terms/kz-party",           "en",     '<a href="/queries/parties">'),
    ("/terms/shapes/Event",       "en",     "every member of"),
    ("/terms/shapes/Event",       "en",     '<a href="/terms/shapes/Event-attendance">'),
    ("/terms/shapes/Event-status", "en",    '<a href="/terms/kz-status">'),
    ("/terms/shapes/Event-status", "en",    '<a href="/terms/shapes/Event">'),                # part of
    ("/terms/shapes/Event-status", "en",    "sh:Violation"),                                   # by default
    ("/terms",                    "en",     '<a href="/terms/schema-location">'),
    ("/doc/event/fair",           "en",     '<a href="/terms/kz-status">'),
    ("/classes/Fair",             "en",     'href="/terms/Fair"'),
    ("/ontology",                 "en",     '<a href="/terms/mood">'),
]
# fmt: on


@pytest.mark.parametrize(("path", "language", "told"), TOLD)
def test_what_pages_tell(client: Client, path: str, language: str, told: str) -> None:
    assert told in page(client, path, language)


# fmt: off
ODD_TOLD = [
    ("/terms/Evil",          "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ("/terms/Evil",          "&lt;/p&gt;&lt;script&gt;alert(3)"),
    ("/terms/Evil",          "Deprecated"),
    ("/terms/Evil",          "Never."),
    ("/terms/Evil",          "# &lt;i&gt;So.&lt;/i&gt;"),                 # the example in Turtle
    ("/terms/Evil",          '<a href="/terms/hosts">'),                  # its range
    ("/terms/hosts",         '<a href="/terms/isHostedBy">'),
    ("/terms/isHostedBy",    '<a href="/terms/hosts">'),                  # the other way round
    ("/terms/Worse",         "&lt;b&gt;bold&lt;/b&gt;"),                  # the shape's message
    ("/terms/hosts",         '<a href="/terms/shapes/Odd">'),             # over a shape without a name
    ("/terms/a.b",           "https://example.org/small/ontology#a.b"),
    ("/terms/shapes/Odd",    '<a href="/terms/hosts"><bdi>'),
    ("/terms/shapes/Odd",    "the other way round:"),
    ("/terms/shapes/Odd",    "any number of times"),
    ("/terms/shapes/Odd",    "no other properties"),
    ("/terms/shapes/Odd",    "values, at least:"),
    ("/terms/shapes/Odd",    "characters, at least"),
    ("/terms/shapes/Circle", '<a href="/terms/mood">'),                   # and it comes to an end
    ("/ontology",            'id="Evil"'),
    ("/ontology",            'href="/ontology#shapes/Odd"'),             # its address is the shape's
]
# fmt: on


@pytest.mark.parametrize(("path", "told"), ODD_TOLD)
def test_what_is_hard_to_show_stays_text(odd: Site, path: str, told: str) -> None:
    found = page(Client(create_app(odd)), path)
    assert told in found
    body = found.partition("</head>")[2]
    assert "<script" not in body
    assert 'href="javascript' not in body
    assert 'onmouseover="' not in body
    assert "<b>bold" not in body


def test_only_the_version_that_is_served_has_an_address(odd: Site) -> None:
    client = Client(create_app(odd))
    there = client.get("/ontology/2.0?lang=de&x=1")
    assert (there.status_code, there.headers["location"]) == (303, "/ontology?lang=de")
    assert client.get("/ontology/2.0.ttl").headers["location"] == "/ontology.ttl"
    for path in ("/ontology/1.0", "/ontology/", "/shapes/2.0", "/ontology/2.0.xyz"):
        assert client.get(path).status_code == 404, path
    assert "/ontology/1.0" not in read(page(client, "/ontology")).links


@pytest.mark.parametrize("document", ["ontology", "shapes"])
def test_the_terms_say_together_what_the_vocabulary_says(odd: Site, document: str) -> None:
    client = Client(create_app(odd))
    whole = quads(client, f"/{document}.nt")
    header = NamedNode(SMALL_BASE + document)
    told = {q for q in whole if q.subject == header}
    own = [t for t in odd.terms.slugs if odd.terms.home(t) == header.value]
    assert {t for t in own if "Odd" not in t.value}
    for known in own:
        address = f"/terms/{odd.terms.slugs[known]}.nt"
        found = quads(client, address)
        assert {q for q in found if isinstance(q.subject, NamedNode)} == {
            q for q in whole if q.subject == known
        }
        told |= found
    assert told == {q for q in whole if q.subject != TAKEN}


def quads(client: Client, path: str) -> set[Quad]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return set(parse(answer.content, RdfFormat.N_TRIPLES))


def test_a_term_is_negotiated(client: Client) -> None:
    data = client.get("/terms/Fair", headers={"accept": "text/turtle"})
    assert data.headers["content-location"] == "/terms/Fair.ttl"
    assert data.content == client.get("/terms/Fair.ttl").content
    assert f'<{SMALL_BASE}ontology#Fair>; rel="describes"' in data.headers["link"]
    assert f'<{SMALL_BASE}terms/Fair>; rel="canonical"' in data.headers["link"]
    assert client.get("/terms/Fair", headers={"accept": "image/png"}).status_code == 406
    for path in ("/terms/Nope", "/terms/", "/terms/shapes/Nope", "/terms/Fair.xyz"):
        assert client.get(path).status_code == 404, path


def test_counts_are_those_of_sparql(client: Client, site: Site) -> None:
    used = dict(asked(client, "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"))
    shown = 0
    for known, slug in site.terms.slugs.items():
        if site.terms.is_shape(known):
            continue
        found = page(client, f"/terms/{slug}")
        uses = re.search(r"Used in ([0-9,]+) statement", found)
        assert (uses[1].replace(",", "") if uses else None) == used.get(known.value), slug
        members = re.search(r"List of its ([0-9,]+) member", found)
        if members:
            inside = f"?x a/<http://www.w3.org/2000/01/rdf-schema#subClassOf>* {known}"
            count = f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {inside} FILTER(isIRI(?x)) }}"
            assert asked(client, count) == [[members[1].replace(",", "")]], slug
            shown += 1
    assert shown > 10


def test_without_an_engine_the_rest_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise EngineAway("gone")

    client = Client(create_app(replace(site, cache=Cache())))
    monkeypatch.setattr("kizuna.web.routes.terms.uses_of", away)
    assert "does not answer just now" in page(client, "/terms/kz-status")
    monkeypatch.undo()
    assert "does not answer just now" not in page(client, "/terms/kz-status")


def test_a_prefix_in_a_comment_asks_for_nothing() -> None:
    assert iris_in("PREFIX : <urn:x#>\nASK { ?s :a ?o } # :b") == {"urn:x#", "urn:x#a"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_that_is_shipped_has_its_page(shipped_site: Site, language: str) -> None:
    terms = shipped_site.terms
    own = [slug for known, slug in terms.slugs.items() if terms.home(known)]
    others = [slug for known, slug in terms.slugs.items() if not terms.home(known)]
    assert len(own) > 300
    assert len(others) > 300
    for path, found in asyncio.run(pages(shipped_site, language, [*own, *others[::10]])).items():
        assert found.status_code == 200, path
        outline = read(found.text)
        assert outline.headings.count(1) == 1, path
        assert len(outline.ids) == len(set(outline.ids)), path
        assert len(found.content) < LIGHT, path


async def pages(site: Site, language: str, slugs: list[str]) -> dict[str, httpx.Response]:
    transport = httpx.ASGITransport(create_app(site))
    headers = {"accept": "text/html", "accept-language": language}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://here", headers=headers
    ) as client:
        return {slug: await client.get(f"/terms/{slug}") for slug in slugs}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("document", ["ontology", "shapes"])
def test_every_hash_lands(shipped_site: Site, document: str, language: str) -> None:
    answer = page(Client(create_app(shipped_site)), f"/{document}", language)
    assert len(answer.encode()) < LIGHT
    home = f"{shipped_site.addresses.base}{document}#"
    names = {t.value.removeprefix(home) for t in shipped_site.index.subjects(home)}
    assert names - {"content", "contents"} <= set(read(answer).ids)
    assert len(names) > 100
