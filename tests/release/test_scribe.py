"""The front's side of writing: a write that is broken off has happened whole, or not at all."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kizuna.errors import UnavailableError
from kizuna.release import Act, Change, Release, Releases, Scribe, Written, empty_release
from kizuna.release import folder as folder_module

BASE = "https://x.example/"
UPDATE = Change(Act.UPDATE, BASE)
INSERT = b"INSERT DATA { <urn:s> <urn:p> 1 }"


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    found = Releases(tmp_path / "releases")
    empty_release(found, BASE)
    return found


async def write(scribe: Scribe) -> Written:
    async with scribe.turn():
        return await scribe.write(UPDATE, INSERT)


class Halted:
    """Halts a step of a thread before it is done, until it is told to go on."""

    def __init__(self) -> None:
        self.begun, self.may_go_on = threading.Event(), threading.Event()

    def before(self, real: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object, **named: object) -> object:
            self.begun.set()
            assert self.may_go_on.wait(60)
            return real(*arguments, **named)

        return step


async def cancelled_at(scribe: Scribe, halted: Halted, after: Callable[[], None]) -> None:
    """Cancel a write, twice, while it is halted; what ``after`` tells must hold before it goes on."""
    try:
        writing = asyncio.create_task(write(scribe))
        assert await asyncio.to_thread(halted.begun.wait, 60)
        for _ in range(2):
            writing.cancel()
            for _ in range(10):
                await asyncio.sleep(0)
        after()
        halted.may_go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await writing
    finally:
        halted.may_go_on.set()
        await scribe.close()


@pytest.mark.parametrize("step", ["publish", "switch"])
def test_a_write_that_is_cancelled_while_it_is_published_is_whole(
    releases: Releases, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before, halted = releases.current_id(), Halted()
    monkeypatch.setattr(Releases, step, halted.before(getattr(Releases, step)))

    def still_going_on() -> None:
        with pytest.raises(UnavailableError, match="another build"), releases.building():
            pass
        if step == "publish":
            assert list(releases.folder.glob(".building-*/store/CURRENT"))
        assert releases.current_id() == before

    asyncio.run(cancelled_at(Scribe(releases), halted, still_going_on))
    found = releases.current()
    assert (found.id, found.manifest.parent) == (releases.current_id(), before)
    assert not list(releases.folder.glob(".building-*"))
    with releases.building():  # nobody holds the lock
        pass


@pytest.mark.parametrize("step", ["_take", "_clear"])
def test_a_write_that_is_cancelled_while_it_begins_leaves_nothing(
    releases: Releases, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before, halted = releases.current_id(), Halted()
    monkeypatch.setattr(Releases, step, halted.before(getattr(Releases, step)))
    asyncio.run(cancelled_at(Scribe(releases), halted, lambda: None))
    assert releases.current_id() == before
    assert not list(releases.folder.glob(".building-*"))
    with releases.building():
        pass


def test_a_write_that_cannot_be_published_leaves_what_was(
    releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = releases.current_id()

    def fail(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder_module, "sync_all", fail)

    async def failing() -> None:
        scribe = Scribe(releases)
        try:
            with pytest.raises(OSError, match="No space"):
                await write(scribe)
        finally:
            await scribe.close()

    asyncio.run(failing())
    assert releases.current_id() == before
    assert not list(releases.folder.glob(".building-*"))


def test_release_is_what_is_given_back(releases: Releases) -> None:
    async def written() -> Release:
        scribe = Scribe(releases)
        try:
            return (await write(scribe)).release
        finally:
            await scribe.close()

    assert asyncio.run(written()) == releases.current()
