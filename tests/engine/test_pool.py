"""Worker processes, real ones: whatever a query does, it costs that query's answer at most."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from kizuna.engine import Answer, LaneLimits, Limits, Pool, Query, Stream, crew, stages, workshop
from kizuna.errors import (
    AnswerTooLarge,
    BadQuery,
    Busy,
    KizunaError,
    QueryCrashed,
    QueryTooLong,
    Refused,
    TooMany,
    UnavailableError,
)
from kizuna.formats import BY_SUFFIX, N_TRIPLES, Kind
from wild import QUERIES

FORMATS = {Kind.ROWS: BY_SUFFIX["csv"], Kind.TRUTH: BY_SUFFIX["json"], Kind.GRAPH: N_TRIPLES}
LIGHT = "SELECT ?o { <http://x/1> <http://x/p> ?o }"
BURNING = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
GREEDY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?f ?i"
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
THINGS = 1_000
PATIENCE = 60.0
"""What may take a moment takes at most so long; the tests do not measure time."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pool") / "store"
    made = Store(str(path))
    predicate = NamedNode("http://x/p")
    made.extend(
        Quad(NamedNode(f"http://x/{n}"), predicate, Literal(f"number {n}")) for n in range(THINGS)
    )
    made.flush()
    del made
    return path


def query(text: str) -> Query:
    return Query(text, "http://x/")


async def whole(pool: Pool, text: str, client: str = "") -> bytes:
    """Return all bytes of an answer."""
    found = await pool.ask(query(text), FORMATS, client)
    if isinstance(found, Answer):
        return found.body
    return b"".join([data async for data in found.chunks])


def family(pid: int) -> set[int]:
    """Return the processes that descend from one."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text("utf-8", "replace").rpartition(")")[2].split()
            if fields[0] != "Z":
                parents[int(path.parent.name)] = int(fields[1])
    found: set[int] = set()
    todo = {pid}
    while todo:
        todo = {child for child, parent in parents.items() if parent in todo}
        found |= todo
    return found


async def warm(pool: Pool) -> None:
    """Have a worker ready, so that the time of a query is its own."""
    pool._crew.give_back(await pool._crew.worker(), reusable=True, reason="")


async def copied(pool: Pool) -> None:
    """Wait for workers over the copy in memory, which may be late."""
    async with asyncio.timeout(PATIENCE):
        await whole(pool, LIGHT)
        while any(worker.temporary for worker in pool._crew._all):  # one may still be coming
            await asyncio.gather(*(whole(pool, LIGHT) for _ in range(4)))


async def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


def run(store: Path, test: Callable[[Pool], Awaitable[None]], **options: object) -> None:
    """Run a test with a pool, and see that it leaves no process behind."""

    async def body() -> None:
        before = family(os.getpid())
        pool = Pool(store, **options)  # type: ignore[arg-type]
        try:
            await test(pool)
        finally:
            pool.close()
        await until(lambda: family(os.getpid()) <= before)

    asyncio.run(body())


@pytest.fixture(params=[1_000_000, 0], ids=["memory", "disk"])
def copy(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def test_answers(store: Path, copy: int) -> None:
    async def test(pool: Pool) -> None:
        assert await whole(pool, LIGHT) == b"o\r\nnumber 1\r\n"
        assert b"true" in await whole(pool, "ASK {}")
        assert await whole(pool, "CONSTRUCT { <http://x/a> ?p 1 } { <http://x/1> ?p ?o }")
        assert pool.numbers.answered == 3

    run(store, test, copy=copy)


def test_everything_that_goes_wrong_costs_one_answer(store: Path, copy: int) -> None:
    cases: list[tuple[str, type[KizunaError]]] = [
        (BURNING, QueryTooLong),
        (GREEDY, QueryCrashed),
        (LARGE, AnswerTooLarge),
        ("SELECT", BadQuery),
        ("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", Refused),
        ("SELECT * { " + "{" * 500 + "}" * 500 + " }", BadQuery),
    ]
    limits = Limits(seconds=3, answer_bytes=1_000_000, memory_bytes=100_000_000)

    async def test(pool: Pool) -> None:
        for text, error in cases:
            await warm(pool)
            with pytest.raises(error) as caught:
                await whole(pool, text)
            assert caught.value.hint
            assert await whole(pool, LIGHT)
        assert pool.numbers.ended["time"] == 1
        assert pool.numbers.ended["crash"] == 1

    run(store, test, limits=limits, copy=copy)


def test_a_worker_that_is_killed_costs_one_answer(store: Path) -> None:
    async def test(pool: Pool) -> None:
        asking = asyncio.ensure_future(whole(pool, BURNING))
        await until(lambda: pool.numbers.heavy == 1)
        known = list(pool._crew._all)
        for worker in known:
            os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(QueryCrashed):
            await asking
        await until(lambda: all(worker.answers.ended for worker in known))
        assert await whole(pool, LIGHT)  # the idle ones were killed, too

    run(store, test)


def test_light_queries_flow_while_heavy_ones_burn(store: Path) -> None:
    lanes = LaneLimits(light=2, heavy=2, standing=3)

    async def test(pool: Pool) -> None:
        heavy = [asyncio.ensure_future(whole(pool, f"{BURNING} # {n}")) for n in range(5)]
        await until(lambda: pool.numbers.heavy == 5)
        for _ in range(50):
            assert await whole(pool, LIGHT)
        assert not any(task.done() for task in heavy)
        with pytest.raises(Busy):  # two run, three stand still, the next one finds no place
            await whole(pool, f"{BURNING} # another")
        for task in heavy:
            task.cancel()
        await asyncio.gather(*heavy, return_exceptions=True)
        assert pool.lanes.places() == {
            "light": 0,
            "heavy": 0,
            "waiting": 0,
            "standing": 0,
            "slow": 0,
        }

    run(store, test, lanes=lanes)


def test_what_was_heavy_goes_to_its_lane_at_once(store: Path) -> None:
    async def test(pool: Pool) -> None:
        for _ in range(2):
            await warm(pool)
            with pytest.raises(QueryTooLong):
                await whole(pool, BURNING)
        assert pool.numbers.heavy == 2

    run(store, test, limits=Limits(seconds=1.0))


def test_a_long_query_on_its_own_keeps_its_worker(store: Path) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }"

    async def test(pool: Pool) -> None:
        await copied(pool)
        assert await whole(pool, text) == f"n\r\n{THINGS**2}\r\n".encode()
        assert pool.numbers.heavy >= 1
        assert pool.numbers.ended.keys() <= {"was temporary"}

    run(store, test, lanes=LaneLimits(light_seconds=0.001))


def test_a_worker_that_has_grown_is_not_used_again(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "PATIENCE", PATIENCE)  # however late the copy: none is temporary

    async def test(pool: Pool) -> None:
        await warm(pool)
        await until(lambda: not pool._crew._starting)  # one is started for the next query, too
        assert await whole(pool, LIGHT)
        assert pool.numbers.ended == {}
        for worker in pool._crew._idle:
            worker.most_pages = 0
        assert await whole(pool, LIGHT)
        assert pool.numbers.ended == {"has grown": 1}

    run(store, test, lanes=LaneLimits(light_seconds=PATIENCE))


def test_a_stream_that_is_closed_early_ends_its_worker(store: Path) -> None:
    async def test(pool: Pool) -> None:
        found = await pool.ask(query(LARGE), FORMATS)
        assert isinstance(found, Stream)
        assert await anext(found.chunks)
        await found.chunks.aclose()
        assert pool.numbers.ended["client gone"] == 1
        assert await whole(pool, LIGHT)

    run(store, test)


def test_a_stream_that_a_limit_cuts_raises(store: Path) -> None:
    async def test(pool: Pool) -> None:
        found = await pool.ask(query(LARGE), FORMATS)
        assert isinstance(found, Stream)
        with pytest.raises(AnswerTooLarge):
            async for _ in found.chunks:
                pass

    run(store, test, limits=Limits(answer_bytes=2_000_000))


def test_a_slow_reader_does_not_make_the_front_hold_the_answer(store: Path) -> None:
    async def test(pool: Pool) -> None:
        found = await pool.ask(query(LARGE), FORMATS)
        assert isinstance(found, Stream)
        await asyncio.sleep(0.5)
        held = [worker.answers._held for worker in pool._crew._all]
        assert max(held) < 2_000_000
        size = sum([len(data) async for data in found.chunks])
        assert size > 10_000_000

    run(store, test, limits=Limits(answer_bytes=10**9))


def test_cancelling_at_any_moment_loses_no_place(store: Path) -> None:
    chance = random.Random(3)

    async def test(pool: Pool) -> None:
        for number in range(60):
            text = f"{chance.choice([LIGHT, LARGE, BURNING])} # {number}"
            asking = asyncio.ensure_future(whole(pool, text))
            await asyncio.sleep(chance.random() * 0.03)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        assert pool.lanes.places() == {
            "light": 0,
            "heavy": 0,
            "waiting": 0,
            "standing": 0,
            "slow": 0,
        }
        assert await whole(pool, LIGHT)
        await until(lambda: pool.workers <= 3)

    run(store, test, lanes=LaneLimits(light=2))


def test_one_client_has_its_own_limit(store: Path) -> None:
    async def test(pool: Pool) -> None:
        mine = [asyncio.ensure_future(whole(pool, BURNING, "me")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(TooMany):
            await whole(pool, LIGHT, "me")
        assert await whole(pool, LIGHT, "you")
        for task in mine:
            task.cancel()
        await asyncio.gather(*mine, return_exceptions=True)
        assert await whole(pool, LIGHT, "me")

    run(store, test, lanes=LaneLimits(per_client=2))


def test_workers_that_rest_are_ended(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "REST_SECONDS", 0.05)

    async def test(pool: Pool) -> None:
        asked = [whole(pool, f"SELECT * {{ ?s ?p ?o }} ORDER BY ?o # {n}") for n in range(12)]
        await asyncio.gather(*asked)
        await until(lambda: pool.workers <= crew.KEPT + 1)
        assert await whole(pool, LIGHT)

    run(store, test)


def test_disk_answers_until_the_copy_is_there(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = False
    is_ready = workshop.Workshop.is_ready

    async def late(self: workshop.Workshop, seconds: float) -> bool:
        return ready and await is_ready(self, seconds)

    monkeypatch.setattr(workshop.Workshop, "is_ready", late)

    async def test(pool: Pool) -> None:
        nonlocal ready
        assert await whole(pool, LIGHT)
        assert all(worker.temporary for worker in pool._crew._all)
        ready = True
        await copied(pool)
        assert await whole(pool, LIGHT)

    run(store, test)


def test_too_many_that_wait_are_refused(store: Path) -> None:
    lanes = LaneLimits(light=1, light_seconds=PATIENCE, waiting=1, patience=0.2)

    async def test(pool: Pool) -> None:
        await warm(pool)
        running = asyncio.ensure_future(whole(pool, BURNING))
        await until(lambda: pool.lanes.places()["light"] == 1)
        waiting = asyncio.ensure_future(whole(pool, LIGHT))
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="waiting already"):
            await whole(pool, LIGHT)
        with pytest.raises(Busy, match="within 0"):
            await waiting
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    run(store, test, lanes=lanes)


@pytest.mark.parametrize("which", ["workshop", "nursery", "both"])
@pytest.mark.parametrize("patience", [PATIENCE, 0.0], ids=["one", "two"])
def test_a_fork_server_that_dies_is_replaced(
    store: Path, which: str, patience: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "PATIENCE", patience)  # without it, that over the disk starts too

    async def test(pool: Pool) -> None:
        await copied(pool)
        assert (pool._crew._workshop._disk is None) == bool(patience)
        workers = {worker.pid for worker in pool._crew._all}
        assert pool._own is not None
        assert pool._own._process is not None
        nursery = pool._own._process.pid
        victims = {nursery} if which != "workshop" else set()
        if which != "nursery":
            victims |= family(os.getpid()) - workers - {nursery}
        for pid in victims:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        known = list(pool._crew._all)
        for worker in known:  # the workers of a fork server end with it
            worker.signal(signal.SIGKILL)
        await until(lambda: all(worker.answers.ended for worker in known))
        assert await whole(pool, LIGHT)

    run(store, test)


def test_no_store(tmp_path: Path) -> None:
    async def test(pool: Pool) -> None:
        for _ in range(2):
            with pytest.raises(UnavailableError, match="did not start"):
                await whole(pool, LIGHT)

    run(tmp_path / "nothing", test)


def test_closing_ends_workers_that_stand_still(store: Path) -> None:
    async def test(pool: Pool) -> None:
        asking = [asyncio.ensure_future(whole(pool, f"{BURNING} # {n}")) for n in range(3)]
        await until(lambda: pool.lanes.places()["standing"] == 2)
        pool.close()
        results = await asyncio.gather(*asking, return_exceptions=True)
        assert all(isinstance(result, KizunaError) for result in results)

    run(store, test, lanes=LaneLimits(heavy=1, standing=2))


FRONT = """
    import asyncio, sys
    from pathlib import Path
    from kizuna.engine import LaneLimits, Pool, Query
    from kizuna.formats import BY_SUFFIX, N_TRIPLES, Kind

    formats = {Kind.ROWS: BY_SUFFIX["csv"]}

    async def main():
        pool = Pool(Path(sys.argv[1]), lanes=LaneLimits(heavy=1))
        asking = [
            asyncio.ensure_future(pool.ask(Query(sys.argv[2] + f" # {n}", "http://x/"), formats))
            for n in range(3)
        ]
        while pool.lanes.places()["standing"] < 2:
            await asyncio.sleep(0.01)
        print("ready", flush=True)
        await asyncio.gather(*asking)

    asyncio.run(main())
"""


def test_nothing_outlives_a_front_that_is_killed(store: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(FRONT), str(store), BURNING]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as front:
        assert front.stdout is not None
        assert front.stdout.readline() == b"ready\n"
        members = family(front.pid)
        assert len(members) >= 4
        front.kill()
    end = time.monotonic() + PATIENCE
    while any(_lives(pid) for pid in members):
        assert time.monotonic() < end, "workers are left behind"
        time.sleep(0.05)


def _lives(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    return False


class Kept:
    """One pool and its event loop for many examples."""

    def __init__(self, store: Path) -> None:
        self.runner = asyncio.Runner()
        self.pool = self.runner.run(self._made(store))

    async def _made(self, store: Path) -> Pool:
        return Pool(store, Limits(seconds=0.7, memory_bytes=300_000_000))

    def ask(self, text: str) -> None:
        with suppress(KizunaError):
            self.runner.run(whole(self.pool, text))
        assert self.runner.run(whole(self.pool, LIGHT))

    def close(self) -> None:
        self.pool.close()
        self.runner.close()


@pytest.fixture(scope="module")
def kept(store: Path) -> Iterator[Kept]:
    made = Kept(store)
    yield made
    made.close()


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=QUERIES | st.text() | st.binary().map(lambda b: b.decode("utf-8", "surrogateescape")))
def test_no_text_gets_anything_but_an_answer_or_an_error(kept: Kept, text: str) -> None:
    kept.ask(text)
