"""The things of a release that readers look for, in parts of a bounded size.

Claims and nodes that only spell out a value are shown on the pages of their things.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from kizuna.engine import DescriptionIndex
from kizuna.iris import Addresses
from kizuna.release import Touched
from kizuna.web.names import Names

PER_PART = 10_000
"""Things in one part: fewer than the 50 000 that a sitemap may have, so that it is made quickly."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: the first thing in it (IRI), and when the last one in it changed."""

    first: str
    latest: str


@dataclass(frozen=True)
class ThingParts:
    """The parts of all things; where they begin is found out once, and is all that is held."""

    index: DescriptionIndex
    names: Names
    addresses: Addresses
    touched: Touched

    @cached_property
    def parts(self) -> Sequence[Part]:
        """The parts. All things are looked at, one after the other."""
        found, things = [], self._from("")
        while some := list(islice(things, PER_PART)):
            found.append(Part(some[0], max(map(self.touched.when, some))))
        return tuple(found)

    def things(self, number: int) -> list[tuple[str, str]]:
        """Return the things (IRIs) of one part, counted from 0, and when each last changed."""
        if number >= len(self.parts):
            return []
        some = islice(self._from(self.parts[number].first), PER_PART)
        return [(thing, self.touched.when(thing)) for thing in some]

    def _from(self, first: str) -> Iterator[str]:
        """Yield the things, sorted, from one on."""
        for thing in self.index.subjects(self.addresses.things, first):
            if "#" not in thing.value and not self.names.is_value(thing):
                yield thing.value
