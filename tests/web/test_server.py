"""The application on a port, with clients that know nothing of it."""

from __future__ import annotations

import http.client
import shutil
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, POST, TURTLE, SPARQLWrapper

from conftest import SMALL
from kizuna.errors import UnavailableError
from kizuna.release import Release
from kizuna.web.server import listening
from live import serving
from servers import Service

BASE = "https://example.org/small/"


@pytest.fixture(scope="module")
def port(
    behind: Service, small_release: Release, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    project = shutil.copytree(SMALL, tmp_path_factory.mktemp("server") / "project")
    releases = ("--releases", str(small_release.folder.parent))
    options = ("--workers", "2", *releases, *behind.options)
    with serving(str(project), *options, **behind.environ) as live:
        yield urlsplit(live.base).port or 0


def test_sparqlwrapper(port: int) -> None:
    wrapper = SPARQLWrapper(f"http://127.0.0.1:{port}/sparql")
    wrapper.setQuery("SELECT ?s { ?s a <https://example.org/small/ontology#Fair> }")
    for method in ("GET", POST):
        wrapper.setMethod(method)
        wrapper.setReturnFormat(JSON)
        found = wrapper.queryAndConvert()
        assert isinstance(found, dict)
        assert len(found["results"]["bindings"]) == 2
    wrapper.setReturnFormat(CSV)
    assert "event/fair" in str(wrapper.queryAndConvert())
    wrapper.setQuery("CONSTRUCT WHERE { ?s a <https://example.org/small/ontology#Fair> }")
    wrapper.setReturnFormat(TURTLE)
    assert "Fair" in str(wrapper.queryAndConvert())


def test_rdflib_store(port: int) -> None:
    graph = Graph(SPARQLStore(f"http://127.0.0.1:{port}/sparql"))
    fairs = list(graph.query("SELECT ?s { ?s a <https://example.org/small/ontology#Fair> }"))
    assert len(fairs) == 2
    labels = set(graph.objects(URIRef(f"{BASE}id/event/fair"), None))
    assert any(str(label) == "Friendship fair" for label in labels)


def test_rdflib_follows_a_thing_to_its_description(port: int) -> None:
    graph = Graph().parse(f"http://127.0.0.1:{port}/id/event/fair")
    assert (URIRef(f"{BASE}id/event/fair"), None, None) in graph


def test_odd_request_lines(port: int) -> None:
    for line in (
        b"GET /id/place/\xe6\x9d\xb1\xe4\xba\xac HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /id/event/fair HTTP/1.0\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(line)
            answer = connection.recv(200)
        assert int(answer.split()[1]) < 500


def test_a_forged_host_is_not_repeated(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.putrequest("GET", "/doc/event/fair", skip_host=True)
    for name, value in (("Host", "evil.example"), ("X-Forwarded-Host", "evil.example")):
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert b"evil.example" not in answer.read() + str(answer.getheaders()).encode()
    connection.close()


def test_addresses_that_cannot_be_listened_on() -> None:
    with listening("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(UnavailableError, match=f"127.0.0.1:{port}") as caught:
            listening("127.0.0.1", port)
        assert "--port" in caught.value.hint
    with pytest.raises(UnavailableError):
        listening("nobody.invalid", 80)
