"""The log of events beside the releases: it is added to, and nothing in it ever changes.

Releases go in time, and what they said with them. So each event holds all that was said of its
member, and the log needs none of them. Events stand in pages; a page that has a next one is full.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kizuna.errors import Busy, UnavailableError
from kizuna.release.differing.lines import split

FOLDER = ".feed"
FILE_NAME = "events.sqlite"
SECONDS = 10.0
"""How long a reader waits for the end of what is being written."""


class Kind(StrEnum):
    """What happened to a member."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a member (as IRIs stand in N-Triples), and when (ISO 8601, UTC).

    ``lines`` are all statements of the member from then on, as N-Triples without the last dot.
    """

    number: int
    kind: Kind
    member: str
    moment: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of events, or a row of pages: the moments of the first event and the last."""

    number: int
    first: str
    last: str
    full: bool = True


def log_of(releases: Path) -> Path:
    """Return where the log of a folder of releases is."""
    return releases / FOLDER / FILE_NAME


class EventLog:
    """The log, open for reading."""

    def __init__(self, releases: Path) -> None:
        """Open the log of a folder of releases.

        Raises Busy where there is none yet, and UnavailableError where it cannot be read.
        """
        path = log_of(releases)
        if not path.is_file():
            raise Busy(
                "the feed of events is being written for the first time",
                hint="Try again in a minute. A server that keeps its own releases writes it.",
            )
        try:
            self.connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro",
                uri=True,
                timeout=SECONDS,
                check_same_thread=False,
                isolation_level=None,
            )
            self.connection.execute("BEGIN")  # what is read is of one moment
            self._last = self._number("SELECT max(number) FROM page")
        except sqlite3.Error as error:
            raise UnavailableError(f"{path}: {error}", hint="Restore it from a copy.") from error

    @property
    def size(self) -> int:
        """How many events there are."""
        return self._number("SELECT max(number) FROM event")

    def page(self, number: int) -> Page | None:
        """Return the page with this number, from 1; None where there is none."""
        return next(self._pages("number = ?", number), None)

    def pages(self, first: int, last: int) -> list[Page]:
        """Return the pages with these numbers, as far as there are any."""
        return list(self._pages("number BETWEEN ? AND ?", first, last))

    def rows(self, size: int) -> list[Page]:
        """Return the rows of so many full pages, one after the other, numbered from 1."""
        found = self.connection.execute(
            "SELECT (number - 1) / ?1 + 1 AS row, min(first), max(last) FROM page"
            " WHERE number <= (?2 - 1) / ?1 * ?1 GROUP BY row ORDER BY row",
            (size, self._last),
        )
        return [Page(*row) for row in found]

    def events(self, page: int) -> Iterator[Event]:
        """Yield the events of a page, in their order."""
        found = self.connection.execute(
            "SELECT number, kind, member, moment, payload FROM event WHERE page = ?"
            " ORDER BY number",
            (page,),
        )
        for number, kind, member, moment, payload in found:
            lines = tuple(split(zlib.decompress(payload)))
            yield Event(number, Kind(kind), member, moment, lines)

    def close(self) -> None:
        """Give it back."""
        self.connection.close()

    def _pages(self, which: str, *numbers: int) -> Iterator[Page]:
        query = f"SELECT number, first, last FROM page WHERE {which} ORDER BY number"  # noqa: S608
        for number, first, last in self.connection.execute(query, numbers):
            yield Page(number, first, last, number < self._last)

    def _number(self, query: str) -> int:
        found: tuple[int | None] = self.connection.execute(query).fetchone()
        return found[0] or 0
