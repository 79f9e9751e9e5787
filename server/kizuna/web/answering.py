"""Answers of queries: as files, held where they stay right and streamed where they are large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response

from kizuna.engine import Answer, Query, Stream, is_lasting
from kizuna.formats import Format, Kind
from kizuna.web.asking import ask, remembering
from kizuna.web.respond import NOT_KEPT, Meta, Representation, respond_soon, stream
from kizuna.web.site import Site

MOST_ROWS = 1_000
MOST_SHOWN = 2_000_000
"""Bytes of an answer that a page is made from at most."""


@dataclass(frozen=True)
class Wish:
    """A query, the format in which each kind of answer to it is wanted, and what is said of it."""

    query: Query
    formats: Mapping[Kind, Format]
    meta: Meta

    @property
    def key(self) -> tuple[object, ...]:
        """The name of the answer among all answers of a release."""
        query = self.query
        suffixes = tuple((kind, form.suffix) for kind, form in self.formats.items())
        return ("answer", query.text, query.default_graphs, query.named_graphs, suffixes)

    @cached_property
    def is_lasting(self) -> bool:
        """Whether the answer may be held."""
        return is_lasting(self.query.text)

    @property
    def said(self) -> Meta:
        """What is said beside the answer: one that is right for a moment only is not kept."""
        return self.meta if self.is_lasting else replace(self.meta, cache_control=NOT_KEPT)


async def answer_file(request: Request, site: Site, wish: Wish) -> Response:
    """Return the answer as a file. Raises what ``ask`` raises."""
    held = site.cache.find(wish.key) if wish.is_lasting else None
    if held is not None:
        return await respond_soon(request, held, wish.said)
    return await send(request, site, wish, await ask(request, site, wish.query, wish.formats))


async def send(request: Request, site: Site, wish: Wish, found: Answer | Stream) -> Response:
    """Return an answer as it came from the engine; it is held if it stays right."""

    def keep(body: bytes) -> Representation:
        made = Representation(body, found.format.content_type)
        return site.cache.keep(wish.key, made) if wish.is_lasting else made

    said = replace(wish.said, warnings=found.warnings)
    if isinstance(found, Answer):
        return await respond_soon(request, keep(found.body), said)
    chunks = remembering(found.chunks, keep) if wish.is_lasting else found.chunks
    return stream(request, chunks, found.format.content_type, said)


async def whole(found: Answer | Stream) -> Answer:
    """Return an answer with all its bytes; only for one that is known to be small."""
    if isinstance(found, Answer):
        return found
    return Answer(found.kind, found.format, b"".join([chunk async for chunk in found.chunks]))


async def beginning(found: Answer | Stream) -> tuple[Answer, bool]:
    """Return what a page shows of an answer in a format of lines, and whether there is more.

    A stream is closed when enough has come, which ends its query.
    """
    if isinstance(found, Answer):
        return found, False
    body, more = bytearray(), False
    async for chunk in found.chunks:
        body += chunk
        more = body.count(b"\n") > MOST_ROWS + 1 or len(body) > MOST_SHOWN
        if more:
            break
    await found.chunks.aclose()
    held = bytes(body[: body.rfind(b"\n") + 1])
    return Answer(found.kind, found.format, held, found.warnings), more
