from __future__ import annotations

import asyncio
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import SMALL_BASE, Client
from kizuna.errors import Busy
from kizuna.release import Release
from kizuna.web import Site, create_app, open_site
from kizuna.web.cache import Cache
from kizuna.web.reader import Reader
from kizuna.web.turns import Turns
from support import BASE, ROOT, build, copy_bridge, real_texts

FAIR = f"{SMALL_BASE}id/event/fair"
HTML = {"accept": "text/html"}


def things(client: Client, words: str) -> list[str]:
    answer = client.get("/search", params={"q": words})
    assert answer.status_code == 200
    return [hit["thing"] for hit in answer.json()["hits"]]


def page(client: Client, words: str, language: str = "en", **query: str) -> str:
    answer = client.get(
        "/search", params={"q": words, **query}, headers=HTML | {"accept-language": language}
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text.partition("<main")[2].partition("</main>")[0]


def marked(html: str) -> set[str]:
    return set(re.findall(r"<mark>(.*?)</mark>", html))


def test_things_by_words(client: Client) -> None:
    answer = client.get("/search", params={"q": "friendship"}, headers={"accept-language": "de"})
    assert answer.headers["content-type"] == "application/json"
    assert {"Accept", "Accept-Language"} <= set(answer.headers["vary"].split(", "))
    assert answer.headers["content-location"] == "/search.json?q=friendship"
    [best, *_] = answer.json()["hits"]
    assert (best["thing"], best["text"], best["language"]) == (FAIR, "Friendship fair", "en")
    assert best["name"] == "Freundschaftsfest"
    assert best["score"] > 0
    assert best["address"] == "/doc/event/fair"
    assert best["types"] == [f"{SMALL_BASE}ontology#Fair"]
    assert answer.json()["match"] == "all"
    assert FAIR in things(client, "FRIEND")
    assert things(client, "") == things(client, "qqq www") == []


def test_the_limit_holds(client: Client) -> None:
    one = client.get("/search", params={"q": "fair", "limit": "1"}).json()["hits"]
    assert len(one) == 1
    for limit in ("0", "-1", "1001", "many"):
        assert client.get("/search", params={"q": "fair", "limit": limit}).status_code == 400
    assert client.get("/search?q=fair&page=0", headers=HTML).status_code == 400


# fmt: off
FORMS = [
    # path                           accept              status  type
    ("/search?q=fair",               "*/*",              200, "application/json"),
    ("/search?q=fair",               "text/html",        200, "text/html; charset=utf-8"),
    ("/search.json?q=fair",          "text/html",        200, "application/json"),
    ("/search.html?q=fair",          "application/json", 200, "text/html; charset=utf-8"),
    ("/search?q=fair&_format=json",  "text/html",        200, "application/json"),
    ("/search?q=fair&_format=text/html", "*/*",          200, "text/html; charset=utf-8"),
    ("/search?q=fair&_format=ttl",   "*/*",              406, "application/problem+json"),
    ("/search.ttl?q=fair",           "*/*",              404, "text/turtle; charset=utf-8"),
    ("/search?q=fair",               "text/turtle",      406, "text/turtle; charset=utf-8"),
]
# fmt: on


@pytest.mark.parametrize(("path", "accept", "status", "kind"), FORMS)
def test_forms(client: Client, path: str, accept: str, status: int, kind: str) -> None:
    answer = client.get(path, headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (status, kind)


def test_a_page_shows_hits_by_kind(client: Client) -> None:
    html = page(client, "fair")
    assert re.search(r'id="kind-Fair">.*?<span class="count">2<', html, re.DOTALL)
    assert '<a href="/doc/event/fair"><bdi>Friendship <mark>fair</mark></bdi></a>' in html
    assert html.index("kind-Fair") < html.index("kind-kz-Claim")
    assert "<q><bdi>The <mark>fair</mark> took place" in html
    assert 'href="/doc/document/fair-report"' in html
    german = page(client, "fair", "de")
    assert "Freundschaftsfest" in german
    assert '<bdi lang="en">Friendship <mark>fair</mark></bdi>' in german


def test_a_kind_alone_has_pages(
    client: Client, monkeypatch: pytest.MonkeyPatch, site: Site
) -> None:
    monkeypatch.setattr("kizuna.web.views.search.PER_PAGE", 2)
    monkeypatch.setattr("kizuna.web.views.search.PER_KIND", 1)
    client = Client(create_app(replace(site, cache=Cache())))
    assert "/search?q=fair&amp;type=Fair" in page(client, "fair")
    first, second = (
        page(client, "fair", type="kz-Claim"),
        page(client, "fair", type="kz-Claim", page="2"),
    )
    assert 'rel="next" href="/search?q=fair&amp;type=kz-Claim&amp;page=2"' in first
    assert 'rel="prev"' in second
    assert "kind-Fair" not in first + second
    assert page(client, "fair", type="Nope").count("<section") == 2  # how to search, where to look


# fmt: off
OUTCOMES = [
    # words                  language  match     tells
    ("freindship",           "en",     "mended", "Showing results for “Friendship”"),
    ("Hafenvreein",          "de",     "mended", "Gezeigt werden Treffer für „Hafenverein“"),
    ("harbour friendship",   "en",     "some",   "No text holds all of these words"),
    ("friendship fair",      "en",     "few",    "Few texts hold all of these words"),
    ('"friendship fair"',    "en",     "all",    "result"),
    ("qqqq",                 "en",     "none",   "Nothing was found for “qqqq”"),
    ("qqqq",                 "ja",     "none",   "見つかりませんでした"),
    ("",                     "de",     "none",   "So wird gesucht"),
    ("fair",                 "en",     "all",    "result"),
]
# fmt: on


@pytest.mark.parametrize(("words", "language", "match", "tells"), OUTCOMES)
def test_what_became_of_a_search(
    client: Client, words: str, language: str, match: str, tells: str
) -> None:
    assert client.get("/search", params={"q": words}).json()["match"] == match
    html = page(client, words, language)
    assert tells in html
    assert ("<mark>" in html) is (match != "none")
    assert ('id="browse"' in html) is (match == "none")


def test_a_page_is_not_for_other_search_engines(client: Client) -> None:
    html = client.get("/search?q=fair", headers=HTML).text
    assert '<meta name="robots" content="noindex">' in html
    assert "<title>fair – Search – A small dataset</title>" in html
    assert 'value="fair"' in html
    assert 'href="/search.json?q=fair"' in html
    chosen = client.get("/search?q=fair&lang=de", headers=HTML).text
    assert '<input type="hidden" name="lang" value="de">' in chosen


# fmt: off
PASTED = [
    # what is pasted                                    leads to
    (FAIR,                                              "/doc/event/fair"),
    (f" <{FAIR}>\n",                                    "/doc/event/fair"),
    (FAIR.replace("https", "http"),                     "/doc/event/fair"),
    ("/id/event/fair",                                  "/doc/event/fair"),
    ("id/event/fair",                                   "/doc/event/fair"),
    ("/doc/event/fair.ttl",                             "/doc/event/fair"),
    ("http://small/doc/event/fair?lang=de#facts",       "/doc/event/fair"),
    ("https://small/doc/event/fair.html",               "/doc/event/fair"),
    ("/id/agreement/letter.of.intent",                  "/doc/agreement/letter.of.intent"),
    ("/id/place/東京",                                  "/doc/place/%E6%9D%B1%E4%BA%AC"),
    ("http://small/doc/place/%E6%9D%B1%E4%BA%AC",       "/doc/place/%E6%9D%B1%E4%BA%AC"),
    (f"{SMALL_BASE}ontology#Fair",                      "/ontology#Fair"),
    ("event:fair",                                      "/doc/event/fair"),
    ("http://www.wikidata.org/entity/Q1",               "/doc/organisation/guild"),
    ("https://www.wikidata.org/wiki/Q1",                "/doc/organisation/guild"),
    ("Q1",                                              "/doc/organisation/guild"),
    ("https://guild.example.org",                       "/doc/organisation/guild"),
    ("https://fair.example.org/report",                 "/doc/document/fair-report"),
    # and nowhere
    ("Q2",                                              ""),
    ("https://evil.example/",                           ""),
    ("//evil.example/id/event/fair",                    ""),
    ("/\\evil.example",                                 ""),
    ("javascript:alert(1)",                             ""),
    ("http://[",                                        ""),
    ("https://small.evil.example/doc/event/fair",       ""),
    (f"{SMALL_BASE}id/event/nope",                      ""),
    (f"{SMALL_BASE}/evil.example",                      ""),
    ("x:" + "y" * 9_000,                                ""),
]
# fmt: on


@pytest.mark.parametrize(("words", "path"), PASTED)
def test_an_address_finds_its_thing(client: Client, words: str, path: str) -> None:
    answer = client.get("/search", params={"q": words}, headers=HTML)
    told = client.get("/search", params={"q": words}).json()
    if path:
        assert (answer.status_code, answer.headers["location"]) == (303, path)
        assert told["thing"]["address"] == path
        chosen = client.get("/search", params={"q": words, "lang": "de"}, headers=HTML)
        assert "lang=de" in chosen.headers["location"]
    else:
        assert answer.status_code == 200
        assert "thing" not in told


def test_something_described_that_has_no_page_here_is_told(client: Client) -> None:
    html = page(client, "https://creativecommons.org/publicdomain/zero/1.0/")
    assert "This is the address of" in html
    assert 'href="https://creativecommons.org/publicdomain/zero/1.0/"' in html


def test_what_looks_like_another_host_leads_out(site: Site) -> None:
    reader = Reader(site, "en")
    iri = f"{SMALL_BASE}/evil.example"  # whose path would be //evil.example
    assert reader.address(iri) == (iri, True)
    assert reader.address(f"{SMALL_BASE}id//evil.example") == ("/doc//evil.example", False)


HOSTILE = (
    '"} INSERT {', "\\", "'\"\n", "NEAR( * -", "<script>alert(1)</script>", "\x00", "%", "神" * 900,
    '"' * 50, "a*b^c:d", "{kobe}", "x" * 10_000, "'><img src=x onerror=alert(1)>", "a:" * 3_000, "\u202e", "&amp;", "Guild <script",
)  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words(client: Client, words: str) -> None:
    assert isinstance(things(client, words), list)
    html = page(client, words)
    assert "<script" not in html
    assert "<img" not in html
    told = client.get("/search/suggest", params={"q": words})
    assert (told.status_code, len(told.json())) == (200, 4)


def test_half_a_character_and_quotation_marks(client: Client) -> None:
    for path in ("/search", "/search/suggest"):
        assert client.get(f"{path}?q=%FF%ED%A0%80").status_code == 200
    told = client.get("/search", params={"q": '"</script>'})
    assert json.loads(told.text)["words"] == '"</script>'


@settings(deadline=None, max_examples=40)
@given(st.text())
def test_whatever_is_typed_is_answered(client: Client, words: str) -> None:
    where = quote(words, safe="", errors="replace")
    for path in (f"/search?q={where}", f"/search/suggest?q={where}"):
        assert client.get(path).status_code == 200
    assert client.get(f"/search?q={where}", headers=HTML).status_code in {200, 303}


def test_it_is_cached(client: Client) -> None:
    first = client.get("/search", params={"q": "fair"})
    again = client.get(
        "/search", params={"q": "fair"}, headers={"if-none-match": first.headers["etag"]}
    )
    assert again.status_code == 304


def test_suggestions(client: Client) -> None:
    answer = client.get("/search/suggest?q=frie", headers={"accept-language": "de"})
    assert answer.headers["content-type"] == "application/x-suggestions+json"
    assert "max-age" in answer.headers["cache-control"]
    words, names, kinds, addresses = answer.json()
    assert (words, names[0], addresses[0]) == ("frie", "Friendship fair", "/doc/event/fair")
    assert kinds[0].startswith("Freundschaftsfest · ")
    assert client.get("/search/suggest").json() == ["", [], [], []]
    mended = client.get("/search/suggest?q=freindship").json()
    assert mended[1] == ["Friendship fair"]
    chosen = client.get("/search/suggest?q=frie&lang=ja").json()
    assert chosen[3] == ["/doc/event/fair?lang=ja"]
    # a class leads to its members, shapes are not suggested, and nothing leads to a script
    assert client.get("/search/suggest?q=event").json()[3][0].startswith("/classes/")
    assert not any("javascript" in a for a in client.get("/search/suggest?q=guild").json()[3])


def test_suggestions_that_took_too_long_are_not_kept(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(create_app(replace(site, cache=Cache())))
    with monkeypatch.context() as slow:
        slow.setattr("kizuna.web.routes.search.SUGGESTION_SECONDS", -1.0)
        slow.setattr("kizuna.engine.looking._STEPS_BETWEEN_LOOKS", 1)
        none = client.get("/search/suggest?q=fair")
    assert (none.json(), none.headers["cache-control"]) == (["fair", [], [], []], "no-store")
    assert client.get("/search/suggest?q=fair").json()[1]


def test_suggestions_end_in_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kizuna.web.routes.search.SUGGESTION_SECONDS", -1.0)
    monkeypatch.setattr("kizuna.engine.looking._STEPS_BETWEEN_LOOKS", 1)
    client = Client(create_app(replace(site, cache=Cache())))
    assert client.get("/search/suggest?q=fair").json() == ["fair", [], [], []]


def test_browsers_learn_how_to_search(client: Client) -> None:
    assert (
        'rel="search" type="application/opensearchdescription+xml"'
        in client.get("/", headers=HTML).text
    )
    answer = client.get("/opensearch.xml?lang=de", headers={"host": 'small"<x>'})
    assert answer.headers["content-type"] == "application/opensearchdescription+xml"
    root = ET.fromstring(client.get("/opensearch.xml").text)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    urls = {u.get("type"): u.get("template") for u in root.findall(f"{space}Url")}
    assert urls["text/html"] == "http://small/search?q={searchTerms}"
    assert urls["application/x-suggestions+json"] == "http://small/search/suggest?q={searchTerms}"
    assert 0 < len(str(root.findtext(f"{space}ShortName"))) <= 16


# fmt: off
LOST = [
    # path                        field                    meant
    ("/id/event/friendship-fiar", "friendship fiar",       "/doc/event/fair"),
    ("/doc/event/harbour.ttl",    "harbour",               "/doc/organisation/harbour"),
    ("/friendship/",              "friendship",            "/doc/event/fair"),
    ("/qqqq",                     "qqqq",                  ""),
    ("/%3Cscript%3Ealert(1)",     "script alert",          "/doc/organisation/guild"),
    ("/%22onload=x",              "onload",                ""),
    ("/%FF%00",                   "",                      ""),
]
# fmt: on


@pytest.mark.parametrize(("path", "field", "meant"), LOST)
def test_a_page_that_is_not_there_helps(client: Client, path: str, field: str, meant: str) -> None:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 404
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    assert not field or f'value="{field}"' in main
    assert (f'href="{meant}"' in main) if meant else ("Did you mean" not in main)
    assert "<script" not in main
    told = client.get(path, headers={"accept": "application/json"})
    assert told.headers["content-type"] in {
        "application/problem+json",
        "text/turtle; charset=utf-8",
    }
    assert "value" not in told.text


def test_help_that_fails_does_not_fail_the_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("kizuna.web.problems.nearby", broken)
    answer = client.get("/friendship", headers=HTML)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_few_search_at_a_time() -> None:
    with pytest.raises(Busy):
        asyncio.run(Turns(most_waiting=0).take(lambda: None))


def test_an_index_of_an_older_build_is_searched_too(
    small_release: Release, site: Site, tmp_path: Path
) -> None:
    folder = tmp_path / "release"
    shutil.copytree(small_release.folder, folder)
    with sqlite3.connect(folder / small_release.search.name) as connection:
        connection.executescript("DROP TABLE name; DROP TABLE near; DROP TABLE vocabulary")
    old = Client(
        create_app(replace(site, release=replace(small_release, folder=folder), cache=Cache()))
    )
    assert FAIR in things(old, "friendship")
    assert things(old, "freindship") == []
    assert old.get("/search/suggest?q=frie").json()[1] == ["Friendship fair"]


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml"])
def test_the_service_says_that_it_searches(client: Client, site: Site, accept: str) -> None:
    description = client.get("/sparql", headers={"accept": accept}).text
    assert "propertyFeature" in description
    assert "search" in description
    assert site.release.search.is_file()


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[Client]:
    """A client of the shipped data."""
    release = build(ROOT, tmp_path_factory.mktemp("shipped") / "releases", real_texts())
    opened = open_site(release, site.engine, ROOT / "queries")
    yield Client(create_app(opened))
    opened.index.close()


# fmt: off
FIRST = [
    # words                          first hit
    ("Kobe",                         "place/kobe"),                 # the name itself
    ("神戸",                         "place/kobe"),                 # in Japanese, a beginning
    ("神戸市",                       "place/kobe"),
    ("Kobbe",                        "place/kobe"),                 # a typing error
    ("Okbe",                         "place/kobe"),                 # at its beginning
    ("thueringen",                   "place/thueringen"),           # umlauts as two letters
    ("THURINGEN",                    "place/thueringen"),           # or none
    ("Thuringia",                    "place/thueringen"),           # in English
    ("テューリンゲン州",             "place/thueringen"),
    ("ﾃｭｰﾘﾝｹﾞﾝ",                     "place/thueringen"),           # half width
    ("TUM",                          "organisation/tum"),           # another name
    ("BioM",                         "organisation/biom"),
    ("Tiefensee",                    "person/wolfgang-tiefensee"),
    ("tiefensee wolfgang",           "person/wolfgang-tiefensee"),  # any order
    ("Kobe Bio",                     "cluster/kobe-biomedical-innovation-cluster"),  # the last word has begun
]
# fmt: on


@pytest.mark.parametrize("language", ["en", "de", "ja"])
@pytest.mark.parametrize(("words", "first"), FIRST)
def test_what_people_expect_comes_first(
    shipped: Client, words: str, first: str, language: str
) -> None:
    answer = shipped.get("/search", params={"q": words, "lang": language})
    assert answer.json()["hits"][0]["thing"] == f"{BASE}id/{first}"


def test_every_project_can_be_searched(tmp_path: Path, site: Site) -> None:
    release = build(copy_bridge(tmp_path / "bridge"), tmp_path / "releases")
    opened = open_site(release, site.engine, tmp_path)
    client = Client(create_app(opened))
    name = client.get("/search?q=a&limit=1").json()["hits"][0]["text"]
    assert marked(page(client, name))
    opened.index.close()
