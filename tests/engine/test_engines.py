"""One table of questions, asked of every engine: kizuna's own and those of others.

The others are filled by ``kizuna push``'s own code and asked through ``RemoteEngine``. Where one
gives another answer than SPARQL 1.1 wants, ``DEVIATIONS`` says so with the reason; a deviation that
is none any more is an error (strict), so that ``docs/engines.md`` stays true.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import (
    Literal,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
)

from deviations import DEVIATIONS
from kizuna.engine import Answer, Engine, Limits, Pool, Query
from kizuna.engine.remote import GraphStore, Remote, RemoteEngine, count
from kizuna.errors import BadQuery, KizunaError, QueryTooLong, Refused
from kizuna.formats import BY_SUFFIX, Kind, carrying
from kizuna.release import Release, push
from live import environment
from servers import CHOSEN, EMBEDDED, SERVERS, NotHere, Service
from support import ROOT

BASE = "https://example.org/small/sparql"
TSV = {Kind.ROWS: BY_SUFFIX["tsv"], Kind.TRUTH: BY_SUFFIX["json"], Kind.GRAPH: BY_SUFFIX["nt"]}
PREFIXES = """
PREFIX kz: <https://w3id.org/kizuna/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sem: <http://semanticweb.cs.vu.nl/2009/11/sem/>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX small: <https://example.org/small/ontology#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX id: <https://example.org/small/id/>
PREFIX graph: <https://example.org/small/graph/>
"""


@dataclass
class Asked:
    """An engine on the loop where it lives."""

    engine: Engine
    service: Service
    runner: asyncio.Runner

    def ask(self, text: str, formats: Any = None, **options: Any) -> Answer:  # noqa: ANN401
        return self.runner.run(self._ask(Query(PREFIXES + text, BASE, **options), formats or TSV))

    async def _ask(self, query: Query, formats: Any) -> Answer:  # noqa: ANN401
        found = await self.engine.ask(query, formats)
        if isinstance(found, Answer):
            return found
        return Answer(found.kind, found.format, b"".join([c async for c in found.chunks]))


NAMES = [CHOSEN] if CHOSEN else list(SERVERS)


@pytest.fixture(scope="module", params=NAMES)
def asked(
    request: pytest.FixtureRequest, small_release: Release, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Asked]:
    name: str = request.param
    with ExitStack() as stack:
        try:
            service = stack.enter_context(SERVERS[name](tmp_path_factory.mktemp(name)))
        except NotHere as error:
            if CHOSEN:
                raise
            pytest.skip(f"{name} is not on this machine: {error}")
        service.fill(small_release)
        runner = stack.enter_context(asyncio.Runner())
        limits = Limits(seconds=20)

        async def engine() -> Engine:
            if name == EMBEDDED:
                return Pool(small_release.store, limits)
            return service.engine(small_release, limits)

        made = runner.run(engine())
        stack.callback(made.close)
        yield Asked(made, service, runner)


EVENTS = '?event a small:Fair ; skos:prefLabel ?label FILTER(LANG(?label) = "en")'
XSD = "http://www.w3.org/2001/XMLSchema#"
THINGS = "https://example.org/small/id"
# fmt: off
CASES: list[tuple[str, str, str]] = [
    # name, query, rows in any order: terms as in TSV, numbers and truth values by value
    ("joined",
     f"SELECT ?label {{ {EVENTS} }}",
     '"Friendship fair"@en | "Second fair"@en'),
    ("order",
     f"SELECT ?label {{ {EVENTS} }} ORDER BY DESC(?label) LIMIT 1",
     '"Second fair"@en'),
    ("offset",
     f"SELECT ?label {{ {EVENTS} }} ORDER BY ?label LIMIT 1 OFFSET 1",
     '"Second fair"@en'),
    ("optional",
     f"SELECT ?label ?f {{ {EVENTS} OPTIONAL {{ ?event kz:status ?f FILTER(?f = kz:held) }} }}",
     '"Friendship fair"@en\t<https://w3id.org/kizuna/ontology#held> | "Second fair"@en\t'),
    ("minus",
     f"SELECT ?label {{ {EVENTS} MINUS {{ ?event kz:attendance ?f }} }}",
     '"Second fair"@en'),
    ("not exists",
     f"SELECT ?label {{ {EVENTS} FILTER NOT EXISTS {{ ?event kz:attendance ?f }} }}",
     '"Second fair"@en'),
    ("exists",
     f"SELECT ?label {{ {EVENTS} FILTER EXISTS {{ ?event kz:attendance ?f }} }}",
     '"Friendship fair"@en'),
    ("union",
     "SELECT ?x { { ?x a small:Fair } UNION { ?x a schema:City } }",
     f"<{THINGS}/event/fair> | <{THINGS}/event/second-fair> | <{THINGS}/place/東京>"),
    ("unicode iri", f"SELECT ?l {{ <{THINGS}/place/東京> skos:prefLabel ?l }}", '"東京"@ja'),
    ("escaped iri",
     rf"SELECT ?l {{ <{THINGS}/place/\u6771\u4EAC> skos:prefLabel ?l }}",
     '"東京"@ja'),
    ("escaped name", r"SELECT ?x { id:event\/fair kz:status ?x }",
     "<https://w3id.org/kizuna/ontology#held>"),
    ("values",     'SELECT ?x ?y { VALUES (?x ?y) { (1 "a") (2 UNDEF) } }', '1\t"a" | 2\t'),
    ("bind",       'SELECT ?x { BIND(IF(1 < 2, CONCAT("a", "b"), "c") AS ?x) }', '"ab"'),
    ("coalesce",   "SELECT ?x { BIND(COALESCE(?nothing, 7) AS ?x) }", "7"),
    ("strings",    'SELECT (STRLEN("東京") AS ?n) (SUBSTR("foobar", 4) AS ?s) {}', '2\t"bar"'),
    ("upper case", 'SELECT (UCASE("äb") AS ?u) {}', '"ÄB"'),
    ("sharp s",    'SELECT (UCASE("straße") AS ?u) {}', '"STRASSE"'),
    ("encode",     'SELECT (ENCODE_FOR_URI("ü/ ") AS ?x) {}', '"%C3%BC%2F%20"'),
    ("regex",      'SELECT ?x { VALUES ?x { "Kobe" "kobe" "Ulm" } FILTER REGEX(?x, "^k", "i") }',
                   '"Kobe" | "kobe"'),
    ("replace",    'SELECT (REPLACE("abcb", "b", "Z") AS ?x) {}', '"aZcZ"'),
    ("language",   'SELECT (LANG("a"@de) AS ?l) {}', '"de"'),
    ("matches",    'SELECT (LANGMATCHES("de-AT", "de") AS ?m) {}', "true"),
    ("datatype",   'SELECT (DATATYPE("2019-05-03"^^xsd:date) AS ?d) {}', f"<{XSD}date>"),
    ("dates",      ("SELECT ?d { ?t sem:hasEarliestBeginTimeStamp ?d "
                   'FILTER(?d < "2019-05-05"^^xsd:date) }'), f'"2019-05-03"^^<{XSD}date>'),
    ("year",       'SELECT (YEAR("2019-05-03T10:00:00Z"^^xsd:dateTime) AS ?y) {}', "2019"),
    ("integers",   "SELECT (1 + 2 * 3 AS ?x) (ABS(-4) AS ?y) {}", "7\t4"),
    ("decimals",   "SELECT (1.5 + 1.5 AS ?x) {}", "3.0"),
    ("division",   "SELECT (1 / 2 AS ?x) {}", "0.5"),
    ("booleans",   "SELECT ?x { VALUES ?x { true false } FILTER(?x) }", "true"),
    ("comparison", 'SELECT ?x { VALUES ?x { 1 2.0 3e0 "4" } FILTER(?x > 1) }', "2.0 | 3e0"),
    ("count",      "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "901"),
    ("in a graph", "SELECT (COUNT(*) AS ?n) { GRAPH graph:fair-report { ?s ?p ?o } }", "125"),
    ("no graph",   "SELECT ?s { GRAPH <urn:nothing> { ?s ?p ?o } }", ""),
    ("graphs",     ("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } "
                   "FILTER(?g IN (graph:documents, graph:small)) } GROUP BY ?g"),
                   ("<https://example.org/small/graph/documents>\t17 | "
                   "<https://example.org/small/graph/small>\t13")),
    ("from",       "SELECT (COUNT(*) AS ?n) FROM graph:documents FROM graph:small { ?s ?p ?o }",
                   "30"),
    ("from named", ("SELECT ?g (COUNT(*) AS ?n) FROM NAMED graph:small { GRAPH ?g { ?s ?p ?o } } "
                   "GROUP BY ?g"), "<https://example.org/small/graph/small>\t13"),
    ("group",      ("SELECT ?c (COUNT(?x) AS ?n) "
                   "{ ?x a ?c FILTER(?c IN (small:Fair, schema:City)) } GROUP BY ?c"),
                   "<https://example.org/small/ontology#Fair>\t2 | <https://schema.org/City>\t1"),
    ("having",     ("SELECT ?c { ?x a ?c FILTER(?c IN (small:Fair, schema:City)) } GROUP BY ?c "
                   "HAVING(COUNT(*) > 1)"), "<https://example.org/small/ontology#Fair>"),
    ("sum",        "SELECT (SUM(?x) AS ?s) (MIN(?x) AS ?a) (MAX(?x) AS ?b) { VALUES ?x { 1 2 3 } }",
                   "6\t1\t3"),
    ("average",    "SELECT (AVG(?x) AS ?a) { VALUES ?x { 1 2 } }", "1.5"),
    ("none",       "SELECT (COUNT(*) AS ?n) { ?s <urn:nothing> ?o }", "0"),
    ("concat",     'SELECT (GROUP_CONCAT(?x; SEPARATOR="+") AS ?c) { VALUES ?x { "a" "a" } }',
                   '"a+a"'),
    ("distinct",   'SELECT DISTINCT ?x { VALUES ?x { "a" "a" "b" } }', '"a" | "b"'),
    ("subquery",   "SELECT ?n { { SELECT (COUNT(*) AS ?n) { ?s a small:Fair } } }", "2"),
    ("inverse",    "SELECT ?x { schema:City ^a ?x }", f"<{THINGS}/place/東京>"),
    ("choice",     f"SELECT ?x {{ <{THINGS}/event/fair> (schema:location|kz:status) ?x }}",
                   f"<{THINGS}/place/東京> | <https://w3id.org/kizuna/ontology#held>"),
    ("path",       "SELECT ?x { ?x a/rdfs:subClassOf* kz:Event }",
                   f"<{THINGS}/event/fair> | <{THINGS}/event/second-fair>"),
    ("path joined", ("SELECT ?l { ?x a/rdfs:subClassOf* kz:Event ; skos:prefLabel ?l "
                   'FILTER(LANG(?l) = "en") }'), '"Friendship fair"@en | "Second fair"@en'),
    ("zero path",  "SELECT ?x { VALUES ?x { small:Fair } ?x rdfs:subClassOf* small:Fair }",
                   "<https://example.org/small/ontology#Fair>"),
    ("markup",     f"SELECT ?l {{ <{THINGS}/organisation/guild> skos:prefLabel ?l }}",
                   '"Gilde \\"& Co\\" <b>"@de | "Guild <script>alert(1)</script>"@en'),
    ("direction",  f"SELECT ?l {{ <{THINGS}/organisation/guild> skos:altLabel ?l }}",
                   '"\u202eevil\\" onmouseover=\\"x"@en'),
    ("plain",      f"SELECT ?x {{ <{THINGS}/event/fair> small:mood ?x }}",
                   '"</script><script>alert(2)</script>"'),
    ("relative",   "SELECT ?l { <id/event/fair> skos:prefLabel ?l FILTER(LANG(?l) = 'en') }",
                   '"Friendship fair"@en'),
    ("base",       "SELECT ?x { BIND(<#a> AS ?x) }", "<https://example.org/small/sparql#a>"),
    ("star",       (f"SELECT * {{ <{THINGS}/event/second-fair> kz:when ?when . "
                   "?when kz:edtf ?edtf }"),
                   f'<{THINGS}/time/next-year>\t"2020"^^<http://id.loc.gov/datatypes/edtf/EDTF>'),
    ("same term",  'SELECT ?x { VALUES ?x { "a"@en "a" } FILTER(sameTerm(?x, "a")) }', '"a"'),
    ("hash",       'SELECT (MD5("a") AS ?m) {}', '"0cc175b9c0f1b6a831c399e269772661"'),
    ("iri",        'SELECT (IRI("id/x") AS ?x) {}', f"<{THINGS}/x>"),
    ("search",     'SELECT ?x { ?x kz:search "harbour" . ?x a org:Organization }',
                   f"<{THINGS}/organisation/harbour>"),
    ("comment",    "SELECT ?x # DROP ALL }\n{ VALUES ?x { 1 } } # INSERT", "1"),
]
TRUTHS = [
    ("yes",            "ASK { ?x a small:Fair }", True),
    ("no",             "ASK { ?x a <urn:nothing> }", False),
    ("no pattern",     "ASK {}", True),
    ("ask a graph",    "ASK { GRAPH graph:small { ?s ?p ?o } }", True),
    ("ask no graph",   "ASK { GRAPH <urn:nothing> { ?s ?p ?o } }", False),
]
# fmt: on


def rows(body: bytes) -> list[list[str]]:
    """Return the rows of a TSV, sorted; numbers and truth values as values with their type."""
    found = parse_query_results(body, format=QueryResultsFormat.TSV)
    assert isinstance(found, QuerySolutions)
    return sorted([_value(row[v]) for v in found.variables] for row in found)


def _value(term: object) -> str:
    if not isinstance(term, Literal) or not term.datatype.value.startswith(XSD):
        return str(term)
    kind = term.datatype.value.removeprefix(XSD)
    if kind in {"integer", "decimal", "double"}:
        return f"{float(term.value):g} {kind}"
    return f"{term.value in {'true', '1'}}" if kind == "boolean" else str(term)


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_rows(asked: Asked, text: str, expected: str) -> None:
    columns = expected.partition(" | ")[0].count("\t") + 1
    head = "\t".join(f"?{number}" for number in range(columns))
    table = "\n".join([head, *filter(None, expected.split(" | ")), ""])
    assert rows(asked.ask(text).body) == rows(table.encode())


@pytest.mark.parametrize(("text", "expected"), [t[1:] for t in TRUTHS], ids=[t[0] for t in TRUTHS])
def test_truths(asked: Asked, text: str, *, expected: bool) -> None:
    answer = asked.ask(text)
    assert (answer.kind, answer.body) == (
        Kind.TRUTH,
        b'{"head":{},"boolean":%s}' % str(expected).lower().encode(),
    )


@pytest.mark.parametrize("suffix", [f.suffix for f in carrying(Kind.GRAPH)])
def test_a_graph_in_every_format(asked: Asked, suffix: str) -> None:
    form = BY_SUFFIX[suffix]
    text = "CONSTRUCT { ?x skos:prefLabel ?l } WHERE { ?x a schema:City ; skos:prefLabel ?l }"
    answer = asked.ask(text, {Kind.GRAPH: form})
    assert answer.format is form
    assert {str(q.triple) for q in parse(answer.body, form.rdf or RdfFormat.TURTLE)} == {
        (
            "<https://example.org/small/id/place/東京> "
            '<http://www.w3.org/2004/02/skos/core#prefLabel> "東京"@ja'
        )
    }


@pytest.mark.parametrize("suffix", [f.suffix for f in carrying(Kind.ROWS)])
def test_rows_in_every_format(asked: Asked, suffix: str) -> None:
    form = BY_SUFFIX[suffix]
    text = "SELECT ?l ?n { ?x a schema:City ; skos:prefLabel ?l BIND(STRLEN(?l) AS ?n) }"
    body = asked.ask(text, {Kind.ROWS: form}).body
    if suffix == "csv":
        assert body.decode() == "l,n\r\n東京,2\r\n"
        return
    found = parse_query_results(body, format=form.results or QueryResultsFormat.JSON)
    assert isinstance(found, QuerySolutions)
    assert [v.value for v in found.variables] == ["l", "n"]
    assert [[str(row["l"]), row["n"].value] for row in found] == [['"東京"@ja', "2"]]


def test_describe_tells_of_the_thing(asked: Asked) -> None:
    body = asked.ask("DESCRIBE <https://example.org/small/id/event/fair>").body
    told = {str(q.predicate) for q in parse(body, RdfFormat.N_TRIPLES)}
    assert "<https://w3id.org/kizuna/ontology#status>" in told


def test_a_graph_with_blank_nodes(asked: Asked) -> None:
    body = asked.ask("CONSTRUCT { ?x kz:about _:b } { ?x a small:Fair }").body
    assert len({q.object for q in parse(body, RdfFormat.N_TRIPLES)}) == 2


def test_the_dataset_of_the_request(asked: Asked) -> None:
    documents, small = (f"https://example.org/small/graph/{n}" for n in ("documents", "small"))
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    counted = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    found = [
        asked.ask(count, default_graphs=(documents, small)),
        asked.ask(counted, default_graphs=(documents,), named_graphs=(small,)),
    ]
    assert [rows(f.body) for f in found] == [[["30 integer"]], [["13 integer"]]]


def test_only_named_graphs_leave_the_default_graph_empty(
    asked: Asked,
) -> None:
    small = "https://example.org/small/graph/small"
    found = asked.ask("SELECT ?s { ?s ?p ?o }", named_graphs=(small,))
    assert rows(found.body) == []


def test_parameters(asked: Asked) -> None:
    text = "SELECT ?l { ?x skos:prefLabel ?l FILTER NOT EXISTS { ?x kz:status kz:held } }"
    bindings = {"x": "<https://example.org/small/id/place/東京>"}
    assert rows(asked.ask(text, bindings=bindings).body) == [['"東京"@ja']]


# fmt: off
ERRORS: list[tuple[str, str, type[KizunaError]]] = [
    ("nonsense",        "SELECT nonsense",                            BadQuery),
    ("open group",      "SELECT * { ?s ?p ?o",                        BadQuery),
    ("unknown prefix",  "SELECT * { ?s nope:p ?o }",                  BadQuery),
    ("update",          "INSERT DATA { <urn:a> <urn:b> 1 }",          BadQuery),
    ("service",         "SELECT * { SERVICE <http://127.0.0.1/> {} }", Refused),
    ("grouped wrongly", "SELECT ?s { ?s ?p ?o } GROUP BY ?p",         BadQuery),
    ("bound twice",     "SELECT * { ?s ?p ?o BIND(1 AS ?s) }",        BadQuery),
]
# fmt: on


@pytest.mark.parametrize(("text", "error"), [e[1:] for e in ERRORS], ids=[e[0] for e in ERRORS])
def test_errors(asked: Asked, text: str, error: type[KizunaError]) -> None:
    with pytest.raises(error):
        asked.ask(text)


def test_the_time_limit(asked: Asked, small_release: Release) -> None:
    """A cross product of all with all is given up after its time, and the next query goes on."""
    text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?c < ?f && ?f < ?i) }"
    limits = Limits(seconds=1)

    async def go() -> None:
        if not asked.service.endpoint:
            engine: Engine = Pool(small_release.store, limits)
        else:
            engine = RemoteEngine(Remote(asked.service.endpoint), limits)
        try:
            with pytest.raises(QueryTooLong):
                await engine.ask(Query(text, BASE), TSV)
            await engine.ask(Query("ASK {}", BASE), TSV)
        finally:
            engine.close()

    asyncio.run(go())


@pytest.mark.parametrize(
    "asked", [n for n in NAMES if n != EMBEDDED], indirect=True, scope="module"
)
class TestPush:
    def test_again_sends_nothing(self, asked: Asked, small_release: Release) -> None:
        done = list(push(small_release, asked.service.target))
        assert not [one.graph for one in done if one.sent]
        assert len(done) == 10
        assert all(one.right for one in done)

    def test_what_is_missing_is_sent_and_what_is_left_over_removed(
        self, asked: Asked, small_release: Release, tmp_path: Path
    ) -> None:
        target = asked.service.target
        store = GraphStore(target.store)
        left_over = "https://example.org/small/graph/of-yesterday"
        path = tmp_path / "a.nt"
        path.write_text("<urn:a> <urn:b> <urn:c> .\n")
        store.put(left_over, path)
        store.delete("https://example.org/small/graph/small")
        sent = [one.graph for one in push(small_release, target) if one.sent]
        assert sent == ["https://example.org/small/graph/small"]
        assert target.endpoint is not None
        assert count(target.endpoint, left_over) == 0


@pytest.mark.skipif(bool(CHOSEN), reason="it is of names, and looked at where all engines are")
@pytest.mark.parametrize("engine", sorted({known.engine for known in DEVIATIONS}))
def test_deviations_are_documented_and_of_tests_that_exist(engine: str) -> None:
    known = [one for one in DEVIATIONS if one.engine == engine]
    manual = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")
    section = re.split(rf"^## {engine}$", manual, flags=re.MULTILINE | re.IGNORECASE)[1]
    table = re.findall(r"^\| (.+?) \| .*\|$", section.partition("\n## ")[0], re.MULTILINE)
    assert table == ["deviation", "---", *(one.what for one in known)]
    files = {path.name: path for path in (ROOT / "tests").rglob("test_*.py")}
    here = Path(__file__).name
    ids = [
        f"{files[name]}::{test.replace('[', f'[{engine}-') if name == here else test}"
        for one in known
        for name, _, test in (test.partition("::") for test in (*one.tests, *one.at_times))
    ]
    collected = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "no:cacheprovider", *ids],
        cwd=ROOT,
        env=environment(KIZUNA_TEST_ENGINE=engine),
        capture_output=True,
        text=True,
        check=False,
    )
    assert collected.returncode == 0, collected.stderr
