"""An engine whose answers come in pieces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping

from pyoxigraph import Store

from kizuna.engine import Answer, EmbeddedEngine, Query, Stream
from kizuna.errors import KizunaError
from kizuna.formats import Format, Kind


class Streaming(EmbeddedEngine):
    """Answers every query with ``rows``, and then with ``error`` if there is one.

    ``given`` counts the rows that were taken, ``closed`` tells that nobody reads any more.
    """

    def __init__(self, rows: Iterable[bytes], error: KizunaError | None = None) -> None:
        super().__init__(Store())
        self.rows = rows
        self.error = error
        self.given = 0
        self.closed = False

    async def ask(
        self, query: Query, formats: Mapping[Kind, Format], client: str = ""
    ) -> Answer | Stream:
        del query, client
        pieces = self.pieces()
        await anext(pieces)
        return Stream(Kind.ROWS, formats[Kind.ROWS], pieces)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        try:
            yield b""
            for row in self.rows:
                await asyncio.sleep(0)
                self.given += 1
                yield row
            if self.error is not None:
                raise self.error
        finally:
            self.closed = True
