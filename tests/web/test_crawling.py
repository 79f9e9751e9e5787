"""What crawlers read: robots.txt as robots understand it, and a map whose every address answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest

from conftest import SMALL_BASE, Client
from kizuna.iris import to_uri
from kizuna.release import Touched
from kizuna.web import Site
from kizuna.web.crawling import parts as module
from kizuna.web.crawling.parts import ThingParts

SITEMAPS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
PAGE = {"accept": "text/html"}


def entries(client: Client, path: str, root: str, row: str) -> dict[str, str]:
    """Return the addresses in a map, and the date of each."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert answer.headers["content-type"].startswith("application/xml")
    assert len(answer.content) < 50_000_000
    found = ET.fromstring(answer.content)
    assert found.tag == f"{SITEMAPS}{root}"
    rows = [{e.tag.removeprefix(SITEMAPS): e.text or "" for e in element} for element in found]
    assert {element.tag for element in found} == {f"{SITEMAPS}{row}"}
    assert all(row.keys() <= {"loc", "lastmod"} for row in rows)
    assert len(rows) == len({row["loc"] for row in rows}) <= 50_000
    return {row["loc"]: row.get("lastmod", "") for row in rows}


def here(address: str) -> str:
    assert address.startswith(SMALL_BASE)
    return "/" + address.removeprefix(SMALL_BASE)


def whole_map(client: Client) -> Iterator[tuple[str, str]]:
    for address in entries(client, "/sitemap.xml", "sitemapindex", "sitemap"):
        yield from entries(client, here(address), "urlset", "url").items()


def test_every_address_of_the_map_answers_with_a_page(client: Client) -> None:
    found = dict(whole_map(client))
    assert len(found) > 100
    for address in found:
        answer = client.get(here(address), headers=PAGE)
        assert answer.status_code == 200, address
        assert answer.headers["content-type"].startswith("text/html")
        assert "noindex" not in answer.text, address


def test_the_map_has_all_things_and_kinds_of_pages(client: Client, site: Site) -> None:
    found = dict(whole_map(client))
    things = {t.value for t in site.index.subjects(site.addresses.things) if "#" not in t.value}
    named = {SMALL_BASE + (site.addresses.page(t) or "") for t in things}
    of_values = re.compile("/doc/(time|attendance|claim)/")
    expected = {to_uri(a) for a in named if not of_values.search(a)}
    assert {a for a in found if "/doc/" in a} == expected
    for path in (
        "",
        "classes",
        "queries",
        "queries/events",
        "ontology",
        "catalog",
        "terms",
        "dumps",
    ):
        assert SMALL_BASE + path in found


def test_things_have_the_date_of_their_last_change(client: Client, site: Site) -> None:
    found = dict(whole_map(client))
    assert {d for a, d in found.items() if "/doc/" in a} == {site.manifest.created}
    assert {d for a, d in found.items() if "/doc/" not in a} == {""}


def test_parts_hold_all_things_once_and_the_latest_date(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = {thing for thing, _ in site.things.things(0)}
    monkeypatch.setattr(module, "PER_PART", 7)
    fair = f"{SMALL_BASE}id/event/fair"
    touched = Touched("2026-01-01", {fair: "2026-02-02"})
    found = ThingParts(site.index, site.names, site.addresses, touched)
    rows = [found.things(number) for number in range(len(found.parts))]
    assert found.things(len(found.parts)) == []
    assert [len(some) for some in rows[:-1]] == [7] * (len(rows) - 1)
    things = [thing for some in rows for thing, _ in some]
    assert len(things) == len(set(things))
    assert set(things) == expected
    assert [part.latest for part in found.parts] == [max(d for _, d in some) for some in rows]
    assert dict(rows[things.index(fair) // 7])[fair] == "2026-02-02"


NOT_THERE = [
    "things-0",
    "things-2",
    "pages-99",
    "things-x",
    "nothing-1",
    "things-1.xml",
    "things--1",
]


@pytest.mark.parametrize("name", NOT_THERE)
def test_there_are_no_other_parts(client: Client, name: str) -> None:
    assert client.get(f"/sitemap/{name}.xml").status_code == 404


def test_the_map_is_cached_and_known_again(client: Client) -> None:
    answer = client.get("/sitemap/things-1.xml")
    assert client.get("/sitemap/things-1.xml").content == answer.content
    known = {"if-none-match": answer.headers["etag"]}
    assert client.get("/sitemap/things-1.xml", headers=known).status_code == 304
    assert client.head("/sitemap.xml").headers["content-length"]


ROBOTS = [
    # path                                      may be fetched
    ("/",                                       True),
    ("/doc/event/fair",                         True),
    ("/doc/event/fair?lang=de",                 True),
    ("/id/event/fair",                          True),
    ("/catalog.ttl",                            True),
    ("/sparql",                                 True),
    ("/sparql?query=ASK%7B%7D",                 False),
    ("/sparql.csv?query=ASK%7B%7D",             False),
    ("/search?q=fair",                          False),
    ("/search.json?q=fair",                     False),
    ("/fragments",                              True),
    ("/fragments?page=2",                       False),
    ("/reconcile/preview?id=event/fair",        False),
    ("/classes/kz-Event",                       True),
    ("/classes/kz-Event?year-from=2019",        False),
    ("/classes/kz-Event?lang=de",               True),
    ("/queries/events?lang=ja",                 True),
    ("/queries/events?of=x",                    False),
    ("/static/style.css?v=1",                   True),
]  # fmt: skip


def may_fetch(text: str, path: str) -> bool:
    """Tell whether a path may be fetched (RFC 9309): ``*`` is anything, the longest rule counts."""
    lines = [line.partition(": ") for line in text.splitlines()]
    rules = [(rule, name == "Allow") for name, _, rule in lines if name in {"Allow", "Disallow"}]
    patterns = [(".*".join(map(re.escape, rule.split("*"))), len(rule), may) for rule, may in rules]
    return max((size, may) for pattern, size, may in patterns if re.match(pattern, path))[1]


@pytest.mark.parametrize("case", ROBOTS, ids=lambda case: case[0])
def test_robots_may_fetch_what_is_worth_it(client: Client, case: tuple[str, bool]) -> None:
    assert may_fetch(client.get("/robots.txt").text, case[0]) == case[1]


def test_robots_txt_is_one_and_leads_to_the_map(client: Client) -> None:
    answer = client.get("/robots.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    parser = RobotFileParser()
    parser.parse(answer.text.splitlines())
    (address,) = parser.site_maps() or []
    assert address == f"{SMALL_BASE}sitemap.xml"
    assert client.get(urlsplit(here(address)).path).status_code == 200
