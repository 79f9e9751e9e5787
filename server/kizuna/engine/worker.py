"""A worker process: answers one query at a time over its pipes, and may be killed at any moment.

``python -m kizuna.engine.worker STORE LIMITS`` reads requests from standard input and writes
answers to standard output. A message is one line of JSON; an answer's body follows it as bytes.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from kizuna import errors
from kizuna.engine.embedded import EmbeddedEngine
from kizuna.engine.protocol import Limits, Query
from kizuna.engine.sandbox import cap_memory, deny_network
from kizuna.formats import BY_SUFFIX, Kind

STACK_BYTES = 256 * 1024 * 1024


def serve(store: Path, limits: Limits, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until their stream ends."""
    engine = EmbeddedEngine(store, limits)
    cap_memory(limits.memory_bytes)
    _send(answers, {"ready": True})
    for line in requests:
        header, body = _handle(engine, json.loads(line))
        _send(answers, header | {"size": len(body)}, body)


def _handle(engine: EmbeddedEngine, request: dict[str, object]) -> tuple[dict[str, object], bytes]:
    """Return the header and the body of the answer to one request."""
    query = Query(**request["query"])  # type: ignore[arg-type]
    wanted: dict[str, str] = request["formats"]  # type: ignore[assignment]
    formats = {Kind[kind]: BY_SUFFIX[suffix] for kind, suffix in wanted.items()}
    try:
        answer = engine.answer(query, formats)
    except errors.BadQuery as error:
        return _error(error) | {"line": error.line, "column": error.column}, b""
    except errors.KizunaError as error:
        return _error(error), b""
    except MemoryError:
        return _error(errors.QueryCrashed("the query needs more memory than it may have")), b""
    return {"kind": answer.kind.name, "format": answer.format.suffix}, answer.body


def _error(error: errors.KizunaError) -> dict[str, object]:
    return {"error": type(error).__name__, "message": error.message, "hint": error.hint}


def _send(stream: BinaryIO, header: dict[str, object], body: bytes = b"") -> None:
    stream.write(json.dumps(header).encode() + b"\n" + body)
    stream.flush()


def encode_request(query: Query, formats: dict[str, str]) -> bytes:
    """Return the line that asks a worker ``query`` in these formats (kind name → suffix)."""
    return json.dumps({"query": asdict(query), "formats": formats}).encode() + b"\n"


def main() -> None:
    """Run the worker on a thread with a stack that deep queries do not overflow."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes the pipe
    store, limits = Path(sys.argv[1]), Limits(**json.loads(sys.argv[2]))
    deny_network()
    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(
        target=serve, args=(store, limits, sys.stdin.buffer, sys.stdout.buffer)
    )
    thread.start()
    thread.join()


if __name__ == "__main__":
    main()
