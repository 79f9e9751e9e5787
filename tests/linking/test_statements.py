"""``kizuna quickstatements`` and ``missing-items``: only what is stated, linked, mapped and lacking."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat

from kizuna.iris import Addresses
from kizuna.proposals import Place
from kizuna.proposals.links import propose
from records import record
from support import BASE, copy_bridge, run
from wikidata import Server, running

Run = Callable[..., tuple[int, str, str]]
URL = "https://news.example/2019/bridge"
ITEMS = """
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix wdt: <http://www.wikidata.org/prop/direct/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

wd:Q1 wdt:P31 wd:Q99 .  # the agreement
wd:Q2 wdt:P31 wd:Q99 ; wdt:P585 "2019-05-03T00:00:00Z"^^xsd:dateTime .  # the signing, with its day
wd:Q3 wdt:P31 wd:Q99 .  # the workshop
wd:Q4 wdt:P31 wd:Q99 .  # the city as a body
wd:Q5 wdt:P31 wd:Q99 .  # Beta Bay
wd:Q6 wdt:P31 wd:Q99 .  # Alpha
"""
LINKS = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix agreement: <https://w3id.org/kizuna/id/agreement/> .
@prefix event: <https://w3id.org/kizuna/id/event/> .
@prefix organisation: <https://w3id.org/kizuna/id/organisation/> .
@prefix place: <https://w3id.org/kizuna/id/place/> .

agreement:mou-alpha-beta a <https://w3id.org/kizuna/ontology#Event> ; skos:exactMatch wd:Q1 .
event:signing skos:exactMatch wd:Q2 .
event:workshop skos:exactMatch wd:Q3 .
organisation:city-of-alpha skos:exactMatch wd:Q4 .
organisation:beta-bay skos:closeMatch wd:Q5 .
place:alpha skos:exactMatch wd:Q6 .
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with running() as found:
        found.store.load(ITEMS.encode(), RdfFormat.TURTLE)
        for name, value in found.environ.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = copy_bridge(tmp_path / "bridge")
    (root / "data/ttl/links.ttl").write_text(LINKS, encoding="utf-8")
    return root


@pytest.fixture
def kizuna(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return lambda *arguments: run(capsys, monkeypatch, *arguments)


def test_commands_have_references(kizuna: Run, server: Server, root: Path) -> None:
    status, out, err = kizuna("quickstatements", root, "--retrieved", "2026-11-30")
    assert status == 0, err
    rows = [line.split("\t") for line in out.splitlines()]
    assert [
        "Q1", "P1891", "Q4", "S854", f'"{URL}"', "S1683", 'en:"the City of Alpha and Beta Bay signed"',
        "S407", "Q1860", "S813", "+2026-11-30T00:00:00Z/11",
    ] in rows  # fmt: skip
    said = {(row[0], row[1], row[2]) for row in rows}
    assert ("Q3", "P276", "Q6") not in said, "planned only"
    assert all(q != "Q5" for row in said for q in row), "a close match is none"
    assert not any(row[1] == "P585" and row[0] == "Q2" for row in rows), "it has that day"
    assert "claims left out (--dry-run tells why)" in err
    assert re.search(r"\n +[0-9]+ … is not mapped\n", err)
    _, again, _ = kizuna("quickstatements", root)
    assert all("S813" not in line for line in again.splitlines()), "no day is invented"


def test_the_report_says_why(kizuna: Run, server: Server, root: Path) -> None:
    status, out, _ = kizuna("quickstatements", root, "--dry-run", "--json")
    assert status == 0
    told = json.loads(out)
    reasons = {row["claim"].rpartition("/")[2]: row["reason"] for row in told["left_out"]}
    made = {row["claim"].rpartition("/")[2] for row in told["statements"]}
    assert not made & reasons.keys()
    assert reasons["harbour-001"] == "rdf:type is not mapped"
    assert reasons["harbour-003"] == "its object is not linked"
    words = set(reasons.values())
    assert "its number is not exact" in words
    assert any(word.startswith("Q2 has it already") for word in words)
    assert any(word.startswith("only what is stated goes to Wikidata") for word in words)
    _, out, _ = kizuna("quickstatements", root, "--dry-run")
    assert out.endswith(f"{len(made)} statements, {len(reasons)} claims left out\n")
    assert "- <https://w3id.org/kizuna/id/claim/harbour-003>: its object is not linked\n" in out


def test_the_table_says_the_same(kizuna: Run, server: Server, root: Path) -> None:
    _, commands, _ = kizuna("quickstatements", root)
    status, out, _ = kizuna("quickstatements", root, "--format", "csv")
    assert status == 0
    head, *rows = csv.reader(io.StringIO(out))
    assert head[0] == "qid"
    assert len(rows) == len(commands.splitlines())
    for row, line in zip(rows, commands.splitlines(), strict=True):
        cells = [pair for pair in zip(head, row, strict=True) if pair[1]]
        assert [word for pair in cells for word in pair][1:] == line.split("\t")
    assert '"""https://news.example' in out, "a text has its quotation marks in the cell"


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (lambda s: s.deleted.add("Q1"), "Q1 is gone"),
        (lambda s: s.merged.update(Q1="Q3"), "Q1 has been merged into Q3"),
    ],
)
def test_rotten_links_get_nothing(
    kizuna: Run, server: Server, root: Path, happens: Callable[[Server], None], words: str
) -> None:
    happens(server)
    _, out, _ = kizuna("quickstatements", root, "--dry-run")
    assert words in out
    assert "+ Q1 " not in out


# fmt: off
DATES = [
    # what the document says    what the item has             the statement, or why there is none
    ('"2019-05-03"',            None,                         "+2019-05-03T00:00:00Z/11"),
    ('"2019-05"',               None,                         "+2019-05-00T00:00:00Z/10"),
    ('"2019"',                  None,                         "+2019-00-00T00:00:00Z/9"),
    ('"2019-05"',               "2019-05-03T00:00:00Z",       "Q2 has it already, more exactly: 2019-05-03"),
    ('"2019-05-03"',            "2018-05-03T00:00:00Z",       "Q2 has another value: 2018-05-03"),
    ('"2019~"',                 None,                         "2019~ is no single year, month or day"),
    ('"2019-05/2019-06"',       None,                         "2019-05/2019-06 is no single year, month or day"),
    ('"XXXX-05"',               None,                         "XXXX-05 is no single year, month or day"),
    ('"2019-33"',               None,                         "2019-33 is no single year, month or day"),
]
# fmt: on


@pytest.mark.parametrize(("said", "has", "expected"), DATES)
def test_dates(
    kizuna: Run, server: Server, root: Path, said: str, has: str | None, expected: str
) -> None:
    path = root / "data/ttl/harbour-news.ttl"
    path.write_text(path.read_text("utf-8").replace('"2019-05-03"^^', f"{said}^^"), "utf-8")
    server.store.update(
        "DELETE WHERE { <http://www.wikidata.org/entity/Q2> <http://www.wikidata.org/prop/direct/P585> ?x }"
    )
    if has:
        server.store.update(
            'INSERT DATA { <http://www.wikidata.org/entity/Q2> <http://www.wikidata.org/prop/direct/P585> '
            f'"{has}"^^<http://www.w3.org/2001/XMLSchema#dateTime> }}'
        )  # fmt: skip
    _, out, _ = kizuna("quickstatements", root, "--dry-run")
    assert f"+ Q2 P585 {expected}  " in out or f": {expected}\n" in out, out


def test_missing_items(kizuna: Run, root: Path) -> None:
    status, out, _ = kizuna("missing-items", root, "--claims", "1", "--json")
    told = {row["thing"].rpartition("/id/")[2]: row for row in json.loads(out)}
    assert status == 0
    assert "person/anna-example" in told
    assert "organisation/city-of-alpha" not in told, "it is linked"
    assert "organisation/beta-bay" not in told, "nearly"
    assert told["person/anna-example"]["type"] == "Q5"
    _, out, _ = kizuna("missing-items", root, "--claims", "1", "--quickstatements")
    assert 'CREATE\nLAST\tLen\t"Anna Example"\nLAST\tLde\t"Anna Example"\nLAST\tP31\tQ5\n' in out
    _, out, _ = kizuna("missing-items", root, "--claims", "100")
    assert out == "0 things are worth an item\n"


def test_no_item_is_missed_that_nobody_wants(kizuna: Run, root: Path) -> None:
    propose(Place(root, Addresses.at(BASE)), [record("person/anna-example", "Q40", 0.6)])
    status, _, err = kizuna("review", root, "--none", "person-anna-example-Q40", "--no-check")
    assert status == 0, err
    _, out, _ = kizuna("missing-items", root, "--claims", "1")
    assert "anna-example" not in out
