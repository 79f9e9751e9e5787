"""``kizuna diff`` and what ``kizuna releases`` tells of changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kizuna.release import Releases
from support import build, copy_bridge, edit, run


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with two releases, in the second of which a name is another one."""
    found = copy_bridge(tmp_path_factory.mktemp("diff") / "bridge")
    build(found)
    edit(found / "data/ttl/shared.ttl", '"Stadt Alpha"@de', '"Stadt Alpha am Meer"@de')
    build(found)
    return found


# fmt: off
ASKED = [
    # arguments                     status, in the output
    ([],                            1, '  + skos:prefLabel "Stadt Alpha am Meer"@de\n'),
    (["before", "current"],         1, '  - skos:prefLabel "Stadt Alpha"@de\n'),
    (["current", "before"],         1, '  + skos:prefLabel "Stadt Alpha"@de\n'),
    (["current", "current"],        0, "They say the same.\n"),
    (["-f", "patch"],               1, "TX .\nD <"),
    (["-f", "notes"],               1, "### Changed\n"),
    (["-f", "html"],                2, ""),
    (["xyz"],                       2, ""),
    ([""],                          2, ""),
]
# fmt: on


@pytest.mark.parametrize(("arguments", "expected", "said"), ASKED)
def test_diff(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    root: Path,
    arguments: list[str],
    expected: int,
    said: str,
) -> None:
    status, out, err = run(capsys, monkeypatch, "diff", *arguments, "--releases", root / "releases")
    assert (status, bool(err)) == (expected, expected == 2)
    assert said in out


def test_beginnings_of_names(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    new, old = Releases(root / "releases").ids()
    both = ("--releases", root / "releases", "-f", "json")
    status, out, _ = run(capsys, monkeypatch, "diff", old[:6], new[:6], *both)
    told = json.loads(out)
    assert (status, told["from"]["id"], told["to"]["id"]) == (1, old, new)
    assert [row["what"] for row in told["things"][0]["rows"]] == ["added", "removed"]


def test_releases_tell_what_changed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    status, out, _ = run(capsys, monkeypatch, "releases", "--releases", root / "releases", "--json")
    second, first = json.loads(out)
    assert status == 0
    assert (second["before"], first["before"], first["changes"]) == (first["id"], None, None)
    assert (second["changes"]["added"], second["changes"]["removed"]) == (1, 1)
    _, out, _ = run(capsys, monkeypatch, "releases", "--releases", root / "releases")
    assert f"    since {first['id']}: 0 things came, 0 went, 1 changed: 1 fact added" in out
