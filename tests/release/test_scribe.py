"""The front's side of writing: a write that is broken off has happened whole, or not at all."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kizuna.errors import Busy, QueryTooLong, UnavailableError
from kizuna.release import (
    Act,
    Change,
    Release,
    Releases,
    Scribe,
    WriteLimits,
    Written,
    empty_release,
    workplace,
)
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
    parent = scribe.releases.current()
    async with scribe.turn() as folder:
        return await scribe.write(folder, parent, UPDATE, INSERT)


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


@pytest.mark.parametrize("step", ["publish", "_step"])
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


@pytest.mark.parametrize("step", ["_take", "clear"])
def test_a_write_that_is_cancelled_while_it_begins_leaves_nothing(
    releases: Releases, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before, halted = releases.current_id(), Halted()
    monkeypatch.setattr(workplace, step, halted.before(getattr(workplace, step)))
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


def test_each_write_stands_on_what_is_current(releases: Releases) -> None:
    first = releases.current()

    async def written_twice() -> list[Release]:
        scribe = Scribe(releases)
        try:
            made = [(await write(scribe)).release for _ in range(2)]
            async with scribe.turn() as folder:
                with pytest.raises(
                    Busy, match=f"written on {first.id}, but {made[1].id} is current"
                ):
                    await scribe.write(folder, first, UPDATE, INSERT)
            return made
        finally:
            await scribe.close()

    one, two = asyncio.run(written_twice())
    assert (one.manifest.parent, two.manifest.parent) == (first.id, one.id)
    assert two == releases.current()


def test_nobody_goes_back_during_a_turn(
    releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "PATIENCE", 0.0)
    first = releases.current_id()

    async def one_turn() -> str | None:
        scribe = Scribe(releases)
        try:
            await write(scribe)
            async with scribe.turn():
                with pytest.raises(UnavailableError, match="another build is running"):
                    await asyncio.to_thread(releases.rollback)
            return releases.current_id()
        finally:
            await scribe.close()

    assert asyncio.run(one_turn()) != first
    assert releases.rollback().id == releases.current_id() == first


# fmt: off
LOADS = [
    # update                                                     allowed addresses, whether SILENT
    (b"LOAD <http://x/a/1>",                                     {"http://x/a/1": False}),
    (b"LOAD SILENT <http://x/a/1>; LOAD <http://x/b>",           {"http://x/a/1": True}),
    (b"LOAD SILENT <http://x/a/1>; LOAD <http://x/a/1>",         {"http://x/a/1": False}),
    (b"LOAD <http://x/ab/1> ; LOAD <http://x/a>",                {}),
    (b"INSERT DATA { <s> <p> 'LOAD <http://x/a/1>' }",           {}),
    (b"\xff LOAD <http://x/a/1>",                                {"http://x/a/1": False}),
    (b";".join(b"LOAD <http://x/a/%d>" % n for n in range(99)),  {f"http://x/a/{n}": False for n in range(10)}),
]
# fmt: on


def test_what_an_update_loads(releases: Releases) -> None:
    async def asked() -> list[dict[str, bool]]:
        scribe = Scribe(releases)
        try:
            return [await scribe.loads(text, ("http://x/a/",)) for text, _ in LOADS]
        finally:
            await scribe.close()

    assert asyncio.run(asked()) == [named for _, named in LOADS]


def test_a_text_that_nobody_can_read_in_time(releases: Releases) -> None:
    endless = (
        b"LOAD <http://x/a> {" + b'\\"""\n' * 400_000
    )  # strings without an end, each to the end

    async def asked() -> Written:
        scribe = Scribe(releases, WriteLimits(seconds=1.5))
        try:
            await scribe.start()
            with pytest.raises(QueryTooLong):
                await scribe.loads(endless, ("http://x/a",))
            return await write(scribe)
        finally:
            await scribe.close()

    assert asyncio.run(asked()).release == releases.current()
