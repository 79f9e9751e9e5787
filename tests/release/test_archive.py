"""The files of what was built stay at their addresses when the release goes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kizuna.release import Releases, archive, folder
from kizuna.release.archive import ARCHIVE, folder_of, lasting
from kizuna.release.manifest import Manifest, record_all, write_manifest

CREATED = "2026-01-{:02}T00:00:00+00:00"


def release(releases: Releases, number: int, parent: str | None = None) -> str:
    """Make a release current; it has a store, an index and one file."""
    identifier = f"{number:012x}"
    with releases.building() as place:
        for name in ("store/CURRENT", "dumps/dataset.nt", "descriptions.sqlite"):
            (place / name).parent.mkdir(exist_ok=True)
            (place / name).write_text(identifier, encoding="utf-8")
        write_manifest(place, replace(made(place, identifier, number), parent=parent))
        releases.publish(place, identifier)
    return identifier


def made(place: Path, identifier: str, number: int) -> Manifest:
    return Manifest(
        id=identifier,
        version=f"v{number}",
        created=CREATED.format(number),
        commit=None,
        base="https://example.org/",
        languages=("en",),
        counts={"triples": 1},
        classes={},
        graphs={},
        prefixes={},
        value_classes=(),
        files=record_all(place),
    )


@pytest.fixture
def releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Releases:
    monkeypatch.setattr(folder, "KEPT", 3)
    return Releases(tmp_path / "releases")


def test_builds_leave_their_files(releases: Releases) -> None:
    made = [release(releases, number) for number in range(1, 7)]
    assert releases.ids() == made[:2:-1]
    assert [m.id for m in lasting(releases.folder)] == made[::-1]
    for identifier in made:
        place = folder_of(releases.folder, identifier)
        assert place is not None
        assert (place / "dumps/dataset.nt").read_text(encoding="utf-8") == identifier
    kept = sorted(p.name for p in (releases.folder / ARCHIVE / made[0]).iterdir())
    assert kept == ["dumps", "manifest.json"]


def test_what_was_written_over_http_goes_whole(releases: Releases) -> None:
    first = release(releases, 1)
    written, parent = [], first
    for number in range(2, 9):
        parent = release(releases, number, parent)
        written.append(parent)
    assert folder_of(releases.folder, first) is not None
    assert folder_of(releases.folder, written[0]) is None
    assert [m.id for m in lasting(releases.folder)] == [first]


def test_what_a_crash_has_left_in_the_archive_is_removed(releases: Releases) -> None:
    made = [release(releases, number) for number in range(1, 7)]
    left = releases.folder / ARCHIVE / made[0] / "store"
    left.mkdir()
    (left / "CURRENT").write_text("", encoding="utf-8")
    release(releases, 7)
    assert not left.exists()


def test_a_build_that_comes_again_is_not_doubled(releases: Releases) -> None:
    made = [release(releases, number) for number in range(1, 7)]
    release(releases, 1)
    assert [m.id for m in lasting(releases.folder)].count(made[0]) == 1
    assert folder_of(releases.folder, made[0]) == releases.folder / made[0]


@pytest.mark.parametrize("identifier", ["", "..", "current", "0" * 11, "../../etc", "0" * 12])
def test_no_other_folder_is_looked_at(releases: Releases, identifier: str) -> None:
    release(releases, 1)
    assert folder_of(releases.folder, identifier) is None


def test_what_cannot_be_read_is_left_out(releases: Releases) -> None:
    first = release(releases, 1)
    (releases.folder / first / "manifest.json").write_text("{", encoding="utf-8")
    assert lasting(releases.folder) == []
    assert archive.folder_of(releases.folder, first) is not None
