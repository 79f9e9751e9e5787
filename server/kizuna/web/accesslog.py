"""The access log: one line of JSON per request, without anything that tells who asked.

A client is a keyed hash of its address, with a key that this process alone has and forgets at its
end; a query is its digest and length, its text only where the publisher has switched that on.
Query strings, bodies and headers (tokens are in them) are never written.
"""

from __future__ import annotations

import hashlib
import json
import queue
import secrets
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

from starlette.types import Scope

MOST_HELD = 10_000
LONGEST_PATH = 500
SECONDS_TO_CLOSE = 5.0


class AccessLog:
    """Writes entries to a stream on a thread of its own, so that a slow disk stops no request.

    What comes while ``MOST_HELD`` entries wait is dropped and counted.
    """

    def __init__(self, stream: TextIO, *, with_queries: bool = False) -> None:
        self.stream = stream
        self.with_queries = with_queries
        self.dropped = 0
        self._key = secrets.token_bytes(16)
        self._held: queue.Queue[Mapping[str, object] | None] = queue.Queue(MOST_HELD)
        self._thread = threading.Thread(target=self._write, name="access-log", daemon=True)
        self._thread.start()

    def add(self, scope: Scope, outcome: Mapping[str, object]) -> None:
        """Take the entry of a request that has ended; ``outcome`` says how."""
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        path = raw.partition(b"?")[0][:LONGEST_PATH].decode("ascii", "backslashreplace")
        state = scope.get("state", {})
        entry = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "method": scope["method"],
            "path": path,
            **outcome,
            "client": self._client(scope),
            **self._query(state.get("asked")),
        }
        site = state.get("site")
        if site is not None:
            entry["release"] = site.release.id
        try:
            self._held.put_nowait(entry)
        except queue.Full:
            self.dropped += 1

    def _client(self, scope: Scope) -> str:
        address = (scope.get("client") or ("",))[0].encode()
        return hashlib.blake2b(address, key=self._key, digest_size=6).hexdigest()

    def _query(self, text: str | bytes | None) -> dict[str, object]:
        if text is None:
            return {}
        data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        told = {"query": hashlib.sha256(data).hexdigest(), "query_bytes": len(data)}
        shown = {"query_text": data.decode("utf-8", "replace")} if self.with_queries else {}
        return told | shown

    def _write(self) -> None:
        while (entry := self._held.get()) is not None:
            line = json.dumps(entry, separators=(",", ":"))
            try:
                self.stream.write(f"{line}\n")
                if self._held.empty():
                    self.stream.flush()
            except (OSError, ValueError):  # the disk is full, or the stream is closed
                self.dropped += 1

    def close(self) -> None:
        """Write what is held, if that can be done soon."""
        try:
            self._held.put(None, timeout=SECONDS_TO_CLOSE)
        except queue.Full:
            return
        self._thread.join(SECONDS_TO_CLOSE)
