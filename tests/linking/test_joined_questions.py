"""The questions that join with Wikidata: with it, without it, and what is said when it is away."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import Client
from kizuna.checks.questions import SavedQuery, read_queries
from kizuna.engine import Answer, EmbeddedEngine, Query
from kizuna.engine.federation import Federated, Services
from kizuna.errors import ProjectError
from kizuna.formats import BY_SUFFIX, Kind
from kizuna.release import Release
from kizuna.web import Site, create_app, open_site
from support import BASE, ROOT, build
from wikidata import Server, saying

WIKIDATA = "https://query.wikidata.org/sparql"
JOINED = {q.name: q for q in read_queries(ROOT / "queries", BASE) if "SERVICE" in q.sparql}
ROWS = {Kind.ROWS: BY_SUFFIX["csv"]}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return build(ROOT, tmp_path_factory.mktemp("joined"))


def ask(release: Release, query: SavedQuery, server: Server | None) -> Answer:
    """Return the answer to a question, its endpoint the one on this machine; None is none."""
    endpoint = f"{server.url}/sparql" if server else WIKIDATA
    services = Services((endpoint,) if server else (), 10.0, BASE)
    engine = Federated(EmbeddedEngine(release.store), services)
    text = query.text.replace(WIKIDATA, endpoint)
    try:
        found = asyncio.run(engine.ask(Query(text, f"{BASE}sparql"), ROWS))
    finally:
        services.close()
    assert isinstance(found, Answer)
    return found


def rows(answer: Answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.body.decode())))


def test_there_are_questions() -> None:
    assert len(JOINED) == 3
    assert all(f"SERVICE SILENT <{WIKIDATA}>" in query.sparql for query in JOINED.values())


@pytest.mark.parametrize("name", JOINED)
def test_without_wikidata_the_local_part_is_there(name: str, release: Release) -> None:
    answer = ask(release, JOINED[name], None)
    assert answer.body == (ROOT / f"tests/queries/{name}.csv").read_bytes()
    (warning,) = answer.warnings
    assert f"<{WIKIDATA}>: the endpoint is not on the list" in warning


@pytest.mark.parametrize("name", JOINED)
@pytest.mark.parametrize("status", [429, 500])
def test_when_wikidata_fails_it_is_said(
    name: str, status: int, release: Release, loopback: Server
) -> None:
    loopback.faults = [saying(status)] * 5
    answer = ask(release, JOINED[name], loopback)
    assert answer.body == (ROOT / f"tests/queries/{name}.csv").read_bytes()
    (warning,) = answer.warnings
    assert warning.startswith(f"<{loopback.url}/sparql> ")
    assert str(status) in warning


def test_with_wikidata_there_is_more(release: Release, loopback: Server) -> None:
    cities = ask(release, JOINED["partner-cities-in-wikidata"], loopback)
    assert cities.warnings == ()
    found = {row["placeLabel"]: (row["population"], row["coordinates"]) for row in rows(cities)}
    assert found["Kobe"] == ("1525152", "Point(135.195 34.69)")
    assert found["Hamamatsu"] == ("", "Point(137.726 34.71)")
    areas = ask(release, JOINED["areas-in-wikidata"], loopback)
    assert {r["placeLabel"]: r["areaLabel"] for r in rows(areas)}["Jena"] == "Thuringia"
    agreements = ask(release, JOINED["other-agreements-in-wikidata"], loopback)
    signed = {r["organisation"].rpartition("/")[2]: r["elsewhereLabel"] for r in rows(agreements)}
    assert signed["bmbf"] == "Bavarian–Japanese declaration (invented)"
    assert signed["tum"] == ""
    sent = [line for line in loopback.seen if "/sparql" in line]
    assert len(sent) == 3
    assert all("VALUES" in line for line in sent), "only what can join is asked for"


@pytest.fixture
def site(release: Release) -> Iterator[Site]:
    services = Services((), base=BASE)
    opened = open_site(
        release, Federated(EmbeddedEngine(release.store), services), ROOT / "queries"
    )
    yield opened
    opened.close()
    services.close()


WORDS = {
    "en": "Only what is known here",
    "de": "Nur was hier bekannt ist",
    "ja": "ここにある情報のみ",
}


@pytest.mark.parametrize("language", WORDS)
def test_the_page_says_what_is_not_there(site: Site, language: str) -> None:
    client = Client(create_app(site))
    page = client.get(
        f"/queries/partner-cities-in-wikidata?lang={language}", headers={"accept": "text/html"}
    )
    assert page.status_code == 200
    assert WORDS[language] in page.text
    assert "the endpoint is not on the list" in page.text
    assert "no-store" in page.headers["cache-control"]


def test_files_say_it_in_a_header(site: Site) -> None:
    client = Client(create_app(site))
    answer = client.get("/queries/partner-cities-in-wikidata.csv")
    assert answer.content == (ROOT / "tests/queries/partner-cities-in-wikidata.csv").read_bytes()
    assert f"SERVICE <{WIKIDATA}>" in answer.headers["kizuna-warning"]
    assert "kizuna-warning" not in client.get("/queries/agreements.csv").headers
    query = JOINED["partner-cities-in-wikidata"].sparql
    page = client.get("/sparql", params={"query": query}, headers={"accept": "text/html"})
    assert "the endpoint is not on the list" in page.text


# fmt: off
REFUSED = [
    ("# title@en: x\nSELECT ?a WHERE { SERVICE <https://e.example/> { ?a ?b 1 } }",                   "is not SILENT"),
    ("# title@en: x\n# table: csv\nSELECT ?a WHERE { SERVICE SILENT <https://e.example/> { ?a ?b 1 } }", "a table is part of a release"),
    ("# title@en: x\nSELECT ?a WHERE { SERVICE SILENT <https://e.example/> { ?a ?b } }",              "q.rq:2"),
    ("# title@en: x\n# column c@en: C\nSELECT ?a WHERE { SERVICE SILENT <https://e.example/> { ?a ?b 1 } }", "no column c"),
]
# fmt: on


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_questions_that_are_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "q.rq").write_text(text, encoding="utf-8")
    with pytest.raises(ProjectError, match=words):
        read_queries(tmp_path, BASE)


def test_columns_of_what_is_called_are_columns(tmp_path: Path) -> None:
    text = "# title@en: x\n# column a@en: A\nSELECT * WHERE { SERVICE SILENT <https://e.example/> { ?a ?b 1 } }"
    (tmp_path / "q.rq").write_text(text, encoding="utf-8")
    (query,) = read_queries(tmp_path, BASE)
    assert query.columns == {"a": {"en": "A"}}
    assert replace(query, titles={}).kind is Kind.ROWS
