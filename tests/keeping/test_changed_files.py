"""What counts as a change of a project's folder, and that a change is told once."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kizuna.keeping import Folder
from kizuna.keeping import folder as module
from support import copy_bridge

TTL = "data/ttl/shared.ttl"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "texts").mkdir()
    return copy_bridge(tmp_path / "bridge")


def append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n# more\n")


def replaced(path: Path) -> None:
    """As editors do it, and with the same size."""
    beside = path.with_name(".beside")
    beside.write_bytes(path.read_bytes())
    beside.replace(path)


# fmt: off
CHANGES: list[tuple[Callable[[Path], object], bool]] = [
    (lambda root: append(root / TTL),                                        True),
    (lambda root: replaced(root / TTL),                                      True),
    (lambda root: append(root / "kizuna.toml"),                              True),
    (lambda root: replaced(root / "kizuna.toml"),                            True),
    (lambda root: append(root / "pages.toml"),                               True),
    (lambda root: (root / TTL).unlink(),                                     True),
    (lambda root: (root / TTL).rename(root / "data/ttl/x.ttl"),              True),
    (lambda root: (root / "ontology/examples").mkdir(),                      False),  # nothing is in it
    (lambda root: (root / "shapes/new.ttl").write_text("#"),                 True),
    (lambda root: shutil.rmtree(root / "shapes"),                            True),
    (shutil.rmtree,                                                          True),
    (lambda root: (root.parent / "texts/a.txt").write_text("a"),             True),
    (lambda root: (root / "data/ttl/.shared.ttl.swp").write_text("x"),       False),
    (lambda root: (root / "data/ttl/.hidden.ttl").write_text("x"),           False),
    (lambda root: (root / "data/ttl/shared.ttl~").write_text("x"),           False),
    (lambda root: (root / "README.md").write_text("x"),                      False),
    (lambda root: (root / "releases").mkdir(),                               False),
]
# fmt: on


@pytest.mark.parametrize(("change", "counts"), CHANGES)
def test_what_counts_as_a_change(
    root: Path,
    change: Callable[[Path], object],
    counts: bool,  # noqa: FBT001
) -> None:
    folder = Folder(root, root.parent / "texts")
    before = folder.state()
    change(root)
    assert (folder.state() != before) is counts


async def told(folder: Folder, *changes: Callable[[], object]) -> int:
    """Return of how many changes one is told who makes ``changes``, each after a while."""
    found = 0

    async def listen() -> None:
        nonlocal found
        async for _ in folder.changes():
            found += 1

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.5)
    for change in changes:
        before = found
        change()
        async with asyncio.timeout(20):
            while found == before:
                await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    return found


def test_a_change_is_told_and_one_that_goes_on_once(root: Path) -> None:
    def burst() -> None:
        for _ in range(50):
            append(root / TTL)

    changes = (lambda: append(root / TTL), burst, lambda: replaced(root / "kizuna.toml"))
    assert asyncio.run(told(Folder(root, root / "data/documents"), *changes)) == 3


def test_a_folder_that_goes_and_comes_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST", 1.0)
    elsewhere = root.with_name("elsewhere")
    changes = (lambda: root.rename(elsewhere), lambda: elsewhere.rename(root))
    assert asyncio.run(told(Folder(root, root / "data/documents"), *changes)) == 2


def test_where_the_system_tells_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")  # as when there are no more watches

    monkeypatch.setattr(module, "awatch", refuse)
    change = lambda: append(root / TTL)  # noqa: E731
    assert asyncio.run(told(Folder(root, root / "data/documents"), change)) == 1
