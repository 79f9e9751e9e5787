"""The files that a release is made of: how they stand, and when that changes."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from watchfiles import awatch

QUIET = 0.3
"""Seconds without a change after which a change counts as complete."""
LONGEST = 10.0
"""Seconds after which it is looked at though nothing was told, or though it goes on changing."""
_FOLDERS = ("data", "ontology", "shapes", "queries")
_FILES = ("kizuna.toml", "pages.toml")
_READ = {".ttl", ".rq", ".txt", ".lock"}
_log = logging.getLogger(__name__)

State = dict[str, tuple[int, int, int]]
"""By path of a file: when it and its entry were changed, and its size."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of a project, and that of the documents' texts, which may be elsewhere."""

    root: Path
    documents: Path

    def state(self) -> State:
        """Return how the files stand; what cannot be seen is not there."""
        found = {}
        for path in self._files():
            try:
                seen = path.stat()
            except OSError:
                continue
            found[str(path)] = (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size)
        return found

    def _files(self) -> Iterator[Path]:
        yield from (self.root / name for name in _FILES)
        for folder in {*(self.root / name for name in _FOLDERS), self.documents}:
            for place, _, names in os.walk(folder):
                yield from (Path(place, n) for n in names if _is_read(n))

    def _watched(self) -> list[Path]:
        places = [self.documents, *(self.root / name for name in (*_FILES, *_FOLDERS))]
        return [path for path in places if path.exists()]

    async def changes(self) -> AsyncIterator[State]:
        """Yield the state after each change, once all is quiet again; the first is no change.

        The system tells of changes; where it does not (a folder over a network, one that has been
        removed and made again), they are seen a little later.
        """
        known = await asyncio.to_thread(self.state)
        while True:
            await self._told()
            seen = await asyncio.to_thread(self.state)
            if seen != known:
                known = await self._settled(seen)
                yield known

    async def _told(self) -> None:
        """Return as soon as the system tells of a change, and in any case after a while."""
        paths = await asyncio.to_thread(self._watched)
        try:
            async for _ in awatch(
                *paths, rust_timeout=int(LONGEST * 1000), yield_on_timeout=True, debounce=100
            ):
                return
        except OSError as error:  # what was watched has gone, or no more can be watched
            _log.debug("changes are not told: %s", error)
        await asyncio.sleep(1)

    async def _settled(self, seen: State) -> State:
        """Return the state in which the files stay."""
        until = asyncio.get_running_loop().time() + LONGEST
        while asyncio.get_running_loop().time() < until:
            await asyncio.sleep(QUIET)
            before, seen = seen, await asyncio.to_thread(self.state)
            if seen == before:
                break
        return seen


def _is_read(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix in _READ
