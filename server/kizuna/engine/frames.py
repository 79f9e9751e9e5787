"""The language between the front and its workers: small typed frames over pipes.

A request is one line of JSON. An answer is a row of frames: BEGIN (kind and format), any number of
DATA, and END; or FAIL (an error) in place of any of them. A frame is one byte of type, four bytes
of length, and that many bytes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import BinaryIO

from kizuna import errors
from kizuna.engine.protocol import Query
from kizuna.formats import BY_SUFFIX, Format, Kind

BEGIN, DATA, END, FAIL = b"B", b"D", b"E", b"F"
HEAD = struct.Struct("!cI")
CHUNK = 64 * 1024


def encode_request(query: Query, formats: Mapping[Kind, Format]) -> bytes:
    """Return the line that asks ``query`` in these formats."""
    wanted = {kind.name: form.suffix for kind, form in formats.items()}
    return json.dumps({"query": asdict(query), "formats": wanted}).encode() + b"\n"


def decode_request(line: bytes) -> tuple[Query, dict[Kind, Format]]:
    """Return the query and the formats of a request."""
    content = json.loads(line)
    query = Query(**content["query"])
    return query, {Kind[k]: BY_SUFFIX[suffix] for k, suffix in content["formats"].items()}


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """Return one frame."""
    return HEAD.pack(kind, len(payload)) + payload


def begin_frame(kind: Kind, form: Format) -> bytes:
    """Return the frame that says what is coming."""
    return frame(BEGIN, json.dumps({"kind": kind.name, "format": form.suffix}).encode())


def decode_begin(payload: bytes) -> tuple[Kind, Format]:
    """Return what a BEGIN frame says."""
    content = json.loads(payload)
    return Kind[content["kind"]], BY_SUFFIX[content["format"]]


def fail_frame(error: errors.KizunaError) -> bytes:
    """Return the frame that reports ``error``."""
    content: dict[str, object] = {
        "error": type(error).__name__,
        "message": error.message,
        "hint": error.hint,
    }
    if isinstance(error, errors.BadText):
        content |= {"line": error.line, "column": error.column}
    if isinstance(error, errors.NotConforming):
        content["report"] = error.report
    return frame(FAIL, json.dumps(content).encode())


def decode_fail(payload: bytes) -> errors.KizunaError:
    """Return the error that a FAIL frame reports."""
    content = json.loads(payload)
    kind: Callable[..., errors.KizunaError] = getattr(errors, content.pop("error"))
    return kind(content.pop("message"), **content)


class FrameWriter:
    """Turns what is written to it into DATA frames of about a chunk each."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        """Take ``data``, and send a frame if a chunk has come together."""
        self._held += data
        if len(self._held) >= CHUNK:
            self.send()
        return len(data)

    def flush(self) -> None:
        """Do nothing: small frames cost more than they bring."""

    def send(self) -> None:
        """Send what is held."""
        if self._held:
            self.stream.write(frame(DATA, bytes(self._held)))
            self.stream.flush()
            self._held.clear()
