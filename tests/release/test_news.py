from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyoxigraph import Store

from conftest import SMALL, SMALL_BASE, Client
from kizuna.checks import check_project
from kizuna.engine import EmbeddedEngine
from kizuna.iris import Addresses
from kizuna.project import load_project
from kizuna.release import Release, Releases, build_release, news_of
from kizuna.web import create_app, open_site
from support import edit

THING = SMALL_BASE + "id/"


def built(root: Path) -> Release:
    project = load_project(
        root, Addresses.at(SMALL_BASE), ("en", "de", "ja"), root / "data" / "documents"
    )
    return build_release(project, check_project(project), Releases(root / "releases"))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with two releases, in the second of which a name is another one."""
    found = Path(shutil.copytree(SMALL, tmp_path_factory.mktemp("news") / "small"))
    built(found)
    edit(found / "data/ttl/fair-report.ttl", '"Ada Quill"@en', '"Ada Quill of Lindenau"@en')
    return found


def test_a_first_release_has_no_news(root: Path) -> None:
    first = Releases(root / "releases").current()
    assert news_of(root / "releases", first.manifest) is None


def test_what_came_changed_and_went(root: Path) -> None:
    first = Releases(root / "releases").current()
    second = built(root)
    news = news_of(root / "releases", second.manifest)
    assert news is not None
    assert news.before.id == first.id
    assert (news.added, news.changed, news.gone) == ((), (f"{THING}person/ada-quill",), ())


def test_claims_and_values_are_no_news(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = root / "data/ttl/festbericht.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text
        + """
<https://example.org/small/id/organisation/choir> a <http://www.w3.org/ns/org#Organization> ;
    <http://www.w3.org/2004/02/skos/core#prefLabel> "Choir"@en , "Chor"@de .
claim:f-9 a kz:Claim ;
    rdf:subject event:fair ; rdf:predicate kz:status ; rdf:object kz:held ;
    prov:wasQuotedFrom document:festbericht ;
    kz:quote "Das Fest fand" ;
    kz:modality kz:stated .
""",
        encoding="utf-8",
    )
    third = built(root)
    news = news_of(root / "releases", third.manifest)
    assert news is not None
    assert news.added == (f"{THING}organisation/choir",)
    with monkeypatch.context() as few:
        few.setattr("kizuna.release.news.MOST", 1)
        assert news_of(root / "releases", third.manifest) is None  # a part would be counted wrong
    site = open_site(third, EmbeddedEngine(Store()), root / "queries")
    front = Client(create_app(site)).get("/?lang=en").text
    site.close()
    told = front.partition('id="news"')[2].partition("</section>")[0]
    assert news.before.id in told
    assert "1 thing came:" in told
    assert 'href="/id/organisation/choir?lang=en"' in told or "/doc/organisation/choir" in told
    path.write_text(text, encoding="utf-8")
    fourth = built(root)
    gone = news_of(root / "releases", fourth.manifest)
    assert gone is not None
    assert f"{THING}organisation/choir" in gone.gone
