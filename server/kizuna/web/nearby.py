"""What somebody may have meant by an address at which nothing stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kizuna.formats import FORMATS
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.searching import find
from kizuna.web.views.search import link_of, title_of

MOST, SECONDS = 5, 0.3
LONGEST = 60
_SUFFIXES = {form.suffix for form in FORMATS}


@dataclass(frozen=True, slots=True)
class Nearby:
    """The words in an address, and things that are called so, each with its kind."""

    words: str = ""
    things: tuple[tuple[Link, Words], ...] = ()


NOTHING_NEAR = Nearby()


def nearby(reader: Reader, path: str) -> Nearby:
    """Return the things whose names hold the words in the last part of ``path``.

    Raises QueryTooLong and ReleaseBroken.
    """
    words = words_of(path)
    if not words or not reader.site.manifest.filled:
        return Nearby(words)
    hits = (hit for hit in find(reader.site, words, MOST, SECONDS).hits if hit.is_name)
    return Nearby(
        words, tuple((link_of(reader, hit.thing), title_of(reader, hit.thing)) for hit in hits)
    )


def words_of(path: str) -> str:
    """Return the words in the last part of a path: two and more letters or digits.

    >>> words_of("/id/place/kobe-city.ttl"), words_of("/a/<tag>/")
    ('kobe city', 'tag')
    """
    last = path.rstrip("/").rpartition("/")[2]
    stem, _, suffix = last.rpartition(".")
    bare = stem if suffix in _SUFFIXES else last
    return " ".join(re.findall(r"[^\W_]{2,}", bare))[:LONGEST].strip()
