"""The figures of a release are what SPARQL counts, and come back as they were written."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

from kizuna.errors import ReleaseBroken
from kizuna.release import Release
from kizuna.release.figures import (
    FILE_NAME,
    LINKS,
    Figures,
    count,
    read_figures,
    stem_of,
    write_figures,
)
from support import ROOT, build, real_texts

KINDS = ["small", "shipped"]


@pytest.fixture(scope="module", params=KINDS)
def release(
    request: pytest.FixtureRequest, small_release: Release, tmp_path_factory: pytest.TempPathFactory
) -> Release:
    if request.param == "small":
        return small_release
    return build(ROOT, tmp_path_factory.mktemp("figures"), real_texts() or ROOT / "nowhere")


@pytest.fixture(scope="module")
def store(release: Release) -> Store:
    return Store.read_only(str(release.store))


def rows(store: Store, query: str) -> list[tuple[str, ...]]:
    """Return the values of an answer, sorted."""
    found = store.query(query, default_graph=DefaultGraph())
    return sorted(tuple(value.value for value in row) for row in found)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("triples", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        ("subjects", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"),
        ("objects", "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"),
        (
            "entities",
            "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o FILTER(STRSTARTS(STR(?s), '%sid/')) }",
        ),
    ],
)
def test_totals(release: Release, store: Store, name: str, query: str) -> None:
    text = query.replace("%s", release.manifest.base)
    assert rows(store, text) == [(str(getattr(read_figures(release.folder), name)),)]


def test_partitions(release: Release, store: Store) -> None:
    figures = read_figures(release.folder)
    counted = rows(
        store,
        "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?a) (COUNT(DISTINCT ?o) AS ?b)"
        "{ ?s ?p ?o } GROUP BY ?p",
    )
    assert counted == [(p, *map(str, row)) for p, row in figures.properties.items()]
    members = rows(store, "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c")
    assert members == [(c, str(n)) for c, n in figures.classes.items()]


def test_links(release: Release, store: Store) -> None:
    figures = read_figures(release.folder)
    for space, numbers in figures.links.items():
        for predicate, number in numbers.items():
            inside = f"{release.manifest.base}id/"
            [(counted,)] = rows(
                store,
                f"SELECT (COUNT(*) AS ?n) {{ ?s <{predicate}> ?o "
                f"FILTER(STRSTARTS(STR(?s), '{inside}') && STRSTARTS(STR(?o), '{space}')) }}",
            )
            assert int(counted) == number, (space, predicate)
    wanted = " ".join(map(str, LINKS))
    inside = f"{release.manifest.base}id/"
    [(everything,)] = rows(
        store,
        f"SELECT (COUNT(*) AS ?n) {{ VALUES ?p {{ {wanted} }} ?s ?p ?o FILTER(ISIRI(?o) && "
        f"STRSTARTS(STR(?s), '{inside}') && !STRSTARTS(STR(?o), '{inside}')) }}",
    )
    assert sum(n for row in figures.links.values() for n in row.values()) == int(everything)


def test_examples_and_vocabularies(release: Release, store: Store) -> None:
    figures = read_figures(release.folder)
    assert figures.examples
    for iri in figures.examples:
        assert iri.startswith(f"{release.manifest.base}id/")
        assert "#" not in iri
        assert "/claim/" not in iri
        assert bool(store.query(f"ASK {{ <{iri}> ?p ?o }}", default_graph=DefaultGraph()))
    assert "http://www.w3.org/2004/02/skos/core#" in figures.vocabularies


def test_a_triple_of_several_graphs_counts_once() -> None:
    said = '<http://x/id/a> <http://y#p> "1" <http://g/{}> .\n'
    quads = sorted(parse(said.format(1) + said.format(2), RdfFormat.N_QUADS), key=str)
    assert count(quads, "http://x/id/", {}) == Figures(
        triples=1,
        entities=1,
        subjects=1,
        objects=1,
        properties={"http://y#p": (1, 1, 1)},
        classes={},
        vocabularies=("http://y#",),
        links={},
        examples=(),
    )


@pytest.mark.parametrize(
    ("iri", "stem"),
    [
        ("http://www.wikidata.org/entity/Q1", "http://www.wikidata.org/entity/"),
        ("https://sws.geonames.org/1859171/", "https://sws.geonames.org/"),
        ("http://x.org/o#a", "http://x.org/o#"),
        ("urn:isbn:1", "urn:isbn:1"),
        ("https://example.org/", "https://example.org/"),
    ],
)
def test_stems(iri: str, stem: str) -> None:
    assert stem_of(iri) == stem


def test_they_come_back(tmp_path: Path) -> None:
    node = NamedNode("http://x/id/a")
    figures = count([Quad(node, NamedNode("http://x#p"), node, node)], "http://x/id/", {})
    write_figures(tmp_path, figures)
    assert read_figures(tmp_path) == figures


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"triples": 1}', "\x00"])
def test_what_is_none_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(ReleaseBroken, match="cannot be read"):
        read_figures(tmp_path)
