from __future__ import annotations

from urllib.parse import quote

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse
from starlette.requests import Request

from conftest import Client
from kizuna.errors import BadAddress
from kizuna.formats import BY_SUFFIX
from kizuna.web.paths import iri_path

BASE = "https://example.org/small/"
TOKYO = "place/東京"
ENCODED = quote(TOKYO)
RDF = ("ttl", "jsonld", "nt", "rdf", "trig", "nq")


def triples(body: bytes, form: RdfFormat) -> set[str]:
    return {str(q.triple) for q in parse(body, form, base_iri="http://base.invalid/")}


def test_a_thing_sends_to_its_description(client: Client) -> None:
    answer = client.get("/id/event/fair?x=1", headers={"accept": "text/turtle"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/doc/event/fair")
    assert "Accept" in answer.headers["vary"]
    assert '</doc/event/fair.ttl>; rel="alternate"; type="text/turtle"' in answer.headers["link"]
    assert client.get("/id/event/nope").status_code == 404
    assert client.get("/id/").status_code == 404


@pytest.mark.parametrize("suffix", RDF)
def test_all_formats_say_the_same(client: Client, suffix: str) -> None:
    form = BY_SUFFIX[suffix]
    assert form.rdf is not None
    expected = triples(client.get("/doc/event/fair.nt").content, RdfFormat.N_TRIPLES)
    by_suffix = client.get(f"/doc/event/fair.{suffix}", headers={"accept": "image/png"})
    by_accept = client.get("/doc/event/fair", headers={"accept": form.media_type})
    by_name = client.get(f"/doc/event/fair?_format={suffix}", headers={"accept": "text/html"})
    for answer in (by_suffix, by_accept, by_name):
        assert answer.headers["content-type"] == form.content_type
        assert triples(answer.content, form.rdf) == expected
    assert by_accept.headers["content-location"] == f"/doc/event/fair.{suffix}"
    assert by_accept.headers["vary"] == "Accept, Accept-Profile, Accept-Datetime, Accept-Encoding"
    assert by_suffix.headers["vary"] == "Accept-Datetime, Accept-Encoding"
    assert "content-location" not in by_suffix.headers


def test_the_description_has_the_evidence(client: Client) -> None:
    body = client.get("/doc/event/fair.nq").content
    quads = set(parse(body, RdfFormat.N_QUADS))
    claim = NamedNode(f"{BASE}id/claim/r-6")
    assert any(q.subject == claim for q in quads)
    assert any(q.object == NamedNode(f"{BASE}id/event/fair") for q in quads)
    graphs = {q.graph_name for q in quads if isinstance(q, Quad)}
    assert NamedNode(f"{BASE}graph/festbericht") in graphs


@pytest.mark.parametrize("path", [TOKYO, ENCODED, ENCODED.lower()])
def test_any_unicode_and_any_encoding(client: Client, path: str) -> None:
    answer = client.get(f"/id/{path}", headers={"accept": "text/turtle"})
    assert answer.headers["location"] == f"/doc/{ENCODED}"
    for suffix in (*RDF, "html"):
        assert client.get(f"/doc/{path}.{suffix}").status_code == 200
    described = client.get(f"/doc/{path}", headers={"accept": "application/n-triples"})
    assert f"{BASE}id/{TOKYO}" in described.text
    for headers in (answer.headers, described.headers):
        assert all(value.isascii() for value in headers.values())
    assert described.headers["content-location"] == f"/doc/{ENCODED}.nt"


def test_nothing_is_decoded_twice(client: Client) -> None:
    assert client.get(f"/doc/{ENCODED.replace('%', '%25')}").status_code == 404
    assert client.get("/doc/event%2Ffair").status_code == 404


def test_a_slug_may_hold_dots(client: Client) -> None:
    path = "agreement/letter.of.intent"
    assert client.get(f"/id/{path}").headers["location"] == f"/doc/{path}"
    negotiated = client.get(f"/doc/{path}", headers={"accept": "text/turtle"})
    assert negotiated.headers["content-location"] == f"/doc/{path}.ttl"
    assert client.get(f"/doc/{path}.ttl").content == negotiated.content


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/doc/event/fair.xyz", 404),
        ("/doc/event/nope.ttl", 404),
        ("/doc/event/fair.", 404),
        ("/doc/", 404),
        ("/doc", 404),
        ("/doc/event/fair/", 404),
        ("/doc/event/fair?_format=nonsense", 406),
        ("/doc/%00", 404),
        ("/doc/%", 400),
        ("/doc/%zz", 400),
        ("/doc/%FF%FE", 404),
        ("/doc/%ED%A0%80", 404),
        ("/doc/a%0d%0aX:1", 404),
        ("/doc/..%2F..%2Fetc%2Fpasswd", 404),
        ("/doc/%3Cscript%3E", 404),
        ("/" + "a" * 7_000, 404),
    ],
)
def test_odd_paths(client: Client, path: str, status: int) -> None:
    for accept in ("text/html", "text/turtle"):
        answer = client.get(path, headers={"accept": accept})
        assert answer.status_code == status, path
        assert "<script>" not in answer.text


def test_a_raw_path_with_forbidden_characters_is_refused() -> None:
    for raw in (b"/id/a<b>", b'/id/"', b"/id/a|b"):
        with pytest.raises(BadAddress, match="no IRI holds"):
            iri_path(Request({"type": "http", "path": "", "raw_path": raw, "headers": []}))
    scope = {"type": "http", "path": "/id/京", "headers": [], "raw_path": b"/id/\xe4\xba\xac?x"}
    assert iri_path(Request(scope)) == "id/京"
    del scope["raw_path"]
    assert iri_path(Request(scope)) == "id/京"


def test_nothing_acceptable_lists_what_there_is(client: Client) -> None:
    answer = client.get("/doc/event/fair", headers={"accept": "image/png"})
    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/problem+json"
    assert "text/turtle" in answer.json()["hint"]
    assert "/doc/event/fair.ttl" in answer.headers["link"]
    assert "Accept" in answer.headers["vary"]


def test_links_in_headers(client: Client) -> None:
    link = client.get("/doc/event/fair.ttl").headers["link"]
    for suffix in RDF:
        media_type = BY_SUFFIX[suffix].media_type
        assert f'</doc/event/fair.{suffix}>; rel="alternate"; type="{media_type}"' in link
    assert f'<{BASE}id/event/fair>; rel="describes"' in link
    assert 'rel="describedby"' in link
    assert '<https://creativecommons.org/publicdomain/zero/1.0/>; rel="license"' in link
