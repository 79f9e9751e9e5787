"""The Graph Store Protocol, on a server with nothing in it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from conftest import Client
from kizuna.formats import Kind, carrying
from live import Live, serving
from servers import ELSEWHERE, Service

G = "http://example.org/g"
AT_G = f"/graphs?graph={quote(G, safe='')}"
TURTLE = "text/turtle"
ONE = "<http://example.org/a> <http://example.org/p> 1 ."
TWO = "<http://example.org/a> <http://example.org/p> 2 ."


@pytest.fixture(scope="module")
def live(behind: Service) -> Iterator[Live]:
    behind.must_be_embedded(ELSEWHERE)
    with serving("--bare", "--writable") as server:
        yield server


@pytest.fixture
def empty(live: Live) -> Live:
    assert live.update("DROP ALL").status_code == 204
    return live


def read(live: Live, path: str = AT_G, accept: str = "application/n-triples") -> str:
    answer = live.client.get(path, headers={"accept": accept})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_life_of_a_graph(empty: Live) -> None:
    assert empty.client.get(AT_G).status_code == 404
    assert empty.client.head(AT_G).status_code == 404
    assert empty.write("DELETE", AT_G).status_code == 404
    made = empty.write("PUT", AT_G, ONE, content_type=TURTLE)
    assert (made.status_code, made.headers["location"]) == (201, G)
    assert empty.write("PUT", AT_G, TWO, content_type=TURTLE).status_code == 204
    assert empty.write("POST", AT_G, ONE, content_type=TURTLE).status_code == 204
    assert read(empty).count("\n") == 2
    assert empty.write("DELETE", AT_G).status_code == 204
    assert empty.client.get(AT_G).status_code == 404


def test_an_empty_graph_is_there(empty: Live) -> None:
    assert empty.write("PUT", AT_G, "", content_type=TURTLE).status_code == 201
    assert read(empty) == ""


def test_a_new_graph_is_named_by_the_server(empty: Live) -> None:
    made = empty.write("POST", "/graphs", ONE, content_type=TURTLE)
    assert made.status_code == 201
    place = made.headers["location"]
    assert place.startswith(f"{empty.base}graph/")
    assert read(empty, place).count("\n") == 1  # it stands where its name says
    assert read(empty, f"/graphs?graph={quote(place, safe='')}").count("\n") == 1


@pytest.mark.parametrize("path", ["/graph/mine", "/graphs/person/1.ttl", "/graph/%E6%9D%B1"])
def test_a_graph_at_its_own_address(empty: Live, path: str) -> None:
    assert empty.write("PUT", path, "<> <#p> <x> .", content_type=TURTLE).status_code == 201
    written = read(empty, path)
    assert empty.write("PATCH", path, "DELETE WHERE { ?s ?p ?o }",
                       content_type="application/sparql-update").status_code == 204  # fmt: skip
    assert read(empty, path) == ""
    assert empty.write("DELETE", path).status_code == 204
    assert empty.client.get(path).status_code == 404
    name = empty.base + path[1:].replace("%E6%9D%B1", "東")
    assert written.startswith(f"<{name}> <{name}#p> <{name.rpartition('/')[0]}/x>")


# fmt: off
NAMES = [
    # query                                  status of GET
    ("",                                     400),
    ("?default",                             200),
    ("?default=",                            200),
    ("?default&graph=http://example.org/g",  400),
    ("?graph=urn:a&graph=urn:b",             400),
    ("?graph=",                              400),
    ("?graph=relative",                      400),
    ("?graph=a%20b",                         400),
    ("?graph=http://exa%20mple/",            400),
    ("?graph=urn:none",                      404),
    ("?graph=http://example.org/%2531",      404),   # decoded once: the name has %31 in it
]
# fmt: on


@pytest.mark.parametrize(("query", "status"), NAMES)
def test_which_graph_is_named(empty: Live, query: str, status: int) -> None:
    assert empty.write("PUT", "/graphs?graph=http://example.org/1", ONE, content_type=TURTLE)
    assert empty.client.get(f"/graphs{query}").status_code == status


FORM = (
    "--b\r\nContent-Disposition: form-data; name=x; filename=a.ttl\r\n\r\n" + ONE + "\r\n"
    "--b\r\nContent-Type: application/n-triples\r\n\r\n<urn:s> <urn:p> <urn:o> .\r\n--b--\r\n"
)
DEEP = '{"@id":"urn:a"' + ',"urn:p":{"@id":"_:x"' * 200 + "}" * 200 + "}"
DTD = (
    '<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY e "x">]><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
)
# fmt: off
PAYLOADS = [
    # method  content type                          content           status  words
    ("PUT",   "text/turtle",                        ONE,              201, ""),
    ("PUT",   "Text/Turtle; charset=UTF-8",         "\ufeff" + ONE,   201, ""),
    ("PUT",   "application/n-triples",              "<urn:s> <urn:p> <urn:o> .", 201, ""),
    ("PUT",   "application/ld+json",                '{"@id":"urn:a","urn:p":1}', 201, ""),
    ("POST",  "multipart/form-data; boundary=b",    FORM,             201, ""),
    ("PUT",   "multipart/form-data; boundary=b",    FORM,             415, ""),
    ("POST",  "multipart/form-data",                FORM,             400, "parts"),
    ("PUT",   "text/turtle; charset=utf-16",        ONE,              415, ""),
    ("PUT",   "text/html",                          ONE,              415, ""),
    ("PUT",   "nonsense",                           ONE,              415, ""),
    ("PUT",   "",                                   ONE,              415, ""),
    ("PATCH", "text/turtle",                        ONE,              415, ""),
    ("PUT",   "text/turtle",                        "<a> <b> 1 .\n<a> <b> .", 400, '"line": 2'),
    ("PUT",   "text/turtle",                        "<a> <b c> 1 .",  400, ""),   # strictly
    ("PUT",   "application/trig",                   "<urn:g> { <a> <b> 1 }", 400, "named graphs"),
    ("PUT",   "application/ld+json",                '{"@context":"http://127.0.0.1:9/","@id":"a"}',
                                                                      400, ""),
    ("PUT",   "application/ld+json",                DEEP,             400, "nests"),
    ("PUT",   "application/rdf+xml",                DTD,              400, "DOCTYPE"),
    ("PUT",   "application/rdf+xml",                DTD.replace("DOC", "doc"), 400, "DOCTYPE"),
    ("PATCH", "application/sparql-update",          "INSERT DATA { <urn:a> <urn:b> 1 }", 201, ""),
    ("PATCH", "application/sparql-update",          "NONSENSE",       400, ""),
    ("PATCH", "application/sparql-update",          "INSERT DATA { GRAPH <urn:x> { <a> <b> 1 } }",
                                                                      403, "alone"),
]
# fmt: on


@pytest.mark.parametrize("row", PAYLOADS)
def test_what_is_taken(empty: Live, row: tuple[str, str, str, int, str]) -> None:
    method, kind, content, status, words = row
    answer = empty.write(method, AT_G, content.encode(), content_type=kind)
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert empty.client.get(AT_G).status_code == (200 if status < 300 else 404)


def test_blank_nodes_of_two_documents_stay_apart(empty: Live) -> None:
    for number in (1, 2):
        empty.write("POST", AT_G, f"_:x <urn:p> {number} .", content_type=TURTLE)
    assert len({line.split()[0] for line in read(empty).splitlines()}) == 2


def test_terms_come_back_as_they_were_written(empty: Live) -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    written = [f'"007"^^<{xsd}int>', f'"1.50"^^<{xsd}decimal>', f'"1"^^<{xsd}boolean>']
    lines = "".join(f"<urn:s> <urn:p> {literal} .\n" for literal in written)
    empty.write("PUT", AT_G, lines, content_type="application/n-triples")
    assert sorted(read(empty).splitlines()) == sorted(lines.splitlines())
    empty.write("POST", AT_G, "<urn:t> <urn:p> 1 .", content_type=TURTLE)
    assert set(lines.splitlines()) < set(read(empty).splitlines())
    empty.write("PUT", AT_G, f'<urn:s> <urn:p> "7"^^<{xsd}integer> .', content_type=TURTLE)
    assert read(empty) == f'<urn:s> <urn:p> "7"^^<{xsd}integer> .\n'


def test_equal_values_of_several_types_stay_apart(empty: Live) -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    seven = [f'<urn:s> <urn:p> "7"^^<{xsd}{name}> .' for name in ("byte", "integer", "short")]
    for order in (seven, seven[::-1]):
        empty.write("PUT", AT_G, "\n".join(order), content_type="application/n-triples")
        assert sorted(read(empty).splitlines()) == seven
        empty.write("PUT", AT_G, order[0], content_type="application/n-triples")
        empty.write("POST", AT_G, order[1], content_type="application/n-triples")
        assert set(read(empty).splitlines()) == set(order[:2])


def test_conditions(empty: Live) -> None:
    def put(content: str, **condition: str) -> int:
        answer = empty.write("PUT", AT_G, content, content_type=TURTLE, **condition)
        return int(answer.status_code)

    assert put(ONE, if_match="*") == 412  # there is nothing to match
    assert put(ONE, if_none_match="*") == 201
    assert put(TWO, if_none_match="*") == 412
    tag = empty.client.get(AT_G, headers={"accept": TURTLE}).headers["etag"]
    other = empty.client.get(AT_G, headers={"accept": "application/ld+json"}).headers["etag"]
    assert tag != other
    assert put(TWO, if_match='"nonsense"') == 412
    assert put(TWO, if_match=f'"nonsense", {tag}') == 204
    assert put(ONE, if_match=tag) == 412  # somebody else was faster
    assert empty.write("DELETE", AT_G, if_match=other).status_code == 412
    held = empty.client.get(AT_G, headers={"accept": TURTLE}).headers["etag"]
    again = empty.client.get(AT_G, headers={"accept": TURTLE, "if-none-match": held})
    assert again.status_code == 304
    empty.write("PUT", "/graphs?graph=urn:other", ONE, content_type=TURTLE)
    assert put(ONE, if_match=held) == 204  # another graph does not count
    assert empty.write("DELETE", AT_G).status_code == 204


def test_large_graphs_go_in_and_out(empty: Live) -> None:
    lines = "".join(f'<urn:s{n}> <urn:p> "{"x" * 40}{n}" .\n' for n in range(30_000))
    assert empty.write("PUT", AT_G, lines, content_type=TURTLE).status_code == 201
    assert read(empty).count("\n") == 30_000
    assert empty.write("DELETE", AT_G, if_match="*").status_code == 204


def test_methods_and_preflight(live: Live, client: Client) -> None:
    assert live.client.request("FOO", "/graphs?default").status_code == 405
    assert "PATCH" in live.client.options("/graphs").headers["access-control-allow-methods"]
    assert (
        client.get("/graphs?graph=https://example.org/small/graph/fair-report").status_code == 200
    )


def test_a_release_serves_the_same_at_both_addresses(client: Client) -> None:
    name = "https://example.org/small/graph/fair-report"
    for form in carrying(Kind.GRAPH):
        direct = client.get(f"/graph/fair-report.{form.suffix}")
        named = client.get(f"/graphs?graph={name}", headers={"accept": form.media_type})
        assert direct.headers["content-type"] == named.headers["content-type"] == form.content_type
        assert direct.content == named.content
        assert direct.headers["etag"] == named.headers["etag"]


def test_a_weak_tag_matches_nothing(empty: Live) -> None:
    put = empty.write("PUT", AT_G, ONE, content_type="text/turtle")
    assert put.status_code in {201, 204}
    tag = empty.client.get(AT_G).headers["etag"]
    weak = empty.write("PUT", AT_G, TWO, content_type="text/turtle", if_match=f"W/{tag}")
    assert weak.status_code == 412
    suffixed = empty.write(
        "PUT", AT_G, TWO, content_type="text/turtle", if_match=f'{tag[:-1]}-nonsense"'
    )
    assert suffixed.status_code == 412
    assert empty.write("DELETE", AT_G, if_match=tag).status_code == 204


def test_the_place_of_a_new_graph_is_its_iri(empty: Live) -> None:
    graph = "http://example.org/神?x=1&y=2#f"
    made = empty.write(
        "PUT", f"/graphs?graph={quote(graph, safe='')}", ONE, content_type="text/turtle"
    )
    assert made.status_code == 201
    assert made.headers["location"] == "http://example.org/%E7%A5%9E?x=1&y=2#f"
