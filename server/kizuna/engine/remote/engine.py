"""Any SPARQL 1.1 endpoint as an engine: the same questions, limits and errors as at home."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from kizuna.engine.bindings import bound
from kizuna.engine.crew import Numbers
from kizuna.engine.guard import check_size, guard
from kizuna.engine.lanes import LaneLimits, Lanes
from kizuna.engine.parts import answer_or_stream
from kizuna.engine.protocol import Answer, Limits, Query, Stream
from kizuna.engine.remote.access import Remote
from kizuna.engine.remote.failures import failure, let_go
from kizuna.engine.remote.form import declared_base, names_dataset
from kizuna.engine.remote.line import Line
from kizuna.engine.remote.reading import too_long
from kizuna.engine.remote.sending import Sending, with_found
from kizuna.engine.run import TRANSFER_SECONDS
from kizuna.errors import KizunaError, NotAcceptable
from kizuna.formats import Format, Kind, carrying

NO_GRAPH = "urn:kizuna:no-graph"
"""Named where a query shall see no named graph; without any, Virtuoso lets it see all it has."""
PIECES_AHEAD = 4
"""How many pieces of an answer are held for a reader that is slower than the engine."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """What the endpoint holds of a release, as far as it must be told.

    In a store that has no default graph, ``default`` stands for it, and ``named`` are the others.
    ``search`` is the full-text index of the release, which is on this machine.
    """

    default: str = ""
    named: tuple[str, ...] = ()
    search: Path | None = None


class RemoteEngine:
    """A SPARQL endpoint. Belongs to one event loop, which it never stops: threads wait for it.

    ``dataset`` tells what queries see that name no graphs; else that is the endpoint's affair.
    """

    def __init__(
        self,
        remote: Remote,
        limits: Limits | None = None,
        lanes: LaneLimits | None = None,
        dataset: Dataset | None = None,
    ) -> None:
        self.remote = remote
        self.limits = limits or Limits()
        self.lanes = Lanes(lanes or LaneLimits())
        self.dataset = dataset or Dataset()
        self.numbers = Numbers()
        self.lines: set[Line] = set()
        # Twice the places: a thread whose query was given up needs a moment to notice.
        self.threads = ThreadPoolExecutor(2 * self.lanes.limits.light, "kizuna-remote")

    @property
    def workers(self) -> int:
        """How many queries the engine is at now."""
        return len(self.lines)

    async def ask(
        self, query: Query, formats: Mapping[Kind, Format], client: str = ""
    ) -> Answer | Stream:
        """Return the answer; see ``Engine.ask``. Raises EngineAway and EngineFailed besides."""
        check_size(query.text, self.limits)  # all else is looked at on the exchange's own thread
        self.lanes.enter(client)
        exchange = _Exchange(self, query, formats)
        return await answer_or_stream(
            exchange.pieces(),
            lambda: (exchange.kind, formats[exchange.kind]),
            lambda: self.lanes.leave(client),
        )

    def sending(self, query: Query) -> Sending:
        """Return what is sent for a query; takes a while for a long one.

        Raises BadQuery and Refused.
        """
        guard(query.text, self.limits)
        default, named = query.default_graphs, query.named_graphs
        unnamed = default is None and named is None and not names_dataset(query.text)
        if self.dataset.default and unnamed:
            default, named = (self.dataset.default,), self.dataset.named
        elif self.dataset.default:
            named = named or (NO_GRAPH,)
        text = bound(query.whole, query.bindings)
        before = declared_base(text, query.base)
        return Sending(
            self.remote,
            before + text,
            (
                *(("default-graph-uri", graph) for graph in default or ()),
                *(("named-graph-uri", graph) for graph in named or ()),
            ),
            self.limits,
            before=len(before),
        )

    async def ready(self) -> None:
        """Return: it is another server's care."""

    def close(self) -> None:
        """Give up what is under way; the endpoint sees its clients go."""
        for line in list(self.lines):
            line.cut()
        self.threads.shutdown(wait=False, cancel_futures=True)


class _Exchange:
    """One query with the remote engine: a thread talks to it and hands pieces to the event loop.

    ``kind`` is set before the first piece comes.
    """

    kind: Kind

    def __init__(self, engine: RemoteEngine, query: Query, formats: Mapping[Kind, Format]) -> None:
        self.engine = engine
        self.query = query
        self.sent = query.text
        self.before = 0
        self.formats = formats
        self.line = Line()
        self.come: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.room = threading.Semaphore(PIECES_AHEAD)
        self.reading = 0.0

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield the answer's bytes; when closed early, the query is given up at once."""
        engine, loop = self.engine, asyncio.get_running_loop()
        await engine.lanes.take_light()
        engine.lines.add(self.line)
        done = False
        try:
            begin = loop.time()
            job = loop.run_in_executor(engine.threads, self._talk, loop)
            job.add_done_callback(lambda _: self.come.put_nowait(None))
            while (piece := await self._next(begin)) is not None:
                handed = loop.time()
                yield piece
                self.reading += loop.time() - handed
            if (error := job.result()) is not None:
                raise error
            done = True
        finally:
            self._give_up()
            engine.lines.discard(self.line)
            engine.lanes.give_light()
            engine.numbers.answered += done
            engine.numbers.failed += not done

    async def _next(self, begin: float) -> bytes | None:
        limit = self.engine.limits.seconds
        try:
            async with asyncio.timeout_at(begin + limit + min(self.reading, TRANSFER_SECONDS)):
                piece = await self.come.get()
        except TimeoutError as error:
            raise too_long(limit) from error
        self.room.release()
        return piece

    def _talk(self, loop: asyncio.AbstractEventLoop) -> KizunaError | None:
        """Ask, on a thread; return the error, which is raised only if someone still wants it."""

        def take(piece: bytes) -> None:
            self.room.acquire()
            if self.line.is_cut:
                raise ConnectionAbortedError
            loop.call_soon_threadsafe(self.come.put_nowait, piece)

        try:
            sending = with_found(self.engine.sending(self.query), self.engine.dataset.search)
            self.sent, self.before = sending.text, sending.before
            sending.answer(self._form(sending.kind), self.line, take)
        except Exception as error:  # noqa: BLE001 - whatever it is, the asker must be told
            let_go(error)
            if self.line.is_cut:
                return None
            told = failure(error, self.sent, self.engine.remote.shown, self.before)
            told.__traceback__ = told.__cause__ = told.__context__ = None
            return told
        return None

    def _form(self, kind: Kind) -> Format:
        """Return the format in which answers of this kind are wanted. Raises NotAcceptable."""
        self.kind = kind
        if kind not in self.formats:
            raise NotAcceptable(
                f"{kind.value} cannot be written in any format that was asked for",
                hint=f"Ask for one of: {', '.join(f.media_type for f in carrying(kind))}.",
            )
        return self.formats[kind]

    def _give_up(self) -> None:
        """End the connections and wake the thread if it waits for room."""
        self.line.cut()
        self.room.release()
