"""Proposed claims in ``kizuna review``: shown in their sentence, accepted into the data, or never seen again."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kizuna.proposals.claims import read
from kizuna.proposals.undoing import Journal
from live import TOKEN, serving
from support import ROOT, check, copy_bridge, lock, run

NEWS = """Alpha and Beta Bay meet again

On 4 June 2022 Beta Bay hosted a workshop on optics in Alpha. More than 30 guests attended the workshop.

The workshop was supported by the City of Alpha. Dr. Hana Kimura, director of the Harbour Light Institute, opened the event.
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kizuna(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def command(name: str, *arguments: object, answers: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
        return run(capsys, monkeypatch, name, *map(str, arguments))

    return command


@pytest.fixture
def root(tmp_path: Path, kizuna: Run) -> Path:
    made = copy_bridge(tmp_path / "bridge")
    shutil.copytree(ROOT / "ontology" / "patterns", made / "ontology" / "patterns")
    (tmp_path / "news.txt").write_text(NEWS, encoding="utf-8")
    lock(made)
    status, _, err = kizuna("extract", tmp_path / "news.txt", "--project", made)
    assert status == 0, err
    return made


def waiting(kizuna: Run, root: Path) -> list[dict[str, object]]:
    status, out, err = kizuna("review", root, "--list", "--json")
    assert status == 0, err
    told: list[dict[str, object]] = json.loads(out)
    return told


def told_of(row: dict[str, object]) -> dict[str, str]:
    return {r["label"]: r["value"] for r in row["rows"]}  # type: ignore[attr-defined]


def test_a_claim_is_shown_in_its_sentence(kizuna: Run, root: Path) -> None:
    found = waiting(kizuna, root)
    guests = next(r for r in found if "attendance" in told_of(r)["predicate"])
    assert guests["kind"] == "claim"
    assert guests["choices"] == ["accept", "reject", "defer"]
    assert told_of(guests)["new"].startswith("attendance:")
    assert "kz:moreThan" in told_of(guests)["new"]
    assert not any(r["recommended"] for r in found)
    _, out, _ = kizuna("review", root, "--kind", "claim", answers="q\n")
    assert "[" in out
    assert "text " in out
    first = told_of(found[0])
    assert first["subject"] in out


def test_what_is_accepted_is_in_the_data_and_the_rest_waits(kizuna: Run, root: Path) -> None:
    found = waiting(kizuna, root)
    name = str(found[0]["id"]).rpartition("/")[2]
    status, out, err = kizuna("review", root, "--accept", name, "--by", "Aiko")
    assert status == 0, err
    assert out.endswith("1 accept\n")
    assert "data/ttl/alpha-and-beta-bay-meet-again.ttl: written" in err
    assert check(root).conforms
    left = waiting(kizuna, root)
    assert len(left) < len(found)
    assert found[0]["id"] not in [r["id"] for r in left]


def test_all_are_decided_one_after_the_other(kizuna: Run, root: Path) -> None:
    found = waiting(kizuna, root)
    status, out, err = kizuna("review", root, "--by", "Aiko", answers="a\n" * len(found))
    assert status == 0, err
    assert out.endswith(" accept\n")
    assert waiting(kizuna, root) == []
    report = check(root)
    assert report.conforms, report.findings


def test_what_is_rejected_is_not_proposed_again(kizuna: Run, root: Path, tmp_path: Path) -> None:
    found = waiting(kizuna, root)
    guests = next(r for r in found if "attendance" in told_of(r)["predicate"])
    status, out, err = kizuna("review", root, "--reject", guests["id"], "--by", "Aiko")
    assert (status, out.splitlines()[-1]) == (0, "1 reject"), err
    assert "remembered in data/proposals/rejected/" in err
    _, out, _ = kizuna("extract", tmp_path / "news.txt", "--project", root, "--json")
    assert "rejected before" in out
    again = [r["id"] for r in waiting(kizuna, root)]
    assert guests["id"] not in again
    assert [told_of(r)["predicate"] for r in waiting(kizuna, root)].count("kz:attendance") == 0
    assert check(root).conforms


def test_who_rejects_a_claim_rejects_those_that_need_it(kizuna: Run, root: Path) -> None:
    [proposals] = read(root)
    needed = {need for claim in proposals.claims for need in claim.needs}
    one = next(claim for claim in proposals.claims if claim.id in needed)
    status, _, err = kizuna("review", root, "--reject", one.id.value, "--by", "Aiko")
    assert status == 0
    assert "that need it" in err
    [left] = read(root)
    ids = {claim.id for claim in left.claims}
    assert all(ids.issuperset(claim.needs) for claim in left.claims)


def test_in_the_browser(root: Path, kizuna: Run) -> None:
    found = waiting(kizuna, root)
    with serving(str(root), "--writable") as live:
        fields = {"token": TOKEN, "by": "Aiko"}
        html = {"accept": "text/html"}
        page = live.client.post("/review", data=fields, headers=html).text
        assert f'name="id" value="{found[0]["id"]}"' in page
        assert "<mark>" in page
        assert "<dt>Property</dt>" in page
        answer = {**fields, "id": str(found[0]["id"]), "choice": "accept"}
        assert live.client.post("/review", data=answer, headers=html).status_code == 200
        assert found[0]["id"] not in [r["id"] for r in waiting(kizuna, root)]
    assert check(root).conforms


@pytest.mark.parametrize("answers", ["skip\nno\nyes\nab\nq\n", ""])
def test_only_a_key_or_a_name_is_an_answer(kizuna: Run, root: Path, answers: str) -> None:
    found = waiting(kizuna, root)
    status, out, _ = kizuna("review", root, "--by", "Aiko", answers=answers)
    assert (status, out.splitlines()[-1]) == (0, "nothing was decided")
    assert waiting(kizuna, root) == found
    status, out, _ = kizuna("review", root, "--by", "Aiko", answers="accept\nquit\n")
    assert out.splitlines()[-1] == "1 accept"


def test_nothing_recommended_is_nothing_asked(kizuna: Run, root: Path) -> None:
    found = waiting(kizuna, root)
    status, out, _ = kizuna("review", root, "--accept-recommended", "--by", "A", answers="a\na\n")
    assert (status, out.splitlines()[-1]) == (0, "nothing was decided")
    assert waiting(kizuna, root) == found


def test_a_proposal_is_decided_once(kizuna: Run, root: Path) -> None:
    one = str(waiting(kizuna, root)[0]["id"])
    status, _, err = kizuna("review", root, "--accept", one, "--reject", one, "--by", "A")
    assert status == 2
    assert "is decided twice" in err
    assert check(root).conforms


def test_what_is_taken_along_is_settled(kizuna: Run, root: Path) -> None:
    [proposals] = read(root)
    one = next(claim for claim in proposals.claims if claim.needs)
    both = ("--accept", one.id.value, "--accept", one.needs[0].value)
    status, _, err = kizuna("review", root, *both, "--by", "A")
    assert status == 0, err
    assert "settled already" in err


def test_only_the_own_decisions_are_undone(root: Path) -> None:
    journal = Journal(root)
    mine, shared, theirs = (
        root / "data/ttl" / name for name in ("mine.ttl", "shared.ttl", "new.ttl")
    )
    before = shared.read_bytes()
    with journal.noting():
        mine.write_text("# mine\n")
        shared.write_bytes(before + b"# mine\n")
    theirs.write_text("# theirs\n")
    assert journal.undo() == []
    assert (mine.exists(), shared.read_bytes(), theirs.read_text()) == (False, before, "# theirs\n")
    journal = Journal(root)
    with journal.noting():
        shared.write_bytes(before + b"# mine again\n")
    shared.write_bytes(before + b"# mine again\n# theirs\n")
    assert journal.undo() == [shared]
    assert shared.read_bytes().endswith(b"# theirs\n")
