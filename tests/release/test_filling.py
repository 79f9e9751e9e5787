"""What a written release lacks is filled in: by one process, and safe before it is named."""

from __future__ import annotations

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from kizuna.release import Release
from kizuna.release import filling as filling_module
from kizuna.release.contents import write_contents
from kizuna.release.filling import fill
from kizuna.release.manifest import FILE_NAME, read_manifest, verify, write_manifest


@pytest.fixture
def bare(small_release: Release, tmp_path: Path) -> Path:
    """The folder of a release that is as after a write: without dumps and index."""
    copy = tmp_path / small_release.id
    shutil.copytree(small_release.folder, copy)
    for name in ("descriptions.sqlite", "search.sqlite"):
        (copy / name).unlink()
    shutil.rmtree(copy / "dumps")
    files = {n: r for n, r in small_release.manifest.files.items() if (copy / n).exists()}
    write_manifest(copy, replace(small_release.manifest, filled=False, classes={}, files=files))
    return copy


def test_filling_makes_what_a_build_makes(small_release: Release, bare: Path) -> None:
    made = fill(bare)
    assert made.classes == small_release.manifest.classes
    assert made.files == small_release.manifest.files
    assert fill(bare) == made == read_manifest(bare)


class Disk:
    """A disk that loses, when the power goes, all that nobody has waited for.

    ``lost`` tells after each new name of a file what the power would have taken just then.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.safe = {path.stat().st_ino for path in (folder, *folder.rglob("*"))}
        self.lost: list[set[str]] = []
        self._fsync, self._replace = os.fsync, Path.replace
        monkeypatch.setattr(os, "fsync", self.fsync)
        replace_of_a_path = lambda path, to: self.replace(path, to)  # noqa: E731, PLW0108 - binds
        monkeypatch.setattr(Path, "replace", replace_of_a_path)

    def fsync(self, descriptor: int) -> None:
        self.safe.add(os.fstat(descriptor).st_ino)
        self._fsync(descriptor)

    def replace(self, path: Path, to: Path) -> Path:
        if to.name == FILE_NAME:
            self.lost.append(self.unsafe(path, *(to.parent / name for name in self.named(path))))
        self.safe.discard(to.parent.stat().st_ino)  # the folder has changed
        return self._replace(path, to)

    def named(self, manifest: Path) -> list[str]:
        shutil.copy(manifest, self.folder.parent / FILE_NAME)
        return list(read_manifest(self.folder.parent).files)

    def unsafe(self, *files: Path) -> set[str]:
        """Return what of these files, with their folders, is not on disk."""
        folders = {path.parent for path in files}
        return {path.name for path in (*files, *folders) if path.stat().st_ino not in self.safe}


def test_the_power_may_go_at_any_moment(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(bare, monkeypatch)
    made = fill(bare)
    assert disk.lost == [set()]
    assert disk.unsafe(*(bare / name for name in (FILE_NAME, *made.files))) == set()


def test_one_fills_and_the_other_waits(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_go_on, real = threading.Event(), threading.Event(), write_contents
    calls: list[Path] = []

    def halted(folder: Path, *arguments: object) -> None:
        calls.append(folder)
        (folder / "half.tmp").write_text("half", encoding="utf-8")
        begun.set()
        assert may_go_on.wait(60)
        (folder / "half.tmp").unlink()
        real(folder, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(filling_module, "write_contents", halted)
    with ThreadPoolExecutor() as pool:
        try:
            first = pool.submit(fill, bare)
            assert begun.wait(60)
            second = pool.submit(fill, bare)
            with pytest.raises(TimeoutError):
                second.result(0.3)
        finally:
            may_go_on.set()
        assert first.result() == second.result()
    assert len(calls) == 1
    verify(bare, read_manifest(bare))


def test_what_a_killed_filling_left_is_done_again(bare: Path) -> None:
    for name in (".filling/dumps", "dumps"):
        (bare / name).mkdir(parents=True)
        (bare / name / "half.nt").write_text("half", encoding="utf-8")
    made = fill(bare)
    assert "dumps/half.nt" not in made.files
    assert not (bare / ".filling").exists()
    verify(bare, made)
