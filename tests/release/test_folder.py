"""The folder of releases: one is current, damage is noticed, old ones go."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import time
from dataclasses import replace
from pathlib import Path

import pytest

from kizuna.errors import NoRelease, ReleaseBroken, UnavailableError
from kizuna.release import Release, Releases
from kizuna.release.folder import KEPT
from kizuna.release.manifest import Manifest, read_manifest, record_all, write_manifest


def built(folder: Path, identifier: str, text: str = "data") -> None:
    """Fill a folder as a build does, with hardly a store."""
    (folder / "dumps").mkdir(parents=True, exist_ok=True)
    (folder / "dumps" / "dataset.nt").write_text(text, encoding="utf-8")
    (folder / "store").mkdir(exist_ok=True)
    (folder / "store" / "CURRENT").write_text("MANIFEST-1", encoding="utf-8")
    (folder / "store" / "MANIFEST-1").write_text("", encoding="utf-8")
    files = record_all(folder)
    write_manifest(
        folder,
        Manifest(identifier, "v", "c", None, "b", ("en",), {}, {}, {}, {}, (), files),
    )


def publish(releases: Releases, identifier: str, text: str = "data") -> Release:
    with releases.building() as folder:
        built(folder, identifier, text)
        return releases.publish(folder, identifier)


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return Releases(tmp_path / "releases")


def hidden(releases: Releases) -> set[str]:
    return {p.name for p in releases.folder.iterdir() if p.name.startswith(".")} - {".history"}


def test_none_yet(releases: Releases) -> None:
    assert releases.ids() == []
    assert releases.current_id() is None
    with pytest.raises(NoRelease, match="there is no release yet"):
        releases.current()


def test_publish_and_switch_back(releases: Releases) -> None:
    for identifier in ("1", "2"):
        release = publish(releases, identifier)
        assert (release.id, releases.current().id) == (identifier, identifier)
        assert release.folder == releases.folder / identifier
    assert releases.ids() == ["2", "1"]
    releases.switch("1")
    assert releases.current().id == "1"
    assert (releases.folder / "current").is_symlink()
    assert hidden(releases) == {".lock"}


def test_retention(releases: Releases) -> None:
    for number in range(1, KEPT + 4):
        publish(releases, str(number))
    assert releases.ids() == [str(n) for n in range(KEPT + 3, 3, -1)]
    releases.switch("4")  # the oldest is current again: it is kept beside the newest nine
    publish(releases, "5")
    assert len(releases.ids()) == KEPT


def test_the_current_release_is_never_forgotten(releases: Releases) -> None:
    publish(releases, "1")
    for number in range(2, KEPT + 1):
        publish(releases, str(number))
    for _ in range(2):
        publish(releases, "1")  # intact: it stays as it is, and becomes the newest
    assert releases.ids()[0] == "1"
    assert len(releases.ids()) == KEPT


def test_what_was_current_before_is_never_forgotten(releases: Releases) -> None:
    for number in range(1, KEPT + 1):
        publish(releases, str(number))
    releases.switch("1")
    publish(releases, str(KEPT + 1))
    assert releases.rollback().id == "1"


def test_what_is_served_is_removed_only_later(releases: Releases) -> None:
    served = publish(releases, "1")
    with served.kept(), served.kept():
        for number in range(2, KEPT + 4):
            publish(releases, str(number))
        assert set(releases.ids()) == {"1", *(str(n) for n in range(4, KEPT + 4))}
        assert releases.get("1") == served
    publish(releases, str(KEPT + 4))
    assert "1" not in releases.ids()
    assert hidden(releases) == {".lock"}
    with pytest.raises(ReleaseBroken, match="has been removed"):
        served.kept()


def test_nobody_holds_what_has_been_removed_meanwhile(
    releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, real = publish(releases, "1"), fcntl.flock

    def removed_before(descriptor: int, kind: int) -> None:
        shutil.move(release.folder, releases.folder / ".old-1")
        shutil.copytree(releases.folder / ".old-1", release.folder)
        real(descriptor, kind)

    monkeypatch.setattr(fcntl, "flock", removed_before)
    with pytest.raises(ReleaseBroken, match="has been removed"):
        release.kept()


def test_a_file_system_without_locks(releases: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    real = fcntl.flock

    def none(descriptor: int, kind: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(95, "Operation not supported")
        real(descriptor, kind)

    monkeypatch.setattr(fcntl, "flock", none)
    with publish(releases, "1").kept():
        for number in range(2, KEPT + 3):
            publish(releases, str(number))
    assert len(releases.ids()) == KEPT


# fmt: off
BACK = [
    # what was built, back by <          back to, and again
    ("ab",                               ["a", None]),
    ("aba",                              ["b", "a", None]),  # the first content, built again
    ("abab",                             ["a", "b", "a", None]),
    ("abb",                              ["a", None]),       # nothing has changed
    ("abc<<d",                           ["a", None]),
    ("abc<b",                            ["a", None]),
]
# fmt: on


@pytest.mark.parametrize(("built", "back"), BACK)
def test_going_back(releases: Releases, built: str, back: list[str | None]) -> None:
    for letter in built:
        if letter == "<":
            releases.rollback()
        else:
            publish(releases, letter, letter)
    for expected in back:
        if expected is None:
            with pytest.raises(NoRelease, match="no release before"):
                releases.rollback()
        else:
            assert releases.rollback().id == releases.current_id() == expected


def test_going_back_without_a_history(releases: Releases) -> None:
    for number, identifier in enumerate("abc"):
        publish(releases, identifier, identifier)
        os.utime(releases.folder / identifier / "manifest.json", (number, number))
    (releases.folder / ".history").unlink()
    assert releases.ids() == ["c", "b", "a"]
    assert releases.rollback().id == "b"
    assert releases.rollback().id == "a"
    with pytest.raises(NoRelease):
        releases.rollback()
    assert releases.rollback("c").id == releases.current_id() == "c"


def test_what_is_built_again_is_the_newest(releases: Releases) -> None:
    for letter in "abca":
        publish(releases, letter, letter)
    assert releases.ids() == ["a", "c", "b"]


@pytest.mark.parametrize("call", ["symlink_to", "replace"])
def test_a_crash_between_note_and_switch(
    releases: Releases, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    for letter in "cab":
        publish(releases, letter, letter)
    real = getattr(Path, call)

    def crash(path: Path, *arguments: object) -> None:
        if path.name.startswith(".current"):
            raise KeyboardInterrupt
        real(path, *arguments)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, call, crash)
        publish(releases, "a", "a")
    assert releases.current_id() == "b"
    assert releases.rollback().id == "a"
    assert releases.rollback().id == "c"


def test_going_back_waits_for_a_build(releases: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    for letter in "ab":
        publish(releases, letter, letter)
    build = releases.building()
    folder = build.__enter__()

    def publish_meanwhile(_: float) -> None:
        built(folder, "c")
        releases.publish(folder, "c")
        build.__exit__(None, None, None)

    monkeypatch.setattr(time, "sleep", publish_meanwhile)
    assert releases.rollback().id == releases.current_id() == "b"  # the one before c


def test_what_was_written_on_another_release_is_not_published(releases: Releases) -> None:
    for letter in "ab":
        publish(releases, letter, letter)
    with releases.building() as folder:
        built(folder, "w")
        write_manifest(folder, replace(read_manifest(folder), parent="a"))
        with pytest.raises(UnavailableError, match="written on a, but b is current"):
            releases.publish(folder, "w")
    assert (releases.current_id(), releases.ids()) == ("b", ["b", "a"])


# fmt: off
DAMAGE = [
    "changed", "cut", "removed", "no manifest", "garbage manifest", "folder gone", "file is folder",
    "no files", "no store", "half a store",
]
FORGOTTEN = {"no files": "", "no store": "store/", "half a store": "store/M"}
# fmt: on


def damage(folder: Path, kind: str) -> None:
    file, manifest = folder / "dumps" / "dataset.nt", folder / "manifest.json"
    if kind == "changed":
        file.write_text("Data", encoding="utf-8")  # as long as before
    elif kind == "cut":
        file.write_text("dat", encoding="utf-8")
    elif kind == "removed":
        file.unlink()
    elif kind == "no manifest":
        manifest.unlink()
    elif kind == "garbage manifest":
        manifest.write_bytes(b"\xff{")
    elif kind == "folder gone":
        shutil.rmtree(folder)
    elif kind in FORGOTTEN:
        known = read_manifest(folder)
        files = {n: r for n, r in known.files.items() if not n.startswith(FORGOTTEN[kind])}
        write_manifest(folder, replace(known, files=files))
    else:
        file.unlink()
        file.mkdir()


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_release_gives_way_to_an_older_one(releases: Releases, kind: str) -> None:
    for identifier in ("1", "2"):
        publish(releases, identifier)
    damage(releases.folder / "2", kind)
    assert releases.current().id == "1"
    with pytest.raises(ReleaseBroken) as caught:
        releases.get("2")
    assert "kizuna build" in caught.value.hint
    damage(releases.folder / "1", kind)
    with pytest.raises(NoRelease, match="is intact"):
        releases.current()


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_release_is_replaced_by_a_new_build(releases: Releases, kind: str) -> None:
    publish(releases, "1")
    damage(releases.folder / "1", kind)
    publish(releases, "1")
    assert releases.current().id == "1"
    assert hidden(releases) == {".lock"}


# fmt: off
FACTS = [
    {"languages": ("de", "en")}, {"base": "c"}, {"prefixes": {"x": "urn:x:"}},
    {"value_classes": ("urn:v",)}, {"roles": {"urn:g": "shapes"}},
]
# fmt: on


@pytest.mark.parametrize("facts", FACTS)
def test_facts_that_change_without_the_content(
    releases: Releases, facts: dict[str, object]
) -> None:
    first = publish(releases, "1")
    before = {p: p.stat().st_ino for p in first.folder.rglob("*") if p.name != "manifest.json"}
    with releases.building() as folder:
        built(folder, "1")
        made = replace(read_manifest(folder), created="later", **facts)  # type: ignore[arg-type]
        write_manifest(folder, made)
        second = releases.publish(folder, "1")
    assert second == releases.current()
    assert second.manifest == replace(first.manifest, **facts)  # type: ignore[arg-type]
    after = {p: p.stat().st_ino for p in first.folder.rglob("*") if p.name != "manifest.json"}
    assert after == before
    assert publish(releases, "1").manifest == first.manifest


def test_links_and_strangers_are_no_releases(releases: Releases) -> None:
    publish(releases, "1")
    (releases.folder / "notes.txt").write_text("x", encoding="utf-8")
    (releases.folder / "empty").mkdir()
    shutil.copytree(releases.folder / "1", releases.folder / ".hidden")
    assert releases.ids() == ["1"]


def test_what_killed_builds_left_is_removed(releases: Releases) -> None:
    publish(releases, "1")
    for name in (".building-99999", ".old-1-99999"):
        (releases.folder / name / "dumps").mkdir(parents=True)
    (releases.folder / ".current-99999").symlink_to("1")
    with releases.building():
        pass
    assert hidden(releases) == {".lock"}
    assert releases.current().id == "1"


def test_a_build_that_fails_leaves_nothing(releases: Releases) -> None:
    with pytest.raises(RuntimeError), releases.building() as folder:
        built(folder, "1")
        raise RuntimeError
    assert releases.ids() == []
    assert hidden(releases) == {".lock"}


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_no_folder_can_be_made(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with (
        pytest.raises(UnavailableError, match="cannot be written") as caught,
        Releases(tmp_path / place).building(),
    ):
        pass
    assert "--releases" in caught.value.hint


def test_no_room_for_the_folder(releases: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    with releases.building():
        pass

    real = Path.mkdir

    def full(
        path: Path, mode: int = 0o777, *, parents: bool = False, exist_ok: bool = False
    ) -> None:
        if path.name.startswith(".building"):
            raise OSError(28, "No space left on device")
        real(path, mode, parents=parents, exist_ok=exist_ok)

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(UnavailableError, match="No space left"), releases.building():
        pass
