"""The log of events beside the releases: it is added to, and nothing in it ever changes.

Releases go in time, and what they said with them. So each event holds all that was said of its
member, and the log needs none of them. Events stand in pages; a page that has a next one is full.
Readers see the events of a release once all of them are there.
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
SECONDS = 10.0
"""How long a reader waits for the end of what is being written."""


class Feed(StrEnum):
    """Of what there are events: of all that the dataset says, and of the catalogue."""

    DATASET = "events"
    CATALOGUE = "catalogue"


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
    """A page of events, or a row of pages: the moments of the first event and the last.

    What is not ``full`` may get later ones.
    """

    number: int
    first: str
    last: str
    full: bool = True


def log_of(releases: Path, feed: Feed) -> Path:
    """Return where a log of a folder of releases is."""
    return releases / FOLDER / f"{feed}.sqlite"


class EventLog:
    """A log, open for reading; ``size`` is how many events there are."""

    def __init__(self, releases: Path, feed: Feed = Feed.DATASET) -> None:
        """Open a log of a folder of releases.

        Raises Busy where there is none yet, and UnavailableError where it cannot be read.
        """
        path = log_of(releases, feed)
        if not path.is_file():
            raise _nothing_yet()
        try:
            self.connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro",
                uri=True,
                timeout=SECONDS,
                check_same_thread=False,
                isolation_level=None,
            )
            self.connection.execute("BEGIN")  # what is read is of one moment
            found = self.connection.execute("SELECT release, events FROM told").fetchone()
            self.size = int(found[1]) if found else 0
            self._last = self._page_of(self.size)
        except sqlite3.Error as error:
            raise UnavailableError(f"{path}: {error}", hint="Restore it from a copy.") from error
        if found is None or found == ("", 0):
            self.close()
            raise _nothing_yet()

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
            " AND number <= ? ORDER BY number",
            (page, self.size),
        )
        for number, kind, member, moment, payload in found:
            lines = tuple(split(zlib.decompress(payload)))
            yield Event(number, Kind(kind), member, moment, lines)

    def close(self) -> None:
        """Give it back."""
        self.connection.close()

    def _pages(self, which: str, *numbers: int) -> Iterator[Page]:
        query = (
            f"SELECT number, first, last FROM page WHERE {which}"  # noqa: S608 - of this module
            " AND number <= ? ORDER BY number"
        )
        for number, first, last in self.connection.execute(query, (*numbers, self._last)):
            yield Page(number, first, last, number < self._last)

    def _page_of(self, event: int) -> int:
        found = self.connection.execute("SELECT page FROM event WHERE number = ?", (event,))
        return next((int(page) for (page,) in found), 0)


def _nothing_yet() -> Busy:
    return Busy(
        "the feed of events is being written for the first time",
        hint="Try again in a minute. A server that keeps its own releases writes it.",
    )
