"""What is made once and held: for a site whatever the language, for a reader in theirs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

S = TypeVar("S", bound="Holding")
P = ParamSpec("P")
T = TypeVar("T")
HELD = 2_000


class Holding:
    """Holds the last ``HELD`` things that were made of it; safe to use from threads."""

    def held(self, make: Callable[Concatenate[Self, P], T], *key: P.args, **none: P.kwargs) -> T:
        """Return ``make(self, *key)``, made only if it is not held; the key is hashable."""
        found: T = self._held(make, *key, **none)
        return found

    def forget(self) -> None:
        """Hold nothing any more: what is held holds its holder, too."""
        self.__dict__.pop("_held", None)

    @cached_property
    def _held(self) -> Callable[..., Any]:
        return lru_cache(HELD)(lambda make, *key: make(self, *key))
