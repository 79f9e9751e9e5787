from __future__ import annotations

import json

import pytest

from conftest import SMALL_BASE, Client
from kizuna.web import Site

FAIR = f"{SMALL_BASE}id/event/fair"


def things(client: Client, words: str) -> list[str]:
    answer = client.get("/search", params={"q": words})
    assert answer.status_code == 200
    return [hit["thing"] for hit in answer.json()["hits"]]


def test_things_by_words(client: Client) -> None:
    answer = client.get("/search", params={"q": "friendship"}, headers={"accept-language": "de"})
    assert answer.headers["content-type"] == "application/json"
    assert "Accept-Language" in answer.headers["vary"]
    [best, *_] = answer.json()["hits"]
    assert (best["thing"], best["text"], best["language"]) == (FAIR, "Friendship fair", "en")
    assert best["name"] != "Friendship fair"
    assert best["score"] > 0
    assert FAIR in things(client, "FRIEND")
    assert things(client, "") == things(client, "nothing at all like it") == []


def test_the_limit_holds(client: Client) -> None:
    one = client.get("/search", params={"q": "fair", "limit": "1"}).json()["hits"]
    assert len(one) == 1
    for limit in ("0", "-1", "1001", "many"):
        assert client.get("/search", params={"q": "fair", "limit": limit}).status_code == 400


def test_hostile_words(client: Client) -> None:
    for words in ('"} INSERT {', "\\", "'\"\n", "NEAR( * -", "<script>", "\x00", "%", "神" * 900):
        assert isinstance(things(client, words), list)
    assert client.get("/search?q=%FF%ED%A0%80").status_code == 200
    told = client.get("/search", params={"q": '"</script>'})
    assert json.loads(told.text)["words"] == '"</script>'


def test_it_is_cached(client: Client) -> None:
    first = client.get("/search", params={"q": "fair"})
    again = client.get(
        "/search", params={"q": "fair"}, headers={"if-none-match": first.headers["etag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml"])
def test_the_service_says_that_it_searches(client: Client, site: Site, accept: str) -> None:
    description = client.get("/sparql", headers={"accept": accept}).text
    assert "propertyFeature" in description
    assert "search" in description
    assert site.release.search.is_file()
