from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store, parse_query_results

from kizuna.engine import EmbeddedEngine, Query, write_search
from kizuna.engine.finding import with_hits
from kizuna.engine.fulltext import FILE_NAME
from kizuna.errors import BadQuery, Busy
from kizuna.formats import BY_SUFFIX, TURTLE, Kind
from kizuna.vocabulary import RDF_TYPE, SKOS_PREF_LABEL

BASE = "https://example.org/"
LABELS = [
    ("kobe", "Kobe Cluster", "en"),
    ("kobe", "神戸クラスター", "ja"),
    ("hafen", "Hafen von Kobe", "de"),
    ("oslo", "Oslo \"quoted\" \\ 'x'", "en"),
]
PREFIXES = (
    "PREFIX kz: <https://w3id.org/kizuna/ontology#>\nPREFIX e: <https://example.org/>\n"
    "PREFIX s: <https://w3id.org/kizuna/ontology#search>\n"
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    quads = [
        Quad(NamedNode(BASE + name), SKOS_PREF_LABEL, Literal(value, language=language))
        for name, value, language in LABELS
    ]
    quads += [Quad(NamedNode(f"{BASE}kobe"), RDF_TYPE, NamedNode(f"{BASE}Cluster"))]
    store = Store()
    store.extend(quads)
    index = tmp_path_factory.mktemp("finding") / FILE_NAME
    write_search(index, quads)
    return EmbeddedEngine(store, index=index)


def rows(engine: EmbeddedEngine, text: str) -> list[tuple[str, ...]]:
    formats = {Kind.ROWS: BY_SUFFIX["json"], Kind.TRUTH: BY_SUFFIX["json"], Kind.GRAPH: TURTLE}
    answer = engine.answer(Query(PREFIXES + text, f"{BASE}sparql"), formats)
    assert answer.kind is Kind.ROWS
    found = parse_query_results(answer.body, BY_SUFFIX["json"].results)
    assert isinstance(found, QuerySolutions)
    return [tuple(str(t).removeprefix(f"<{BASE}").removesuffix(">") for t in r) for r in found]


# fmt: off
CASES = [
    # pattern                                                              things
    ('?x kz:search "kobe"',                                                {"kobe", "hafen"}),
    ("?x kz:search 'kobe' .",                                              {"kobe", "hafen"}),
    ('?x kz:search """kobe""".',                                           {"kobe", "hafen"}),
    ('$x <https://w3id.org/kizuna/ontology#search> "kobe"',                {"kobe", "hafen"}),
    (r'?x <https://w3id.org/kizuna/ontology#sea\u0072ch> "kobe"',          {"kobe", "hafen"}),
    ('?x s: "kobe"',                                                       {"kobe", "hafen"}),
    ('?x kz:search ("kobe" 1)',                                            {"kobe"}),
    ('?x kz:search ("kobe")',                                              {"kobe", "hafen"}),
    ('?x kz:search "kobe"@de',                                             {"hafen"}),
    ('?x kz:search ("神戸"@ja 5)',                                         {"kobe"}),
    ('(?x) kz:search ("kobe" 5)',                                          {"kobe", "hafen"}),
    ('(?x ?score) kz:search ("kobe" 5) FILTER(?score > 0)',                {"kobe", "hafen"}),
    ('(?x ?score ?text) kz:search "kobe" FILTER(LANG(?text) = "de")',      {"hafen"}),
    ('?x a e:Cluster . ?x kz:search "kobe"',                               {"kobe"}),
    ('?x kz:search "kobe" . ?x a e:Cluster',                               {"kobe"}),
    ('FILTER(?x != e:kobe) ?x kz:search "kobe"',                           {"hafen"}),
    ('{ ?x kz:search "kobe" } MINUS { ?x a e:Cluster }',                   {"hafen"}),
    ('?x skos:prefLabel ?l FILTER NOT EXISTS { ?x kz:search "kobe" }',     {"oslo"}),
    ('?x a e:Cluster OPTIONAL { ?x kz:search "oslo" }',                    {"kobe"}),
    ('{ SELECT ?x { ?x kz:search "kobe" } }',                              {"kobe", "hafen"}),
    ('# ?x kz:search ?y\n ?x kz:search "kobe" # "oslo"\n',                   {"kobe", "hafen"}),
    (r'?x kz:search "oslo \"quoted\""',                                    {"oslo"}),
    (r'?x kz:search "\u006Bobe"',                                          {"kobe", "hafen"}),
    ('?x kz:search "NEAR( * -"',                                           set()),
    ('?x kz:search ""',                                                    set()),
    ('?x kz:search "kobe" . ?x kz:search "hafen"',                         {"hafen"}),
]
# fmt: on


@pytest.mark.parametrize(("pattern", "things"), CASES)
def test_patterns(engine: EmbeddedEngine, pattern: str, things: set[str]) -> None:
    found = rows(engine, f"SELECT DISTINCT ?x {{ {pattern} }}")
    assert {row[0] for row in found} == things


def test_score_and_text(engine: EmbeddedEngine) -> None:
    found = rows(
        engine, 'SELECT * { (?thing ?score ?text) kz:search "kobe"@en } ORDER BY DESC(?score)'
    )
    assert [(thing, text) for thing, _, text in found] == [("kobe", '"Kobe Cluster"@en')]
    assert float(found[0][1].split('"')[1]) > 0


def test_other_forms_of_query(engine: EmbeddedEngine) -> None:
    formats = {Kind.TRUTH: BY_SUFFIX["json"], Kind.GRAPH: TURTLE}
    for text, expected in (
        ('ASK { ?x kz:search "kobe" }', b"true"),
        ('ASK { ?x kz:search "nowhere" }', b"false"),
        ('CONSTRUCT { ?x a e:Found } WHERE { ?x kz:search "hafen" }', b"hafen"),
        ('DESCRIBE ?x { ?x kz:search "hafen" }', b"hafen"),
    ):
        query = Query(PREFIXES + text, f"{BASE}sparql")
        assert expected in engine.answer(query, formats).body


# fmt: off
MISUSED = [
    "SELECT ?x { ?x kz:search ?words }",
    'SELECT ?x { BIND("kobe" AS ?w) ?x kz:search (?w 10) }',
    "SELECT ?x { ?x kz:search 10 }",
    "SELECT ?x { ?x kz:search () }",
    'SELECT ?x { ?x kz:search ("kobe" 0) }',
    'SELECT ?x { ?x kz:search ("kobe" 10001) }',
    'SELECT ?x { ?x kz:search ("kobe" 99999999999999999999999) }',
    'SELECT ?x { ?x kz:search ("kobe" -1) }',
    'SELECT ?x { ?x kz:search ("kobe" 10 20) }',
    'SELECT ?x { ?x kz:search ("kobe" "de") }',
    'SELECT ?x { ?x kz:search "kobe", "hafen" }',
    'SELECT ?x { ?x kz:search "kobe" ; a e:Cluster }',
    'SELECT ?x { ?x a e:Cluster ; kz:search "kobe" }',
    'SELECT ?x { e:kobe kz:search "kobe" }',
    'SELECT ?x { (?x ?y ?z ?a) kz:search "kobe" }',
    'SELECT ?x { () kz:search "kobe" }',
    'SELECT ?x { (?x ?x) kz:search "kobe" }',
    'SELECT ?x { ?x ^kz:search "kobe" }',
    'SELECT ?x { ?x kz:search/rdf:first "kobe" }',
    'SELECT ?x { ?x kz:search* "kobe" }',
    'CONSTRUCT { ?x kz:search "kobe" } WHERE { ?x a e:Cluster }',
    'CONSTRUCT WHERE { ?x kz:search "kobe" }',
    'SELECT ?x { ?x kz:search "kobe" ',                              # no SPARQL at all
    'SELECT ?x { ?x kz:search "kobe" } }',
    'SELECT ?x { ?x a e:Cluster ?x kz:search "kobe" }',              # would be some, once replaced
]
ABOUT = [
    "SELECT ?p { kz:search ?p ?o }",
    "SELECT ?x { ?x ?p kz:search }",
    "SELECT ?x { VALUES ?p { kz:search } ?x ?p ?o }",
    "SELECT ?x { ?x ?p ?o FILTER(?p = kz:search) }",
    'SELECT ?x { ?x ?p "kz:search" }',
    "SELECT ?x { ?x ?p ?search }",
]
# fmt: on


@pytest.mark.parametrize("text", MISUSED)
def test_other_forms_are_refused(engine: EmbeddedEngine, text: str) -> None:
    with pytest.raises(BadQuery) as caught:
        rows(engine, "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\n" + text)
    assert caught.value.hint


@pytest.mark.parametrize("text", ABOUT)
def test_the_term_itself_may_be_asked_about(engine: EmbeddedEngine, text: str) -> None:
    rows(engine, text)


def test_the_place_of_an_error_is_that_of_the_query(engine: EmbeddedEngine) -> None:
    with pytest.raises(BadQuery) as caught:
        rows(engine, 'SELECT ?x {\n ?x kz:search "kobe" .\n ?x ?y }')
    assert caught.value.line == PREFIXES.count("\n") + 3
    with pytest.raises(BadQuery) as caught:
        rows(engine, "SELECT ?x {\n ?x kz:search 1 }")
    assert (caught.value.line, caught.value.column) == (PREFIXES.count("\n") + 2, 5)


def test_a_release_without_index(tmp_path: Path) -> None:
    text = PREFIXES + 'SELECT ?x { ?x kz:search "kobe" }'
    with pytest.raises(BadQuery, match="no full-text index"):
        with_hits(text, None, BASE)
    with pytest.raises(Busy):
        with_hits(text, tmp_path / FILE_NAME, BASE)
    assert with_hits("SELECT * { ?s ?p ?o }", None, BASE) == "SELECT * { ?s ?p ?o }"
