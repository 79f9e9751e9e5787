"""What OpenRefine sends, from adding the service to new columns; and names as people write them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest

from reconciling import OLD, check
from support import BASE, ROOT

LISTS = ROOT / "tests" / "reconciliation"
BATCH = 10
"""As many queries OpenRefine sends at a time for a table of up to a hundred rows."""
LEAST = 0.95
pytestmark = pytest.mark.embedded("the shipped project is served over the embedded one")


@pytest.fixture(scope="module")
def refine(address: str) -> Iterator[httpx.Client]:
    """OpenRefine's client: Apache HttpClient 5, which sends forms in UTF-8."""
    headers = {"user-agent": "OpenRefine/3.9", "accept-encoding": "gzip, x-gzip, deflate"}
    with httpx.Client(base_url=address, headers=headers, timeout=30) as client:
        yield client


def post(client: httpx.Client, name: str, value: object) -> Any:  # noqa: ANN401 - JSON
    """Send a form with one field (HttpClient.postNameValue)."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    answer = client.post(
        "/reconcile",
        content=urlencode({name: text}).encode(),
        headers={"content-type": "application/x-www-form-urlencoded; charset=UTF-8"},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def recon(client: httpx.Client, rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the candidates of rows (StandardReconConfig.batchRecon)."""
    found: list[list[dict[str, Any]]] = []
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        queries = {f"q{number}": row for number, row in enumerate(batch)}
        check(OLD, "reconciliation-query-batch", queries)
        answer = post(client, "queries", queries)
        check(OLD, "reconciliation-result-batch", answer)
        found += [answer[key]["result"] for key in queries]
    return found


def query(name: str, kind: str = "", **more: object) -> dict[str, Any]:
    """Return a query (StandardReconConfig.ReconQuery)."""
    typed = {"type": kind, "type_strict": "should"} if kind else {}
    return {"query": name, **typed, **more}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_names_as_people_write_them_find_their_things(refine: httpx.Client) -> None:
    rows = read(LISTS / "variants.csv")
    assert len(rows) == 100
    assert {row["language"] for row in rows} == {"de", "en", "ja"}
    found = recon(refine, [query(row["name"], row["type"]) for row in rows])
    pairs = list(zip(rows, found, strict=True))
    wrong = [
        (row["name"], row["thing"], [c["id"] for c in candidates])
        for row, candidates in pairs
        if not candidates or candidates[0]["id"] != row["thing"]
    ]
    sure = [candidates[0]["id"] == row["thing"] for row, candidates in pairs if candidates and candidates[0]["match"]]  # fmt: skip
    assert len(wrong) <= (1 - LEAST) * len(rows), wrong
    assert all(sure), "a match is never wrong here"
    assert len(sure) >= 90
    assert sum(c["match"] for candidates in found for c in candidates) == len(sure)


def test_names_of_others_match_nothing(refine: httpx.Client) -> None:
    rows = read(LISTS / "strangers.csv")
    assert len(rows) >= 15
    found = recon(refine, [query(row["name"]) for row in rows])
    matched = [
        (row["name"], candidate["id"])
        for row, candidates in zip(rows, found, strict=True)
        for candidate in candidates
        if candidate["match"]
    ]
    assert matched == []


def test_the_service_is_added(refine: httpx.Client) -> None:
    """The dialog of the browser: recon-manager.js, with JSONP only if this fails."""
    answer = refine.get(
        "/reconcile",
        headers={"origin": "http://127.0.0.1:3333", "accept": "application/json, text/javascript, */*; q=0.01"},
    )  # fmt: skip
    assert answer.headers["access-control-allow-origin"] == "*"
    manifest = answer.json()
    check(OLD, "manifest", manifest)
    assert manifest["identifierSpace"] == f"{BASE}id/"
    assert "service_url" in manifest["suggest"]["type"]


def test_types_that_people_look_for_come_first(refine: httpx.Client) -> None:
    kinds = [kind["id"] for kind in refine.get("/reconcile").json()["defaultTypes"]]
    assert kinds[:4] == ["Agreement", "Cluster", "org-Organization", "Event"]
    assert {"schema-Place", "foaf-Person", "schema-City"} <= set(kinds)
    assert not {"prov-Entity", "skos-Concept", "foaf-Agent"} & set(kinds)


def test_types_are_guessed_from_a_sample(refine: httpx.Client) -> None:
    """GuessTypesOfColumnCommand: ten values, three candidates each."""
    towns = ["Jena", "Erfurt", "Kobe", "München", "Tokio"]
    answer = post(
        refine, "queries", {f"q{n}": {"query": t, "limit": 3} for n, t in enumerate(towns)}
    )
    first = [found["result"][0]["type"][0]["id"] for found in answer.values()]
    assert first == ["schema-City"] * len(towns)
    assert all(len(found["result"]) <= 3 for found in answer.values())


def test_other_columns_help(refine: httpx.Client) -> None:
    """A column of names and one that was matched before (ColumnDetail)."""
    where = {"pid": "schema-containedInPlace", "v": {"id": "place/japan", "name": "Japan"}}
    [found] = recon(refine, [query("Kawasaki", "schema-City", properties=[where])])
    assert (found[0]["id"], found[0]["match"], found[0]["score"]) == ("place/kawasaki", True, 100)
    where = {"pid": "schema-containedInPlace", "v": {"id": "place/germany", "name": "Germany"}}
    [found] = recon(refine, [query("Kawasaki", "schema-City", properties=[where])])
    assert (found[0]["id"], found[0]["match"]) == ("place/kawasaki", False)


GERMAN = {"Munich": "muenchen", "Jena": "jena", "Erfurt": "erfurt", "Hamburg": "hamburg"}


@pytest.mark.parametrize("known", ["country", "schema-containedInPlace"])
@pytest.mark.parametrize("country", ["Germany", "Deutschland", {"id": "place/germany"}])
def test_a_column_of_countries_helps(refine: httpx.Client, known: str, country: object) -> None:
    """Towns lie in lands, and only these in the country."""
    where = [{"pid": known, "v": country}]
    found = recon(refine, [query(t, "schema-City", properties=where) for t in GERMAN])
    best = [(each[0]["id"], each[0]["score"], each[0]["match"]) for each in found]
    assert best == [(f"place/{town}", 100, True) for town in GERMAN.values()]
    elsewhere = [{"pid": known, "v": "Japan"}]
    found = recon(refine, [query(t, "schema-City", properties=elsewhere) for t in GERMAN])
    assert not any(candidate["match"] for each in found for candidate in each)


def test_facets_of_lists_are_properties(refine: httpx.Client) -> None:
    result = refine.get("/reconcile/suggest/property?prefix=Land&lang=de").json()["result"]
    assert {"id": "country", "name": "Land"} in result
    flyout = refine.get("/reconcile/flyout/property?id=country&lang=de").json()
    assert flyout == {"id": "country", "html": "<h3>Land</h3>"}
    asked = {"ids": ["organisation/tum", "place/kobe"], "properties": [{"id": "country"}]}
    answer = post(refine, "extend", asked)
    check(OLD, "data-extension-response", answer)
    assert answer["meta"] == [
        {"id": "country", "name": "Country", "type": {"id": "schema-Country", "name": "country"}}
    ]
    germany, japan = ([value["id"] for value in row["country"]] for row in answer["rows"].values())
    assert (germany, japan) == (["place/germany"], ["place/japan"])
    proposed = refine.get("/reconcile/extend/propose?type=schema-City").json()["properties"]
    assert "country" in [each["id"] for each in proposed]
    where = {"pid": "country", "v": "Japan"}
    [[other]] = recon(refine, [query("TUM", "org-Organization", limit=1, properties=[where])])
    assert (other["id"], other["match"]) == ("organisation/tum", False)


def test_of_namesakes_it_is_the_one_of_which_the_other_column_is_said(refine: httpx.Client) -> None:
    [unknown] = recon(refine, [query("Hamburg")])
    both = {"organisation/land-hamburg", "place/hamburg"}
    assert {found["id"] for found in unknown[:2]} == both
    assert not any(found["match"] for found in unknown)
    where = {"pid": "schema-containedInPlace", "v": "Germany"}
    [[place, land, *_]] = recon(refine, [query("Hamburg", properties=[where])])
    assert (place["id"], place["score"], place["match"]) == ("place/hamburg", 100, True)
    assert (land["id"], land["score"]) == ("organisation/land-hamburg", 92.45)


def test_what_is_typed_is_suggested(refine: httpx.Client) -> None:
    """The widget: suggest-4_3a.js."""
    manifest = refine.get("/reconcile").json()
    for what, prefix, wanted in (
        ("entity", "Fraunhof", None),
        ("entity", "Kob", "place/kobe"),
        ("type", "organis", "org-Organization"),
        ("property", "contained", "schema-containedInPlace"),
    ):
        service = manifest["suggest"][what]
        answer = refine.get(
            f"{service['service_url']}{service['service_path']}?prefix={quote(prefix)}"
        )
        result = [found["id"] for found in answer.json()["result"]]
        assert wanted in result or (wanted is None and result == [])
    assert refine.get(manifest["preview"]["url"].replace("{{id}}", "place/kobe")).status_code == 200
    view = refine.get(
        manifest["view"]["url"].replace("{{id}}", "place/kobe"), follow_redirects=True
    )
    assert view.url.path == "/doc/place/kobe"


def test_a_preview_tells_what_tells_things_apart(refine: httpx.Client) -> None:
    """In the order of the shapes; not from which document or database it is known."""
    told = {
        thing: re.findall(
            r"<dt><bdi>(.*?)</bdi></dt>", refine.get(f"/reconcile/preview?id={thing}").text
        )
        for thing in ("event/symposium-2017", "place/muenchen")
    }
    assert told["event/symposium-2017"][:3] == ["status", "organiser", "participating body"]
    assert told["place/muenchen"][0] == "contained in place"
    assert not {"source", "was derived from"} & {name for names in told.values() for name in names}


def test_columns_are_added(refine: httpx.Client) -> None:
    """ExtendDataOperation, and the dialog before it, which puts the type into the address as is."""
    propose = refine.get("/reconcile").json()["extend"]["propose_properties"]
    url = propose["service_url"] + propose["service_path"] + "?type=" + "org-Organization"
    proposed = [each["id"] for each in refine.get(url).json()["properties"]]
    assert "basedIn" in proposed
    extension: dict[str, Any] = {
        "properties": [{"id": "basedIn"}, {"id": "skos-exactMatch", "settings": {"limit": "1"}}],
        "ids": ["organisation/tum", "organisation/fbri"],
    }
    answer = post(refine, "extend", extension)
    check(OLD, "data-extension-response", answer)
    assert [column["name"] for column in answer["meta"]] == ["based in", "exact match"]
    assert set(answer["rows"]) == set(extension["ids"])
    [match] = answer["rows"]["organisation/tum"]["skos-exactMatch"]
    assert match["str"].startswith("http")
