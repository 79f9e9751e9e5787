"""The list of releases, what came with each, and the feed of news."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import Store

from conftest import SMALL, SMALL_BASE, Client, build_small
from kizuna.engine import EmbeddedEngine
from kizuna.release import Release
from kizuna.web import create_app, open_site
from support import edit

ATOM = "{http://www.w3.org/2005/Atom}"
PERSON = f"{SMALL_BASE}id/person/ada-quill"


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Release]:
    """Return two releases of a project, in the second of which a name is another one."""
    root = Path(shutil.copytree(SMALL, tmp_path_factory.mktemp("changes") / "small"))
    first = build_small(root)
    edit(root / "data/ttl/fair-report.ttl", '"Ada Quill"@en', '"Ada <Quill> & Co"@en')
    return first, build_small(root)


@pytest.fixture(scope="module")
def visited(releases: tuple[Release, Release]) -> Iterator[Client]:
    site = open_site(releases[1], EmbeddedEngine(Store()), SMALL / "queries")
    yield Client(create_app(site))
    site.close()


# fmt: off
NEGOTIATED = [
    # path               accept                   type
    ("/changes",         "text/html",             "text/html; charset=utf-8"),
    ("/changes",         "",                      "text/html; charset=utf-8"),
    ("/changes",         "application/atom+xml",  "application/atom+xml; charset=utf-8"),
    ("/changes",         "application/json",      "application/json"),
    ("/changes.atom",    "text/html",             "application/atom+xml; charset=utf-8"),
    ("/changes.json",    "text/html",             "application/json"),
    ("/changes.html",    "application/json",      "text/html; charset=utf-8"),
    ("/changes/NEW",     "text/html",             "text/html; charset=utf-8"),
    ("/changes/NEW",     "application/json;q=0.5, text/html;q=0.1", "application/json"),
    ("/changes/NEW",     "application/rdf-patch", "application/rdf-patch"),
    ("/changes/NEW.rdfp", "text/html",            "application/rdf-patch"),
    ("/changes/NEW.json", "",                     "application/json"),
    ("/changes/NEW.html", "",                     "text/html; charset=utf-8"),
    ("/changes/OLD",     "text/html",             "text/html; charset=utf-8"),
]
WRONG = [
    ("/changes.ttl",            404, "ttl"),
    ("/changes/NEW.ttl",        404, "ttl"),
    ("/changes/0123456789ab",   404, "no release '0123456789ab' is kept here"),
    ("/changes/%2e%2e",         404, "there is no file"),
    ("/changes/OLD.json",       404, "is the first that is kept"),
    ("/changes/NEW.html?page=0", 400, "page='0'"),
    ("/changes/NEW.html?page=x", 400, "page='x'"),
    ("/changes/NEW.html?page=2", 404, "The last one is 1."),
]
# fmt: on


def named(path: str, releases: tuple[Release, Release]) -> str:
    return path.replace("OLD", releases[0].id).replace("NEW", releases[1].id)


@pytest.mark.parametrize(("path", "accept", "kind"), NEGOTIATED)
def test_negotiated(
    visited: Client, releases: tuple[Release, Release], path: str, accept: str, kind: str
) -> None:
    address, headers = named(path, releases), {"accept": accept}
    found = visited.get(address, headers=headers)
    assert (found.status_code, found.headers["content-type"]) == (200, kind)
    by_suffix = "." in path
    assert ("Accept" in found.headers["vary"].split(", ")) is not by_suffix
    if "content-location" in found.headers:
        there = visited.get(found.headers["content-location"])
        assert there.content == found.content
    again = visited.get(address, headers=headers | {"if-none-match": found.headers["etag"]})
    assert again.status_code == 304
    head = visited.head(address, headers=headers)
    assert head.headers["content-length"] == found.headers["content-length"]
    part = visited.get(address, headers=headers | {"range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, found.content[:4])
    for link in re.findall(r'<([^>]*)>; rel="alternate"', found.headers.get("link", "")):
        assert visited.get(link).status_code == 200


@pytest.mark.parametrize(("path", "status", "said"), WRONG)
def test_wrong(
    visited: Client, releases: tuple[Release, Release], path: str, status: int, said: str
) -> None:
    found = visited.get(named(path, releases), headers={"accept": "application/json"})
    assert found.status_code == status
    assert said in found.text


def test_the_page_shows_facts(visited: Client, releases: tuple[Release, Release]) -> None:
    page = visited.get(f"/changes/{releases[1].id}?lang=en", headers={"accept": "text/html"}).text
    main = page.partition("<main")[2].partition("</main")[0]
    assert "Ada &lt;Quill&gt; &amp; Co" in main
    assert '>Ada Quill</bdi> <span class="small">en</span>' in main
    assert "Facts: 1 added, 1 removed" in main
    assert f'href="/changes/{releases[1].id}.rdfp"' in main
    led = visited.get("/changes/current?lang=en")
    assert (led.status_code, led.headers["location"]) == (
        303,
        f"/changes/{releases[1].id}?lang=en",
    )


def test_pages_lead_to_the_feed_and_the_list(visited: Client, releases: object) -> None:
    for path in ("/", "/dumps", "/changes"):
        page = visited.get(f"{path}?lang=en", headers={"accept": "text/html"}).text
        assert (
            '<link rel="alternate" type="application/atom+xml" href="/changes.atom?lang=en"' in page
        )
        assert 'href="/changes?lang=en"' in page
    front = visited.get("/?lang=en").text
    assert f'href="/changes/{releases[1].id}?lang=en"' in front  # type: ignore[index]


@pytest.mark.parametrize("language", ["en", "de", "ja"])
def test_the_feed(visited: Client, releases: tuple[Release, Release], language: str) -> None:
    """RFC 4287, sections 4.1.1 and 4.1.2: what a feed and its entries must have."""
    feed = ET.fromstring(visited.get(f"/changes.atom?lang={language}").content)
    assert feed.tag == f"{ATOM}feed"
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == language
    assert feed.findtext(f"{ATOM}id") == f"{SMALL_BASE}changes"
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"{SMALL_BASE}changes.atom?lang={language}"
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        f"{SMALL_BASE}changes/{release.id}" for release in reversed(releases)
    ]
    moments = [datetime.fromisoformat(moment.text or "") for moment in feed.iter(f"{ATOM}updated")]
    assert all(moment.tzinfo for moment in moments)
    assert moments[0] == max(moments)
    for entry in entries:
        assert len(entry.findall(f"{ATOM}title")) == len(entry.findall(f"{ATOM}summary")) == 1
        alternate = [x for x in entry.findall(f"{ATOM}link") if x.get("rel") == "alternate"]
        address = str(alternate[0].get("href")).removeprefix(SMALL_BASE)
        assert visited.get(f"/{address}", headers={"accept": "text/html"}).status_code == 200
    content = entries[0].find(f"{ATOM}content")
    assert content is not None
    assert content.get("type") == "text/markdown"
    assert f"(<{PERSON}>)" in (content.text or "")


def test_a_patch_that_is_large_is_streamed(
    releases: tuple[Release, Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = open_site(releases[1], EmbeddedEngine(Store()), SMALL / "queries")
    visited = Client(create_app(site))
    address = f"/changes/{releases[1].id}"
    small = [visited.get(f"{address}.{suffix}").content for suffix in ("rdfp", "json")]
    site.close()
    site = open_site(releases[1], EmbeddedEngine(Store()), SMALL / "queries")
    monkeypatch.setattr("kizuna.web.routes.changes.MOST_HELD", 0)
    visited = Client(create_app(site))
    large = [visited.get(f"{address}.{suffix}") for suffix in ("rdfp", "json")]
    site.close()
    assert [found.content for found in large] == small
    assert not any("content-length" in found.headers for found in large)


def test_pages_of_a_long_list(
    releases: tuple[Release, Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = open_site(releases[1], EmbeddedEngine(Store()), SMALL / "queries")
    monkeypatch.setattr("kizuna.web.views.changes.PER_PAGE", 1)
    visited = Client(create_app(site))
    address = f"/changes/{releases[1].id}.html"
    first, second = visited.get(address).text, visited.get(f"{address}?page=2").text
    site.close()
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second
    assert ("Added:" in first, "Removed:" in first) == (True, False)
    assert ("Added:" in second, "Removed:" in second) == (False, True)


def test_too_much_is_told_as_such(
    releases: tuple[Release, Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kizuna.release.differing.kept.MOST", 0)
    monkeypatch.setattr("kizuna.release.differing.kept.FOLDER", ".few")
    site = open_site(releases[1], EmbeddedEngine(Store()), SMALL / "queries")
    visited = Client(create_app(site))
    address = f"/changes/{releases[1].id}"
    page, file = visited.get(f"{address}.html?lang=en"), visited.get(f"{address}.rdfp")
    feed = visited.get("/changes.atom?lang=en").text
    site.close()
    assert "So much differs from the release before it" in page.text
    assert file.status_code == 413
    assert f"/dumps/{releases[1].id}/dataset.nq" in file.text
    assert "So much is new since" in feed
