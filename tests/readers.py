"""Readers at a steady rate while one release follows another, and what they notice of it.

Used by tests and by ``benchmarks/``. All names in the project carry the number of the edition, so
an answer with two numbers would be a mixture, and one with an older number than another answer that
had ended before it was asked for would be a step back.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

_QUERY = 'SELECT ?label { ?s ?p ?label FILTER(isLiteral(?label) && CONTAINS(?label, "edition")) }'
# fmt: off
ASKED = (
    ("/doc/agreement/mou-alpha-beta?lang=en", "text/html"),
    ("/doc/agreement/mou-alpha-beta", "text/html"),
    ("/doc/organisation/beta-bay.ttl", "*/*"),
    ("/graph/shared.nt", "*/*"),
    ("/classes/ClusterOrganisation?lang=en", "text/html"),
    ("/search?q=edition&lang=en", "text/html"),
    (f"/sparql?query={quote(_QUERY)}", "text/csv"),
    (f"/sparql?query={quote(_QUERY)}", "application/sparql-results+json"),
)
# fmt: on
NAMES = {
    "skos:prefLabel": {
        '"City of Alpha"@en': '"City of Alpha edition{n}"@en',
        '"Beta Bay"@en': '"Beta Bay edition{n}"@en',
        '"optics"@en': '"optics edition{n}"@en',
    }
}
_EDITION = re.compile(rb"edition(\d+)")
_FRESH = 10
"""Each of so many requests comes on a connection of its own."""
_PATIENCE = 30.0


@dataclass
class Seen:
    """What readers have seen: requests that got no whole answer 200, mixtures, steps back."""

    sent: int = 0
    lost: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    editions: Counter[int] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    queries: list[float] = field(default_factory=list)
    """Those of the milliseconds that queries took."""

    @property
    def newest(self) -> int:
        """The newest edition that an answer had."""
        return max(self.editions, default=0)


class Edited:
    """The project whose editions follow one another."""

    def __init__(self, root: Path) -> None:
        self.path = root / "data" / "ttl" / "shared.ttl"
        self.text = self.path.read_text(encoding="utf-8")
        self.number = 0

    def next(self) -> int:
        """Write the next edition, and return its number."""
        self.number += 1
        text = self.text
        for old, new in NAMES["skos:prefLabel"].items():
            assert text.count(old) == 1, old
            text = text.replace(old, new.format(n=self.number))
        self.path.write_text(text, encoding="utf-8")
        return self.number


async def load(port: int, rate: float, done: asyncio.Event) -> Seen:
    """Return what readers see who ask ``rate`` times a second until ``done``, come what may."""
    seen, idle, tasks = Seen(), deque[_Connection](), set[asyncio.Task[None]]()
    began = time.perf_counter()
    while not done.is_set():
        path, accept = ASKED[seen.sent % len(ASKED)]
        known = idle if seen.sent % _FRESH else None
        seen.sent += 1
        tasks.add(asyncio.create_task(_ask(port, path, accept, known, seen)))
        tasks = {task for task in tasks if not task.done()}
        await asyncio.sleep(max(0.0, began + seen.sent / rate - time.perf_counter()))
    await asyncio.gather(*tasks)
    for connection in idle:
        connection.writer.close()
    return seen


@dataclass
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answer(self, request: bytes) -> tuple[int, bytes]:
        """Return the status and body of the answer to a request; one broken off is an error."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        fields = dict(line.split(b": ", 1) for line in lines[1:] if line)
        status = int(lines[0].split()[1])
        if fields.get(b"transfer-encoding") != b"chunked":
            return status, await self.reader.readexactly(int(fields[b"content-length"]))
        body = b""
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readexactly(2)
        return status, body


async def _ask(
    port: int, path: str, accept: str, idle: deque[_Connection] | None, seen: Seen
) -> None:
    """Ask on the connection that has been idle longest, before the server closes it."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: {accept}\r\n\r\n".encode()
    newest, began = seen.newest, time.perf_counter()
    try:
        async with asyncio.timeout(_PATIENCE):
            if idle:
                connection = idle.popleft()
            else:
                connection = _Connection(*await asyncio.open_connection("127.0.0.1", port))
            status, body = await connection.answer(request)
    except (OSError, EOFError, TimeoutError) as error:
        seen.lost.append(f"{path}: {error!r}")
        return
    if idle is None:
        connection.writer.close()
    else:
        idle.append(connection)
    seen.milliseconds.append((time.perf_counter() - began) * 1000)
    if path.startswith("/sparql"):
        seen.queries.append(seen.milliseconds[-1])
    _note(seen, f"{path} {accept}", status, body, newest)


def _note(seen: Seen, asked: str, status: int, body: bytes, newest: int) -> None:
    found = {int(number) for number in _EDITION.findall(body)}
    if status != 200 or not found:
        seen.lost.append(f"{asked}: {status} {body[:200]!r}")
    elif len(found) > 1:
        seen.mixed.append(f"{asked}: {sorted(found)}")
    else:
        (edition,) = found
        seen.editions[edition] += 1
        if edition < newest:
            seen.back.append(f"{asked}: {edition} after {newest}")
