"""``kizuna extract`` and ``kizuna evaluate extract``, as people call them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support import ROOT, copy_bridge, run

TEXT = "On 4 June 2022 Beta Bay hosted a workshop on optics in Alpha.\n"


pytestmark = pytest.mark.usefixtures("no_settings_from_outside")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = copy_bridge(tmp_path / "bridge")
    shutil.copytree(ROOT / "ontology" / "patterns", made / "ontology" / "patterns")
    (tmp_path / "news.txt").write_text(TEXT, encoding="utf-8")
    return made


def test_proposals_are_told_and_written(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, out, _ = run(capsys, monkeypatch, "extract", root.parent / "news.txt", "-C", root)
    assert status == 0
    assert "kz:organiser organisation:beta-bay" in out
    assert f"{root}/data/proposals/news.ttl: written" in out
    assert (root / "data/documents/news.txt").read_text(encoding="utf-8") == TEXT


def test_a_dry_run_writes_nothing_and_json_is_for_machines(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("extract", root.parent / "news.txt", "-C", root, "--dry-run", "--json")
    status, out, _ = run(capsys, monkeypatch, *arguments)
    [found] = json.loads(out)
    assert status == 0
    assert not (root / "data/proposals").exists()
    assert not (root / "data/documents/news.txt").exists()
    assert found["claims"]
    for claim in found["claims"]:
        assert TEXT[claim["start"] : claim["end"]] == claim["quote"]


def test_one_text_that_cannot_be_read_keeps_no_other(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    news = root.parent / "news.txt"
    status, out, err = run(
        capsys, monkeypatch, "extract", root / "none.txt", news, "-C", root, "--dry-run"
    )
    assert status == 2
    assert "none.txt" in err
    assert out.startswith(f"{news}: ")
    assert " proposed claims" in out


# fmt: off
WRONG = [
    # arguments                                             status, message
    (["nowhere.txt"],                                       2, "has vanished"),
    (["ftp://example.org/x"],                               2, "is no address of http or https"),
    (["http://127.0.0.1:9/x"],                              3, "is not public"),
    (["news.txt", "--by", "model"],                         2, "the setting 'model' is missing"),
]
# fmt: on


@pytest.mark.parametrize(("arguments", "expected", "message"), WRONG)
def test_what_is_wrong_is_told(
    root: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    expected: int,
    message: str,
) -> None:
    monkeypatch.chdir(root.parent)
    status, _, err = run(capsys, monkeypatch, "extract", *arguments, "-C", root)
    assert (status, message in err) == (expected, True), err


def test_without_texts_nothing_is_measured(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(root / "data/documents")
    status, _, err = run(capsys, monkeypatch, "evaluate", "extract", root)
    assert status == 2
    assert "no text of a document with claims is here" in err


def test_figures_are_told_by_document_and_relation(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, out, _ = run(capsys, monkeypatch, "evaluate", "extract", root)
    assert status == 0
    assert "harbour-news" in out
    assert "kz:party" in out
    status, out, _ = run(capsys, monkeypatch, "evaluate", "extract", root, "--json")
    figures = json.loads(out)
    assert figures["all"]["claims"] == sum(d["claims"] for d in figures["documents"].values())
    assert set(figures["documents"]) == {
        "https://w3id.org/kizuna/id/document/bay-letter",
        "https://w3id.org/kizuna/id/document/harbour-news",
    }
