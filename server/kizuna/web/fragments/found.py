"""What fits a request for fragments: how much it is, and the triples of a page."""

from __future__ import annotations

from dataclasses import dataclass

from kizuna.engine.fragments import Fragments
from kizuna.errors import NotFound
from kizuna.web.fragments.asked import Asked

PER_PAGE = 100
_Words = tuple[bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Found:
    """The triples of a page, terms as N-Triples has them, and how many there are in all.

    With values for variables, a triple that fits several of them may be counted several times.
    """

    triples: tuple[_Words, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; an empty fragment has one."""
        return max(1, -(-self.total // PER_PAGE))

    @property
    def rows(self) -> bytes:
        """The triples as N-Triples."""
        return b"".join(b"%b %b %b .\n" % triple for triple in self.triples)


def find(fragments: Fragments, asked: Asked) -> Found:
    """Return what is asked for. Raises NotFound for a page behind the last one."""
    rows = [fragments.find(pattern) for pattern in asked.patterns]
    found = Found((), sum(row.total for row in rows), asked.page)
    if asked.page > found.pages:
        raise NotFound(
            f"there is no page {asked.page}, the last one is {found.pages}",
            hint="Follow hydra:next from the first page until there is none.",
        )
    start, left = (asked.page - 1) * PER_PAGE, PER_PAGE
    triples: dict[_Words, None] = {}
    for row in rows:
        some = fragments.triples(row, start, left) if start < row.total else []
        triples |= dict.fromkeys(some)
        left -= len(some)
        start = max(0, start - row.total)
    return Found(tuple(triples), found.total, asked.page)
