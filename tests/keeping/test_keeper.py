"""Whatever is wrong with a project, its checking or its surroundings, the last good release stays."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kizuna import renewing
from kizuna.keeping import Folder, Keeper, Place, Plan, Reason, Trouble
from kizuna.keeping import keeper as module
from kizuna.keeping.process import MOST_OUTPUT, Ended, run_apart
from kizuna.release import Releases
from kizuna.release import build as release_build
from support import build, copy_bridge, edit

TTL = "data/ttl/shared.ttl"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_bridge(tmp_path / "bridge")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the release of the project as it is at first."""
    folder = tmp_path_factory.mktemp("built")
    build(copy_bridge(folder / "bridge"), folder / "releases")
    return folder / "releases"


@pytest.fixture
def releases(built: Path, tmp_path: Path) -> Releases:
    return Releases(shutil.copytree(built, tmp_path / "releases", symlinks=True))


def plan(root: Path, releases: Releases) -> Plan:
    return Plan(Folder(root, root / "data/documents"), releases.folder)


@dataclass
class Kept:
    """A keeper at work, and what it has taken over and told."""

    keeper: Keeper
    taken: list[str] = field(default_factory=list)
    told: int = 0
    refused: str | None = None

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.keeper.keep(self, self._tell))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def look(self) -> None:
        self.taken.append("look")

    async def reopen(self) -> None:
        self.taken.append("reopen")

    def _tell(self) -> None:
        self.told += 1

    async def until(self, builds: int) -> None:
        async with asyncio.timeout(60):
            while self.keeper.ended.total() < builds or self.keeper.running:
                await asyncio.sleep(0.02)

    def trouble(self) -> Trouble | None:
        return next((trouble for trouble, _ in self.keeper.troubles), None)


def looked(plan: Plan) -> Kept:
    """Return a keeper that has looked once."""

    async def run() -> Kept:
        kept = Kept(Keeper(plan))
        async with kept.working():
            await kept.until(1)
        return kept

    return asyncio.run(run())


# fmt: off
BROKEN: list[tuple[Callable[[Path], object], Reason, str, str]] = [
    # what is done to the project                                            reason            where          what the log tells
    (lambda root: edit(root / TTL, "field:optics .\n", "field:optics\n"),    Reason.FINDINGS,  f"{TTL}:",     "[syntax]"),
    (lambda root: edit(root / TTL, "hasTopConcept", "hasTopConcpt"),         Reason.FINDINGS,  f"{TTL}:36",   "[unknown-term]"),
    (lambda root: (root / TTL).write_bytes(b"\xff"),                         Reason.FINDINGS,  f"{TTL}:1",    "is not UTF-8"),
    (lambda root: (root / TTL).unlink(),                                     Reason.FINDINGS,  "data/ttl/",   "dangling-link"),
    (lambda root: (root / "kizuna.toml").write_text("base = ["),             Reason.PROJECT,   "",            "kizuna.toml:1: is no TOML"),
    (lambda root: (root / "kizuna.toml").unlink(),                           Reason.PROJECT,   "",            "there is no kizuna.toml"),
    (lambda root: shutil.rmtree(root / "ontology"),                          Reason.PROJECT,   "",            "ontology: there is no such folder"),
    (shutil.rmtree,                                                          Reason.PROJECT,   "",            "this is no kizuna project"),
    (lambda root: (root / "data/documents.lock").write_text("{}"),           Reason.PROJECT,   "",            "is no lock of kizuna"),
]
# fmt: on


@pytest.mark.parametrize(("breaks", "reason", "where", "words"), BROKEN)
def test_a_broken_project_is_not_taken(
    root: Path,
    releases: Releases,
    caplog: pytest.LogCaptureFixture,
    breaks: Callable[[Path], object],
    reason: Reason,
    where: str,
    words: str,
) -> None:
    good = releases.current().id
    breaks(root)
    kept = looked(plan(root, releases))
    trouble = kept.trouble()
    assert trouble is not None
    assert (trouble.reason, trouble.lasts, kept.taken, kept.told) == (reason, True, [], 1)
    assert releases.current().id == good
    assert words in caplog.text
    assert "the newest change is not taken" in caplog.text
    assert bool(trouble.places) is bool(where)
    assert any(str(place).startswith(where) for place in trouble.places) is bool(where)
    assert str(root) not in str(kept.keeper.troubles.document())


def test_a_change_that_is_mended_is_taken(root: Path, releases: Releases) -> None:
    good = releases.current().id

    async def run() -> None:
        kept = Kept(Keeper(plan(root, releases)))
        async with kept.working():
            await kept.until(1)
            edit(root / TTL, "hasTopConcept", "hasTopConcpt")
            kept.keeper.wake()
            await kept.until(2)
            assert kept.trouble() is not None
            edit(root / TTL, "hasTopConcpt", "hasTopConcept")
            kept.keeper.wake()
            await kept.until(3)
            assert (kept.trouble(), releases.current_id()) == (None, good)
            edit(root / TTL, '"optics"@en', '"light"@en')
            kept.keeper.wake()
            await kept.until(4)
        # the first time nothing beside the release can have changed; the third time it can
        assert (kept.taken, kept.told) == (["look", "reopen", "look"], 2)

    asyncio.run(run())
    assert releases.current().id != good


def test_a_release_that_cannot_be_opened_is_trouble(root: Path, releases: Releases) -> None:
    async def run() -> None:
        kept = Kept(Keeper(plan(root, releases)), refused=releases.current_id())
        async with kept.working():
            await kept.until(1)
        trouble = kept.trouble()
        assert trouble is not None
        assert (trouble.reason, trouble.lasts) == (Reason.SURROUNDINGS, False)
        assert "cannot be opened" in trouble.words

    asyncio.run(run())


def test_the_project_is_left_as_it_is(root: Path, releases: Releases) -> None:
    before = Folder(root, root / "data/documents").state()
    kept = looked(plan(root, releases))
    assert kept.trouble() is None
    assert Folder(root, root / "data/documents").state() == before  # no lock was written


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Give a folder on a disk that is nearly full; without the right to mount one, on none."""
    kept = folder.with_name("kept")
    folder.rename(kept)
    folder.mkdir()
    size = sum(p.stat().st_size for p in kept.rglob("*") if p.is_file()) + 500_000
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    if not mounted:
        folder.rmdir()
        folder.symlink_to("/dev/full")
    else:
        shutil.copytree(kept, folder, symlinks=True, dirs_exist_ok=True)
    try:
        yield
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_no_end(root: Path, releases: Releases) -> None:
    good = releases.current_id()
    edit(root / TTL, '"optics"@en', '"light"@en')
    with full(releases.folder):
        kept = looked(plan(root, releases))
        trouble = kept.trouble()
        assert trouble is not None
        assert (trouble.reason, trouble.lasts) == (Reason.SURROUNDINGS, False)
        assert kept.taken == []
        if not releases.folder.is_symlink():
            assert releases.current().id == good  # whole, as its files tell


def test_a_disk_that_gets_full_meanwhile(
    root: Path, releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    good = releases.current().id
    edit(root / TTL, '"optics"@en', '"light"@en')
    monkeypatch.setattr(release_build, "_write_store", fail)
    made = renewing.renewed(root, releases)
    assert isinstance(made, Trouble)
    assert (made.reason, releases.current().id) == (Reason.SURROUNDINGS, good)
    assert "No space left on device" in made.words


def children(pid: int) -> list[int]:
    told = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 1) for line in told.stdout.splitlines()]
    return [int(number) for number, args in rows if "kizuna.renewing" in args]


def test_a_build_that_is_killed_is_tried_again(
    root: Path, releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = releases.current().id
    edit(root / TTL, '"optics"@en', '"light"@en')
    monkeypatch.setattr(module, "RETRY", 0.5)

    async def run() -> None:
        kept = Kept(Keeper(plan(root, releases)))
        async with kept.working():
            while not (found := children(os.getpid())):
                await asyncio.sleep(0.02)
            while os.getpriority(os.PRIO_PROCESS, found[0]) < 19:  # it begins by giving way
                await asyncio.sleep(0.02)
            os.kill(found[0], signal.SIGKILL)
            await kept.until(1)
            trouble = kept.trouble()
            assert trouble is not None
            assert (trouble.reason, releases.current_id()) == (Reason.CRASH, good)
            assert "by SIGKILL" in trouble.words
            await kept.until(2)
            assert (kept.trouble(), kept.keeper.ended["taken"]) == (None, 1)

    asyncio.run(run())
    assert releases.current().id != good


def test_no_file_of_the_project_is_run_and_no_token_is_handed_on(
    root: Path, releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "rich.py").write_text("raise SystemExit('the project runs code')\n", encoding="utf-8")
    seen: list[Mapping[str, str]] = []

    async def watched(command: Sequence[str], seconds: float, environ: Mapping[str, str]) -> Ended:
        seen.append(environ)
        return await run_apart(command, seconds, environ)

    monkeypatch.setattr(module, "run_apart", watched)
    monkeypatch.setenv("KIZUNA_HOOK_TOKEN", "secret")
    monkeypatch.chdir(root)
    edit(root / TTL, '"optics"@en', '"light"@en')
    good = releases.current().id
    kept = looked(plan(root, releases))
    assert kept.trouble() is None
    assert releases.current().id != good
    assert [environ for environ in seen if "secret" in environ.values()] == []
    assert seen


def test_a_build_that_takes_too_long_is_ended(root: Path, releases: Releases) -> None:
    edit(root / TTL, '"optics"@en', '"light"@en')
    good = releases.current().id
    kept = looked(replace(plan(root, releases), build_seconds=0.2))
    trouble = kept.trouble()
    assert trouble is not None
    assert (trouble.reason, children(os.getpid())) == (Reason.TIME, [])
    assert releases.current().id == good
    assert "build_seconds" in trouble.words


def test_with_the_keeper_its_build_ends(root: Path, releases: Releases) -> None:
    async def run() -> None:
        kept = Kept(Keeper(plan(root, releases)))
        async with kept.working():
            while not children(os.getpid()):
                await asyncio.sleep(0.02)
        assert children(os.getpid()) == []

    asyncio.run(run())
    with releases.building():  # nobody holds the lock
        pass


class Counting(Keeper):
    """A keeper whose builds are counted."""

    at_once = 0
    most = 0
    builds = 0

    async def _built(self) -> str | Trouble:
        self.at_once += 1
        self.builds += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0.2)
        self.at_once -= 1
        return Trouble(Reason.TIME, "too long")  # so that the next look builds again


def test_however_often_it_is_woken_it_looks_once_more(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BETWEEN", 0.1)

    async def run() -> Counting:
        kept = Kept(keeper := Counting(plan(root, Releases(root / "releases"))))
        async with kept.working():
            while not keeper.running:
                await asyncio.sleep(0.01)
            for _ in range(1_000):
                keeper.wake()
            await asyncio.sleep(1.5)
        return keeper

    keeper = asyncio.run(run())
    assert (keeper.builds, keeper.most) == (2, 1)


def test_what_did_not_change_is_not_built_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BETWEEN", 0.05)

    async def run(plan: Plan) -> int:
        kept = Kept(keeper := Counting(plan))
        async with kept.working():
            for _ in range(5):
                await asyncio.sleep(0.1)
                keeper.wake()
        return keeper.builds

    made = plan(root, Releases(root / "releases"))
    assert asyncio.run(run(replace(made, at_once=False))) == 0


def test_a_trouble_goes_from_one_process_to_another() -> None:
    trouble = Trouble(Reason.FINDINGS, "Wörter\n絆", (Place("a.ttl", 3, "syntax"),), 1)
    assert Trouble.decode(trouble.encode()) == trouble
    assert "Wörter" not in repr(trouble)


def test_of_what_a_command_says_the_end_is_kept() -> None:
    script = f"import sys; sys.stdout.write('a' * {3 * MOST_OUTPUT}); sys.stderr.write('é' * 3)"
    ended = asyncio.run(run_apart(["python3", "-c", script], 30))
    assert (ended.status, len(ended.output), ended.messages) == (0, MOST_OUTPUT, "ééé")
    silent = asyncio.run(run_apart(["python3", "-c", "import os; os.abort()"], 30))
    assert silent.status == -signal.SIGABRT
