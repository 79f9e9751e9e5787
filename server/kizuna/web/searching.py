"""Searching on behalf of people: words are mended, and some are better than none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kizuna.engine import Hit, TextIndex, opened, replaced, spelled
from kizuna.web.site import Site

SECONDS = 2.0
"""What one search may take; it has its thread that long."""
FEW = 3
"""Up to so many hits with all words are followed by those with some: they may miss the point."""
_HITS_READ = 20
"""Hits in which a mended word is looked for as it is spelled."""


class Match(Enum):
    """How hits came about: they hold all words, all when these are mended, or some; or none.

    ``FEW``: a few hold all words, and then come those that hold some.
    """

    ALL = "all"
    FEW = "few"
    MENDED = "mended"
    SOME = "some"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for ``words``; ``shown`` are those that the hits hold."""

    words: str
    shown: str
    match: Match
    hits: tuple[Hit, ...]


def find(site: Site, words: str, limit: int, seconds: float = SECONDS) -> Found:
    """Return the things that hold ``words``, else the words as they were probably meant, else some.

    Raises QueryTooLong and ReleaseBroken.
    """
    with opened(site.release.search, seconds) as index:
        hits = index.things(words, limit=limit)
        if hits:
            return _with_more(index, words, hits, limit)
        mended = index.mended(words)
        meant = replaced(words, mended)
        hits = index.things(meant, limit=limit) if mended else []
        if hits:
            return Found(words, _spelled(words, mended, hits), Match.MENDED, tuple(hits))
        return _some(index, words, meant, limit)


def _with_more(index: TextIndex, words: str, hits: list[Hit], limit: int) -> Found:
    """Return what holds all words, and where that is little what holds some; a phrase is whole."""
    if len(hits) <= FEW and len(words.split()) > 1 and '"' not in words:
        known = {hit.thing for hit in hits}
        more = index.things(words, limit=limit, some=True)
        rest = [hit for hit in more if hit.thing not in known][: limit - len(hits)]
        if rest:
            return Found(words, words, Match.FEW, (*hits, *rest))
    return Found(words, words, Match.ALL, tuple(hits))


def _some(index: TextIndex, words: str, meant: str, limit: int) -> Found:
    hits = index.things(meant, limit=limit, some=True)
    return Found(words, meant, Match.SOME if hits else Match.NONE, tuple(hits))


def _spelled(words: str, mended: dict[str, str], hits: list[Hit]) -> str:
    """Return ``words`` with the mended ones as the best hits spell them (``Thüringen``)."""
    texts = [hit.text.value for hit in hits[:_HITS_READ]]
    shown = {}
    for typed, meant in mended.items():
        spellings = (spelled(meant, text) for text in texts)
        shown[typed] = next((s for s in spellings if s != meant), meant)
    return replaced(words, shown)
