"""What a remote engine sends, read with care: bounded, whole or an error, its oddities mended."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPException, HTTPResponse

from kizuna.errors import AnswerTooLarge, EngineFailed, KizunaError, QueryTooLong
from kizuna.formats import Format, Kind, carrying

CHUNK = 64 * 1024
ODD_NODES = {
    "json": (b'"bnode", "value": "nodeID://', b'"bnode", "value": "'),
    "xml": (b"<bnode>nodeID://", b"<bnode>"),
}
"""Virtuoso's blank nodes, whose names no format allows, in the results of each format.

Quotes in JSON and ``<`` in XML are escaped inside of values, so these bytes stand for nothing else;
a chunk that ends within them is held back.
"""
_LONGEST = max(len(odd) for odd, _ in ODD_NODES.values())


class Body:
    """The body of an answer in ``form`` as a file; its errors are ``KizunaError``."""

    def __init__(self, response: HTTPResponse, form: Format, limit: int) -> None:
        self.response = response
        self.limit = limit
        self.count = 0
        self._odd = ODD_NODES.get(form.suffix)
        self._declared = response.length
        self._held = b""
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most ``size``, none at the end.

        Raises AnswerTooLarge past the limit, QueryTooLong when nothing comes, and EngineFailed
        when the end comes too early (RFC 9112, section 8).
        """
        size = size if size > 0 else CHUNK
        while len(self._held) < _LONGEST and not self._ended:
            data = self._received()
            self._ended = not data
            self._held += data
            if self._odd is not None:
                self._held = self._held.replace(*self._odd)
        given = self._held if self._ended else self._held[: 1 - _LONGEST]
        given = given[:size]
        self._held = self._held[len(given) :]
        return given

    def _received(self) -> bytes:
        if self._declared is not None and self.count >= self._declared:
            return b""
        try:
            data = self.response.read1(CHUNK)
        except TimeoutError as error:
            raise silent() from error
        except (HTTPException, OSError, ValueError) as error:
            raise cut_off() from error
        self.count += len(data)
        if not data and self._declared is not None:
            raise cut_off()
        if self.count > self.limit:
            raise too_large(self.limit)
        return data


class Gathered:
    """Passes the written bytes on in chunks."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self.take = take
        self._held: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        """Take ``data``."""
        self._size += len(data)
        self._held.append(bytes(data))
        if self._size >= CHUNK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        """Pass on what is held."""
        if self._held:
            self.take(b"".join(self._held))
            self._held.clear()
            self._size = 0


def format_of(response: HTTPResponse, kind: Kind) -> Format:
    """Return the format that an answer says it has.

    Raises EngineFailed where that is none for ``kind``, or packed in a way that nobody asked for.
    """
    said = str(response.headers.get("Content-Type", ""))
    media_type = said.partition(";")[0].strip().lower()
    form = next((f for f in carrying(kind) if media_type in f.media_types), None)
    packed = str(response.headers.get("Content-Encoding", "identity")).lower()
    if form is None or packed != "identity":
        what = f"of type {said[:80]!r}" if form is None else f"packed with {packed[:20]!r}"
        raise EngineFailed(
            f"the engine behind this site sent an answer {what}, which is none of {kind.value}",
            hint="Whoever runs the site sees in the log which engine it is.",
        )
    return form


def too_large(limit: int) -> AnswerTooLarge:
    """Return the error for an answer of more than ``limit`` bytes."""
    return AnswerTooLarge(
        f"the answer is larger than {limit} bytes",
        hint="Ask for less: LIMIT and OFFSET, or fewer columns.",
    )


def too_long(seconds: float) -> QueryTooLong:
    """Return the error for a query that was stopped after its time."""
    return QueryTooLong(
        f"the query took more than {seconds:g} seconds and was stopped",
        hint="Ask for less: name a class or a thing, add LIMIT.",
    )


def silent() -> QueryTooLong:
    """Return the error for an engine that says no more."""
    return QueryTooLong(
        "the engine behind this site did not answer in time",
        hint="Ask for less: name a class or a thing, add LIMIT.",
    )


def cut_off() -> KizunaError:
    """Return the error for an answer that ends before it is whole."""
    return EngineFailed(
        "the engine behind this site broke its answer off", hint="Try again, or ask for less."
    )


def garbled(error: Exception) -> KizunaError:
    """Return the error for an answer that is not what its type says."""
    return EngineFailed(
        f"the engine behind this site sent an answer that cannot be read: {str(error)[:120]}",
        hint="Whoever runs the site sees in the log which engine it is.",
    )
