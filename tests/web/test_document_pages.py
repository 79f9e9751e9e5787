"""Pages of documents: what others say of the same, and the whole text where it is published."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Store

from conftest import SMALL, SMALL_BASE, Client
from kizuna.checks import check_project
from kizuna.engine import EmbeddedEngine
from kizuna.iris import Addresses
from kizuna.project import load_project
from kizuna.release import Publication, Release, Releases, build_release
from kizuna.web import create_app, open_site

REPORT = f"{SMALL_BASE}id/document/fair-report"
TEXT = SMALL / "data" / "documents" / "fair-report.txt"
BOTH = """
claim:f-4 a kz:Claim ;
    rdf:subject event:fair ; rdf:predicate kz:status ; rdf:object kz:held ;
    prov:wasQuotedFrom document:festbericht ;
    kz:quote "Das Fest fand" ;
    kz:modality kz:stated .
"""
CORRECTIONS = "mailto:editors@example.org?subject={title}&body={iri}"


def built(root: Path, publication: Publication) -> Release:
    project = load_project(
        root, Addresses.at(SMALL_BASE), ("en", "de", "ja"), root / "data" / "documents"
    )
    releases = Releases(root / "releases")
    return build_release(project, check_project(project), releases, publication=publication)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small project in which both documents say who was at the fair."""
    found = Path(shutil.copytree(SMALL, tmp_path_factory.mktemp("open") / "small"))
    with (found / "data" / "ttl" / "festbericht.ttl").open("a", encoding="utf-8") as file:
        file.write(BOTH)
    return found


@pytest.fixture(scope="module")
def generous(root: Path) -> Iterator[Client]:
    """Give a client of the small site that publishes a text and takes corrections."""
    release = built(root, Publication((REPORT,), CORRECTIONS))
    site = open_site(release, EmbeddedEngine(Store()), SMALL / "queries")
    yield Client(create_app(site))
    site.close()


def test_a_document_tells_what_others_say_too(client: Client, generous: Client) -> None:
    assert 'id="shared"' not in client.get("/doc/document/fair-report").text
    page = generous.get("/doc/document/fair-report").text
    shared = page.partition('id="shared"')[2].partition("</section>")[0]
    assert 'href="/doc/document/festbericht"' in shared
    assert "/doc/document/fair-report" not in shared


def test_a_document_tells_what_others_say_differently(client: Client) -> None:
    page = client.get("/doc/document/fair-report").text
    conflicts = page.partition('id="conflicts"')[2].partition("</section>")[0]
    assert conflicts.count("<li>") == 2
    assert conflicts.count("<b>this document</b>") == 1
    assert 'href="/doc/document/festbericht"' in conflicts


def test_no_text_is_published_unasked(client: Client) -> None:
    page = client.get("/doc/document/fair-report").text
    assert 'class="text"' not in page


def test_a_text_is_published_where_that_is_said(generous: Client) -> None:
    page = generous.get("/doc/document/fair-report").text
    assert 'class="text"' in page
    assert '<a href="/doc/claim/r-1"><mark>' in page
    assert 'class="text"' not in generous.get("/doc/document/festbericht").text


def test_corrections_go_where_they_are_wanted(generous: Client) -> None:
    page = generous.get("/doc/event/fair").text
    wanted = "mailto:editors@example.org?subject=Friendship%20fair&amp;body=https%3A%2F%2Fexample.org%2Fsmall"
    assert f'href="{wanted}' in page


def test_another_text_is_another_release(root: Path, generous: Client) -> None:
    assert generous.get("/").status_code == 200
    open_text, none = built(root, Publication((REPORT,))), built(root, Publication())
    assert open_text.id != none.id
    assert (open_text.folder / open_text.manifest.texts[REPORT]).read_bytes() == TEXT.read_bytes()
    assert none.manifest.texts == {}
