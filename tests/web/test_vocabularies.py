from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from conftest import Client
from kizuna.web import Site

BASE = "https://example.org/small/"


@pytest.mark.parametrize("path", ["/ontology", "/shapes", "/catalog", "/graph/fair-report"])
def test_documents_are_negotiated(client: Client, path: str) -> None:
    page = client.get(path, headers={"accept": "text/html"})
    data = client.get(path, headers={"accept": "text/turtle"})
    assert (page.status_code, data.status_code) == (200, 200)
    assert "<h1" in page.text
    assert data.headers["content-location"] == f"{path}.ttl"
    assert client.get(f"{path}.ttl").content == data.content
    assert list(parse(data.content, RdfFormat.TURTLE))
    assert client.get(f"{path}.xyz").status_code == 404
    assert client.get(f"{path}x").status_code == 404


def test_the_ontology_has_an_anchor_for_each_term(client: Client) -> None:
    page = client.get("/ontology?lang=de", headers={"accept": "text/html"}).text
    assert 'id="Fair"' in page
    assert "Stimmung" in page
    data = client.get("/ontology.nt").content
    subjects = {q.subject for q in parse(data, RdfFormat.N_TRIPLES)}
    assert NamedNode(f"{BASE}ontology#Fair") in subjects
    assert NamedNode(f"{BASE}ontology") in subjects
    assert all(s.value.startswith(f"{BASE}ontology") for s in subjects if isinstance(s, NamedNode))


def test_shapes_come_with_their_lists(client: Client) -> None:
    data = set(parse(client.get("/shapes.nt").content, RdfFormat.N_TRIPLES))
    first = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#first")
    assert sum(q.predicate == first for q in data) == 2
    page = client.get("/shapes", headers={"accept": "text/html"}).text
    assert 'id="Event-status"' in page
    assert "An event is held or announced." in page


def test_a_graph_is_that_of_its_file_without_its_own_name(client: Client, site: Site) -> None:
    found = set(parse(client.get("/graph/festbericht.nq").content, RdfFormat.N_QUADS))
    graph = NamedNode(f"{BASE}graph/festbericht")
    assert found == {Quad(q.subject, q.predicate, q.object) for q in site.graph(graph)}
    assert found
    assert client.get("/graph/nope").status_code == 404


def test_the_catalogue_as_data_is_its_whole_file(client: Client) -> None:
    subjects = {q.subject for q in parse(client.get("/catalog.nt").content, RdfFormat.N_TRIPLES)}
    assert NamedNode(f"{BASE}id/dataset/small") in subjects
    assert NamedNode(f"{BASE}catalog") in subjects
