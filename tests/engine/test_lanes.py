"""One query on its way, with a worker that the test plays frame by frame."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

import pytest

from kizuna.engine import LaneLimits, Limits, Query, deadline, lanes, run
from kizuna.engine.crew import Crew
from kizuna.engine.frames import DATA, END, begin_frame, fail_frame, frame
from kizuna.engine.incoming import FrameReader
from kizuna.engine.lanes import Lanes
from kizuna.engine.process import Worker
from kizuna.engine.run import Run
from kizuna.engine.stages import Stages
from kizuna.errors import (
    AnswerTooLarge,
    BadQuery,
    Busy,
    KizunaError,
    QueryCrashed,
    QueryTooLong,
    UnavailableError,
)
from kizuna.formats import BY_SUFFIX, Kind

FORMATS = {Kind.ROWS: BY_SUFFIX["csv"]}
NOWHERE = {"light": 0, "heavy": 0, "waiting": 0, "standing": 0, "slow": 0}
BEGUN = begin_frame(Kind.ROWS, FORMATS[Kind.ROWS])
WHOLE = BEGUN + frame(DATA, b"x") + frame(END)
PIECE = BEGUN + frame(DATA, b"x")


class Requests:
    """The end of a pipe that no one reads."""

    closing = False

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def is_closing(self) -> bool:
        return self.closing

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def close(self) -> None:
        self.closing = True

    abort = close


class Played(Worker):
    """A worker without a process: it has used ``used`` seconds, and says what it is told to."""

    def __init__(self, says: bytes = b"") -> None:
        pipe = Requests()
        ends = cast("asyncio.WriteTransport", pipe), cast("asyncio.ReadTransport", pipe)
        super().__init__(0, -1, FrameReader(), *ends)
        self.pipe, self.says, self.used = pipe, says, 0.0
        self.grown = False
        self.words_said = b""
        self.signals: list[signal.Signals] = []

    def say(self, data: bytes) -> None:
        self.answers.data_received(data)

    def send(self, line: bytes) -> None:
        super().send(line)
        self.say(self.says)

    def processor_seconds(self) -> float:
        return self.used

    def signal(self, number: signal.Signals) -> None:
        self.signals.append(number)

    def lower(self, priority: int) -> None:
        self.lowered = priority > 0

    def wear(self) -> str:
        return "was heavy" if self.lowered else "has grown" if self.grown else ""

    def last_words(self) -> bytes:
        return self.words_said

    def kill(self) -> None:
        self.alive = False
        self.answers.connection_lost(None)


@dataclass
class Workshops:
    """Where played workers come from."""

    next: list[Played] = field(default_factory=list)
    made: list[Played] = field(default_factory=list)
    error: KizunaError | None = None
    gate: asyncio.Event | None = None

    async def worker(self) -> Worker:
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        self.made.append(self.next.pop(0) if self.next else Played(WHOLE))
        return self.made[-1]

    async def are_over(self) -> bool:
        return False

    def close(self) -> None: ...


class Stage:
    """Lanes and a crew, and queries that are asked there."""

    def __init__(self, limits: Limits, lane_limits: LaneLimits) -> None:
        self.limits, self.lanes, self.workshop = limits, Lanes(lane_limits), Workshops()
        self.crew = Crew(cast("Stages", self.workshop), ready=4)

    def ask(self, text: str = "q") -> Run:
        return Run(self.crew, self.lanes, self.limits, (Query(text, "http://x/"), FORMATS))

    async def answer(self, text: str = "q") -> bytes:
        return b"".join([data async for data in self.ask(text).frames()])

    @property
    def ended(self) -> dict[str, int]:
        return dict(self.crew.numbers.ended)


def play(
    test: Callable[[Stage], Awaitable[None]],
    limits: Limits | None = None,
    lane_limits: LaneLimits | None = None,
) -> None:
    """Run a test with a stage, and see that no query keeps a place."""

    async def body() -> None:
        stage = Stage(limits or Limits(), lane_limits or LaneLimits())
        await test(stage)
        assert stage.lanes.places() == NOWHERE
        assert not stage.lanes._light.locked()
        assert not stage.lanes._heavy.locked()
        assert not stage.lanes._long.locked()
        stage.crew.close()

    async def within() -> None:
        await asyncio.wait_for(body(), 60)

    asyncio.run(within())


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers are slow at once."""
    monkeypatch.setattr(deadline, "SLOW_SECONDS", 0.0)


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.001)


@pytest.mark.usefixtures("hasty")
def test_a_slow_reader_keeps_no_place_of_long_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)  # so that one may be long

    async def test(stage: Stage) -> None:
        slow, long = Played(), Played()
        stage.workshop.next = [slow, long]
        slow.used = long.used = 0.0
        reader = stage.ask("slow").frames()
        first = asyncio.ensure_future(anext(reader))
        await until(lambda: bool(slow.pipe.written))
        slow.used = lanes.BRIEF_SECONDS * 2
        await until(stage.lanes._long.locked)
        slow.say(PIECE)
        await first
        await until(lambda: stage.lanes.places()["slow"] == 1)

        other = asyncio.ensure_future(stage.answer("long"))
        await until(lambda: bool(long.pipe.written))
        long.used = lanes.BRIEF_SECONDS * 2
        await until(stage.lanes._long.locked)
        assert signal.SIGSTOP not in long.signals
        long.say(WHOLE)
        assert await other == b"x"

        slow.say(frame(DATA, b"y") + frame(END))
        assert [data async for data in reader] == [b"y"]
        assert signal.SIGSTOP not in slow.signals

    play(test, Limits(seconds=50), LaneLimits(light_seconds=1.0))


@pytest.mark.usefixtures("hasty")
def test_a_slow_reader_keeps_no_heavy_place_and_takes_one_again_to_go_on() -> None:
    async def test(stage: Stage) -> None:
        slow, other = Played(PIECE), Played()
        stage.workshop.next = [slow, other]
        for text in ("slow", "other"):
            stage.lanes.remember_heavy(stage.ask(text).digest)
        reader = stage.ask("slow").frames()
        assert await anext(reader) == b"x"
        await until(lambda: stage.lanes.places()["slow"] == 1)
        assert stage.lanes.places()["heavy"] == 0
        assert slow.lowered  # what runs without a place runs behind all others

        second = asyncio.ensure_future(stage.answer("other"))
        await until(lambda: bool(other.pipe.written))
        goes_on = asyncio.ensure_future(anext(reader))
        await until(lambda: stage.lanes.places()["standing"] == 1)
        other.say(WHOLE)
        assert await second == b"x"
        await until(lambda: stage.lanes.places()["heavy"] == 1)
        slow.say(frame(DATA, b"y") + frame(END))
        assert await goes_on == b"y"
        assert [data async for data in reader] == []
        assert stage.crew.numbers.heavy == 2

    play(test, lane_limits=LaneLimits(heavy=1, standing=0))


# fmt: off
LANES = [
    # lane of the query   how long readers may take before they are slow
    ("light",             60.0),
    ("heavy",             60.0),
    ("slow",              0.0),
]
# fmt: on


@pytest.mark.parametrize(("lane", "slow_seconds"), LANES)
def test_a_reader_that_stops_loses_its_worker_and_all_places(
    monkeypatch: pytest.MonkeyPatch, lane: str, slow_seconds: float
) -> None:
    monkeypatch.setattr(run, "TRANSFER_SECONDS", 0.05)
    monkeypatch.setattr(deadline, "SLOW_SECONDS", slow_seconds)

    async def test(stage: Stage) -> None:
        worker = Played(PIECE)
        stage.workshop.next = [worker]
        if lane == "heavy":
            stage.lanes.remember_heavy(stage.ask().digest)
        reader = stage.ask().frames()
        assert await anext(reader) == b"x"
        await until(lambda: stage.lanes.places()[lane] == 1)
        await until(lambda: not worker.alive)
        assert stage.lanes.places() == NOWHERE
        assert stage.ended == {"time": 1}
        with pytest.raises(QueryTooLong):
            await anext(reader)
        assert stage.ended == {"time": 1}
        assert stage.crew.numbers.failed == 1

    play(test, Limits(seconds=0.2))


def test_a_reader_that_stopped_may_still_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "TRANSFER_SECONDS", 0.0)

    async def test(stage: Stage) -> None:
        worker = Played(PIECE)
        stage.workshop.next = [worker]
        reader = stage.ask().frames()
        assert await anext(reader) == b"x"
        await until(lambda: not worker.alive)
        await reader.aclose()
        assert stage.ended == {"time": 1}

    play(test, Limits(seconds=0.1))


def test_readers_have_time_beyond_the_querys_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "TRANSFER_SECONDS", 60.0)

    async def test(stage: Stage) -> None:
        asked = stage.ask()
        reader = asked.frames()
        assert await anext(reader) == b"x"
        await asyncio.sleep(0.2)  # longer than the query may take
        assert [data async for data in reader] == []
        assert stage.crew.numbers.answered == 1

    play(test, Limits(seconds=0.1))


def test_a_burst_of_heavy_queries_starts_no_more_workers_than_run() -> None:
    async def test(stage: Stage) -> None:
        running = [Played(), Played()]
        stage.workshop.next = list(running)
        stage.lanes.remember_heavy(stage.ask().digest)
        asked = [asyncio.ensure_future(stage.answer()) for _ in range(40)]
        await until(lambda: sum(task.done() for task in asked) == 32)
        await until(lambda: all(worker.pipe.written for worker in running))
        assert stage.lanes.places()["standing"] == 6
        assert len(stage.workshop.made) <= 3  # one more is kept ready for whoever comes next
        for worker in running:
            worker.says = WHOLE  # to whoever comes after
            worker.say(WHOLE)
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert sum(isinstance(error, Busy) for error in found) == 32
        assert found.count(b"x") == 8
        assert stage.ended == {}

    play(test, lane_limits=LaneLimits(heavy=2, standing=6))


def test_a_heavy_query_without_a_worker_gives_its_place_back() -> None:
    async def test(stage: Stage) -> None:
        stage.workshop.error = UnavailableError("no store")
        stage.lanes.remember_heavy(stage.ask().digest)
        with pytest.raises(UnavailableError):
            await stage.answer()

    play(test)


@pytest.mark.parametrize("heavy", [False, True])
def test_waiting_for_a_worker_counts(heavy: bool) -> None:  # noqa: FBT001 - a case of the table
    async def test(stage: Stage) -> None:
        stage.workshop.gate = asyncio.Event()
        if heavy:
            stage.lanes.remember_heavy(stage.ask().digest)
        with pytest.raises(Busy, match="worker"):
            await stage.answer()
        assert stage.lanes.places() == NOWHERE
        stage.workshop.gate.set()
        await until(lambda: len(stage.crew._idle) == 1)  # it is there for the next

    play(test, Limits(seconds=0.05), LaneLimits(patience=0.05))


@pytest.mark.parametrize("heavy", [False, True])
def test_waiting_for_a_place_counts(heavy: bool) -> None:  # noqa: FBT001 - a case of the table
    async def test(stage: Stage) -> None:
        silent = Played()
        stage.workshop.next = [silent]
        if heavy:
            stage.lanes.remember_heavy(stage.ask().digest)
        first = stage.ask().frames()
        asked = asyncio.ensure_future(anext(first))
        await until(lambda: bool(silent.pipe.written))
        stage.limits = Limits(seconds=0.05)
        with pytest.raises(Busy, match="place"):
            await stage.answer()
        silent.say(PIECE)
        await asked
        await first.aclose()

    play(test, lane_limits=LaneLimits(light=1, heavy=1, patience=0.05))


def test_a_worker_to_which_nothing_was_sent_is_kept() -> None:
    async def test(stage: Stage) -> None:
        stage.workshop.gate = asyncio.Event()
        asked = asyncio.ensure_future(stage.answer())
        await until(lambda: stage.lanes.places()["light"] == 1)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        stage.workshop.gate.set()
        await until(lambda: len(stage.crew._idle) == 1)
        assert stage.ended == {}

    play(test)


CRASHED = fail_frame(QueryCrashed("no memory"))
# fmt: off
ENDS = [
    # what the worker says last                  error          why the worker is ended, if it is
    (frame(END),                                 None,          None),
    (fail_frame(BadQuery("no SPARQL")),          BadQuery,      None),
    (fail_frame(AnswerTooLarge("large")),        AnswerTooLarge, None),
    (fail_frame(QueryTooLong("long search")),    QueryTooLong,  None),    # and is at rest again
    (CRASHED,                                    QueryCrashed,  "crash"), # what it has left is unknown
    (b"",                                        QueryTooLong,  "time"),  # it goes on and on
    (None,                                       QueryCrashed,  "crash"), # it has died
]
# fmt: on


@pytest.mark.parametrize(("last", "error", "reason"), ENDS)
def test_what_is_counted_and_which_workers_are_kept(
    last: bytes | None, error: type[KizunaError] | None, reason: str | None
) -> None:
    async def test(stage: Stage) -> None:
        worker = Played(PIECE + (last or b""))
        stage.workshop.next = [worker]
        reader = stage.ask().frames()
        assert await anext(reader) == b"x"
        if last is None:
            worker.answers.connection_lost(None)
        if error is None:
            assert [data async for data in reader] == []
        else:
            with pytest.raises(error):
                await anext(reader)
        numbers = stage.crew.numbers
        assert (numbers.answered, numbers.failed) == ((1, 0) if error is None else (0, 1))
        assert stage.ended == ({} if reason is None else {reason: 1})
        assert worker.alive is (reason is None)

    play(test, Limits(seconds=0.1))


UNSORTED = b"panicked: this comparison does not correctly implement a total order"
# fmt: off
WORDS = [
    # what came   last words   is it asked again   what is counted, and why the worker has ended
    (b"",         UNSORTED,    True,               (0, {"order": 1})),
    (BEGUN,       UNSORTED,    True,               (0, {"order": 1})),
    (PIECE,       UNSORTED,    False,              (1, {"crash": 1})),  # a part may have been sent
    (BEGUN,       b"no memory", False,             (1, {"crash": 1})),
]
# fmt: on


@pytest.mark.parametrize(("came", "words", "again", "counted"), WORDS)
def test_a_query_is_asked_again_where_only_its_order_was_wrong(
    came: bytes, words: bytes, *, again: bool, counted: tuple[int, dict[str, int]]
) -> None:
    async def test(stage: Stage) -> None:
        worker = Played(came)
        worker.words_said = words
        stage.workshop.next = [worker]
        run = stage.ask()
        with pytest.raises(QueryCrashed, match="one order" if words == UNSORTED else "memory"):
            async for _ in ended(worker, run):
                pass
        assert run.is_unsorted is again
        assert (stage.crew.numbers.failed, stage.ended) == counted

    play(test)


async def ended(worker: Played, run: Run) -> AsyncIterator[bytes]:
    """Yield what comes from a worker that ends once it has said all."""
    asyncio.get_running_loop().call_later(0.02, worker.answers.connection_lost, None)
    async for data in run.frames():
        yield data


def test_the_second_time_of_a_query_is_what_the_first_has_left() -> None:
    async def test(stage: Stage) -> None:
        worker, silent = Played(), Played()
        worker.words_said = UNSORTED
        stage.workshop.next = [worker, silent, Played()]
        run = stage.ask()
        with pytest.raises(QueryCrashed):
            async for _ in ended(worker, run):
                pass
        began = asyncio.get_running_loop().time() - (stage.limits.seconds - run.time.left)
        second = Run(stage.crew, stage.lanes, stage.limits, (Query("q", "http://x/"), {}), run)
        stage.lanes.remember_heavy(run.digest)  # as the first time
        with pytest.raises(QueryTooLong):
            async for _ in second.frames():
                pass
        assert second.time is run.time
        assert asyncio.get_running_loop().time() - began < 1.5 * stage.limits.seconds
        assert stage.crew.numbers.heavy == 1
        assert stage.crew.numbers.failed == 1

    play(test, Limits(seconds=0.5))


def test_a_query_without_a_worker_is_not_answered() -> None:
    async def test(stage: Stage) -> None:
        stage.workshop.error = UnavailableError("no store")
        with pytest.raises(UnavailableError):
            await stage.answer()
        assert (stage.crew.numbers.answered, stage.crew.numbers.failed) == (0, 1)

    play(test)


@pytest.mark.parametrize("last", [frame(END), fail_frame(BadQuery("no SPARQL"))])
def test_a_worker_that_has_grown_is_ended_after_any_query(last: bytes) -> None:
    async def test(stage: Stage) -> None:
        worker = Played(PIECE + last)
        worker.grown = True
        stage.workshop.next = [worker]
        with suppress(BadQuery):
            await stage.answer()
        assert stage.ended == {"has grown": 1}

    play(test)
