"""What is new in the release, as the front page tells it."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

from kizuna.web.reader import Link, Reader

MOST = 6
"""Things of a kind that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Things that came, changed or went: how many, and some of them by name."""

    words: str
    things: tuple[Link, ...]
    more: int


@dataclass(frozen=True, slots=True)
class NewsShown:
    """What is new since the release ``before``, which was made on a day (in words)."""

    before: str
    day: str
    happened: tuple[Happened, ...]


def news_shown(reader: Reader) -> NewsShown | None:
    """Return what is new in the release, None where there is nothing to compare it with."""
    news = reader.site.news
    if news is None:
        return None
    told = (("news.added", news.added), ("news.changed", news.changed), ("news.gone", news.gone))
    return NewsShown(
        before=news.before.id,
        day=reader.day(news.before.created.partition("T")[0]),
        happened=tuple(_happened(reader, key, iris) for key, iris in told if iris),
    )


def _happened(reader: Reader, key: str, iris: tuple[str, ...]) -> Happened:
    links = (reader.link(NamedNode(iri)) for iri in iris)
    named = sorted(links, key=lambda link: (link.words.text, link.href))
    return Happened(reader.text(key, n=len(iris)), tuple(named[:MOST]), max(0, len(iris) - MOST))
