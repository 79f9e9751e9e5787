from __future__ import annotations

from dataclasses import replace

import pytest

from conftest import Client
from kizuna.web import Site, create_app
from kizuna.web.cache import Cache
from kizuna.web.turns import Turns

# fmt: off
CASES = [
    # typed           kind        language  first answer            its label
    ("fair",          "class",    "en",     "small:Fair",           "fair"),
    ("Fest",          "class",    "de",     "small:Fair",           "Fest"),
    ("祭",            "class",    "ja",     "small:Fair",           "祭り"),
    ("small:F",       "class",    "en",     "small:Fair",           "fair"),
    ("small:f",       "class",    "en",     "small:Fair",           "fair"),   # case does not count
    ("moo",           "property", "en",     "small:mood",           "mood"),
    ("kz:part",       "property", "en",     "kz:participatingBody", "participating body"),
    ("<https://example.org/small/ontology#m", "property", "en", "small:mood", "mood"),
    ("Harbour",       "thing",    "de",     "organisation:harbour", "Hafenverein"),
    ("event:sec",     "thing",    "en",     "event:second-fair",    "Second fair"),
    ("Letter of",     "thing",    "en",     "kz:LetterOfIntent",    "letter of intent"),  # classes, too
]
NOTHING = ["", " ", "x" * 201, "no such thing at all", "nope:x", "<", "\x00", '"} INSERT {', "NEAR( *", "%"]
# fmt: on


def items(client: Client, typed: str, kind: str, language: str = "en") -> list[dict[str, str]]:
    answer = client.get("/complete", params={"q": typed, "kind": kind, "lang": language})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    found: list[dict[str, str]] = answer.json()["items"]
    return found


@pytest.mark.parametrize(("typed", "kind", "language", "name", "label"), CASES)
def test_names_of_the_data(
    client: Client, typed: str, kind: str, language: str, name: str, label: str
) -> None:
    first = items(client, typed, kind, language)[0]
    assert (first["name"], first["label"]) == (name, label)


@pytest.mark.parametrize("typed", NOTHING)
def test_what_means_nothing_becomes_nothing(client: Client, typed: str) -> None:
    assert items(client, typed, "thing") == []


def test_a_name_that_sparql_cannot_write_short_is_written_out(client: Client) -> None:
    names = {item["name"] for item in items(client, "東京", "thing")}
    assert names == {"<https://example.org/small/id/place/東京>"}
    dotted = {item["name"] for item in items(client, "Letter of intent", "thing")}
    assert "<https://example.org/small/id/agreement/letter.of.intent>" in dotted


def test_words_of_quotes_are_no_names(client: Client) -> None:
    assert not any("claim" in item["name"] for item in items(client, "fair", "thing"))


def test_a_label_in_another_language_says_so(client: Client) -> None:
    (first, *_) = items(client, "Quill", "thing", "ja")
    assert first == {"name": "person:ada-quill", "label": "Ada Quill", "language": "en"}


def test_other_kinds_are_refused(client: Client) -> None:
    assert client.get("/complete?q=x&kind=graph").status_code == 400


def test_few_look_at_a_time_and_not_for_long(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    crowded = replace(site, cache=Cache(), turns=Turns(most_waiting=0))
    assert Client(create_app(crowded)).get("/complete?q=fair").status_code == 503
    monkeypatch.setattr("kizuna.web.completing.SECONDS", -1.0)
    monkeypatch.setattr("kizuna.engine.looking._STEPS_BETWEEN_LOOKS", 1)
    slow = Client(create_app(replace(site, cache=Cache())))
    assert slow.get("/complete?q=Harbour").status_code == 504
    monkeypatch.undo()
    assert slow.get("/complete?q=Harbour").json()["items"]
