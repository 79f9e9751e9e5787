from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain, count
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import (
    Literal,
    NamedNode,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)
from pyoxigraph import QueryResultsFormat as Results

from conftest import Client
from kizuna.engine import Answer, EmbeddedEngine, Query, Stream
from kizuna.errors import AnswerTooLarge, Busy, KizunaError, QueryTooLong, TooMany
from kizuna.formats import FORMATS, Format, Kind
from kizuna.web import Site, create_app
from kizuna.web.cache import Cache
from servers import CHOSEN
from streams import Streaming

BASE = "https://example.org/small/"
SELECT = "SELECT ?s WHERE { ?s a <https://example.org/small/ontology#Fair> } ORDER BY ?s"
ASK = "ASK { ?s a <https://example.org/small/ontology#Fair> }"
CONSTRUCT = "CONSTRUCT WHERE { ?s a <https://example.org/small/ontology#Fair> }"
FORM = {"content-type": "application/x-www-form-urlencoded"}
DIRECT = {"content-type": "application/sparql-query"}
TSV = "text/tab-separated-values"
SD = "http://www.w3.org/ns/sparql-service-description#"


def rows(body: bytes) -> list[str]:
    found = parse_query_results(body, Results.JSON)
    assert isinstance(found, QuerySolutions)
    return [str(row[0]) for row in found]


def test_three_ways_to_ask(client: Client) -> None:
    answers = [
        client.get("/sparql", params={"query": SELECT}),
        client.post("/sparql", data={"query": SELECT}),
        client.post("/sparql", content=SELECT, headers=DIRECT),
        client.post(
            "/sparql",
            content=SELECT.encode(),
            headers={"content-type": 'Application/SPARQL-query; charset="UTF-8"'},
        ),
    ]
    assert len({a.content for a in answers}) == 1
    assert rows(answers[0].content) == [f"<{BASE}id/event/{n}>" for n in ("fair", "second-fair")]
    assert answers[0].headers["content-type"] == "application/sparql-results+json"
    assert "Accept" in answers[0].headers["vary"]


# fmt: off
CASES = [
    # query     accept                                      content type
    (SELECT,    "",                                         "application/sparql-results+json"),
    (SELECT,    "*/*",                                      "application/sparql-results+json"),
    (SELECT,    "application/json",                         "application/sparql-results+json"),
    (SELECT,    "application/sparql-results+xml",           "application/sparql-results+xml"),
    (SELECT,    "text/csv",                                 "text/csv; charset=utf-8"),
    (SELECT,    "text/csv;q=.5, text/tab-separated-values", f"{TSV}; charset=utf-8"),
    (SELECT,    "text/html",                                "text/html; charset=utf-8"),
    (SELECT,    "text/turtle, application/xml;q=0.5",       "application/sparql-results+xml"),
    (ASK,       "",                                         "application/sparql-results+json"),
    (ASK,       "application/xml",                          "application/sparql-results+xml"),
    (ASK,       "text/html",                                "text/html; charset=utf-8"),
    (CONSTRUCT, "",                                         "text/turtle; charset=utf-8"),
    (CONSTRUCT, "application/ld+json",                      "application/ld+json"),
    (CONSTRUCT, "application/rdf+xml",                      "application/rdf+xml"),
    (CONSTRUCT, "text/html",                                "text/html; charset=utf-8"),
    (SELECT,    ";;;, nonsense",                            "application/sparql-results+json"),
]
# fmt: on


@pytest.mark.parametrize(("query", "accept", "content_type"), CASES)
def test_formats(client: Client, query: str, accept: str, content_type: str) -> None:
    headers = {"accept": accept} if accept else {}
    answer = client.get("/sparql", params={"query": query}, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)


# fmt: off
REFUSED = [
    # method, url, body, headers                              status  why
    ("GET",  "?query=", b"", {},                              400),  # empty
    ("GET",  "?query=SELECT", b"", {},                        400),  # no SPARQL
    ("GET",  "?query=ASK%20%7B%7D&query=ASK%20%7B%7D", b"", {}, 400),  # two
    ("GET",  "?query=%FF", b"", {},                           400),  # not UTF-8
    ("GET",  "?query=ASK%7B%7D&default-graph-uri=x%20y", b"", {}, 400),
    ("GET",  "?update=CLEAR%20ALL", b"", {},                  405),  # not by GET, token or not
    ("GET",  f"?query={quote('ASK { SERVICE <http://x/> {} }')}", b"", {}, 403),
    ("POST", "", b"", FORM,                                   400),  # no query
    ("POST", "", b"update=CLEAR+ALL", FORM,                   403),
    ("POST", "", b"CLEAR ALL", {"content-type": "application/sparql-update"}, 403),
    ("POST", "", b"ASK {}", {},                               415),
    ("POST", "", b"ASK {}", {"content-type": "text/plain"},   415),
    ("POST", "", b"A", {"content-type": "application/sparql-query; charset=utf-16"}, 415),
    ("POST", "", b"ASK { \xff }", DIRECT,                     400),
    ("POST", "?query=ASK%7B%7D", b"ASK {}", DIRECT,           400),  # two
    ("POST", "", b"query=" + b"x" * 2_100_000, FORM,          413),
    ("POST", "", b"a=1&" * 1_100, FORM,                       400),
    ("PUT",  "", b"", {},                                     405),
]
# fmt: on


@pytest.mark.parametrize(("method", "url", "body", "headers", "status"), REFUSED)
def test_refusals(
    client: Client, method: str, url: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = client.request(method, f"/sparql{url}", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_an_unknown_function_is_named(client: Client) -> None:
    answer = client.get("/sparql", params={"query": "ASK { FILTER(<http://x/f>(1)) }"})
    assert (answer.status_code, answer.json()["kind"]) == (422, "Unsupported")
    assert "<http://x/f>" in answer.json()["detail"]


def test_a_bad_query_says_where(client: Client) -> None:
    query = "SELECT *\nWHERE { ?s ?p }"
    problem = client.get("/sparql", params={"query": query}).json()
    assert (problem["kind"], problem["line"]) == ("BadQuery", 2)
    assert problem["hint"]


def test_a_bad_query_says_in_which_column(client: Client) -> None:
    assert client.get("/sparql", params={"query": "SELECT * {\n?s ?p }"}).json()["column"] > 0


def test_columns_count_only_what_was_asked(client: Client) -> None:
    """A relative IRI has the base put before the query, for an engine that is told it so."""
    query = "SELECT * { <here> }"
    problem = client.get("/sparql", params={"query": query}).json()
    assert problem["kind"] == "BadQuery"
    assert problem.get("column", 0) <= len(query) + 1  # Virtuoso tells none


def test_a_browser_gets_the_form_with_the_error(client: Client) -> None:
    query = "SELECT * WHERE { <script> }"
    page = client.get("/sparql", params={"query": query}, headers={"accept": "text/html"})
    assert page.status_code == 400
    told = page.text.partition('role="alert"')[2]  # in the words of whoever answers queries
    words = "the engine refuses" if CHOSEN in {"fuseki", "virtuoso"} else "the query is no SPARQL"
    assert f'<p lang="en"><bdi>{words}' in told
    assert "SELECT * WHERE { &lt;script&gt; }" in page.text
    refused = client.post("/sparql", data={"update": "DROP ALL"}, headers={"accept": "text/html"})
    assert refused.status_code == 403
    assert "<h1" in refused.text


def test_forms_are_decoded_once(client: Client) -> None:
    query = 'SELECT ("a%2Fb+c" AS ?x) {}'
    encoded = urlencode({"query": query})
    for answer in (
        client.get(f"/sparql?{encoded}"),
        client.post("/sparql", content=encoded, headers=FORM),
    ):
        assert rows(answer.content) == ['"a%2Fb+c"']


def test_the_dataset_of_the_protocol(client: Client) -> None:
    query = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    graph = f"{BASE}graph/festbericht"

    def count(*fields: tuple[str, str]) -> int:
        answer = client.post(f"/sparql?{urlencode(fields)}", content=query, headers=DIRECT)
        assert answer.status_code == 200
        return int(rows(answer.content)[0].split('"')[1])

    one = count(("default-graph-uri", graph))
    assert 0 < one < count()
    assert count(("named-graph-uri", graph)) == one
    assert count(("default-graph-uri", graph), ("named-graph-uri", graph)) == 2 * one
    assert count(("default-graph-uri", f"{BASE}graph/nope")) == 0
    both = count(("default-graph-uri", graph), ("default-graph-uri", f"{BASE}graph/documents"))
    assert both > one


def test_relative_iris_are_resolved_against_the_endpoint(client: Client) -> None:
    answer = client.get("/sparql", params={"query": "SELECT (<id/x> AS ?x) {}"})
    assert rows(answer.content) == [f"<{BASE}id/x>"]


def test_ask_has_no_csv(client: Client) -> None:
    answer = client.get("/sparql", params={"query": ASK}, headers={"accept": "text/csv"})
    assert answer.status_code == 406
    picture = client.get("/sparql", params={"query": ASK}, headers={"accept": "image/png"})
    assert picture.status_code == 406


def test_csv_is_csv(client: Client) -> None:
    answer = client.get("/sparql", params={"query": SELECT}, headers={"accept": "text/csv"})
    assert next(csv.reader(io.StringIO(answer.text, newline=""))) == ["s"]
    assert "\r\n" in answer.text


def test_service_description(client: Client, site: Site) -> None:
    for accept in ("", "*/*", "text/turtle", "application/rdf+xml"):
        answer = client.get("/sparql", headers={"accept": accept} if accept else {})
        form = RdfFormat.RDF_XML if "xml" in accept else RdfFormat.TURTLE
        store = Store()
        store.bulk_load(answer.content, form)
        endpoint = NamedNode(f"{BASE}sparql")
        endpoints = list(store.quads_for_pattern(None, NamedNode(SD + "endpoint"), None))
        assert [q.object for q in endpoints] == [endpoint]
        formats = list(store.quads_for_pattern(None, NamedNode(SD + "resultFormat"), None))
        assert len(formats) == sum(f.rdf is not None or f.results is not None for f in FORMATS)
        names = {q.object for q in store.quads_for_pattern(None, NamedNode(SD + "name"), None)}
        assert names == {NamedNode(g) for g in site.manifest.graphs}
    page = client.get("/sparql", headers={"accept": "text/html"}).text
    assert '<textarea id="query" name="query"' in page
    assert "/sparql?example=events" in page


def test_results_as_a_table(client: Client) -> None:
    query = (
        "SELECT ?x ?y ?z (<javascript:alert(3)> AS ?j) "
        f'{{ VALUES (?x ?y) {{ (<{BASE}id/event/fair> "<b>fett</b>"@de) }} }}'
    )
    page = client.get("/sparql", params={"query": query}, headers={"accept": "text/html"}).text
    assert '<a href="/doc/event/fair"><bdi>Friendship fair</bdi></a>' in page
    assert '<bdi lang="de">&lt;b&gt;fett&lt;/b&gt;</bdi>' in page
    assert 'href="javascript' not in page
    assert "javascript:alert(3)" in page
    graph = client.get("/sparql", params={"query": CONSTRUCT}, headers={"accept": "text/html"}).text
    assert "Second fair" in graph
    truth = client.get("/sparql", params={"query": ASK}, headers={"accept": "text/html"}).text
    assert '<p class="truth">yes</p>' in truth
    nothing = "SELECT * { ?s a <urn:nothing> }"
    empty = client.get("/sparql", params={"query": nothing}, headers={"accept": "text/html"}).text
    assert "Nothing: the data has no answer." in empty


def test_computed_terms_in_a_table(client: Client) -> None:
    query = "SELECT (BNODE() AS ?b) (true AS ?t) {}"
    page = client.get("/sparql", params={"query": query}, headers={"accept": "text/html"}).text
    assert "<bdi>yes</bdi>" in page
    assert "_:" in page


def test_long_results_are_cut_on_the_page_and_whole_in_files(client: Client) -> None:
    query = "SELECT ?s { ?s ?p ?o . ?x a ?y } LIMIT 1500"
    page = client.get("/sparql", params={"query": query}, headers={"accept": "text/html"}).text
    assert "The first 1,000 are shown" in page
    body = client.get("/sparql", params={"query": query}).content
    assert len(rows(body)) == 1_500
    graph = "CONSTRUCT { ?s <x:y> ?x } WHERE { ?s a ?o . ?x a ?y } LIMIT 1500"
    page = client.get("/sparql", params={"query": graph}, headers={"accept": "text/html"}).text
    assert "The first 1,000 are shown" in page


class Refusing(EmbeddedEngine):
    """An engine that answers nobody."""

    def __init__(self, error: KizunaError) -> None:
        super().__init__(Store())
        self.error = error

    async def ask(
        self, query: Query, formats: Mapping[Kind, Format], client: str = ""
    ) -> Answer | Stream:
        del query, formats, client
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "wait"),
    [
        (Busy("too many queries"), 503, "5"),
        (TooMany("too many of yours"), 429, "5"),
        (QueryTooLong("too long"), 504, None),
        (AnswerTooLarge("too large"), 413, None),
    ],
)
def test_what_an_engine_refuses(
    site: Site, error: KizunaError, status: int, wait: str | None
) -> None:
    client = Client(create_app(replace(site, engine=Refusing(error), cache=Cache())))
    answer = client.get("/sparql", params={"query": ASK})
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, wait)
    assert answer.json()["kind"] == type(error).__name__


LINES = [b"a\r\n", b"1\r\n"]


def test_a_large_answer_is_streamed(site: Site) -> None:
    engine = Streaming(LINES)
    client = Client(create_app(replace(site, engine=engine, cache=Cache())))
    answer = client.get("/sparql", params={"query": SELECT}, headers={"accept": "text/csv"})
    assert answer.content == b"a\r\n1\r\n"
    assert "content-length" not in answer.headers
    head = client.head("/sparql", params={"query": SELECT}, headers={"accept": "text/csv"})
    assert (head.status_code, head.content, engine.closed) == (200, b"", True)


def test_a_broken_answer_never_ends_well(site: Site) -> None:
    client = Client(
        create_app(
            replace(site, engine=Streaming(LINES, AnswerTooLarge("too large")), cache=Cache())
        )
    )
    with pytest.raises(AssertionError):  # of the client: the answer does not end
        client.get("/sparql", params={"query": SELECT}, headers={"accept": "text/csv"})


def test_a_page_shows_the_beginning_of_a_large_answer(site: Site) -> None:
    engine = Streaming(chain([b"?n\n"], (b"%d\n" % number for number in count())))
    client = Client(create_app(replace(site, engine=engine, cache=Cache())))
    answer = client.get("/sparql", params={"query": SELECT}, headers={"accept": "text/html"})
    assert (answer.status_code, engine.closed) == (200, True)
    assert answer.text.count("<tr>") == 1_001
    assert "<bdi>999</bdi>" in answer.text
    assert "<bdi>1000</bdi>" not in answer.text
    assert "The first 1,000 are shown" in answer.text
    assert f'href="/sparql.csv?{urlencode({"query": SELECT})}"' in answer.text


def test_the_head_of_a_stream_has_no_length(site: Site) -> None:
    client = Client(create_app(replace(site, engine=Streaming(LINES), cache=Cache())))
    head = client.head("/sparql", params={"query": SELECT}, headers={"accept": "text/csv"})
    got = client.get("/sparql", params={"query": SELECT}, headers={"accept": "text/csv"})
    assert "content-length" not in got.headers
    assert dict(head.headers) == dict(got.headers)


# fmt: off
ADDRESSES = [
    # address                query      content type
    (".csv?",                SELECT,    "text/csv; charset=utf-8"),
    (".json?",               SELECT,    "application/sparql-results+json"),
    (".xml?",                ASK,       "application/sparql-results+xml"),
    (".json?",               CONSTRUCT, "application/ld+json"),
    (".html?",               SELECT,    "text/html; charset=utf-8"),
    ("?_format=csv&",        SELECT,    "text/csv; charset=utf-8"),
    ("?_format=text/csv&",   SELECT,    "text/csv; charset=utf-8"),
    ("?_format=nt&",         CONSTRUCT, "application/n-triples"),
    (".ttl",                 None,      "text/turtle; charset=utf-8"),
    (".jsonld",              None,      "application/ld+json"),
    (".html",                None,      "text/html; charset=utf-8"),
    ("?_format=rdf",         None,      "application/rdf+xml"),
]
# fmt: on


@pytest.mark.parametrize(("address", "query", "content_type"), ADDRESSES)
def test_the_address_may_name_the_format(
    client: Client, address: str, query: str | None, content_type: str
) -> None:
    asked = urlencode({"query": query}) if query else ""
    answer = client.get(f"/sparql{address}{asked}", headers={"accept": "image/png"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
    assert "Accept," not in answer.headers["vary"] + ","


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (".exe?query=ASK{}", 404),
        ("?_format=exe&query=ASK{}", 406),
        (".csv?query=ASK{}", 406),
        (".csv", 406),
    ],
)
def test_formats_that_there_are_not(client: Client, address: str, status: int) -> None:
    assert client.get(f"/sparql{address}").status_code == status


def test_what_is_negotiated_says_where_it_stands(client: Client) -> None:
    for accept, place in (("text/turtle", "/sparql.ttl"), ("text/html", "/sparql.html?lang=en")):
        answer = client.get("/sparql", headers={"accept": accept})
        assert answer.headers["content-location"] == place
        there = client.get(place)
        assert (there.status_code, there.headers["content-type"].partition(";")[0]) == (200, accept)


@pytest.mark.parametrize("function", ["NOW", "RAND", "UUID", "STRUUID", "now"])
def test_what_another_moment_changes_is_not_kept(client: Client, function: str) -> None:
    query = f"SELECT ({function}() AS ?x) {{}}"
    for accept in ("text/csv", "text/html"):
        answers = [
            client.get("/sparql", params={"query": query}, headers={"accept": accept})
            for _ in range(2)
        ]
        assert accept == "text/html" or answers[0].content != answers[1].content
        assert {a.headers["cache-control"] for a in answers} == {"no-store"}


# fmt: off
PREFERENCES = [
    # accept                                             an answer                          an error
    ("application/sparql-results+json, text/html;q=0.1", "application/sparql-results+json", "application/problem+json"),
    ("text/html, application/sparql-results+json;q=0.1", "text/html; charset=utf-8",        "text/html; charset=utf-8"),
    ("text/csv, text/html;q=0.5",                        "text/csv; charset=utf-8",         "application/problem+json"),
]
# fmt: on


@pytest.mark.parametrize(("accept", "found", "failed"), PREFERENCES)
def test_pages_are_for_who_likes_them_best(
    client: Client, accept: str, found: str, failed: str
) -> None:
    query = "SELECT * { ?s ?p ?o . ?x a ?y } LIMIT 1500"
    answer = client.get("/sparql", params={"query": query}, headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, found)
    wrong = client.get("/sparql", params={"query": "SELECT"}, headers={"accept": accept})
    assert (wrong.status_code, wrong.headers["content-type"]) == (400, failed)


def test_an_error_page_does_not_repeat_a_long_query(client: Client) -> None:
    long = "SELECT " + "a" * 1_500_000
    answer = client.post("/sparql", data={"query": long}, headers={"accept": "text/html"})
    assert answer.status_code == 400
    assert len(answer.content) < 50_000


def test_an_update_in_the_address_says_where_it_belongs(client: Client) -> None:
    got = client.get("/sparql?update=CLEAR%20ALL")
    assert (got.status_code, got.headers["allow"]) == (405, "OPTIONS, POST")
    posted = client.post("/sparql?update=CLEAR%20ALL", content=b"", headers=FORM)
    assert posted.status_code == 400
    for answer in (got, posted):
        assert "in the body of a POST" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("header", "status"),
    [({"content-encoding": "gzip"}, 415), ({"content-range": "bytes 0-3/9"}, 400)],
)
def test_bodies_in_a_coding_or_in_parts(
    client: Client, header: dict[str, str], status: int
) -> None:
    answer = client.post("/sparql", content=b"ASK {}", headers=DIRECT | header)
    assert answer.status_code == status


def test_saved_queries(client: Client) -> None:
    assert "Which events are there?" in client.get("/queries").text
    page = client.get("/queries/events", headers={"accept": "text/html"})
    assert "All events with their labels, by label." in page.text
    assert '<th scope="col">Event</th>' in page.text
    assert "eventLabel</th>" not in page.text
    assert '<a href="/doc/event/fair"><bdi>Friendship fair</bdi></a>' in page.text
    german = client.get("/queries/events?lang=de").text
    assert "Welche Ereignisse gibt es?" in german
    assert "/doc/event/fair?lang=de" in german


# fmt: off
FILES = [
    ("events.csv",           "text/csv; charset=utf-8"),
    ("events.tsv",           "text/tab-separated-values; charset=utf-8"),
    ("events.json",          "application/sparql-results+json"),
    ("events.xml",           "application/sparql-results+xml"),
    ("events.rq",            "application/sparql-query; charset=utf-8"),
    ("is-there-a-fair.json", "application/sparql-results+json"),
    ("parties.ttl",          "text/turtle; charset=utf-8"),
]
# fmt: on


@pytest.mark.parametrize(("name", "content_type"), FILES)
def test_files_of_saved_queries(client: Client, name: str, content_type: str) -> None:
    answer = client.get(f"/queries/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
    stem, _, suffix = name.partition(".")
    by_accept = client.get(f"/queries/{stem}", headers={"accept": content_type.partition(";")[0]})
    assert by_accept.content == answer.content
    assert by_accept.headers["content-location"] == f"/queries/{name}"
    assert suffix in by_accept.headers["link"]


@pytest.mark.parametrize("name", ["nope", "events.ttl", "is-there-a-fair.csv", "events.html"])
def test_no_such_question_or_file(client: Client, name: str) -> None:
    assert client.get(f"/queries/{name}").status_code == 404


def test_construct_says_what_it_says(client: Client) -> None:
    quads = list(parse(client.get("/queries/parties.ttl").content, RdfFormat.TURTLE))
    assert len(quads) == 2
    assert not any(isinstance(q.object, Literal) for q in quads)


# fmt: off
DATASETS = [
    # query                                                                          rows
    ("SELECT ?s { ?s ?p ?o } LIMIT 1",                                               1),
    (f"SELECT ?s FROM <{BASE}graph/fair-report> {{ ?s ?p ?o }} LIMIT 1",             1),
    ("SELECT ?s FROM <urn:no-such-graph> { ?s ?p ?o }",                              0),
    (f"SELECT ?s FROM <{BASE}graph/fair-report> {{ GRAPH ?g {{ ?s ?p ?o }} }}",      0),
    (f"SELECT DISTINCT ?g FROM NAMED <{BASE}graph/fair-report> {{ GRAPH ?g {{ ?s ?p ?o }} }}", 1),
]
UNSAYABLE = [
    # query                                              accept                               status
    ('SELECT ("a\\u0001b" AS ?x) {}',                     "application/sparql-results+xml",    406),
    ('SELECT ("a\\uFFFEb" AS ?x) {}',                     "application/sparql-results+xml",    406),
    ('SELECT ("a\\u0001b" AS ?x) {}',                     "application/sparql-results+json",   200),
    ('SELECT ("a\\tb\\uFFFDc" AS ?x) {}',                "application/sparql-results+xml",    200),
    ('CONSTRUCT { <urn:s> <urn:p/> 1 } WHERE {}',        "application/rdf+xml",               406),
    ('CONSTRUCT { <urn:s> <urn:p> "\\u000B" } WHERE {}',  "application/rdf+xml",               406),
    ('CONSTRUCT { <urn:s> <urn:p> "x" } WHERE {}',       "application/rdf+xml",               200),
]
# fmt: on


@pytest.mark.parametrize(("query", "number"), DATASETS)
def test_the_dataset_of_a_query(client: Client, query: str, number: int) -> None:
    answer = client.get("/sparql", params={"query": query}, headers={"accept": "text/csv"})
    assert len(answer.text.splitlines()) == 1 + number


@pytest.mark.parametrize(("query", "accept", "status"), UNSAYABLE)
def test_xml_is_well_formed_or_refused(
    client: Client, query: str, accept: str, status: int
) -> None:
    answer = client.get("/sparql", params={"query": query}, headers={"accept": accept})
    assert answer.status_code == status
    if status == 200 and "xml" in accept:
        ET.fromstring(answer.content)
