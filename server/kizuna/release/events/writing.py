"""Adding to the log of events, a page at a time: what has been written stays as it is."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from kizuna.release.events.log import SECONDS, Feed, Kind, log_of

PER_PAGE = 100
PAGE_BYTES = 500_000
"""What a page holds at most: so many events, and so much of what they say unless one says more."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
    number INTEGER PRIMARY KEY,
    page INTEGER NOT NULL,
    kind TEXT NOT NULL,
    member TEXT NOT NULL,
    moment TEXT NOT NULL,
    payload BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS event_page ON event (page);
CREATE TABLE IF NOT EXISTS page (
    number INTEGER PRIMARY KEY,
    first TEXT NOT NULL,
    last TEXT NOT NULL,
    events INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS member (
    key TEXT PRIMARY KEY,
    digest BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS told (
    one INTEGER PRIMARY KEY,
    release TEXT NOT NULL,
    events INTEGER NOT NULL
) STRICT;
INSERT OR IGNORE INTO told VALUES (1, '', 0);
CREATE TEMP TABLE candidate (key TEXT PRIMARY KEY) WITHOUT ROWID;
"""


@contextmanager
def writing(releases: Path, feed: Feed) -> Iterator[LogWriter]:
    """Give a log of a folder of releases, made if it is not there, for the only one who writes.

    Raises sqlite3.Error and OSError where it cannot be written.
    """
    path = log_of(releases, feed)
    connection = sqlite3.connect(path, timeout=SECONDS)
    with closing(connection):
        connection.executescript(_SCHEMA)
        yield LogWriter(connection)


@dataclass
class LogWriter:
    """A log, open for adding to it."""

    connection: sqlite3.Connection

    @property
    def told(self) -> str:
        """The release up to which all is told; empty where some of another one is, or nothing."""
        found: tuple[str] = self.connection.execute("SELECT release FROM told").fetchone()
        return found[0]

    def begin(self) -> None:
        """Note that some of a release is told from now on, which nobody sees until ``end``."""
        self.connection.execute("UPDATE told SET release = ''")

    def end(self, release: str) -> None:
        """Note that all of a release is told."""
        self.connection.execute(
            "UPDATE told SET release = ?, events = (SELECT coalesce(max(number), 0) FROM event)",
            (release,),
        )
        self.connection.commit()

    def want(self, keys: Iterable[str]) -> None:
        """Note members that may have changed."""
        rows = ((key,) for key in keys)
        self.connection.executemany("INSERT OR IGNORE INTO candidate VALUES (?)", rows)

    def want_all(self) -> None:
        """Note that all members that there are may have changed."""
        self.connection.execute("INSERT OR IGNORE INTO candidate SELECT key FROM member")

    def wanted(self) -> Iterator[str]:
        """Yield the members that were noted, in a fixed order."""
        found = self.connection.execute("SELECT key FROM candidate ORDER BY key")
        return (key for (key,) in found)

    def add(self, member: str, lines: Sequence[str], moment: str) -> None:
        """Add what happened to a member of which ``lines`` are said now, if anything did."""
        text = "".join(f"{line}\n" for line in lines).encode()
        digest = sha256(text).digest()
        before = self._digest(member)
        if before == (digest if lines else None):
            return
        kind = Kind.CREATE if before is None else Kind.UPDATE if lines else Kind.DELETE
        self._append(kind, member, text, moment)
        if lines:
            row = (member, digest)
            self.connection.execute("INSERT OR REPLACE INTO member VALUES (?, ?)", row)
        else:
            self.connection.execute("DELETE FROM member WHERE key = ?", (member,))

    def _digest(self, member: str) -> bytes | None:
        query = "SELECT digest FROM member WHERE key = ?"
        found = self.connection.execute(query, (member,)).fetchone()
        return bytes(found[0]) if found else None

    def _append(self, kind: Kind, member: str, text: bytes, moment: str) -> None:
        run = self.connection.execute
        found = run("SELECT number, last, events, bytes FROM page ORDER BY number DESC").fetchone()
        page, last, events, size = found or (0, "", PER_PAGE, 0)
        moment = max(moment, last)  # a clock that was put back, does not put events in between
        if events >= PER_PAGE or size + len(text) > PAGE_BYTES:
            page += 1
            self.connection.commit()
            run("INSERT INTO page VALUES (?, ?, ?, 0, 0)", (page, moment, moment))
        run(
            "UPDATE page SET last = ?, events = events + 1, bytes = bytes + ? WHERE number = ?",
            (moment, len(text), page),
        )
        run(
            "INSERT INTO event (page, kind, member, moment, payload) VALUES (?, ?, ?, ?, ?)",
            (page, kind, member, moment, zlib.compress(text)),
        )
