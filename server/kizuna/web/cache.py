"""A cache of representations, bounded by the bytes that it holds."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from kizuna.web.respond import Representation

CACHE_BYTES = 64_000_000


@dataclass(slots=True)
class CacheNumbers:
    """How often something was found in a cache, and how often not."""

    hits: int = 0
    misses: int = 0

    @classmethod
    def sum(cls, parts: Iterable[CacheNumbers]) -> CacheNumbers:
        """Return what has happened in all ``parts``."""
        total = cls()
        for part in parts:
            total.hits += part.hits
            total.misses += part.misses
        return total


@dataclass(frozen=True, slots=True)
class _Held:
    """What is held, and about how many bytes it takes with its key."""

    made: Representation
    weight: int


class Cache:
    """Representations by key; the least recently used goes first. Safe to use from threads.

    It belongs to one release, whose representations never change: nothing in it expires, unless
    the engine is another server, where anything may change. Then all expires after ``seconds``.
    """

    def __init__(self, limit: int = CACHE_BYTES, seconds: float = math.inf) -> None:
        self.limit = limit
        self.seconds = seconds
        self._cleared = time.monotonic()
        self.size = 0
        self.numbers = CacheNumbers()
        self._held: OrderedDict[Hashable, _Held] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Representation]) -> Representation:
        """Return what is held under ``key``, made first if need be.

        Two threads may make the same thing at the same time; they make equal bytes.
        """
        return self.find(key) or self.keep(key, make())

    def find(self, key: Hashable) -> Representation | None:
        """Return what is held under ``key``."""
        with self._lock:
            self._expire()
            found = self._held.get(key)
            if found is None:
                self.numbers.misses += 1
            else:
                self.numbers.hits += 1
                self._held.move_to_end(key)
            return found.made if found is not None else None

    def _expire(self) -> None:
        """Forget everything when it is time; a thing may so be forgotten sooner, never later."""
        now = time.monotonic()
        if now - self._cleared > self.seconds:
            self._held.clear()
            self.size = 0
            self._cleared = now

    def keep(self, key: Hashable, made: Representation) -> Representation:
        """Return ``made``, held under ``key`` from now on unless it is too large for that."""
        weight = made.weight + _length(key)
        with self._lock:
            if weight <= self.limit // 4 and key not in self._held:
                self._held[key] = _Held(made, weight)
                self.size += weight
            while self.size > self.limit:
                _, gone = self._held.popitem(last=False)
                self.size -= gone.weight
        return made


def _length(key: Hashable) -> int:
    """Return about how many bytes a key takes: one may hold a whole query, of a megabyte."""
    return len(repr(key).encode())
