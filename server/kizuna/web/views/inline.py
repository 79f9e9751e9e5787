"""Words and links as markup: the filters of the templates for what stands on every page often.

All of it comes from the data and is escaped here; ``<bdi>`` keeps stray marks of direction inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from kizuna.web.reader import Link, Words

if TYPE_CHECKING:
    from kizuna.web.views.evidence import Sentence
    from kizuna.web.views.values import Shown


def lang(told: Words) -> Markup:
    """Return the attribute for the language of words that is not the reader's."""
    return Markup(f' lang="{escape(told.lang)}"' if told.lang else "")


def words(told: Words) -> Markup:
    """Return words on their own."""
    return Markup(f"<bdi{lang(told)}>{escape(told.text)}</bdi>")


def link(known: Link) -> Markup:
    """Return words as a link, or on their own where they lead nowhere."""
    if not known.href:
        return words(known.words)
    out = ' class="out" rel="external"' if known.outside else ""
    return Markup(f'<a href="{escape(known.href)}"{out}>{words(known.words)}</a>')


def links(known: Iterable[Link]) -> Markup:
    """Return links one after the other."""
    return Markup("; ").join(map(link, known))


def shown(value: Shown) -> Markup:
    """Return a value with what it amounts to and what is noted on it."""
    reading = f' <span class="reading">({escape(value.reading)})</span>' if value.reading else ""
    note = f' <span class="note">{words(value.note)}</span>' if value.note.text else ""
    return Markup(f"{link(value.link)}{reading}{note}")


def manner(badges: Iterable[Words]) -> Markup:
    """Return the words for the manners in which something is said."""
    said = (f'<span class="manner"{lang(b)}>{escape(b.text)}</span>' for b in badges)
    return Markup("".join(said))


def sentence(fact: Sentence) -> Markup:
    """Return a fact as subject, property and value."""
    predicate = f'<span class="predicate">{link(fact.predicate)}</span>'
    return Markup(f"{link(fact.subject)} {predicate} {link(fact.value)}")


FILTERS: Mapping[str, Callable[..., Markup]] = {
    known.__name__: known for known in (lang, words, link, links, shown, manner, sentence)
}
