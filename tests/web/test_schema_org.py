"""What pages tell search engines."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from conftest import Client
from kizuna.vocabulary import term
from kizuna.web import Site, create_app
from kizuna.web.cache import Cache

BASE = "https://example.org/small/"
SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def told(client: Client, path: str, language: str = "en") -> dict[str, Any]:
    headers = {"accept": "text/html", "accept-language": language}
    (script,) = SCRIPT.findall(client.get(path, headers=headers).text)
    found: dict[str, Any] = json.loads(script)
    return found


# fmt: off
THINGS = [
    # path                                 type            what else is said
    ("/doc/event/fair",                    "Event",        {"name": "Friendship fair"}),
    ("/doc/event/second-fair",             "Event",        {"name": "Second fair"}),
    ("/doc/organisation/guild",            "Organization", {"sameAs": ["http://www.wikidata.org/entity/Q1", "https://guild.example.org/"]}),
    ("/doc/person/ada-quill",              "Person",       {"name": "Ada Quill"}),
    ("/doc/place/%E6%9D%B1%E4%BA%AC",      "City",         {"name": "東京"}),
    ("/doc/agreement/letter.of.intent",    "DigitalDocument", {"url": f"{BASE}doc/agreement/letter.of.intent"}),
    ("/doc/document/fair-report",          "Article",      {}),
]
# fmt: on


@pytest.mark.parametrize(("path", "kind", "more"), THINGS)
def test_things(client: Client, path: str, kind: str, more: dict[str, Any]) -> None:
    main = told(client, path)["mainEntity"]
    assert main["@type"] == kind
    assert {name: main[name] for name in more} == more
    assert "javascript:" not in json.dumps(main)


def test_a_project_may_add_to_a_word_that_is_a_text(site: Site) -> None:
    pages = replace(site.pages, schema_properties={term("skos:prefLabel"): "name"})
    client = Client(create_app(replace(site, pages=pages, cache=Cache())))
    assert told(client, "/doc/event/fair")["mainEntity"]["name"][0] == "Friendship fair"


def test_only_a_certain_day_is_a_date(client: Client) -> None:
    assert "startDate" not in told(client, "/doc/event/second-fair")["mainEntity"]  # "2020"
    location = told(client, "/doc/event/fair")["mainEntity"]["location"]
    assert location == {"@type": "City", "@id": f"{BASE}id/place/東京", "name": "東京"}


@pytest.mark.parametrize("language", ["en", "de", "ja"])
@pytest.mark.parametrize(
    "path", ["/", "/classes", "/queries", "/sparql", "/dumps", "/ontology", "/nope", "/profiles"]
)
def test_every_page_says_what_it_is(client: Client, path: str, language: str) -> None:
    page = told(client, path, language)
    assert page["@type"] in {"WebPage", "CollectionPage"}
    assert page["inLanguage"] == language
    assert page["name"]
    assert page["isPartOf"]["url"] == BASE


def test_the_front_page_is_a_dataset_that_can_be_searched(client: Client) -> None:
    site, dataset = told(client, "/")["mainEntity"]
    assert site["potentialAction"]["target"]["urlTemplate"] == f"{BASE}search?q={{q}}"
    assert dataset["@id"] != f"{BASE}catalog"  # which is the catalogue that lists it
    assert (
        told(client, dataset["@id"].replace(f"{BASE}id/", "/doc/"))["mainEntity"]["@type"]
        == "Dataset"
    )
    assert dataset["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert {d["encodingFormat"] for d in dataset["distribution"]} > {"text/turtle"}
