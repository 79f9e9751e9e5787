"""From an answer's pieces to an answer: whole where it is small, a stream where it is large."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

from kizuna.engine.protocol import Answer, Stream
from kizuna.formats import Format, Kind

WHOLE_BYTES = 256 * 1024
"""Answers up to this size are sent whole, with length and entity tag."""

Pieces = AsyncGenerator[bytes, None]


async def answer_or_stream(
    pieces: Pieces, about: Callable[[], tuple[Kind, Format]], leave: Callable[[], None]
) -> Answer | Stream:
    """Return a small answer whole; of a large one, the part that has come and the rest.

    ``about`` tells kind and format once a piece has come. ``leave`` is called at the end.

    Raises what ``pieces`` raises before the answer has begun.
    """
    held: list[bytes] = []
    size = 0
    try:
        async for data in pieces:
            held.append(data)
            size += len(data)
            if size > WHOLE_BYTES:
                rest = _rest(held, pieces, leave)
                await anext(rest)  # only a generator that has begun ends well when it is closed
                return Stream(*about(), rest)
    except BaseException:
        await pieces.aclose()
        leave()
        raise
    leave()
    return Answer(*about(), b"".join(held))


async def _rest(held: list[bytes], pieces: Pieces, leave: Callable[[], None]) -> Pieces:
    try:
        yield b""
        for data in held:
            yield data
        held.clear()
        async for data in pieces:
            yield data
    finally:
        await pieces.aclose()
        leave()
