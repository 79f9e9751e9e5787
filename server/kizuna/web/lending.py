"""A few things that are costly to open, lent to who needs one and closed when nobody does."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(eq=False)
class _Open(Generic[T]):
    """Something that is open, or being opened: then it has no value yet.

    ``over`` tells that it is closed when the last one gives it back.
    """

    value: list[T] = field(default_factory=list)
    hold: ExitStack = field(default_factory=ExitStack)
    opening: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0
    over: bool = False


class Lending(Generic[T]):
    """Keeps at most so many things open beyond those that are in use. Safe to use from threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: OrderedDict[Hashable, _Open[T]] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def lend(self, key: Hashable, make: Callable[[], AbstractContextManager[T]]) -> Iterator[T]:
        """Give what is open under ``key``, or what ``make`` opens; it stays open meanwhile.

        While one thing is opened, the others are lent on.
        """
        with self._lock:
            found = self._taken(key)
        try:
            with found.opening:
                if not found.value:
                    found.value.append(found.hold.enter_context(make()))
            yield found.value[0]
        finally:
            with self._lock:
                found.users -= 1
                self._close_if_over(found)
                self._keep(self._most)

    def close(self) -> None:
        """Close everything, as soon as nobody uses it."""
        with self._lock:
            self._keep(0)

    def _taken(self, key: Hashable) -> _Open[T]:
        found = self._open.setdefault(key, _Open())
        self._open.move_to_end(key)
        found.users += 1
        return found

    def _keep(self, most: int) -> None:
        while len(self._open) > most:
            _, oldest = self._open.popitem(last=False)
            oldest.over = True
            self._close_if_over(oldest)

    @staticmethod
    def _close_if_over(found: _Open[T]) -> None:
        if found.over and found.users == 0:
            found.hold.close()
            found.value.clear()
