"""The manuals say what is so: their queries run, their tables are complete."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import Client
from kizuna.engine import EmbeddedEngine, LaneLimits, Limits
from kizuna.engine.federation import Federated, Services
from kizuna.formats import HTML, Kind, carrying
from kizuna.release import Release
from kizuna.settings import SETTINGS
from kizuna.web import Site, create_app
from kizuna.web.cache import Cache
from kizuna.web.problems import STATUS

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def manual(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


QUERIES = [
    (path.name, text)
    for path in sorted(DOCS.glob("*.md"))
    for kind, text in BLOCK.findall(path.read_text(encoding="utf-8"))
    if kind == "sparql"
]


def test_there_are_examples() -> None:
    assert len(QUERIES) >= 4


@pytest.fixture(scope="module")
def nobody_called(site: Site, small_release: Release) -> Iterator[Client]:
    """A client of the small site, where each SERVICE fails: the network is not for tests."""
    services = Services(())
    engine = Federated(EmbeddedEngine(small_release.store), services)
    yield Client(create_app(replace(site, engine=engine, cache=Cache())))
    services.close()


@pytest.mark.parametrize(("page", "query"), QUERIES)
def test_the_queries_of_the_manuals_are_queries(
    nobody_called: Client, page: str, query: str
) -> None:
    answer = nobody_called.post("/sparql", data={"query": query})
    assert answer.status_code == 200, (page, answer.text)


def test_python_examples_are_python() -> None:
    for path in DOCS.glob("*.md"):
        for kind, text in BLOCK.findall(path.read_text(encoding="utf-8")):
            if kind == "python":
                compile(text, path.name, "exec")
            if kind == "json":
                json.loads(text)


def test_every_metric_is_in_the_manual_and_the_other_way_round(client: Client) -> None:
    found = set(re.findall(r"^# TYPE (\w+)", client.get("/metrics").text, re.MULTILINE))
    told = set(re.findall(r"`((?:kizuna|process)_\w+)", manual("operation.md")))
    assert told == found


def test_every_limit_is_in_the_manual() -> None:
    text = manual("sparql.md")
    limits, lanes = Limits(), LaneLimits()
    for setting, value in (
        ("query_seconds", f"{limits.seconds:g}"),
        ("query_memory_mb", f"{limits.memory_bytes // 1_000_000} MB"),
        ("answer_mb", f"{limits.answer_bytes // 1_000_000} MB"),
        ("query_kb", f"{limits.query_bytes // 1_000} kB"),
        ("query_depth", f"{limits.depth}"),
        ("light", f"{lanes.light}, {lanes.heavy}"),
        ("waiting", f"{lanes.waiting}, {lanes.patience:g} s each"),
        ("standing", f"{lanes.standing}"),
        ("per_client", f"{lanes.per_client}"),
    ):
        assert any(row.key == setting for row in SETTINGS)
        assert re.search(rf"\| {re.escape(value)} \| [^|]*`{setting}`", text), setting


def test_every_format_and_status_is_in_the_manual() -> None:
    text = manual("sparql.md")
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("| ")}
    for name, kind in (
        ("`SELECT`", Kind.ROWS),
        ("`ASK`", Kind.TRUTH),
        ("`CONSTRUCT`, `DESCRIBE`", Kind.GRAPH),
    ):
        wanted = [f"`{form.media_type}`" for form in (*carrying(kind), HTML)]
        assert re.findall(r"`[a-z]+/[^`]+`", rows[name]) == wanted
    of_queries = {"BadQuery", "Refused", "NotAcceptable", "AnswerTooLarge", "QueryCrashed", "Busy"}
    of_queries |= {"TooMany", "QueryTooLong"}
    for error, status in STATUS.items():
        if error.__name__ in of_queries:
            assert re.search(rf"^\| [\d, ]*\b{status.value}\b", text, re.MULTILINE), error
