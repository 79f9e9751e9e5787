"""The walk through a site: what pages lead to is asked for once, and becomes a file."""

from __future__ import annotations

import html
import io
import re
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, cast

from kizuna.engine import Engine
from kizuna.exporting.asking import Answer, Application, Asker
from kizuna.exporting.hosting import HOSTING
from kizuna.exporting.naming import NOTED, Naming, is_with_a_server, note_for
from kizuna.exporting.rewriting import Rewriting, redirect
from kizuna.release import Release
from kizuna.web import Site, open_site
from kizuna.web.copied import NOTE, app_to_copy, places, things

Progress = Callable[[int, int, int], None]
"""Told how many files there are, and of how many things of how many."""
SITEMAP = "sitemap.xml"
_PLACE = re.compile("<loc>([^<]*)</loc>")
UNNAMEABLE = "its name would be no file's, or another's"


@dataclass
class Copied:
    """What a copy holds, by kinds, and what it lacks: addresses with why."""

    files: int = 0
    bytes: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    lacking: dict[str, str] = field(default_factory=dict)


async def copied(
    release: Release,
    engine: Callable[[], Engine],
    queries: Path,
    to: Path,
    progress: Progress,
) -> Copied:
    """Return what has been copied of a release into the folder ``to``.

    ``engine`` gives who answers its ``queries``; it is closed at the end.

    Raises UnavailableError when an answer breaks off, ReleaseBroken when the index is unreadable,
    and OSError when a file cannot be written.
    """
    with closing(open_site(release, engine(), queries)) as site:
        walk = _Walk(site, to, progress)
        await walk.through()
        for name, text in HOSTING.items():
            (to / name).write_text(text(site.languages, release.id), encoding="utf-8")
        return walk.copied


class _Walk:
    """The addresses that wait, by file, the last found first: what belongs together comes together.

    What has become a file is not remembered, since it is there. So memory grows with the pages that
    wait, not with the files.
    """

    def __init__(self, site: Site, to: Path, progress: Progress) -> None:
        self.copied = Copied()
        self._site, self._to, self._progress = site, to, progress
        self._app = cast("Application", app_to_copy(site))
        self._naming = Naming(site.addresses, site.languages)
        self._waiting: dict[str, str] = {}
        self._places = frozenset(places())
        self._things = sum(1 for _ in things(site))

    async def through(self) -> None:
        """Copy what stands at the addresses that are known by themselves, and all they lead to."""
        for address in (NOTE, *sorted(NOTED)):
            for language in self._site.languages:
                await self._from(f"{address}?lang={language}")
        for address in sorted(self._places):
            await self._from(address)
        for address in things(self._site):
            await self._from(address)

    async def _from(self, address: str) -> None:
        self._find(address)
        while self._waiting:
            file, found = self._waiting.popitem()
            await self._copy(found, file)

    def _find(self, link: str) -> str | None:
        """Return the file of a link, None where it has none; it waits if it is not there yet."""
        address, _ = self._naming.canonical(link)
        file = self._naming.file(address) if address.startswith("/") else None
        if file is None:
            if address.startswith("/") and "?" not in address and not is_with_a_server(address):
                self.copied.lacking[address] = UNNAMEABLE
            return None
        known = file in self._waiting or address in self.copied.lacking
        if not known and not (self._to / file).exists():
            self._waiting[file] = address
        return file

    async def _copy(self, address: str, file: str) -> None:
        """Ask for an address, and see that what comes is in its file."""
        _, language = self._naming.canonical(address)
        place = self._to / file
        place.parent.mkdir(parents=True, exist_ok=True)

        def open_for(answer: Answer) -> BinaryIO:
            return place.open("wb") if answer.status == HTTPStatus.OK else io.BytesIO()

        asker = Asker(self._app, self._site.addresses.base, language)
        answer = await asker.get(note_for(address), open_for)
        if "location" in answer.headers and not file.endswith(".html"):
            answer = await asker.get(answer.headers["location"], open_for)  # data cannot lead on
        trouble = self._settled(place, file, language, answer)
        if not trouble:
            self._count(file, place)
        elif address.partition("?")[0] not in self._places:  # some of those want parameters
            self.copied.lacking[address] = trouble

    def _settled(self, place: Path, file: str, language: str, answer: Answer) -> str:
        """Make of an answer what its file is to hold; return why there is no such file, if so."""
        if answer.status == HTTPStatus.OK and answer.is_page == file.endswith(".html"):
            if answer.is_page:
                self._rewrite(place, file, language)
            elif file == SITEMAP:
                self._follow(place)
            return ""
        if answer.status == HTTPStatus.OK:
            place.unlink()
            return UNNAMEABLE
        location = answer.headers.get("location", "")
        target = self._find(location)
        if target is None:
            return f"{location} has no file" if location else f"it is answered with {answer.status}"
        place.write_bytes(redirect(file, target, language))
        return ""

    def _rewrite(self, place: Path, file: str, language: str) -> None:
        note = self._find(f"{NOTE}?lang={language}")
        text = place.read_text(encoding="utf-8")
        made = Rewriting(file, self._find, note or "").page(text)
        place.write_text(made, encoding="utf-8")

    def _follow(self, place: Path) -> None:
        """See that the parts of the map of the site are there, to which no page leads."""
        base = self._site.addresses.base
        for found in map(html.unescape, _PLACE.findall(place.read_text(encoding="utf-8"))):
            if found.startswith(base):
                self._find("/" + found.removeprefix(base))

    def _count(self, file: str, place: Path) -> None:
        copied = self.copied
        copied.files += 1
        copied.bytes += place.stat().st_size
        copied.kinds[file.partition("/")[0] if "/" in file else ""] += 1
        self._progress(copied.files, copied.kinds["id"], self._things)
