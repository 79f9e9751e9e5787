"""Where workers come from when memory or file descriptors end: there is always another way."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kizuna.engine import Answer, Limits, Pool, Query
from kizuna.engine.crew import AT_ONCE
from kizuna.engine.process import Worker
from kizuna.engine.workshop import Nursery, Workshop
from kizuna.errors import UnavailableError
from kizuna.formats import BY_SUFFIX, Kind

FORMATS = {Kind.ROWS: BY_SUFFIX["csv"]}
LIGHT = Query("SELECT ?o { ?s ?p ?o }", "http://x/")


class Cramped(Nursery):
    """One in which processes that copy are killed, as by a system that has no memory left.

    The first ``healthy`` of them live.
    """

    def __init__(self, healthy: int = 0) -> None:
        super().__init__()
        self.healthy = healthy
        self.killed = 0

    def open(self, store: Path, limits: Limits, copy: int) -> socket.socket:
        if not copy or self.healthy > 0:
            self.healthy -= bool(copy)
            return super().open(store, limits, copy)
        self.killed += 1
        ours, theirs = socket.socketpair()
        theirs.close()
        return ours


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stages") / "store"
    made = Store(str(path))
    made.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("x")))
    made.flush()
    return path


def run(store: Path, nursery: Nursery, test: Callable[[Pool], Awaitable[None]]) -> None:
    async def body() -> None:
        pool = Pool(store, copy=1_000, nursery=nursery)
        try:
            await asyncio.wait_for(test(pool), 60)
        finally:
            pool.close()
            nursery.close()

    asyncio.run(body())


async def answers(pool: Pool) -> None:
    found = await pool.ask(LIGHT, FORMATS)
    assert isinstance(found, Answer)
    assert found.body == b"o\r\nx\r\n"


def test_where_memory_ends_the_disk_answers(store: Path, caplog: pytest.LogCaptureFixture) -> None:
    nursery = Cramped()

    async def test(pool: Pool) -> None:
        for _ in range(5):
            await answers(pool)
        assert not any(worker.temporary for worker in pool._crew._all)

    run(store, nursery, test)
    assert nursery.killed == 1
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_copy_that_is_killed_later_is_made_again_only_where_it_can_be(store: Path) -> None:
    nursery = Cramped(healthy=1)

    async def test(pool: Pool) -> None:
        await answers(pool)
        while pool._crew._starting:  # each start that finds the copy dead would make one again
            await asyncio.wait(pool._crew._starting)
        memory = pool._crew._workshop._memory
        assert memory is not None
        memory._channel.shutdown(socket.SHUT_RDWR)  # it ends
        for worker in list(pool._crew._all):
            pool._crew._end(worker, "test")
        pool._crew._idle.clear()
        for _ in range(5):
            await answers(pool)

    run(store, nursery, test)
    assert nursery.killed == 1


def test_a_copy_that_is_given_up_while_a_worker_is_awaited_ends_no_question(store: Path) -> None:
    async def test(pool: Pool) -> None:
        await answers(pool)
        stages = pool._crew._workshop
        memory = stages._memory
        assert memory is not None

        async def given_up() -> Worker:
            """Another start finds that the copy has ended, and closes it."""
            stages._memory = None
            memory.close()
            return await Workshop.worker(memory)

        memory.worker = given_up  # type: ignore[method-assign]
        for worker in list(pool._crew._all):
            pool._crew._end(worker, "test")
        pool._crew._idle.clear()
        await answers(pool)
        assert stages._memory is None

    run(store, Nursery(), test)


def test_without_file_descriptors_nothing_is_lost(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = os.pipe
    left = 1

    def scarce() -> tuple[int, int]:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return pipe()

    async def test(pool: Pool) -> None:
        nonlocal left
        await answers(pool)
        while pool._crew._starting:
            await asyncio.wait(pool._crew._starting)
        for worker in list(pool._crew._all):
            pool._crew._end(worker, "test")
        pool._crew._idle.clear()
        monkeypatch.setattr(os, "pipe", scarce)
        before = set(Path("/proc/self/fd").iterdir())
        left = 1
        with pytest.raises(UnavailableError, match="Too many open files") as caught:
            await answers(pool)
        assert "LimitNOFILE" in caught.value.hint
        assert left == -1  # it was not tried again
        assert set(Path("/proc/self/fd").iterdir()) <= before
        left = 1_000
        await answers(pool)

    run(store, Nursery(), test)


@pytest.mark.parametrize("connect", ["connect_read_pipe", "connect_write_pipe"])
def test_a_start_that_is_broken_off_leaves_nothing_open(
    store: Path, monkeypatch: pytest.MonkeyPatch, connect: str
) -> None:
    """As when the loop ends while a worker is being started."""

    def opened() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    async def broken_off(*_: object) -> None:
        raise asyncio.CancelledError

    async def body() -> None:
        workshop = Workshop(nursery, store, Limits(), 0)
        (await workshop.worker()).kill()
        await asyncio.sleep(0.05)
        before = opened()
        with monkeypatch.context() as patch:
            patch.setattr(asyncio.get_running_loop(), connect, broken_off)
            with pytest.raises(asyncio.CancelledError):
                await workshop.worker()
        await asyncio.sleep(0.05)
        assert opened() == before
        (await workshop.worker()).kill()
        workshop.close()

    nursery = Nursery()
    asyncio.run(body())
    nursery.close()


def test_who_waits_until_all_is_ready_gets_workers_over_the_copy(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kizuna.engine.stages.PATIENCE", 0.0)  # whoever asks at once gets the disk

    async def test(pool: Pool) -> None:
        await pool.ready()
        crew = pool._crew
        assert len(crew._idle) == AT_ONCE
        assert crew._workshop._disk is None
        await answers(pool)
        assert (crew.numbers.started, crew.numbers.ended) == (AT_ONCE, {})
        await pool.ready()
        assert crew.numbers.started == AT_ONCE

    run(store, Nursery(), test)


def test_where_memory_ends_the_disk_is_ready(store: Path) -> None:
    async def test(pool: Pool) -> None:
        await pool.ready()
        assert len(pool._crew._idle) == AT_ONCE
        await answers(pool)
        assert pool.numbers.started == AT_ONCE

    run(store, Cramped(), test)


def test_an_engine_that_gets_no_worker_is_never_ready(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted() -> tuple[int, int]:
        raise OSError(errno.EMFILE, "Too many open files")

    async def test(pool: Pool) -> None:
        monkeypatch.setattr(os, "pipe", exhausted)
        with pytest.raises(UnavailableError, match="no query worker"):
            await pool.ready()

    run(store, Nursery(), test)
