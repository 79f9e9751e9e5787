"""Codings in which bodies are sent, in one table: br (RFC 7932), gzip (RFC 9110, section 8.4.1)."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Protocol

try:
    import brotli
except ImportError:  # a platform without it has gzip
    brotli = None

_BROTLI_WHOLE, _BROTLI_STREAM = 5, 4
_GZIP_WHOLE, _GZIP_STREAM = 6, 4
_GZIP_WINDOW = zlib.MAX_WBITS | 16


class Packer(Protocol):
    """Compresses what comes piece by piece."""

    def add(self, data: bytes) -> bytes:
        """Return what can be sent after ``data``."""
        ...

    def end(self) -> bytes:
        """Return the rest."""
        ...


@dataclass(frozen=True, slots=True)
class Coding:
    """A coding: its name in headers, and how whole bodies and streams are put into it."""

    name: str
    pack: Callable[[bytes], bytes]
    packer: Callable[[], Packer]
    aliases: tuple[str, ...] = ()


class _GzipPacker:
    def __init__(self) -> None:
        self._made = zlib.compressobj(_GZIP_STREAM, zlib.DEFLATED, _GZIP_WINDOW)

    def add(self, data: bytes) -> bytes:
        return self._made.compress(data) + self._made.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        return self._made.flush()


class _BrotliPacker:
    def __init__(self) -> None:
        self._made = brotli.Compressor(quality=_BROTLI_STREAM)

    def add(self, data: bytes) -> bytes:
        return bytes(self._made.process(data) + self._made.flush())

    def end(self) -> bytes:
        return bytes(self._made.finish())


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, _GZIP_WHOLE, mtime=0)


def _brotli(body: bytes) -> bytes:
    return bytes(brotli.compress(body, quality=_BROTLI_WHOLE))


_GZIP = Coding("gzip", _gzip, _GzipPacker, ("x-gzip",))
_BR = Coding("br", _brotli, _BrotliPacker)
CODINGS = (_GZIP,) if brotli is None else (_BR, _GZIP)
"""What is offered, the best first; equal bodies always give equal bytes."""


async def packed(
    coding: Coding, chunks: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    """Yield ``chunks`` in a coding, each so that the client can read it at once."""
    packer = coding.packer()
    try:
        async for chunk in chunks:
            if chunk:
                yield await asyncio.to_thread(packer.add, chunk)
        yield packer.end()
    finally:
        await chunks.aclose()
