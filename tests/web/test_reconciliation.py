"""The reconciliation service: as its two specifications want it, whatever is sent."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import SMALL_BASE, Client
from kizuna.errors import TooMany
from kizuna.web import Site, create_app
from kizuna.web.reconciling.asked import MOST_BYTES, MOST_QUERIES
from kizuna.web.reconciling.matching import Matcher
from kizuna.web.turns import Turns
from reconciling import DRAFT, OLD, check, examples

FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json"}
ORIGIN = {"origin": "https://refine.example"}
GUILD, HARBOUR, FAIR = "organisation/guild", "organisation/harbour", "event/fair"
LETTER = "agreement/letter.of.intent"


def post_old(client: Client, field: str, document: object) -> httpx.Response:
    content = urlencode({field: json.dumps(document)}).encode()
    return client.post("/reconcile", content=content, headers=FORM)


def post_new(client: Client, what: str, document: object) -> httpx.Response:
    content = json.dumps(document).encode()
    return client.post(f"/reconcile/draft/{what}", content=content, headers=JSON)


def old(client: Client, **query: object) -> list[dict[str, Any]]:
    """Return the candidates of one query of 0.2, which GET finds as POST does."""
    batch = {"q0": query}
    check(OLD, "reconciliation-query-batch", batch)
    answer = post_old(client, "queries", batch)
    got = client.get(f"/reconcile?queries={quote(json.dumps(batch))}")
    assert answer.status_code == got.status_code == 200, answer.text
    assert answer.json() == got.json()
    check(OLD, "reconciliation-result-batch", answer.json())
    found: list[dict[str, Any]] = answer.json()["q0"]["result"]
    return found


def new(client: Client, **query: object) -> list[dict[str, Any]]:
    """Return the candidates of one query of the draft."""
    batch = {"queries": [query]}
    check(DRAFT, "reconciliation-query-batch", batch)
    answer = post_new(client, "match", batch)
    assert answer.status_code == 200, answer.text
    check(DRAFT, "reconciliation-result-batch", answer.json())
    [result] = answer.json()["results"]
    found: list[dict[str, Any]] = result["candidates"]
    return found


def ids(candidates: list[dict[str, Any]]) -> list[str]:
    return [candidate["id"] for candidate in candidates]


def matched(candidates: list[dict[str, Any]]) -> list[str]:
    return [candidate["id"] for candidate in candidates if candidate["match"]]


@pytest.mark.parametrize(("path", "version"), [("/reconcile", OLD), ("/reconcile/draft", DRAFT)])
def test_each_version_has_its_manifest(client: Client, path: str, version: str) -> None:
    answer = client.get(path, headers=ORIGIN | {"accept-language": "de"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"Host", "Accept-Language"} <= set(answer.headers["vary"].split(", "))
    manifest = answer.json()
    check(version, "manifest", manifest)
    assert manifest["versions"] == [version]
    assert manifest["name"] == "Ein kleiner Datensatz"
    assert manifest["batchSize"] == MOST_QUERIES
    assert {"Fair", "org-Organization"} <= {kind["id"] for kind in manifest["defaultTypes"]}
    for name in ("documentation", "logo"):
        assert client.get(manifest[name].removeprefix("http://small")).status_code == 200


def test_all_that_the_old_manifest_names_is_there(client: Client) -> None:
    manifest = client.get("/reconcile").json()
    assert manifest["identifierSpace"] == f"{SMALL_BASE}id/"
    assert manifest["schemaSpace"] == f"{SMALL_BASE}ontology#"
    encoded = quote(FAIR, safe="")
    view = client.get(
        manifest["view"]["url"].removeprefix("http://small").replace("{{id}}", encoded)
    )
    assert (view.status_code, view.headers["location"]) == (303, f"/doc/{FAIR}")
    for made in (encoded, FAIR):  # OpenRefine leaves the slash
        url = manifest["preview"]["url"].removeprefix("http://small").replace("{{id}}", made)
        assert client.get(url).status_code == 200
    samples = {"entity": FAIR, "type": "org-Organization", "property": "schema-location"}
    for what, sample in samples.items():
        service = manifest["suggest"][what]
        url = (service["service_url"] + service["service_path"]).removeprefix("http://small")
        assert sample in [
            found["id"] for found in client.get(f"{url}?prefix={sample}").json()["result"]
        ]
        flyout = service["flyout_service_url"] + service["flyout_service_path"]
        told = client.get(
            flyout.removeprefix("http://small").replace("${id}", quote(sample, safe=""))
        )
        assert told.json()["id"] == sample
        assert told.json()["html"].startswith("<h3>")
    propose = manifest["extend"]["propose_properties"]
    url = (propose["service_url"] + propose["service_path"]).removeprefix("http://small")
    assert client.get(f"{url}?type=Fair").status_code == 200


def test_a_language_that_was_chosen_stays_chosen(client: Client) -> None:
    manifest = client.get("/reconcile?lang=de").json()
    url = manifest["preview"]["url"].removeprefix("http://small").replace("{{id}}", FAIR)
    assert "Freundschaftsfest" in client.get(url).text
    candidate = client.get(
        f"/reconcile?lang=de&queries={quote(json.dumps({'q': {'query': FAIR}}))}"
    ).json()["q"]["result"][0]
    assert candidate["name"] == "Freundschaftsfest"


PATHS = [
    # path                                                       methods
    ("/reconcile",                                               {"GET", "HEAD", "POST"}),
    ("/reconcile/draft",                                         {"GET", "HEAD"}),
    ("/reconcile/draft/match",                                   {"POST"}),
    ("/reconcile/draft/extend",                                  {"POST"}),
    ("/reconcile/draft/suggest/entity?prefix=fair",              {"GET", "HEAD"}),
    (f"/reconcile/draft/preview?id={FAIR}",                      {"GET", "HEAD"}),
    ("/reconcile/draft/extend/propose?type=Fair",                {"GET", "HEAD"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "methods"), PATHS)
def test_scripts_of_other_sites_may_ask_everywhere(
    client: Client, path: str, methods: set[str]
) -> None:
    asked = ORIGIN | {
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    answer = client.options(path, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "content-type" in answer.headers["access-control-allow-headers"]
    assert methods <= set(answer.headers["access-control-allow-methods"].split(", "))
    refused = client.post(path, content=b"{", headers=ORIGIN | JSON)
    assert refused.headers["access-control-allow-origin"] == "*"


def test_a_name_is_found_whatever_its_language_and_form(client: Client) -> None:
    for name in ("Friendship fair", "FREUNDSCHAFTSFEST", "Freundschaftsfests", "friendshp fair"):
        best, *_ = old(client, query=name)
        assert (best["id"], best["match"]) == (FAIR, True), name
        assert 87 <= best["score"] <= 100
        assert best["name"] == "Friendship fair"
        assert {"id": "Fair", "name": "fair"}.items() <= best["type"][0].items()
        [feature] = best["features"]
        assert feature == {"id": "name", "value": best["score"]}
    assert matched(old(client, query="東京")) == ["place/東京"]
    assert matched(old(client, query="Hostility fair")) == []
    assert old(client, query="xyzzy") == []
    assert old(client, query="") == []


@pytest.mark.parametrize("name", [HARBOUR, f"{SMALL_BASE}id/{HARBOUR}", f" {HARBOUR} "])
def test_an_id_finds_its_thing(client: Client, name: str) -> None:
    best, *_ = old(client, query=name)
    assert (best["id"], best["score"], best["match"]) == (HARBOUR, 100, True)
    by_id = {"matchType": "id", "propertyValue": name}
    assert matched(new(client, conditions=[by_id])) == [HARBOUR]


def test_types_count(client: Client) -> None:
    assert matched(old(client, query="Harbour Society", type="org-Organization")) == [HARBOUR]
    assert matched(old(client, query="Harbour Society", type="org:Organization")) == [HARBOUR]
    best, *_ = old(client, query="Harbour Society", type=["Fair"])
    assert (best["id"], best["score"], best["match"]) == (HARBOUR, 50, False)
    assert {"id": "type", "value": False} in best["features"]
    assert old(client, query="Harbour Society", type="Fair", type_strict="any") == []
    kinds = ["org-Organization", "Fair"]
    assert ids(old(client, query="Harbour Society", type=kinds, type_strict="any")) == [HARBOUR]
    assert old(client, query="Harbour Society", type=kinds, type_strict="all") == []
    name = {"matchType": "name", "propertyValue": "Harbour Society"}
    assert matched(new(client, conditions=[name], type="org-Organization")) == [HARBOUR]
    assert matched(new(client, conditions=[name], type="no type")) == []


# fmt: off
AGREEING = [
    # property              value                                            agreement
    ("schema-location",     {"id": "place/東京", "name": "Tokyo"},            100),
    ("schema:location",     "東京",                                          100),
    ("https://schema.org/location", f"{SMALL_BASE}id/place/東京",            100),
    ("schema-location",     "大阪",                                            0),
    ("schema-location",     ["大阪", {"id": "place/東京"}],                   100),
    ("kz:attendance",       "About 140 people",                              100),
    ("kz:status",           "held",                                          100),
    ("kz:when",             "an einem Sonntag",                              100),
    ("kz:when",             "1999",                                            0),
    ("schema-location",     ["", "大阪", " "],                                 0),
]
UNSAID = [
    # property              values                                           score
    ("schema-location",     ["", "  ", None, [], ["", None], {"id": " "}],         100),
    ("no property",         ["東京", True, {"id": "place/東京"}],              100),
    ("schema:address",      ["東京", 7],                                      94.34),
]
# fmt: on


@pytest.mark.parametrize(("identifier", "value", "agreement"), AGREEING)
def test_properties_count(client: Client, identifier: str, value: object, agreement: int) -> None:
    best, *_ = old(client, query="Friendship fair", properties=[{"pid": identifier, "v": value}])
    assert best["id"] == FAIR
    features = {feature["id"]: feature["value"] for feature in best["features"]}
    assert features == {"name": 100, f"property:{identifier}": agreement}
    assert best["score"] == (100 + 0.25 * agreement) / 1.25
    assert best["match"] is (agreement == 100)


@pytest.mark.parametrize(("identifier", "values", "score"), UNSAID)
def test_what_nobody_said_is_no_contradiction(
    client: Client, identifier: str, values: list[object], score: float
) -> None:
    for value in values:
        conditions = [{"pid": identifier, "v": value}, {"pid": identifier, "v": value}]
        batch = {"q": {"query": "Friendship fair", "properties": conditions}}
        best, *_ = post_old(client, "queries", batch).json()["q"]["result"]
        assert (best["id"], best["score"], best["match"]) == (FAIR, score, True), value
        assert [feature["id"] for feature in best["features"]] == ["name"]
    name = {"matchType": "name", "propertyValue": "Friendship fair"}
    where = {"matchType": "property", "propertyId": "schema:address", "propertyValue": "東京"}
    assert new(client, conditions=[name, where | {"required": True}]) == []
    unlike = where | {"required": True, "matchQuantifier": "none"}
    assert matched(new(client, conditions=[name, unlike])) == [FAIR]


@pytest.mark.parametrize("value", ["2019-05-03", "2019-05", "2019", 2019, "On 3 May 2019"])
def test_a_date_agrees_with_its_beginning_and_its_words(client: Client, value: object) -> None:
    wanted = [{"pid": "kz:when", "v": value}]
    assert matched(old(client, query="Absichtserklärung", properties=wanted)) == [LETTER]
    wanted = [{"pid": "kz:when", "v": "1850"}]
    assert matched(old(client, query="Absichtserklärung", properties=wanted)) == []


def test_conditions_of_the_draft(client: Client) -> None:
    def found(**condition: object) -> list[str]:
        name = {"matchType": "name", "propertyValue": "Friendship fair"}
        where = {"matchType": "property", "propertyId": "schema-location", **condition}
        return matched(new(client, conditions=[name, where]))

    there, elsewhere = "東京", "大阪"
    assert found(propertyValue=there) == [FAIR]
    assert found(propertyValue=there, required=True) == [FAIR]
    assert found(propertyValue=elsewhere, required=True) == []
    assert found(propertyValue=elsewhere, matchQuantifier="none", required=True) == [FAIR]
    assert found(propertyValue=[there, elsewhere], matchQuantifier="all", required=True) == []
    assert found(propertyValue=[there, elsewhere], matchQuantifier="any", required=True) == [FAIR]
    best, *_ = new(client, conditions=[{"matchType": "name", "propertyValue": "Friendship fair"}])
    assert best["features"][0]["name"] == "Similarity of the name"


NAME, ID = "name", "id"
# fmt: off
DEMANDED = [
    # conditions on names and ids: matchType, value, quantifier, required                what is found, with its scores
    ([(NAME, "Friendship fair", "none", False)],                                          {}),
    ([(NAME, ["Friendship fair", "Freundschaftsfest"], "all", True)],                     {FAIR: 100}),
    ([(NAME, ["Friendship fair", "Harbour Society"], "all", True)],                       {}),
    ([(NAME, ["Friendship fair", "Harbour Society"], "any", True)],                       {FAIR: 100, HARBOUR: 100}),
    ([(NAME, ["Friendship fair", "Harbour Society"], "any", False),
      (NAME, "Harbour Society", "none", True)],                                           {FAIR: 100}),
    ([(NAME, "Friend fair", "any", True)],                                                {}),
    ([(NAME, "Friendship fair", "any", False), (ID, FAIR, "none", False)],                {}),
    ([(NAME, "Friendship fair", "any", False), (ID, HARBOUR, "any", True)],               {HARBOUR: 100}),
    ([(NAME, "Friendship fair", "any", True), (ID, HARBOUR, "any", True)],                {}),
    ([(NAME, "Friendship fair", "any", False), (ID, HARBOUR, "any", False)],              {FAIR: 100, HARBOUR: 100}),
    ([(ID, [FAIR, HARBOUR], "any", False)],                                               {FAIR: 100, HARBOUR: 100}),
    ([(ID, [FAIR, HARBOUR], "all", False)],                                               {}),
    ([(ID, [FAIR, f"{SMALL_BASE}id/{FAIR}"], "all", True)],                               {FAIR: 100}),
    ([(ID, "nothing/here", "any", True), (NAME, "Friendship fair", "any", False)],        {}),
    ([(NAME, ["", " "], "any", True), (ID, FAIR, "any", False)],                          {FAIR: 100}),
]
# fmt: on


@pytest.mark.parametrize(("demands", "found"), DEMANDED)
def test_names_and_ids_may_be_demanded(
    client: Client, demands: list[tuple[str, object, str, bool]], found: dict[str, float]
) -> None:
    fields = ("matchType", "propertyValue", "matchQuantifier", "required")
    conditions = [dict(zip(fields, demand, strict=True)) for demand in demands]
    candidates = new(client, conditions=conditions, limit=40)
    scores = {each["id"]: each["score"] for each in candidates if each["score"] > 80}
    assert scores == found
    strict = [required for _, _, _, required in demands]
    assert not all(strict) or len(candidates) == len(found)


def test_some_are_not_meant(client: Client) -> None:
    """Names that are ruled out count where things are found by what else is known of them."""
    party = {"matchType": "property", "propertyId": "kz:party", "propertyValue": {"id": GUILD}}
    unlike = {"matchType": "name", "propertyValue": "nothing at all", "matchQuantifier": "none"}
    assert ids(new(client, conditions=[party, unlike])) == [LETTER]
    own = unlike | {"propertyValue": "Absichtserklärung", "required": True}
    assert new(client, conditions=[party, own]) == []
    assert matched(new(client, conditions=[party, unlike])) == []


def test_things_are_found_by_their_properties_alone(client: Client) -> None:
    place = {"matchType": "property", "propertyId": "schema-location", "propertyValue": "東京"}
    [only] = new(client, conditions=[place])
    assert (only["id"], only["score"], only["match"]) == (FAIR, 100, False)
    assert ids(old(client, properties=[{"pid": "kz:party", "v": {"id": GUILD}}])) == [LETTER]
    assert ids(old(client, properties=[{"pid": "kz:assessment", "v": "the best fair in years"}])) == [FAIR]  # fmt: skip
    assert old(client, properties=[{"pid": "kz:party", "v": "nobody"}]) == []


def test_limits(client: Client) -> None:
    assert len(old(client, query="report on the fair", limit=1)) == 1
    assert len(old(client, query="report on the fair", limit=3.0)) == 3
    assert len(old(client, query="report on the fair", limit=10**30)) >= 3
    scores = [each["score"] for each in old(client, query="report on the fair")]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("name", sorted(examples(OLD, "reconciliation-query-batch", "valid")))
def test_the_examples_of_0_2_are_answered(client: Client, name: str) -> None:
    batch = examples(OLD, "reconciliation-query-batch", "valid")[name]
    answer = post_old(client, "queries", batch)
    check(OLD, "reconciliation-result-batch", answer.json())
    assert list(answer.json()) == list(batch)


@pytest.mark.parametrize("name", sorted(examples(DRAFT, "reconciliation-query-batch", "valid")))
def test_the_examples_of_the_draft_are_answered(client: Client, name: str) -> None:
    batch = examples(DRAFT, "reconciliation-query-batch", "valid")[name]
    answer = post_new(client, "match", batch)
    check(DRAFT, "reconciliation-result-batch", answer.json())
    assert len(answer.json()["results"]) == len(batch["queries"])


INVALID = [
    *((OLD, name) for name in sorted(examples(OLD, "reconciliation-query-batch", "invalid"))),
    *((DRAFT, name) for name in sorted(examples(DRAFT, "reconciliation-query-batch", "invalid"))),
]


@pytest.mark.parametrize(("version", "name"), INVALID)
def test_invalid_examples_are_refused(client: Client, version: str, name: str) -> None:
    batch = examples(version, "reconciliation-query-batch", "invalid")[name]
    answer = (
        post_old(client, "queries", batch) if version == OLD else post_new(client, "match", batch)
    )
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["kind"] == "BadParameter"
    assert answer.json()["hint"]


def test_examples_were_found() -> None:
    assert len(INVALID) == 10


MANY: dict[str, object] = {f"q{n}": {"query": "x"} for n in range(MOST_QUERIES + 1)}
DEEP = "[" * 100_000 + "]" * 100_000
# fmt: off
REFUSED = [
    # path, headers, body                                                                   status
    ("/reconcile", FORM, b"",                                                               400),
    ("/reconcile", FORM, b"queries=%7B%7D&extend=%7B%7D",                                   400),
    ("/reconcile", FORM, b"queries=%FF",                                                    400),
    ("/reconcile", FORM, b"queries=[]",                                                     400),
    ("/reconcile", FORM, b"queries={",                                                      400),
    ("/reconcile", FORM, b'queries={"q":{"query":"x","limit":0}}',                          400),
    ("/reconcile", FORM, b'queries={"q":{"query":"x","limit":NaN}}',                        400),
    ("/reconcile", FORM, b'queries={"q":{"query":"x","limit":true}}',                       400),
    ("/reconcile", FORM, b'queries={"q":{"query":7}}',                                      400),
    ("/reconcile", FORM, b'queries={"q":{"query":"x","type":7}}',                           400),
    ("/reconcile", FORM, b'queries={"q":{"query":"x","type_strict":"no"}}',                 400),
    ("/reconcile", FORM, b'queries={"q":{"properties":[{"pid":"p"}]}}',                     400),
    ("/reconcile", FORM, b'queries={"q":{"properties":[{"pid":"p","v":{}}]}}',              400),
    ("/reconcile", FORM, b'queries={"q":{"properties":[{"pid":"p","v":[[]]}]}}',            400),
    ("/reconcile", FORM, urlencode({"queries": DEEP}).encode(),                             400),
    ("/reconcile", FORM, urlencode({"queries": json.dumps(MANY)}).encode(),                 413),
    ("/reconcile", FORM, b"queries=" + b" " * MOST_BYTES,                                   413),
    ("/reconcile", JSON, b'{"q":{"query":"x"}}',                                            415),
    ("/reconcile", {"content-type": "multipart/form-data; boundary=x"}, b"--x--",           415),
    ("/reconcile", FORM, b'extend={"ids":["x"]}',                                           400),
    ("/reconcile", FORM, b'extend={"ids":"x","properties":[]}',                             400),
    ("/reconcile", FORM, b'extend={"ids":[],"properties":[{"id":"p","settings":7}]}',       400),
    ("/reconcile", FORM, b'extend={"ids":[],"properties":[{"id":"p","settings":{"limit":-1}}]}', 400),
    ("/reconcile", FORM, b'extend={"ids":[],"properties":[{"id":"p","settings":{"language":"xx"}}]}', 400),
    ("/reconcile/draft/match", FORM, b"queries=%7B%7D",                                     415),
    ("/reconcile/draft/match", JSON, DEEP.encode(),                                         400),
    ("/reconcile/draft/match", JSON, b'{"queries":[{"conditions":[{"matchType":"x","propertyValue":""}]}]}', 400),
    ("/reconcile/draft/match", JSON, b'{"queries":[{"conditions":[{"matchType":"property","propertyValue":""}]}]}', 400),
    ("/reconcile/draft/match", JSON, b'{"queries":' + json.dumps([{}] * 101).encode() + b"}", 413),
    ("/reconcile/draft/match", JSON, json.dumps({"queries": [{"conditions": [{"matchType": "name", "propertyValue": ["x"] * 20}] * 2}]}).encode(), 400),
    ("/reconcile/draft/match", JSON, b'{"queries":[{"conditions":[{"matchType":"name","propertyValue":"x","required":"yes"}]}]}', 400),
    ("/reconcile/draft/match", JSON, b'{"queries":[{"conditions":[{"matchType":"id","propertyValue":"x","matchQuantifier":"some"}]}]}', 400),
    ("/reconcile/draft/match", JSON, b"\xff",                                               400),
    ("/reconcile/draft/extend", JSON, b"7",                                                 400),
]
GONE = [
    ("/reconcile/preview?id=nothing/here",          404),
    ("/reconcile/preview",                          404),
    ("/reconcile/view?id=%3Cscript%3E",             404),
    ("/reconcile/flyout/entity?id=nothing/here",    404),
    ("/reconcile/flyout/type?id=Nothing",           404),
    ("/reconcile/flyout/nothing?id=Nothing",        404),
    ("/reconcile/suggest/nothing?prefix=x",         404),
    ("/reconcile/draft/suggest/nothing?prefix=x",   404),
    ("/reconcile/suggest/entity?prefix=x&cursor=-1", 400),
    ("/reconcile/extend/propose?type=Fair&limit=x", 400),
    ("/reconcile/nothing",                          404),
]
# fmt: on


@pytest.mark.parametrize(("path", "headers", "body", "status"), REFUSED)
def test_what_cannot_be_read_is_refused(
    client: Client, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    answer = client.post(path, content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


@pytest.mark.parametrize(("path", "status"), GONE)
def test_what_is_not_there(client: Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


# fmt: off
UNUSABLE = [
    ("/reconcile/suggest/entity?prefix=x&limit=abc",    "limit is 'abc'"),
    ("/reconcile/suggest/entity?prefix=x&limit=0",      "limit is 0"),
    ("/reconcile/suggest/entity?prefix=x&limit=1.5",    "limit is '1.5'"),
    ("/reconcile/suggest/entity?prefix=x&cursor=5000",  "cursor or offset is more than 1000"),
    ("/reconcile/draft/suggest/type?offset=x",          "offset is 'x'"),
    ("/reconcile/extend/propose?type=Fair&limit=-1",    "limit is '-1'"),
    ("/reconcile/suggest/foo",                          "there are no suggestions of 'foo'"),
]
# fmt: on


@pytest.mark.parametrize(("path", "message"), UNUSABLE)
def test_it_is_told_which_parameter_is_unusable(client: Client, path: str, message: str) -> None:
    problem = client.get(path).json()
    assert message in problem["detail"]
    assert problem["hint"]


def test_the_address_of_the_service_may_end_with_a_slash(client: Client) -> None:
    assert client.get("/reconcile/").json() == client.get("/reconcile").json()
    content = urlencode({"queries": '{"q": {"query": "Friendship fair"}}'}).encode()
    answer = client.post("/reconcile/", content=content, headers=FORM | ORIGIN)
    assert ids(answer.json()["q"]["result"])[0] == FAIR
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("query", ["Friendship fair", '{"query": "Friendship fair", "limit": 1}'])
def test_one_query_is_answered_as_in_0_1(client: Client, query: str) -> None:
    answer = client.get("/reconcile", params={"query": query}).json()
    assert list(answer) == ["result"]
    assert matched(answer["result"]) == [FAIR]
    content = urlencode({"query": query}).encode()
    assert client.post("/reconcile", content=content, headers=FORM).json() == answer
    assert client.get("/reconcile?query=%7B").status_code == 400
    assert client.get("/reconcile?query=x&queries=%7B%7D").status_code == 400


def test_a_callback_makes_no_script(client: Client) -> None:
    answer = client.get("/reconcile?callback=alert")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json() == client.get("/reconcile").json()


def suggested(client: Client, what: str, **typed: object) -> list[dict[str, Any]]:
    schema = {"entity": "entities", "type": "types", "property": "properties"}[what]
    found: list[list[dict[str, Any]]] = []
    for version, root in ((OLD, "/reconcile"), (DRAFT, "/reconcile/draft")):
        answer = client.get(f"{root}/suggest/{what}", params={k: str(v) for k, v in typed.items()})
        assert answer.status_code == 200, answer.text
        check(version, f"suggest-{schema}-response", answer.json())
        found.append(answer.json()["result"])
    assert ids(found[0]) == ids(found[1])
    return found[0]


def test_suggestions(client: Client) -> None:
    fair, *_ = suggested(client, "entity", prefix="friend")
    assert (fair["id"], fair["name"]) == (FAIR, "Friendship fair")
    assert "Fair" in [kind["id"] for kind in fair["notable"]]
    assert ids(suggested(client, "entity", prefix="frendship"))[0] == FAIR
    assert ids(suggested(client, "entity", prefix=FAIR))[0] == FAIR
    assert suggested(client, "entity", prefix="") == []
    assert ids(suggested(client, "type", prefix="Fair"))[0] == "Fair"
    assert ids(suggested(client, "property", prefix="schema-location"))[0] == "schema-location"
    everything = ids(suggested(client, "type", prefix="", limit=50))
    assert {"Fair", "org-Organization"} <= set(everything)
    assert ids(suggested(client, "type", prefix="", limit=2, cursor=1)) == everything[1:3]
    assert ids(suggested(client, "type", prefix="", limit=2, offset=1)) == everything[1:3]
    assert len(suggested(client, "type", prefix="", limit=10**9)) == len(everything)


def test_properties_of_a_type_are_proposed(client: Client) -> None:
    for version, root in ((OLD, "/reconcile"), (DRAFT, "/reconcile/draft")):
        answer = client.get(f"{root}/extend/propose?type=Fair&limit=4").json()
        check(version, "data-extension-property-proposal", answer)
        assert (answer["type"], answer["limit"]) == ("Fair", 4)
        assert len(answer["properties"]) == 4
        assert "skos-prefLabel" in ids(answer["properties"])
        assert len(client.get(f"{root}/extend/propose?type=").json()["properties"]) > 10


ASKED: dict[str, list[Any]] = {
    "ids": [FAIR, "event/second-fair", "nothing/here"],
    "properties": [
        {"id": "schema-location"},
        {"id": "kz:when"},
        {"id": "kz:attendance", "settings": {"limit": "1"}},
        {"id": "skos-prefLabel", "settings": {"language": "all"}},
        {"id": "kz:status", "settings": {"content": "id"}},
        {"id": "no property"},
    ],
}


def test_values_of_properties(client: Client) -> None:
    for version in (OLD, DRAFT):
        check(version, "data-extension-query", ASKED)
    answer = post_old(client, "extend", ASKED)
    check(OLD, "data-extension-response", answer.json())
    rows = answer.json()["rows"]
    assert list(rows) == ASKED["ids"]
    assert rows[FAIR] == {
        "schema-location": [{"id": "place/東京", "name": "東京"}],
        "kz:when": [{"str": "an einem Sonntag"}],
        "kz:attendance": [{"str": "About 140 people"}],
        "skos-prefLabel": [{"str": "Freundschaftsfest"}, {"str": "Friendship fair"}],
        "kz:status": [{"str": "https://w3id.org/kizuna/ontology#held"}],
        "no property": [],
    }
    assert rows["event/second-fair"]["kz:when"] == [{"str": "2020"}]
    assert set(map(len, rows["nothing/here"].values())) == {0}
    assert ids(answer.json()["meta"]) == [column["id"] for column in ASKED["properties"]]
    signed = {"ids": [LETTER], "properties": [{"id": "kz:when"}]}
    [row] = post_old(client, "extend", signed).json()["rows"].values()
    assert row == {"kz:when": [{"date": "2019-05-03T00:00:00Z"}]}
    number = {"ids": ["attendance/about-140"], "properties": [{"id": "schema-value"}]}
    [row] = post_old(client, "extend", number).json()["rows"].values()
    assert row == {"schema-value": [{"int": 140}]}


def test_values_in_the_form_of_the_draft(client: Client) -> None:
    answer = post_new(client, "extend", ASKED)
    check(DRAFT, "data-extension-response", answer.json())
    row, *others = answer.json()["rows"]
    assert (row["id"], len(others)) == (FAIR, 2)
    values = {each["id"]: each["values"] for each in row["properties"]}
    assert values["skos-prefLabel"] == [
        {"str": "Freundschaftsfest", "lang": "de"},
        {"str": "Friendship fair", "lang": "en"},
    ]
    assert values["schema-location"] == [{"id": "place/東京", "name": "東京", "lang": "ja"}]


@pytest.mark.parametrize("root", ["/reconcile", "/reconcile/draft"])
def test_a_preview_is_a_safe_page_for_a_frame(client: Client, root: str) -> None:
    answer = client.get(f"{root}/preview?id={GUILD}", headers={"accept": "*/*"})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors" not in policy  # anybody may show it
    assert "script-src" not in policy
    assert "x-frame-options" not in answer.headers
    assert "<script" not in answer.text
    assert "javascript:" not in re.sub(r">[^<]*<", "><", answer.text)  # as text it does no harm
    assert "Guild &lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert len(answer.content) < 10_000
    assert re.findall('href="(/[^"]*)"', answer.text)[-1] == f"/doc/{GUILD}"


def test_a_flyout_is_safe(client: Client) -> None:
    html = client.get(f"/reconcile/flyout/entity?id={GUILD}").json()["html"]
    assert "&lt;script&gt;" in html
    assert set(re.findall(r"<(\w+)", html)) == {"h3", "p"}


def test_one_client_has_one_turn_at_a_time_and_so_many_in_all() -> None:
    running: list[int] = []
    most: list[int] = []
    each = 5

    def work() -> None:
        running.append(1)
        most.append(len(running))
        time.sleep(0.01)
        running.pop()

    async def crowd() -> list[object]:
        turns = Turns(2, most_each=each)
        own = [turns.take_for("one", work) for _ in range(each + 2)]
        others = [turns.take_for("other", lambda: 7), turns.take_for("", lambda: 8)]
        return await asyncio.gather(*own, *others, return_exceptions=True)

    *own, other, nobody = asyncio.run(crowd())
    assert [type(each) for each in own].count(TooMany) == 2
    assert (other, nobody) == (7, 8)
    assert max(most) == 1


QUICK = ["", "/draft", "/suggest/entity?prefix=fair", "/suggest/type?prefix=fa",
         "/extend/propose?type=org-Agent&limit=7", f"/preview?id={FAIR}"]  # fmt: skip


def test_nothing_else_waits_for_a_batch(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody chooses a property while a table is being matched, from the same address."""
    begun, ended = threading.Event(), threading.Event()

    def candidates(*_: object) -> list[object]:
        begun.set()
        assert ended.wait(10)
        return []

    monkeypatch.setattr(Matcher, "candidates", candidates)
    client = Client(create_app(replace(site, matching=Turns(2, most_each=1))))
    content = urlencode({"queries": '{"q": {"query": "x"}}'}).encode()
    batch = httpx.Request("POST", "http://small/reconcile", content=content, headers=FORM)

    async def asked() -> list[int]:
        matching = asyncio.create_task(client.send(batch))
        assert await asyncio.to_thread(begun.wait, 10)
        try:
            answers = [
                await asyncio.wait_for(
                    client.send(httpx.Request("GET", f"http://small/reconcile{path}")), 5
                )
                for path in QUICK
            ]
            refused = await client.send(batch)
            assert (refused.status_code, refused.json()["kind"]) == (429, "TooMany")
            assert not matching.done()
        finally:
            ended.set()
        return [answer.status_code for answer in (*answers, await matching)]

    assert set(asyncio.run(asked())) == {200}


def test_types_that_are_none_are_not_kept_apart(client: Client, site: Site) -> None:
    before = client.get("/reconcile/extend/propose?type=").json()
    size = site.cache.size
    for number in range(3):
        answer = client.get(f"/reconcile/extend/propose?type=Invented{number}").json()
        assert answer == before
    assert site.cache.size == size
    names = ("Fair", "small:Fair", f"{SMALL_BASE}ontology%23Fair")
    answers = [client.get(f"/reconcile/extend/propose?type={name}").json() for name in names]
    assert [answer["type"] for answer in answers] == ["Fair"] * 3


# fmt: off
LONG = [
    "x" * 100_000,
    "abcdefgh " * 10_000,
    "あ" * 100_000,
    " ".join(f"harbour{n} societ{n}" for n in range(5_000)),
    "a, " * 50_000,
    "a." * 50_000,
    '"' * 50_000,
    "\u0300" * 50_000,
]
# fmt: on


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_long_names_take_no_long_time(client: Client, text: str) -> None:
    start = time.monotonic()
    batch = {f"q{n}": {"query": text} for n in range(MOST_BYTES // 4 // len(text.encode()) or 1)}
    answer = post_old(client, "queries", batch)
    assert answer.status_code in {200, 413}
    assert time.monotonic() - start < 5


WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
TEXT = st.text(st.characters(), max_size=40) | st.sampled_from(["Harbour", FAIR, "東京", "fest"])
VALUE = (
    TEXT
    | st.integers()
    | st.floats(allow_nan=False)
    | st.booleans()
    | st.builds(lambda i: {"id": i}, TEXT)
)
CONDITION = st.fixed_dictionaries(
    {"pid": st.sampled_from(["kz:party", "schema-location"]) | TEXT, "v": VALUE | st.lists(VALUE)}
)
QUERY = st.fixed_dictionaries(
    {"query": TEXT},
    optional={
        "type": TEXT | st.lists(TEXT, max_size=3),
        "limit": st.integers(-1, 50),
        "properties": st.lists(CONDITION, max_size=3),
        "type_strict": st.sampled_from(["any", "all", "should", "none"]),
    },
)


@settings(max_examples=80)
@given(batch=st.dictionaries(TEXT, QUERY, max_size=3) | st.dictionaries(TEXT, WILD) | WILD)
def test_whatever_is_asked_is_answered_or_refused(client: Client, batch: object) -> None:
    answer = post_old(client, "queries", batch)
    assert answer.status_code in {200, 400}
    if answer.status_code == 200:
        assert isinstance(batch, dict)
        check(OLD, "reconciliation-result-batch", answer.json())
        assert len(answer.json()) <= len(batch)


NEW = st.fixed_dictionaries(
    {
        "conditions": st.lists(
            st.fixed_dictionaries(
                {
                    "matchType": st.sampled_from(["name", "id", "property", "x"]),
                    "propertyValue": VALUE | st.lists(VALUE, max_size=2),
                },
                optional={
                    "propertyId": TEXT,
                    "required": st.booleans() | TEXT,
                    "matchQuantifier": st.sampled_from(["any", "all", "none"]) | TEXT,
                },
            ),
            max_size=3,
        )
    },
    optional={"type": TEXT, "limit": st.integers(-1, 50), "lang": TEXT},
)


@settings(max_examples=80)
@given(queries=st.lists(NEW, max_size=3) | st.lists(WILD) | WILD)
def test_whatever_is_asked_of_the_draft_is_answered_or_refused(
    client: Client, queries: object
) -> None:
    answer = post_new(client, "match", {"queries": queries})
    assert answer.status_code in {200, 400}
    if answer.status_code == 200:
        assert isinstance(queries, list)
        check(DRAFT, "reconciliation-result-batch", answer.json())
        assert len(answer.json()["results"]) == len(queries)


@settings(max_examples=60)
@given(
    names=st.lists(TEXT, max_size=3),
    columns=st.lists(st.fixed_dictionaries({"id": TEXT}, optional={"settings": WILD}), max_size=3)
    | WILD,
)
def test_whatever_is_to_be_extended(client: Client, names: list[str], columns: object) -> None:
    asked = {"ids": [FAIR, *names], "properties": columns}
    for version, answer in (
        (OLD, post_old(client, "extend", asked)),
        (DRAFT, post_new(client, "extend", asked)),
    ):
        assert answer.status_code in {200, 400}
        if answer.status_code == 200:
            check(version, "data-extension-response", answer.json())


def test_the_service_stands_where_the_others_stand(client: Client, site: Site) -> None:
    named = client.get("/llms.txt").text
    assert f"{SMALL_BASE}reconcile)" in named
    listed = client.get("/.well-known/api-catalog").json()["linkset"]
    assert f"{SMALL_BASE}reconcile" in json.dumps(listed)
    assert f"{SMALL_BASE}catalog#reconciliation" in client.get("/catalog.ttl").text
    assert site.addresses.base == SMALL_BASE
