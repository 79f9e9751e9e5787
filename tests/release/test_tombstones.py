"""Things that go, come back, and are replaced: over builds, rollbacks and writes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from conftest import SMALL, SMALL_BASE, Client
from kizuna.checks import check_project
from kizuna.engine import EmbeddedEngine
from kizuna.iris import Addresses
from kizuna.project import load_project
from kizuna.release import Release, Releases, build_release, read_tombstones
from kizuna.release import tombstones as module
from kizuna.release.filling import fill
from kizuna.release.manifest import write_manifest
from kizuna.web import create_app, open_site

FIELD = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix kz: <https://w3id.org/kizuna/ontology#> .
<{base}id/field/{name}> a kz:TechnologyField ; skos:prefLabel "Field"@en , "Feld"@de ; {more} .
"""
OLD, NEW = (f"{SMALL_BASE}id/field/{name}" for name in ("old", "new"))


def built(folder: Path, **fields: str) -> Release:
    """Return the small project's release with these fields besides."""
    project = folder / "project"
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(SMALL, project)
    for name, more in fields.items():
        text = FIELD.format(base=SMALL_BASE, name=name, more=more or 'skos:note "x"@en')
        (project / "data" / "ttl" / f"field-{name}.ttl").write_text(text, encoding="utf-8")
    loaded = load_project(
        project, Addresses.at(SMALL_BASE), ("en", "de"), project / "data" / "documents"
    )
    report = replace(check_project(loaded), findings=())  # dct:replaces is not among its terms
    return build_release(loaded, report, Releases(folder / "releases"))


def client_of(release: Release) -> Client:
    site = open_site(release, EmbeddedEngine(release.store), SMALL / "queries")
    return Client(create_app(site))


def test_what_goes_has_a_tombstone_until_it_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    first = built(tmp_path, old="")
    assert read_tombstones(folder) == {}
    second = built(tmp_path)
    stone = read_tombstones(folder)[OLD]
    assert (stone.last, stone.release) == (first.manifest.version, second.manifest.version)
    again = built(tmp_path)  # equal content: the same release, the same tombstones
    assert again.id == second.id
    assert read_tombstones(folder) == {OLD: stone}
    third = built(tmp_path, new=f"dct:replaces <{OLD}>")
    assert read_tombstones(folder) == {OLD: stone}  # carried on
    releases = Releases(folder)
    releases.rollback(first.id)
    assert set(read_tombstones(folder)) == {NEW}
    assert releases.rollback(third.id).id == third.id
    assert set(read_tombstones(folder)) == {OLD}
    assert built(tmp_path, old="").id == first.id  # a build of what there was before
    assert set(read_tombstones(folder)) == {NEW}


def test_gone_in_the_format_asked(tmp_path: Path) -> None:
    first = built(tmp_path, old="")
    third = built(tmp_path, new=f"dct:replaces <{OLD}>")
    client = client_of(third)
    cases = [
        # path                  Accept                  Content-Type
        ("/id/field/old", "text/html", "text/html; charset=utf-8"),
        ("/doc/field/old", "text/html", "text/html; charset=utf-8"),
        ("/doc/field/old", "*/*", "application/problem+json"),
        ("/doc/field/old", "application/json", "application/problem+json"),
        ("/id/field/old", "text/turtle", "text/turtle; charset=utf-8"),
        ("/doc/field/old", "application/ld+json", "application/ld+json"),
        ("/doc/field/old.nt", "text/html", "application/n-triples"),
        ("/doc/field/old.html", "*/*", "text/html; charset=utf-8"),
        ("/doc/field/old?_format=rdf", "*/*", "application/rdf+xml"),
    ]
    for path, accept, content_type in cases:
        for method in ("GET", "HEAD"):
            answer = client.request(method, path, headers={"accept": accept})
            assert (answer.status_code, answer.headers["content-type"]) == (410, content_type)
            assert "Accept" in answer.headers["vary"]
            assert f'<{NEW}>; rel="successor-version"' in answer.headers["link"]
    problem = client.get("/doc/field/old").json()
    assert (problem["status"], problem["title"]) == (410, "Gone")
    for version in (first.manifest.version, third.manifest.version):
        assert version in problem["detail"]
        for language in ("en", "de", "ja"):
            page = client.get(f"/doc/field/old.html?lang={language}").text
            assert version in page
            assert "/doc/field/new" in page
    told = set(parse(client.get("/doc/field/old.ttl").content, RdfFormat.TURTLE))
    replaced = NamedNode("http://purl.org/dc/terms/isReplacedBy")
    assert [q.object for q in told if q.predicate == replaced] == [NamedNode(NEW)]
    assert client.get("/doc/field/old", headers={"accept": "image/png"}).status_code == 406
    assert client.get("/doc/field/never").status_code == 404
    assert client.get("/doc/field/new").status_code == 200


def test_what_replaces_it_by_its_own_last_words(tmp_path: Path) -> None:
    built(tmp_path, old=f"dct:isReplacedBy <{NEW}>", new="")
    built(tmp_path, new="")
    assert read_tombstones(tmp_path / "releases")[OLD].replaced == (NEW,)


def test_a_written_release_buries_once_it_is_filled(tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    first = built(tmp_path, old="")
    second = built(tmp_path)
    Releases(folder).rollback(first.id)
    written = replace(second.manifest, parent=first.id, filled=False)
    write_manifest(second.folder, written)
    Releases(folder).switch(second.id)
    assert OLD not in read_tombstones(folder)  # nobody knows yet what is in it
    fill(second.folder)
    assert OLD in read_tombstones(folder)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"x": 1}', '{"x": {"replaced": 1}}'])
def test_unreadable_tombstones_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / ".tombstones.json").write_text(text, encoding="utf-8")
    assert read_tombstones(tmp_path) == {}


def test_only_so_many_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    built(tmp_path, a="", b="", c="")
    built(tmp_path)
    assert len(read_tombstones(tmp_path / "releases")) == 2
