"""The front page: what the dataset is, how much is in it, and on what it rests."""

from __future__ import annotations

from dataclasses import dataclass

from kizuna.checks.pages import Group
from kizuna.keeping import Reason, Troubles
from kizuna.vocabulary import DCT_ISSUED, KZ_CLAIM, KZ_SOURCE_DOCUMENT
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.views.classes import counted
from kizuna.web.views.maps import dataset_map
from kizuna.web.views.news import NewsShown, news_shown
from kizuna.web.views.page import there
from kizuna.web.views.picturing import Picture
from kizuna.web.views.questions import Question, questions
from kizuna.web.views.timelines import dataset_timeline

MOST_QUESTIONS = 6
_CLAIMS = Group("claims", (KZ_CLAIM,))
_WHY = {
    Reason.FINDINGS: "trouble.findings",
    Reason.PROJECT: "trouble.project",
    Reason.SURROUNDINGS: "trouble.surroundings",
    Reason.TIME: "trouble.time",
    Reason.CRASH: "trouble.crash",
    Reason.PULL: "trouble.pull",
}


@dataclass(frozen=True, slots=True)
class Number:
    """How many things there are of a class."""

    link: Link
    count: int


@dataclass(frozen=True, slots=True)
class FrontPage:
    """All that the front page shows beside its frame."""

    description: Words
    numbers: tuple[Number, ...]
    documents: tuple[tuple[Link, str], ...]
    questions: tuple[Question, ...]
    pictures: tuple[Picture, ...]
    news: NewsShown | None


def notice_of(reader: Reader, troubles: Troubles) -> str | None:
    """Return, in words that all may read, that the newest change is not served, and why."""
    for trouble, when in troubles:
        day = reader.day(when.date().isoformat())
        why = reader.text(_WHY[trouble.reason], n=trouble.number)
        return reader.text("trouble", why=why, when=f"{day}, {when:%H:%M} UTC")
    return None


def front_page(reader: Reader) -> FrontPage:
    """Return the front page for ``reader``."""
    site = reader.site
    numbers = []
    for group in (*site.pages.all_navigation, _CLAIMS):
        kind = there(reader, group)
        if kind is not None:
            known = counted(reader, kind)
            numbers.append(Number(Link(Words(reader.called(group)), known.link.href), known.count))
    return FrontPage(
        description=reader.best(site.about.descriptions),
        numbers=tuple(numbers),
        documents=_documents(reader),
        questions=questions(reader)[:MOST_QUESTIONS],
        news=news_shown(reader),
        pictures=tuple(p for p in (dataset_map(reader), dataset_timeline(reader)) if p),
    )


def _documents(reader: Reader) -> tuple[tuple[Link, str], ...]:
    """Return the source documents, each with its date in words or nothing."""
    site = reader.site
    found = []
    for document in site.classes.members(KZ_SOURCE_DOCUMENT):
        dates = [q.object for q in site.index.outgoing(document) if q.predicate == DCT_ISSUED]
        words = reader.name(dates[0]).text if dates else ""
        found.append((reader.link(document), words))
    return tuple(sorted(found, key=lambda pair: pair[0].words.text))
