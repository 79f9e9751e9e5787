"""SPARQL Update over HTTP, on a server with nothing in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from conftest import Client
from live import TOKEN, Live, serving
from servers import ELSEWHERE, Service
from wild import CIRCLES

EX = "http://example.org/"
UPDATE = {"content-type": "application/sparql-update"}


@pytest.fixture(scope="module")
def live(behind: Service) -> Iterator[Live]:
    behind.must_be_embedded(ELSEWHERE)
    with serving("--bare", "--writable") as server:
        yield server


@pytest.fixture
def empty(live: Live) -> Live:
    assert live.update("DROP ALL").status_code == 204
    return live


def count(live: Live) -> int:
    text = live.ask("SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }")
    return int(text.split()[1])


# fmt: off
SECRETS = [
    # authorization                 status
    (f"Bearer {TOKEN}",             204),
    (f"bearer {TOKEN}",             204),   # RFC 9110, section 11.1: the scheme in any case
    (f"BEARER   {TOKEN}",           204),
    ("",                            401),
    ("Bearer",                      401),
    (f"Bearer {TOKEN}x",            401),
    (f"Bearer {TOKEN[:-1]}",        401),
    (f"Basic {TOKEN}",              401),
    (TOKEN,                         401),
    ("Bearer \xfc\xff",             401),   # no text that cannot be compared breaks anything
]
# fmt: on


@pytest.mark.parametrize(("authorization", "status"), SECRETS)
def test_who_may_write(live: Live, authorization: str, status: int) -> None:
    headers = UPDATE | {"authorization": authorization}
    raw = [(k.encode(), v.encode("latin-1")) for k, v in headers.items()]
    answer = live.client.post("/sparql", content="INSERT DATA {}", headers=raw)
    assert answer.status_code == status
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert TOKEN not in answer.text


def test_a_token_in_the_address_opens_nothing(live: Live) -> None:
    answer = live.client.post(f"/sparql?token={TOKEN}", content="DROP ALL", headers=UPDATE)
    assert answer.status_code == 401


def test_nobody_writes_where_it_is_not_open(client: Client) -> None:
    for method, path, kind in (
        ("POST", "/sparql", "application/sparql-update"),
        ("PUT", "/graphs?default", "text/turtle"),
        ("DELETE", "/graph/fair-report", "text/turtle"),
    ):
        headers = {"content-type": kind, "authorization": f"Bearer {TOKEN}"}
        answer = client.request(method, path, content="CLEAR ALL", headers=headers)
        assert answer.status_code == 403, (method, path)


# fmt: off
REFUSED = [
    # update                                                         status  words in the answer
    ("INSERT DATA { <a> <b> }",                                      400, "line"),
    ("INSERT DATA { <a> <b> 1 } ; NONSENSE",                         400, "line"),
    ("SELECT * { ?s ?p ?o }",                                        400, ""),
    ("LOAD <http://127.0.0.1:9/x>",                                  403, "LOAD in line 1"),
    ("INSERT DATA { <a> <b> 1 } ;\nLOAD <file:///etc/passwd>",       403, "LOAD in line 2"),
    ("PREFIX x: <http://127.0.0.1:9/> LOAD x:y INTO GRAPH <urn:g>",  403, "LOAD"),
    ("INSERT { <a> <b> ?o } WHERE { SERVICE <http://x/> { ?s ?p ?o } }", 403, "SERVICE"),
    ("INSERT { } WHERE { " + "{" * 200 + "}" * 200 + " }",           400, "nests"),
    ("DROP GRAPH <urn:there-is-no-such-graph>",                      500, ""),
    ("",                                                             204, ""),
    ("LOAD SILENT <http://127.0.0.1:9/x>",                           204, ""),   # does nothing
    ("DROP SILENT GRAPH <urn:there-is-no-such-graph>",               204, ""),
    ("# LOAD <x>\nINSERT DATA { <a> <urn:LOAD> 'LOAD <x>' }",        204, ""),
]
# fmt: on


@pytest.mark.parametrize(("update", "status", "words"), REFUSED)
def test_what_is_refused_changes_nothing(empty: Live, update: str, status: int, words: str) -> None:
    answer = empty.update(update)
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert count(empty) == int("'LOAD <x>'" in update)


def test_an_order_over_mixed_values(empty: Live) -> None:
    values = " ".join(CIRCLES)
    first = f"SELECT ?x {{ VALUES ?x {{ {values} }} }} ORDER BY ?x LIMIT 3"
    answer = empty.update(f"INSERT {{ <urn:s> <urn:p> ?x }} WHERE {{ {{ {first} }} }}")
    assert answer.status_code == 204, answer.text
    assert 1 <= count(empty) <= 6  # in their graph and in the merge of all, equal ones once
    refused = empty.update("INSERT { <urn:s> <urn:p> ?x } WHERE { ?x ?y ?z } ORDER BY ?x")
    assert refused.status_code == 400


def test_an_update_that_is_no_utf8(live: Live) -> None:
    answer = live.write("POST", "/sparql", b"\xff", content_type="application/sparql-update")
    assert answer.status_code == 400


# fmt: off
WAYS = [
    # fields in the address      fields in the body                             status
    ("",                         {"update": "INSERT DATA { <a> <b> 1 }"},       204),
    ("",                         {"update": "DROP ALL", "query": "ASK {}"},     400),
    ("?query=ASK%7B%7D",         {"update": "DROP ALL"},                        400),
    ("?update=DROP%20ALL",       {},                                            405),
    ("",                         {"update": ["DROP ALL", "DROP ALL"]},          400),
    ("",                         {"update": "DROP ALL", "default-graph-uri": "urn:g"}, 400),
    ("",                         {"update": "DROP ALL", "using-graph-uri": "no iri"},  400),
]
# fmt: on


@pytest.mark.parametrize(("query", "fields", "status"), WAYS)
def test_forms(live: Live, query: str, fields: dict[str, str], status: int) -> None:
    headers = {"authorization": f"Bearer {TOKEN}"}
    answer = live.client.post(f"/sparql{query}", data=fields, headers=headers)
    if not fields:
        answer = live.client.get(f"/sparql{query}", headers=headers)
    assert answer.status_code == status, answer.text


DATASET = (
    f"INSERT DATA {{ <{EX}d> <{EX}p> 0 . GRAPH <{EX}g1> {{ <{EX}a> <{EX}p> 1 }} "
    f"GRAPH <{EX}g2> {{ <{EX}b> <{EX}p> 2 }} }}"
)
# fmt: off
USING = [
    # update                                                     graphs                       left
    (f"DELETE WHERE {{ ?s <{EX}p> ?o }}",                        {},                          2),
    (f"DELETE WHERE {{ ?s <{EX}p> ?o }}",                        {"using-graph-uri": "g1"},   3),
    ("DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }",
                                                                 {"using-named-graph-uri": "g2"},
                                                                                              2),
    ("INSERT { ?s <urn:new> ?o } WHERE { ?s ?p ?o }",            {"using-graph-uri": "g1"},   4),
    ("INSERT { ?s <urn:new> '} WHERE {' } WHERE { ?s ?p ?o # }\n }",
                                                                 {"using-graph-uri": "g2"},   4),
    ("INSERT { ?s <urn:n> 1 } WHERE { ?s ?p ?o } ; INSERT { ?s <urn:m> 2 } WHERE { ?s ?p ?o }",
                                                                 {"using-graph-uri": "g1"},   5),
    ("INSERT DATA { <a> <b> 1 }",                                {"using-graph-uri": "g1"},   4),
]
# fmt: on


@pytest.mark.parametrize(("update", "graphs", "left"), USING)
def test_the_dataset_of_the_protocol(
    empty: Live, update: str, graphs: dict[str, str], left: int
) -> None:
    assert empty.update(DATASET).status_code == 204
    parameters = {name: EX + graph for name, graph in graphs.items()}
    answer = empty.client.post(
        "/sparql",
        params=parameters,
        content=update,
        headers=UPDATE | {"authorization": f"Bearer {TOKEN}"},
    )
    assert answer.status_code == 204, answer.text
    assert count(empty) == left


@pytest.mark.parametrize("update", [
    f"INSERT {{ ?s ?p 1 }} USING <{EX}g2> WHERE {{ ?s ?p ?o }}",
    f"WITH <{EX}g2> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
])  # fmt: skip
def test_two_datasets_are_one_too_many(empty: Live, update: str) -> None:
    assert empty.update(DATASET).status_code == 204
    answer = empty.update(update, f"/sparql?using-graph-uri={EX}g1")
    assert answer.status_code == 400
    assert count(empty) == 3


def test_the_description_says_that_it_can_be_written(live: Live, client: Client) -> None:
    accept = {"accept": "application/n-triples"}
    assert "SPARQL11Update" in live.client.get("/sparql", headers=accept).text
    assert "SPARQL11Update" not in client.get("/sparql", headers=accept).text


def test_a_body_that_is_too_large(live: Live) -> None:
    large = b"#" + b"x" * 33_000_000
    assert (
        live.write("POST", "/sparql", large, content_type=UPDATE["content-type"]).status_code == 413
    )


class Source(BaseHTTPRequestHandler):
    """Serves Turtle at /data/good, and other things elsewhere; notes who was asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status = {"/data/moved": 302, "/data/none": 404}.get(self.path, 200)
        body = b"<> <urn:p> [ <urn:p> 1 ] ." if status == 200 else b""
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if "html" in self.path else "text/turtle")
        self.send_header("Location", "/data/good")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


# fmt: off
LOADS = [
    # update, with % for the server                                        status  triples
    ("LOAD <%/data/good>",                                                 204,    2),
    ("LOAD SILENT <%/data/good> INTO GRAPH <urn:g> ; INSERT DATA { <urn:a> <urn:b> 1 }", 204, 3),
    ("PREFIX g: <urn:> LOAD <%/data/good> INTO GRAPH g:g",                 204,    2),
    ("LOAD <%/data/none>",                                                 502,    0),
    ("LOAD SILENT <%/data/none>",                                          204,    0),
    ("LOAD <%/data/moved>",                                                502,    0),   # nowhere
    ("LOAD <%/data/html>",                                                 400,    0),
    ("LOAD <%/other>",                                                     403,    0),
    ("LOAD <%/database>",                                                  403,    0),
    ("LOAD <http://127.0.0.1:9/data/good>",                                403,    0),
    ("LOAD <%/data/good> ; NONSENSE",                                      400,    0),
    ("LOAD <%/data/good> ; LOAD <%/other>",                                403,    0),
]
# fmt: on


@pytest.fixture(scope="module")
def source() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Source)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def loading(behind: Service, source: str) -> Iterator[Live]:
    behind.must_be_embedded(ELSEWHERE)
    with serving("--bare", "--writable", KIZUNA_LOAD_FROM=f"{source}/data") as server:
        yield server


@pytest.mark.parametrize(("update", "status", "triples"), LOADS)
def test_what_is_loaded(loading: Live, source: str, update: str, status: int, triples: int) -> None:
    assert loading.update("DROP ALL").status_code == 204
    Source.asked.clear()
    answer = loading.update(update.replace("%", source))
    assert answer.status_code == status, answer.text
    assert count(loading) == triples
    assert not [path for path in Source.asked if not path.startswith("/data/")]
