"""Addresses of pages elsewhere that people paste, where the data name the same by an IRI."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Store

from conftest import SMALL, SMALL_BASE, Client, build_small
from kizuna.engine import EmbeddedEngine
from kizuna.web import create_app, open_site

HTML = {"accept": "text/html"}
MATCHES = f"""
<{SMALL_BASE}id/place/東京> <http://www.w3.org/2004/02/skos/core#exactMatch>
    <https://sws.geonames.org/1850147/> , <http://www.wikidata.org/entity/Q1490> .
<{SMALL_BASE}id/organisation/harbour> <http://www.w3.org/2004/02/skos/core#exactMatch>
    <https://ror.org/04z8jg394> .
"""
TOKYO, HARBOUR = "/doc/place/%E6%9D%B1%E4%BA%AC", "/doc/organisation/harbour"
# fmt: off
PASTED = [
    # what is pasted                                            leads to
    ("https://sws.geonames.org/1850147/",                       TOKYO),
    ("https://sws.geonames.org/1850147/about.rdf",              TOKYO),
    ("http://sws.geonames.org/1850147",                         TOKYO),
    ("https://www.geonames.org/1850147",                        TOKYO),
    ("https://www.geonames.org/1850147/tokyo.html",             TOKYO),
    ("http://www.geonames.org/1850147/",                        TOKYO),
    ("geonames.org/1850147/tokyo.html?lang=ja",                 TOKYO),
    ("https://www.wikidata.org/entity/Q1490",                   TOKYO),
    ("https://www.wikidata.org/wiki/Q1490",                     TOKYO),
    ("https://m.wikidata.org/wiki/Q1490?uselang=ja#P31",        TOKYO),
    ("www.wikidata.org/wiki/Q1490",                             TOKYO),
    ("https://www.wikidata.org/wiki/Special:EntityData/Q1490.json", TOKYO),
    ("https://ror.org/04z8jg394",                               HARBOUR),
    ("http://www.ror.org/04z8jg394/",                           HARBOUR),
    ("ror.org/04z8jg394",                                       HARBOUR),
    # and nowhere
    ("https://www.geonames.org/1850148/tokyo.html",             ""),
    ("https://geonames.org.evil.example/1850147",               ""),
    ("https://evil.example/geonames.org/1850147",               ""),
    ("https://ror.org/04z8jg395",                               ""),
]
# fmt: on


@pytest.fixture(scope="module")
def matched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Give a client of the small site that says what is what elsewhere."""
    root = Path(shutil.copytree(SMALL, tmp_path_factory.mktemp("matched") / "small"))
    with (root / "data/ttl/catalogue.ttl").open("a", encoding="utf-8") as file:
        file.write(MATCHES)
    site = open_site(build_small(root), EmbeddedEngine(Store()), SMALL / "queries")
    yield Client(create_app(site))
    site.close()


@pytest.mark.parametrize(("words", "path"), PASTED)
def test_the_address_of_a_page_elsewhere_finds_its_thing(
    matched: Client, words: str, path: str
) -> None:
    answer = matched.get("/search", params={"q": words}, headers=HTML)
    found = (answer.status_code, answer.headers.get("location", ""))
    assert found == ((303, path) if path else (200, ""))
