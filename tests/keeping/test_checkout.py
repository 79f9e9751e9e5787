"""git as it really is, over checkouts in every state that keeps it from moving forward."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from commits import commit, git
from kizuna.keeping import Reason
from kizuna.keeping.checkout import pull


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "data.ttl", "one")
    commit(folder, "other.ttl", "one")
    return folder


@pytest.fixture
def checkout(origin: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    git(tmp_path, "clone", "--quiet", str(origin), str(folder))
    return folder


def test_a_new_commit_is_there_afterwards(origin: Path, checkout: Path) -> None:
    newest = commit(origin, "data.ttl", "two")
    assert asyncio.run(pull(checkout)) is None
    assert git(checkout, "rev-parse", "HEAD") == newest
    assert asyncio.run(pull(checkout)) is None  # nothing new is no trouble


def test_changes_elsewhere_in_the_checkout_stay(origin: Path, checkout: Path) -> None:
    newest = commit(origin, "data.ttl", "two")
    (checkout / "other.ttl").write_text("mine", encoding="utf-8")
    (checkout / "new.ttl").write_text("mine", encoding="utf-8")
    assert asyncio.run(pull(checkout)) is None
    assert git(checkout, "rev-parse", "HEAD") == newest
    assert git(checkout, "status", "--porcelain").split() == ["M", "other.ttl", "??", "new.ttl"]
    assert (checkout / "other.ttl").read_text(encoding="utf-8") == "mine"


def changed(origin: Path, checkout: Path) -> None:
    commit(origin, "data.ttl", "two")
    (checkout / "data.ttl").write_text("mine", encoding="utf-8")


def untracked(origin: Path, checkout: Path) -> None:
    commit(origin, "data.ttl", "mine")
    commit(origin, "new.ttl", "two")
    (checkout / "data.ttl").write_text("mine", encoding="utf-8")
    (checkout / "new.ttl").write_text("mine", encoding="utf-8")


def committed(origin: Path, checkout: Path) -> None:
    commit(origin, "data.ttl", "two")
    commit(checkout, "data.ttl", "mine")


def rewritten(origin: Path, checkout: Path) -> None:
    commit(origin, "data.ttl", "two")
    git(checkout, "pull", "--quiet")
    (checkout / "data.ttl").write_text("mine", encoding="utf-8")
    git(origin, "reset", "--quiet", "--hard", "HEAD~1")
    commit(origin, "data.ttl", "three")


def away(origin: Path, checkout: Path) -> None:
    (checkout / "data.ttl").write_text("mine", encoding="utf-8")
    origin.rename(origin.with_name("gone"))


def detached(origin: Path, checkout: Path) -> None:
    git(checkout, "checkout", "--quiet", "--detach")
    (checkout / "data.ttl").write_text("mine", encoding="utf-8")


# fmt: off
STUCK = [
    # what is done                   what is told
    (changed,                        "cannot be moved forward"),
    (untracked,                      "cannot be moved forward"),
    (rewritten,                      "cannot be moved forward"),
    (committed,                      "cannot be moved forward"),
    (away,                           "nothing could be fetched"),
    (detached,                       "no checkout of a branch that follows another one"),
]
# fmt: on


@pytest.mark.parametrize(("done", "told"), STUCK)
def test_what_is_in_the_way_is_told_and_left(
    origin: Path, checkout: Path, done: Callable[[Path, Path], None], told: str
) -> None:
    done(origin, checkout)
    before = git(checkout, "rev-parse", "HEAD"), git(checkout, "status", "--porcelain")
    trouble = asyncio.run(pull(checkout))
    assert trouble is not None
    assert (trouble.reason, trouble.lasts) == (Reason.PULL, False)
    assert told in trouble.words
    assert (git(checkout, "rev-parse", "HEAD"), git(checkout, "status", "--porcelain")) == before
    assert (checkout / "data.ttl").read_text(encoding="utf-8") in {"mine", "two"}


def test_a_folder_that_is_no_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    for folder in (tmp_path, tmp_path / "nowhere"):
        trouble = asyncio.run(pull(folder))
        assert trouble is not None
        assert "git clone makes one" in trouble.words


def test_passwords_in_addresses_are_not_told(checkout: Path) -> None:
    address = "http://someone:secret@localhost:1/x.git"
    git(checkout, "remote", "set-url", "origin", address)
    trouble = asyncio.run(pull(checkout))
    assert trouble is not None
    assert "localhost:1" in trouble.words
    assert "secret" not in trouble.words


def test_without_git(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(checkout))
    trouble = asyncio.run(pull(checkout))
    assert trouble is not None
    assert "git cannot be started" in trouble.words
