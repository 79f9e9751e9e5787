"""What a SPARQL engine is asked and what it answers, whoever it is."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from kizuna.formats import Format, Kind


@dataclass(frozen=True, slots=True)
class Query:
    """A query with its RDF dataset (SPARQL 1.1 Protocol, section 2.1.4).

    ``default_graphs`` and ``named_graphs`` are None where the request names no dataset; if
    either is given, the other is empty. ``bindings`` gives variables values, terms in N-Triples
    syntax (``kizuna.engine.bindings``), so that no value is ever pasted into the text.

    ``rows`` are put into the text, each at its offset, in ascending order, once the text has been
    looked at: rows of ``VALUES``, made of terms alone (``kizuna.engine.federation``).

    ``by_kind``: what is ordered is ordered by kind first (``kizuna.engine.orders``).
    """

    text: str
    base: str
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    bindings: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[tuple[int, str], ...] = ()
    by_kind: bool = False

    @property
    def whole(self) -> str:
        """The text with its rows."""
        parts, done = [], 0
        for at, row in self.rows:
            parts += [self.text[done:at], row]
            done = at
        return "".join((*parts, self.text[done:]))


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: its kind decided by the query, its format by the asker.

    ``warnings`` say what is not in it: the endpoints elsewhere that were asked in vain.
    """

    kind: Kind
    format: Format
    body: bytes
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer that is still coming.

    Whoever takes it reads ``chunks`` to the end or closes them, which ends the query at once. They
    raise where a limit cuts the answer: what came before must then not pass for a whole one.
    ``warnings`` are those of ``Answer``.
    """

    kind: Kind
    format: Format
    chunks: AsyncGenerator[bytes, None]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may take: seconds by the clock, bytes of answer, memory and text, depth."""

    seconds: float = 30.0
    answer_bytes: int = 50_000_000
    memory_bytes: int = 1_000_000_000
    query_bytes: int = 1_000_000
    depth: int = 100


class Sink(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> int:
        """Take ``data``."""
        ...

    def flush(self) -> None:
        """Pass on what is held."""
        ...


class Engine(Protocol):
    """Anything that answers SPARQL queries without stopping the event loop."""

    async def ask(
        self, query: Query, formats: Mapping[Kind, Format], client: str = ""
    ) -> Answer | Stream:
        """Return the answer in the format that ``formats`` names for its kind.

        A small answer comes whole, a large one as a stream. ``client`` tells who asks, where the
        number of queries per client is limited.

        Raises BadQuery, NotAcceptable (no format for this kind), Refused, QueryTooLong,
        AnswerTooLarge, QueryCrashed, ServiceFailed, Busy, TooMany.
        """
        ...

    async def ready(self) -> None:
        """Return once all is done that else the first query would wait for.

        Raises UnavailableError when no query could be answered.
        """
        ...

    def close(self) -> None:
        """Give back what the engine holds."""
        ...
