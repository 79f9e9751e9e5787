"""What two indexes of descriptions have in common and what not, found by SQLite alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from kizuna.engine.index import address_of, opened

_LOST = (
    "SELECT was.subject FROM main.description AS was WHERE was.subject >= ? AND was.subject < ?"
    " AND length(was.outgoing) > 0 AND NOT EXISTS (SELECT 1 FROM new.description AS now"
    " WHERE now.subject = was.subject AND length(now.outgoing) > 0) ORDER BY was.subject LIMIT ?"
)
_CHANGED = (
    "SELECT was.subject FROM main.description AS was JOIN new.description AS now"
    " ON now.subject = was.subject WHERE was.subject >= ? AND was.subject < ?"
    " AND length(was.outgoing) > 0 AND length(now.outgoing) > 0"
    " AND was.outgoing <> now.outgoing ORDER BY was.subject LIMIT ?"
)
_DIFFERING = (
    "SELECT was.subject, was.outgoing, coalesce(now.outgoing, x'') FROM main.description AS was"
    " LEFT JOIN new.description AS now ON now.subject = was.subject"
    " WHERE length(was.outgoing) > 0 AND was.outgoing IS NOT now.outgoing"
    " UNION ALL SELECT now.subject, x'', now.outgoing FROM new.description AS now"
    " WHERE length(now.outgoing) > 0 AND NOT EXISTS (SELECT 1 FROM main.description AS was"
    " WHERE was.subject = now.subject AND length(was.outgoing) > 0)"
)


def differing_subjects(old: Path, new: Path) -> Generator[tuple[str, bytes, bytes], None, None]:
    """Yield each subject, as it stands in N-Triples, that two indexes do not say the same of.

    With it what the one says of it and what the other does, as N-Quads, nothing where it has it
    not. Memory does not grow with the indexes.

    Raises OSError for a file that is no index.
    """
    try:
        with closing(opened(old)) as connection:
            connection.execute("ATTACH ? AS new", (address_of(new),))
            yield from connection.execute(_DIFFERING)
    except sqlite3.Error as error:
        raise OSError(f"{old} or {new}: {error}") from error


def lost_subjects(old: Path, new: Path, start: str, most: int) -> list[str]:
    """Return the IRIs of at most ``most`` subjects that one index has and a newer one has not.

    Only those count that begin with ``start``. Raises OSError for a file that is no index.
    """
    return _found(_LOST, old, new, start, most)


def changed_subjects(old: Path, new: Path, start: str, most: int) -> list[str]:
    """Return the IRIs of at most ``most`` subjects that say something else in a newer index.

    Only those count that begin with ``start``. Raises OSError for a file that is no index.
    """
    return _found(_CHANGED, old, new, start, most)


def _found(query: str, old: Path, new: Path, start: str, most: int) -> list[str]:
    try:
        with closing(opened(old)) as connection:
            connection.execute("ATTACH ? AS new", (address_of(new),))
            bounds = (f"<{start}", f"<{start}\U0010ffff", most)
            return [key[1:-1] for (key,) in connection.execute(query, bounds)]
    except sqlite3.Error as error:
        raise OSError(f"{old} or {new}: {error}") from error
