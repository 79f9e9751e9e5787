"""Making representations ahead: data first, then pages, until there is no more room."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import copyfile

import zstandard

from kizuna.engine.index import address_of
from kizuna.errors import UnavailableError
from kizuna.formats import HTML, Format
from kizuna.release.disk import locked
from kizuna.web.described import OFFERED, represented
from kizuna.web.links import type_links
from kizuna.web.prepared.naming import name_of
from kizuna.web.prepared.reading import dictionary
from kizuna.web.problems import if_it_works
from kizuna.web.profiles import DEFAULT
from kizuna.web.reader import Reader
from kizuna.web.respond import Representation
from kizuna.web.routes.things import described_thing
from kizuna.web.site import Site

LARGEST = 1_000_000
"""Bytes of a representation that is prepared: to make larger ones takes less than to send them."""
KEPT = 2
"""How many files stay: that of the current release, and one to go back to."""
_LEVEL = 6
_AT_ONCE = 500
_ALL = 2**62
"""The room in which nothing is missing."""
_SAMPLES, _SAMPLE_BYTES = 6, 120_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS representation (
    path TEXT NOT NULL, name TEXT NOT NULL,
    types BLOB NOT NULL, tag TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (path, name)
) STRICT;
CREATE TABLE IF NOT EXISTS sample (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS made (number INTEGER NOT NULL, room INTEGER NOT NULL) STRICT;
"""
_INSERT = "INSERT INTO representation (path, name, types, tag, body) VALUES (?, ?, ?, ?, ?)"

Progress = Callable[[int, int], None]
"""Is told how many representations have been looked at, of how many."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of representation that every thing has. Pages have a language."""

    form: Format
    language: str = ""
    chosen: bool = False

    @property
    def name(self) -> str:
        """What representations of the kind are called."""
        return name_of(self.form, self.language, chosen=self.chosen)


def prepare(site: Site, most: int, progress: Progress = lambda *_: None) -> int:
    """Write the file that ``site.prepared`` looks for; return how many representations it has.

    They take at most about ``most`` bytes. What a killed process has left is gone on with; of
    several processes one prepares, and the others wait for it.

    Raises UnavailableError when the file cannot be written.
    """
    path = site.prepared.path
    try:
        path.parent.mkdir(exist_ok=True)
        with locked(path.parent):
            if not path.exists() or _room(path) < most:
                _write(path, site, most, progress)
            _remove_old(path)
        return _number(path)
    except (OSError, sqlite3.Error) as error:
        raise UnavailableError(
            f"{path.parent}: cannot be written: {error}",
            hint="Make room there, or set prepare_mb to 0: then nothing is made ahead.",
        ) from error


def kinds(site: Site) -> list[Kind]:
    """Return all kinds of representations, in the order in which they are made."""
    data = [Kind(form) for form in OFFERED if form is not HTML]
    pages = [Kind(HTML, code, chosen) for chosen in (False, True) for code in site.languages]
    return [*data, *pages]


def _write(path: Path, site: Site, most: int, progress: Progress) -> None:
    part = path.with_suffix(".part")
    if path.exists():
        copyfile(path, part)
    try:
        _fill(part, site, most, progress)
    except sqlite3.DatabaseError:  # the machine broke down while it was written
        part.unlink(missing_ok=True)
        _fill(part, site, most, progress)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)


def _fill(part: Path, site: Site, most: int, progress: Progress) -> None:
    wanted = kinds(site)
    things = [i.value for i in site.index.subjects(site.addresses.things) if "#" not in i.value]
    with closing(sqlite3.connect(part)) as connection:
        connection.execute("PRAGMA synchronous = OFF")  # it is synced once, at the end
        connection.executescript(_SCHEMA)
        used = connection.execute("SELECT total(length(body)) FROM representation").fetchone()[0]
        for number, kind in enumerate(wanted):
            made = _Made(site, kind, connection)
            for at in range(0, len(things), _AT_ONCE):
                if used < most:
                    used += made.write(things[at : at + _AT_ONCE])
                progress(number * len(things) + at, len(wanted) * len(things))
        room = most if used >= most else _ALL
        connection.execute("DELETE FROM made")
        connection.execute("INSERT INTO made SELECT count(*), ? FROM representation", (room,))
        connection.commit()


class _Made:
    """Makes and packs the representations of one kind."""

    def __init__(self, site: Site, kind: Kind, connection: sqlite3.Connection) -> None:
        self.site, self.kind, self.connection = site, kind, connection
        rows = connection.execute("SELECT path FROM representation WHERE name = ?", (kind.name,))
        self.known = {path for (path,) in rows}
        self._packer: zstandard.ZstdCompressor | None = None

    def write(self, things: Sequence[str]) -> int:
        """Write what is not there yet of some things; return how many bytes it takes."""
        found = list(self._made(things))
        if not found:
            return 0
        packer = self._packer or self._packer_of([made.body for _, _, made in found])
        rows = [
            (path, self.kind.name, types, made.etag, packer.compress(made.body))
            for path, types, made in found
        ]
        with self.connection:
            self.connection.executemany(_INSERT, rows)
        return sum(len(row[-1]) for row in rows)

    def _made(self, things: Sequence[str]) -> Iterator[tuple[str, bytes, Representation]]:
        for iri in things:
            page = self.site.addresses.page(iri)
            if page is None or page in self.known or not self._is_for(iri):
                continue
            made = if_it_works(partial(self._one, page, iri))
            if made is not None and len(made.body) <= LARGEST:
                types = "".join(f", {link}" for link in type_links(self.site, iri))
                yield page, types.encode(), made

    def _is_for(self, iri: str) -> bool:
        """Tell whether a thing is prepared; the dataset's page tells what other releases have."""
        dataset = self.site.about.dataset
        return self.kind.form is not HTML or dataset is None or dataset.value != iri

    def _one(self, page: str, iri: str) -> Representation:
        reader = Reader(self.site, self.kind.language, self.kind.chosen)
        described = described_thing(self.site, page, iri)
        return represented(described, reader, self.kind.form, DEFAULT)

    def _packer_of(self, bodies: Sequence[bytes]) -> zstandard.ZstdCompressor:
        """Return what packs beside a sample, which is taken from the first bodies once for all."""
        name, connection = self.kind.name, self.connection
        row = connection.execute("SELECT bytes FROM sample WHERE name = ?", (name,)).fetchone()
        sample = row[0] if row else _sample(bodies)
        connection.execute("INSERT OR IGNORE INTO sample VALUES (?, ?)", (name, sample))
        self._packer = zstandard.ZstdCompressor(
            level=_LEVEL, dict_data=dictionary(sample), write_checksum=True
        )
        return self._packer


def _sample(bodies: Sequence[bytes]) -> bytes:
    """Return what some of the bodies have, from all over their order."""
    step = max(1, len(bodies) // _SAMPLES)
    return b"".join(bodies[::step][:_SAMPLES])[:_SAMPLE_BYTES]


def _number(path: Path) -> int:
    """Return how many representations there are."""
    return _told(path, "number")


def _room(path: Path) -> int:
    """Return how many bytes they might take: with more room there would be more of them."""
    return _told(path, "room")


def _told(path: Path, column: str) -> int:
    with closing(sqlite3.connect(address_of(path), uri=True)) as connection:
        return int(connection.execute(f"SELECT {column} FROM made").fetchone()[0])  # noqa: S608


def _remove_old(path: Path) -> None:
    """Remove what was prepared for others, but for the newest; who reads it goes on reading."""
    others = [p for p in path.parent.iterdir() if p != path]
    with suppress(OSError):
        others.sort(key=lambda p: (p.suffix == path.suffix, p.stat().st_mtime_ns), reverse=True)
        for old in others[KEPT - 1 :]:
            old.unlink(missing_ok=True)
