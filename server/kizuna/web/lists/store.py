"""The lists of a release that have been asked for, held within bounds."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from kizuna.web.lists.table import Table
from kizuna.web.turns import Shared, Turns

MOST_HELD = 4_000_000
"""Cells (members times columns) that are held together; a cell takes some ten bytes."""


class ListStore:
    """Tables by what they list; the least recently used goes first. For one event loop.

    It belongs to one release, so that nothing in it grows old.
    """

    def __init__(self, limit: int = MOST_HELD) -> None:
        self.limit = limit
        self.size = 0
        self._held: OrderedDict[str, Table] = OrderedDict()
        self._lock = threading.Lock()
        self._making = Shared[Table](Turns())

    async def get(self, key: str, make: Callable[[], Table]) -> Table:
        """Return the table under ``key``; it is made once, however many ask for it at a time.

        It is made on a thread, and of different ones only few at a time: those of large classes
        take a minute. Raises Busy where too many wait.
        """
        found = self._find(key)
        if found is not None:
            return found
        return await self._making.take(key, lambda: self._keep(key, make()))

    def _find(self, key: str) -> Table | None:
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def _keep(self, key: str, table: Table) -> Table:
        with self._lock:
            self._held[key] = table
            self.size += table.weight
            while self.size > self.limit and len(self._held) > 1:
                _, gone = self._held.popitem(last=False)
                self.size -= gone.weight
        return table
