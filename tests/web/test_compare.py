from __future__ import annotations

import csv
import io
from collections.abc import Hashable

import pytest

from conftest import SMALL_BASE, Client
from kizuna.web import Site

ID = f"{SMALL_BASE}id/"
BOTH = "/compare?a=organisation/guild&b=organisation/harbour"


def page(client: Client, path: str, language: str = "en") -> str:
    return client.get(path, headers={"accept": "text/html", "accept-language": language}).text


def test_two_things_stand_side_by_side(client: Client) -> None:
    html = page(client, BOTH)
    assert 'href="/doc/agreement/letter.of.intent"' in html
    assert 'href="/compare?a=organisation%2Fharbour&amp;b=organisation%2Fguild"' in html
    assert 'href="/doc/document/fair-report"' not in html  # no claim is about either of them
    assert '<span class="same">the same</span>' in html  # their class
    assert "<script>alert" not in html
    assert "Hafenverein" in page(client, BOTH, "de")


def test_a_comparison_as_data(client: Client) -> None:
    found = client.get(BOTH.replace("?", ".json?")).json()
    assert [t["iri"] for t in found["things"]] == [
        f"{ID}organisation/{n}" for n in ("guild", "harbour")
    ]
    assert found["common"]["agreements"] == [
        {"iri": f"{ID}agreement/letter.of.intent", "name": "Letter of intent"}
    ]
    kinds = next(f for f in found["facts"] if f["property"].endswith("#type"))
    assert all(value["same"] for side in kinds["values"] for value in side)
    answer = client.get(BOTH, headers={"accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert {r["about iri"] for r in rows} == {
        f"{ID}organisation/guild",
        f"{ID}organisation/harbour",
        f"{ID}organisation/guild | {ID}organisation/harbour",
    }
    assert answer.headers["vary"] == "Accept, Accept-Language, Accept-Encoding"
    assert answer.headers["content-location"] == BOTH.replace("?", ".csv?")


# fmt: off
WAYS = [
    "organisation/harbour", "/doc/organisation/harbour", f"<{ID}organisation/harbour>",
    "Harbour Society", "hafenverein", " harbour society ",
]
WRONG = [
    ("a=organisation/guild&b=nobody",                   "IRI of any thing"),
    ("a=organisation/guild&b=organisation/guild",       "another thing"),
    ("a=nobody",                                        "IRI of any thing"),
]
# fmt: on


@pytest.mark.parametrize("text", WAYS)
def test_a_thing_is_found_by_its_address_or_its_name(client: Client, text: str) -> None:
    answer = client.request("GET", "/compare.json", params={"a": "organisation/guild", "b": text})
    assert answer.json()["things"][1]["iri"] == f"{ID}organisation/harbour"


@pytest.mark.parametrize("text", [*WAYS, "organisation/harbour?and=more"])
def test_whatever_a_thing_is_called_its_pages_are_kept_once(
    client: Client, site: Site, text: str
) -> None:
    """Else everybody could fill the cache with one page."""

    def kept(other: str) -> set[Hashable]:
        for query in ({"a": "organisation/guild", "b": other}, {"b": other}):
            found = client.get("/compare", params=query, headers={"accept": "text/html"})
            assert found.status_code == 200
        return {key for key in site.cache._held if isinstance(key, tuple) and key[0] == "compare"}

    assert kept("organisation/harbour") == kept(text)


@pytest.mark.parametrize(("query", "told"), WRONG)
def test_what_cannot_be_compared_is_told(client: Client, query: str, told: str) -> None:
    answer = client.get(f"/compare?{query}")
    assert answer.status_code == 400
    assert told in answer.json()["hint"]


def test_the_form_offers_what_there_is(client: Client) -> None:
    html = page(client, "/compare")
    assert '<option value="Harbour Society">' in html
    assert '<option value="東京">' in html
    assert 'value="organisation/guild"' in page(client, "/compare?a=organisation/guild")
    assert client.get("/compare.csv?a=organisation/guild").status_code == 400
    assert client.get("/compare.ttl?a=x&b=y").status_code == 404


def test_pages_of_what_is_compared_lead_there(client: Client) -> None:
    assert 'href="/compare?a=organisation%2Fharbour"' in page(client, "/doc/organisation/harbour")
    assert "/compare?a=" not in page(client, "/doc/event/fair")
