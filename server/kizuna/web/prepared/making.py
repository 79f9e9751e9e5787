"""Making representations ahead: data first, then pages, until there is no more room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import zstandard

from kizuna.errors import UnavailableError
from kizuna.formats import HTML, Format
from kizuna.release.disk import locked
from kizuna.web.described import OFFERED, represented
from kizuna.web.links import type_links
from kizuna.web.prepared.naming import TYPES, name_of
from kizuna.web.prepared.reading import Ready, dictionary, is_sample, key_of, sample_key
from kizuna.web.prepared.table import Table, Unreadable, Writing
from kizuna.web.problems import if_it_works
from kizuna.web.profiles import DEFAULT
from kizuna.web.reader import reader_for
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
_SAMPLES, _SAMPLE_BYTES = 2, 40_000
Progress = Callable[[int, int], None]
"""Is told how many representations have been looked at, of how many."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of representation that every thing has. Pages have a language.

    Without a format it is no more than the types of the thing.
    """

    form: Format | None
    language: str = ""
    chosen: bool = False

    @property
    def name(self) -> str:
        """What representations of the kind are called."""
        if self.form is None:
            return TYPES
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
            if _room(path) < most:
                _write(path, site, most, progress)
            _remove_old(path)
        return _number(path)
    except OSError as error:
        raise UnavailableError(
            f"{path.parent}: cannot be written: {error}",
            hint="Make room there, or set prepare_mb to 0: then nothing is made ahead.",
        ) from error


def kinds(site: Site) -> list[Kind]:
    """Return all kinds of representations, in the order in which they are made."""
    data = [Kind(form) for form in OFFERED if form is not HTML]
    pages = [Kind(HTML, code, chosen) for chosen in (False, True) for code in site.languages]
    return [Kind(None), *data, *pages]


def _write(path: Path, site: Site, most: int, progress: Progress) -> None:
    part = path.with_suffix(".part")
    with closing(Writing(part)) as file:
        number = _fill(file, site, most, progress)
        file.finish(number, most if file.size >= most else _ALL)
    part.replace(path)


def _fill(file: Writing, site: Site, most: int, progress: Progress) -> int:
    """Write what is not in the file yet, as long as there is room; return how much is there."""
    there = sum(not is_sample(key) for key in file.known)
    things = [i.value for i in site.index.subjects(site.addresses.things) if "#" not in i.value]
    wanted = kinds(site)
    for number, kind in enumerate(wanted):
        made = _Made(site, kind, file)
        for at in range(0, len(things), _AT_ONCE):
            if file.size < most:
                there += made.write(things[at : at + _AT_ONCE])
            progress(number * len(things) + at, len(wanted) * len(things))
    return there


class _Made:
    """Makes and packs the representations of one kind."""

    def __init__(self, site: Site, kind: Kind, file: Writing) -> None:
        self.site, self.kind, self.file = site, kind, file
        self._packer: zstandard.ZstdCompressor | None = None

    def write(self, things: Sequence[str]) -> int:
        """Write what is not there yet of some things; return how much that is."""
        found = list(self._made(things))
        if not found:
            return 0
        if self._packer is None:
            self._packer = self._packer_of([made.bytes() for _, made in found])
        for key, made in found:
            self.file.add(key, self._packer.compress(made.bytes()))
        return len(found)

    def _made(self, things: Sequence[str]) -> Iterator[tuple[bytes, Ready]]:
        for iri in things:
            page = self.site.addresses.page(iri)
            key = key_of(page or "", self.kind.name)
            if page is None or key in self.file.known:
                continue
            made = if_it_works(partial(self._one, page, iri))
            if made is not None and len(made.body) <= LARGEST:
                yield key, made

    def _one(self, page: str, iri: str) -> Ready:
        types = "".join(f", {link}" for link in type_links(self.site, iri)).encode()
        if self.kind.form is None:
            return Ready(types, b"", b"")
        reader = reader_for(self.site, self.kind.language, chosen=self.kind.chosen)
        described = described_thing(self.site, page, iri)
        made = represented(described, reader, self.kind.form, DEFAULT)
        return Ready(types, made.etag.encode(), made.body)

    def _packer_of(self, bodies: Sequence[bytes]) -> zstandard.ZstdCompressor:
        """Return what packs beside a sample, which is taken from the first bodies once for all."""
        key = sample_key(self.kind.name)
        sample = self.file.get(key)
        if sample is None:
            sample = _sample(bodies)
            self.file.add(key, sample)
        return zstandard.ZstdCompressor(
            level=_LEVEL, dict_data=dictionary(sample), write_checksum=True
        )


def _sample(bodies: Sequence[bytes]) -> bytes:
    """Return what some of the bodies have, from all over their order."""
    step = max(1, len(bodies) // _SAMPLES)
    return b"".join(bodies[::step][:_SAMPLES])[:_SAMPLE_BYTES]


def _number(path: Path) -> int:
    """Return how many representations there are."""
    with closing(Table(path)) as table:
        return table.number


def _room(path: Path) -> int:
    """Return how many bytes what is there might take: with more room there would be more of it."""
    try:
        with closing(Table(path)) as table:
            return table.note
    except (OSError, Unreadable):
        return 0


def _remove_old(path: Path) -> None:
    """Remove what was prepared for others, but for the newest; who reads it goes on reading."""
    others = [p for p in path.parent.iterdir() if p != path]
    with suppress(OSError):
        others.sort(key=lambda p: (p.suffix == path.suffix, p.stat().st_mtime_ns), reverse=True)
        for old in others[KEPT - 1 :]:
            old.unlink(missing_ok=True)
