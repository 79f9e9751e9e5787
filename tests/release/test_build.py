from __future__ import annotations

from pathlib import Path

import pytest

from conftest import SMALL, SMALL_BASE
from kizuna.checks import check_project
from kizuna.engine import search
from kizuna.iris import Addresses
from kizuna.project import load_project
from kizuna.release import Release, Releases, build_release


def build(releases: Path) -> Release:
    project = load_project(
        SMALL, Addresses.at(SMALL_BASE), ("en", "de", "ja"), SMALL / "data" / "documents"
    )
    return build_release(project, check_project(project), Releases(releases))


def test_equal_content_gives_equal_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")
    first, second = build(tmp_path / "a"), build(tmp_path / "b")
    assert first.id == second.id
    names = [n for n in first.manifest.files if not n.startswith("store/")]
    assert {"search.sqlite", "descriptions.sqlite", "dumps/dataset.nq"} <= set(names)
    for name in names:
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes()


def test_things_are_found_by_name_and_by_quote(small_release: Release) -> None:
    found = search(small_release.search, "Fest")
    assert found
    assert all(hit.thing.value.startswith(SMALL_BASE) for hit in found)
    assert {hit.text.language for hit in search(small_release.search, "小さな")} == {"ja"}
