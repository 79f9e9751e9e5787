from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from markupsafe import escape
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from conftest import Client
from kizuna.web import Site, create_app
from kizuna.web.cache import Cache
from kizuna.web.ordering import LAST, rank
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.texts import LANGUAGES
from kizuna.web.views.inline import FILTERS
from kizuna.web.views.page import HERE
from kizuna.web.views.values import dates_in_words
from outline import read

PAGES = [
    "/",
    "/classes",
    "/classes/kz-Event",
    "/classes/Fair",
    "/classes/kz-Event?year=2020&sort=-name",
    "/members?of=place/%E6%9D%B1%E4%BA%AC",
    "/compare",
    "/compare?a=organisation/guild&b=organisation/harbour",
    "/correct?of=event/fair",
    "/dumps",
    "/queries",
    "/queries/events",
    "/search",
    "/search?q=fair",
    "/search?q=nowhere",
    "/sparql",
    "/ontology",
    "/shapes",
    "/terms",
    "/terms/Fair",
    "/terms/mood",
    "/terms/kz-Event",
    "/terms/kz-status",
    "/terms/kz-held",
    "/terms/rdf-type",
    "/terms/shapes/Event",
    "/terms/shapes/Event-status",
    "/catalog",
    "/graph/fair-report",
    "/doc/event/fair",
    "/doc/event/second-fair",
    "/doc/organisation/guild",
    "/doc/document/fair-report",
    "/doc/claim/r-9",
    "/doc/time/sunday",
    "/nope",
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_well_made(client: Client, path: str, language: str) -> None:
    answer = client.get(path, headers={"accept": "text/html", "accept-language": language})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == language
    assert "Accept-Language" in answer.headers["vary"]
    assert f'<html lang="{language}">' in answer.text
    outline = read(answer.text)
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False))
    assert outline.handlers == []
    assert all(
        script == "application/ld+json" or re.fullmatch(r"/static/\w+\.js", script)
        for script in outline.scripts
    )
    assert all(link.startswith(("/", "#", "https://", "http://")) for link in outline.links)


@pytest.mark.parametrize("path", PAGES[:-1])
def test_every_link_leads_somewhere(client: Client, path: str) -> None:
    outline = read(client.get(path, headers={"accept": "text/html"}).text)
    for link in {x.partition("#")[0] for x in outline.links if x.startswith("/")}:
        if link:
            assert client.get(link, headers={"accept": "*/*"}).status_code == 200, link


def page(client: Client, path: str, language: str = "en") -> str:
    return client.get(path, headers={"accept": "text/html", "accept-language": language}).text


def shown(html: str) -> str:
    """Return a page without the data in its head."""
    return html.partition("</head>")[2]


def test_hostile_values_stay_text(client: Client) -> None:
    html = page(client, "/doc/organisation/guild")
    assert "<script>alert" not in html
    assert "Guild &lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert 'href="javascript' not in html
    assert 'onmouseover="' not in html
    assert "https://guild.example.org/" in html
    assert "Wikidata Q1" in html
    fair = page(client, "/doc/event/fair")
    assert "<script>alert" not in fair
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    assert json.loads(found[1])["mainEntity"]["name"] == "Guild <script>alert(1)</script>"


def test_a_chosen_language_stays_chosen(client: Client) -> None:
    html = client.get("/doc/event/fair?lang=de", headers={"accept": "text/html"}).text
    assert "Freundschaftsfest" in html
    internal = [x for x in read(html).links if x.startswith("/doc/") and "." not in x]
    assert internal
    assert all("lang=" in link for link in internal)
    negotiated = page(client, "/doc/event/fair", "de")
    assert "/doc/place/%E6%9D%B1%E4%BA%AC" in negotiated
    unknown = client.get("/doc/event/fair?lang=xx", headers={"accept": "text/html"})
    assert unknown.headers["content-language"] == "en"


def test_foreign_words_carry_their_language(client: Client) -> None:
    html = page(client, "/doc/event/fair")
    assert '<bdi lang="ja">東京</bdi>' in html
    assert '<blockquote lang="de">' in html
    assert '<bdi lang="ja">東京</bdi>' not in page(client, "/doc/event/fair", "ja")


def test_a_fact_shows_who_says_it_and_how(client: Client) -> None:
    html = page(client, "/doc/event/fair")
    assert "About 140 people" in html
    assert "(approximately 140)" in html
    assert "Mehr als 100 Gäste" in html
    assert "(at least 101)" in html
    assert "Said differently:" in html
    assert "Mehr als 100 Gäste kamen" in html
    assert ", 4 May 2019" in html
    assert ", undated" in html
    assert "Ada Quill" in html
    assert "an einem Sonntag" in html
    assert "(not datable)" in html
    assert "https://fair.example.org/report#:~:text=About%20140%20people%20came" in html
    assert html.index(">status<") < html.index(">attendance<") < html.index(">location<")
    assert "First of all" in html or "first of all" in html


def test_planned_and_inferred_are_told(client: Client) -> None:
    html = page(client, "/doc/event/second-fair")
    assert '<span class="manner">planned</span>' in html
    assert '<span class="manner">inferred</span>' in html
    assert "The next year after 2019 is 2020." in html
    assert "(2020)" in html
    assert "Inferred." in html


def test_open_questions_and_mentions(client: Client) -> None:
    html = page(client, "/doc/agreement/letter.of.intent")
    assert "For how long?" in html
    assert "Für wie lange?" not in shown(html)
    harbour = page(client, "/doc/organisation/harbour")
    assert "as “party”" in harbour
    assert "as “participating body”" in harbour


def test_a_document_shows_its_quotes_in_order(client: Client) -> None:
    html = page(client, "/doc/document/fair-report")
    quotes = re.findall(r"<q>(.*?)</q>", html)
    assert quotes[0] == "On 3 May 2019"
    at = 0
    for quote in quotes:
        at = TEXT.index(quote, at)
    assert quotes.count("the Lindenau Guild and the Harbour Society signed a letter of intent") == 1
    assert "Share this page" not in html
    assert "Invented." in html
    assert "Erfunden." not in shown(html)


TEXT = " ".join(
    (HERE.parents[2] / "tests/projects/small/data/documents/fair-report.txt")
    .read_text(encoding="utf-8")
    .split()
)


def test_a_person_shows_what_the_person_said(client: Client) -> None:
    html = page(client, "/doc/person/ada-quill")
    assert "In the words of this person" in html
    assert "<q>the best fair in years</q>" in html


def test_a_claim_says_what_it_claims(client: Client) -> None:
    html = page(client, "/doc/claim/r-7")
    assert "the best fair in years" in html
    assert "Ada Quill" in html


def test_front_page(client: Client) -> None:
    html = page(client, "/")
    assert "A small dataset" in html
    assert "Invented facts about a fair." in html
    assert "<b>13</b> <span>Statements with quotes</span>" in html
    assert "Which events are there?" in html
    assert "小さなデータセット" in page(client, "/", "ja")


def test_a_missing_page_is_told_in_the_readers_language(client: Client) -> None:
    for language, told in (
        ("de", "Unter dieser Adresse steht hier nichts"),
        ("ja", "このアドレス"),
    ):
        html = page(client, "/id/nothing/here", language)
        main = html.partition("<main")[2].partition("</main>")[0]
        assert told in main
        assert 'lang="en"' not in main


def test_classes(client: Client) -> None:
    html = page(client, "/classes/kz-Event")
    assert 'href="/classes/Fair"' in html
    assert "Second fair" in html
    assert ">attendance<" in html
    for path in ("/classes/Nope", "/classes/Fair?page=2", "/classes/Fair/"):
        assert client.get(path).status_code == 404
    for path in ("/classes/Fair?page=0", "/classes/Fair?page=x"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["status"]) == (400, 400)


def test_a_long_class_has_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kizuna.web.lists.asked.PER_PAGE", 5)
    client = Client(create_app(replace(site, cache=Cache())))  # no page made with another length
    first = page(client, "/classes/kz-Claim")
    last = page(client, "/classes/kz-Claim?page=3")
    middle = page(client, "/classes/kz-Claim?page=2&lang=de")
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'rel="prev"' in last
    assert 'rel="next"' not in last
    assert "page=3&amp;lang=de" in middle


def test_static_files(client: Client) -> None:
    address = re.search(r'href="(/static/style\.css\?v=\w+)"', page(client, "/"))
    assert address is not None
    kept = client.get(address[1])
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get("/static/style.css").headers["cache-control"] == "no-cache"
    for path in ("/static/favicon.svg", "/favicon.ico"):
        assert client.get(path).headers["content-type"] == "image/svg+xml"
    assert client.get("/static/nope").status_code == 404
    assert client.get("/static/..%2Fapp.py").status_code == 404


def test_operation(client: Client, site: Site) -> None:
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").json()["release"] == site.release.id


def test_a_reader_sees_the_best_language(site: Site) -> None:
    reader = Reader(site, "ja")
    literals = [Literal("x", language="fr"), Literal("y", language="de"), Literal("z")]
    assert reader.best(literals).text == "y"
    assert reader.best([]).text == ""
    assert reader.link(NamedNode("urn:x")).href == ""
    assert reader.link(NamedNode("HTTPS://a.example/")).outside
    assert reader.name(NamedNode("https://example.org/small/id/nobody/x")).text
    assert reader.address("https://example.org/small/ontology#Fair")[0] == "/ontology#Fair"


# fmt: off
DATES = [
    # earliest     latest        edtf      words
    ("2017-09-20", "2017-09-20", "x",      "20 September 2017"),
    ("2015-10-01", "2017-12-31", "x",      "between 1 October 2015 and 31 December 2017"),
    ("",           "2017-12-31", "../2017", "not after 31 December 2017"),
    ("2017-01-01", "",           "2017/..", "not before 1 January 2017"),
    ("",           "",           "XXXX-02", "not datable"),
    ("",           "",           "",       ""),
]
# fmt: on


@pytest.mark.parametrize(("earliest", "latest", "edtf", "words"), DATES)
def test_bounds_in_words(site: Site, earliest: str, latest: str, edtf: str, words: str) -> None:
    assert dates_in_words(Reader(site, "en"), earliest, latest, edtf) == words


def test_terms_without_a_name_are_still_shown(site: Site) -> None:
    reader = Reader(site, "en")
    node, iri = BlankNode("x"), NamedNode("urn:x")
    assert reader.link(node).words.text == "…"
    assert "urn:x" in reader.name(Triple(iri, iri, node)).text
    assert reader.class_link(iri).words.text == "urn:x"


def test_an_order_that_is_no_number_comes_last() -> None:
    assert rank(Literal("x")) == rank(None) == LAST
    assert rank(Literal("2.5")) == 2.5


def test_parts_that_are_held_tell_each_page_its_own_address(client: Client) -> None:
    """What is rendered once for all pages of a reader has a gap where the address stands."""
    for path in ("/classes", "/queries", "/search?q=%22a%22&type=Fair"):
        text = client.get(path, headers={"accept": "text/html"}).text
        own = escape(f"{path}&lang=de" if "?" in path else f"{path}?lang=de")
        assert f'<link rel="alternate" hreflang="de" href="{own}">' in text
        assert f'<a href="{own}" lang="de"' in text
        assert "\0" not in text
        assert re.findall(r'<a href="(\S+)" aria-current="page"', text) == (
            [path] if path == "/queries" else []
        )


def test_words_and_links_are_escaped_like_everything_else() -> None:
    hostile = Words("<b title=\"x\" id='y'>&amp;", '"><i>')
    said, tag = escape(hostile.text), escape(hostile.lang)
    assert FILTERS["words"](hostile) == f'<bdi lang="{tag}">{said}</bdi>'
    assert FILTERS["link"](Link(hostile, hostile.text)) == (
        f'<a href="{said}"><bdi lang="{tag}">{said}</bdi></a>'
    )
