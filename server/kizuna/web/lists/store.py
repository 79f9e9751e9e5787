"""The lists of a release that have been asked for, held within bounds."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from kizuna.web.lists.table import Table

MOST_HELD = 4_000_000
"""Cells (members times columns) that are held together; a cell takes some ten bytes."""


class ListStore:
    """Tables by what they list; the least recently used goes first. Safe to use from threads.

    It belongs to one release, so that nothing in it grows old.
    """

    def __init__(self, limit: int = MOST_HELD) -> None:
        self.limit = limit
        self.size = 0
        self._held: OrderedDict[str, Table] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[str, threading.Lock] = {}

    def get(self, key: str, make: Callable[[], Table]) -> Table:
        """Return the table under ``key``; it is made once, however many ask for it at a time."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
                return found
            turn = self._making.setdefault(key, threading.Lock())
        with turn:
            found = self._held.get(key)
            return found if found is not None else self._keep(key, make())

    def _keep(self, key: str, table: Table) -> Table:
        with self._lock:
            self._held[key] = table
            self.size += table.weight
            self._making.pop(key, None)
            while self.size > self.limit and len(self._held) > 1:
                _, gone = self._held.popitem(last=False)
                self.size -= gone.weight
        return table
