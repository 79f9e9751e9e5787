"""``kizuna review``: what is decided is written, remembered, and undone where it breaks the project."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from kizuna.iris import Addresses
from kizuna.proposals import Place
from kizuna.proposals.kinds import KINDS
from kizuna.proposals.links import decisions, propose, proposed
from kizuna.proposals.sssom import read_records, record_iri
from records import RECORDS, record
from support import BASE, ID, check, copy_bridge, edit, run
from wikidata import ENTITY

LINKS = "data/ttl/links.ttl"
DECISIONS = "data/proposals/decisions.ttl"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = copy_bridge(tmp_path / "bridge")
    propose(place(root), RECORDS)
    return root


def place(root: Path) -> Place:
    return Place(root, Addresses.at(BASE))


@pytest.fixture
def kizuna(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, root: Path) -> Run:
    """Run ``kizuna review`` with these answers."""

    def review(*arguments: str, answers: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
        return run(capsys, monkeypatch, "review", root, *arguments)

    return review


def left(root: Path) -> list[str]:
    return [r.target.value.removeprefix(ENTITY) for r in proposed(place(root))]


def test_records_are_read_as_they_were_written(root: Path) -> None:
    path = root / "data/proposals/links.ttl"
    assert read_records(path) == RECORDS
    text = path.read_text(encoding="utf-8")
    assert 'rdfs:comment """about: a “test”\nname +0.55: en “Alpha”\n' in text
    propose(place(root), reversed(RECORDS))
    assert path.read_text(encoding="utf-8") == text, "the order does not matter"
    propose(place(root), ())
    assert not path.exists()


def test_the_list(kizuna: Run) -> None:
    status, out, err = kizuna("--list", "--json")
    told = json.loads(out)
    assert (status, err) == (0, "")
    assert [(p["id"].partition("#")[2], p["recommended"]) for p in told] == [
        ("organisation-beta-bay-Q30", False),
        ("organisation-city-of-alpha-Q20", False),  # the next one is too near
        ("organisation-city-of-alpha-Q21", False),
        ("person-anna-example-Q40", False),
        ("place-alpha-Q10", True),
        ("place-alpha-12", True),
        ("place-alpha-Q11", False),
    ]
    assert told[4]["reasons"] == ["name +0.55: en “Alpha”", "type +0.15: belongs to Q515"]
    assert {"label": "described as", "value": "a “test”", "href": None} in told[4]["rows"]
    _, out, _ = kizuna("--list")
    assert out.endswith("7 wait for a decision (* recommended)\n")


def test_answers_are_piped_in(kizuna: Run, root: Path) -> None:
    before = (root / "data/ttl/shared.ttl").read_bytes()
    answers = "r\n?\nx\na\nd\nn\nq\n"
    status, out, err = kizuna("--by", "Aiko Sato", "--no-check", answers=answers)
    assert status == 0, err
    # beta-bay rejected, city of alpha accepted (so Q21 is not asked), anna deferred, alpha: none
    assert out.endswith("1 reject, 1 accept, 1 defer, 1 none\n")
    assert out.count("? for help]") == 7
    assert "  e  accept as skos:exactMatch: the same thing\n" in out
    assert left(root) == ["Q40", "https://sws.geonames.org/12/"]
    links = (root / LINKS).read_text(encoding="utf-8")
    today = f"{date.today()}"  # noqa: DTZ011
    assert (
        "<https://w3id.org/kizuna/id/organisation/city-of-alpha> skos:exactMatch wd:Q20 ;\n"
        f'    skos:editorialNote "{ENTITY}Q20: accepted by Aiko Sato on ' in links
    )
    assert "score 0.90 (name +0.55: en “Alpha”; type +0.15: belongs to Q515)." in links
    assert "    prov:wasDerivedFrom wd:Q20 .\n" in links
    told = decisions(place(root))
    assert told.forbid(NamedNode(f"{ID}organisation/beta-bay"), f"{ENTITY}Q30")
    assert not told.forbid(NamedNode(f"{ID}organisation/beta-bay"), f"{ENTITY}Q31")
    assert told.forbid(NamedNode(f"{ID}place/alpha"), f"{ENTITY}Q99")
    assert not told.forbid(NamedNode(f"{ID}place/alpha"), "https://sws.geonames.org/12/")
    decided = (root / DECISIONS).read_text(encoding="utf-8")
    assert "sssom:predicate_modifier sssom:NegatedPredicate" in decided
    assert "owl:annotatedTarget sssom:NoTermFound" in decided
    assert 'sssom:reviewer_label "Aiko Sato"' in decided
    assert today[:4] in decided
    assert (root / "data/ttl/shared.ttl").read_bytes() == before


def test_the_end_of_the_answers_is_the_end(kizuna: Run, root: Path) -> None:
    status, out, _ = kizuna(answers="")
    assert status == 0
    assert out.endswith("nothing was decided\n")
    assert len(left(root)) == len(RECORDS)


def test_scripts_name_what_they_decide(kizuna: Run, root: Path) -> None:
    iri = record_iri(BASE, "links", RECORDS[5]).value
    status, out, err = kizuna(
        "--no-check", "--accept", "place-alpha-Q10", "--as", "same",
        "--reject", "organisation-beta-bay-Q30", "--none", "person-anna-example-Q40",
    )  # fmt: skip
    assert (status, out) == (0, "1 same, 1 reject, 1 none\n"), err
    assert "data/ttl/links.ttl: owl:sameAs <http://www.wikidata.org/entity/Q10>" in err
    assert left(root) == ["Q20", "Q21", "https://sws.geonames.org/12/"]
    assert "<http://www.w3.org/2002/07/owl#sameAs> wd:Q10" in (root / LINKS).read_text()
    status, _, err = kizuna("--accept", iri)
    assert status == 3
    assert f"no proposal {iri!r} waits for a decision" in err
    status, _, err = kizuna("--accept", "organisation-city-of-alpha-Q20", "--as", "twin")
    assert (status, "cannot be decided as 'twin'" in err) == (2, True)
    status, _, err = kizuna("--kind", "nothing", "--list")
    assert (status, "there is no kind 'nothing'" in err) == (2, True)


def test_recommended_ones_at_once(kizuna: Run, root: Path) -> None:
    status, out, _ = kizuna("--accept-recommended", "--no-check")
    assert (status, out) == (0, "2 accept\n")
    assert left(root) == ["Q30", "Q20", "Q21", "Q40"]


def test_a_file_keeps_its_comments_and_order(kizuna: Run, root: Path) -> None:
    links = root / LINKS
    links.write_text(
        "# Ours.\n"
        "@prefix place: <https://w3id.org/kizuna/id/place/> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "@prefix wd: <http://www.wikidata.org/entity/> .\n\n"
        "place:alpha skos:closeMatch wd:Q5 ;  # the old town\n"
        "    skos:exactMatch <https://example.org/alpha> .  # by hand\n\n"
        "# people come last\n"
        "<https://w3id.org/kizuna/id/person/bela-sample> skos:closeMatch wd:Q7 .\n",
        encoding="utf-8",
    )
    kizuna("--accept", "place-alpha-Q10", "--accept", "person-anna-example-Q40", "--no-check")
    after = links.read_text(encoding="utf-8")
    for pattern in (
        r"# Ours\.\n@prefix place: ",
        r"place:alpha skos:closeMatch wd:Q5 ;  # the old town\n"
        r"    skos:exactMatch <https://example.org/alpha> , wd:Q10 ;\n    skos:editorialNote [^\n]*"
        r" ;\n    <http://www.w3.org/ns/prov#wasDerivedFrom> wd:Q10 \.  # by hand\n\n# people come last\n",
        r"skos:closeMatch wd:Q7 \.\n\n<https://w3id.org/kizuna/id/person/anna-example> skos:exactMatch wd:Q40 ;\n",
    ):
        assert re.search(pattern, after), after


def test_the_project_stays_sound(kizuna: Run, root: Path) -> None:
    status, out, err = kizuna("--accept-recommended", "--by", "A")
    assert (status, out) == (0, "2 accept\n"), err
    assert check(root).conforms


def test_what_breaks_the_project_is_undone(kizuna: Run, root: Path) -> None:
    wrong = record("place/alpha", f"{ID}place/nowhere", 0.99)
    propose(place(root), [*RECORDS, wrong])
    before = (root / "data/proposals/links.ttl").read_bytes()
    status, out, err = kizuna("--accept", "place-alpha-nowhere", "--reject", "place-alpha-Q11")
    assert (status, out) == (1, "")
    assert "breaks the project, so all decisions of this run are undone" in err
    assert "[dangling-link]" in err
    assert not (root / LINKS).exists()
    assert not (root / DECISIONS).exists()
    assert (root / "data/proposals/links.ttl").read_bytes() == before


def test_what_was_broken_before_is_not_blamed(kizuna: Run, root: Path) -> None:
    edit(root / "data/ttl/harbour-news.ttl", '"Anna Example signed"', '"Anna Exemple signed"')
    status, out, _ = kizuna("--accept", "place-alpha-Q10")
    assert (status, out) == (0, "1 accept\n")
    assert (root / LINKS).exists()


def test_a_file_that_is_no_turtle_is_left_alone(kizuna: Run, root: Path) -> None:
    (root / LINKS).write_text("nonsense", encoding="utf-8")
    status, _, err = kizuna("--accept", "place-alpha-Q10", "--no-check")
    assert (status, "the file is no Turtle" in err) == (2, True)
    assert (root / LINKS).read_text() == "nonsense"
    assert len(left(root)) == len(RECORDS)


def test_kinds_are_told_apart() -> None:
    assert len({row.name for row in KINDS}) == len(KINDS) >= 1
