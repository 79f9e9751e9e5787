"""Words and links as markup: the filters of the templates for what stands on every page often.

All of it comes from the data and is escaped here; ``<bdi>`` keeps stray marks of direction inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from kizuna.web.reader import Link, Words

if TYPE_CHECKING:
    from kizuna.web.views.evidence import Sentence
    from kizuna.web.views.values import Shown


def lang(told: Words) -> str:
    """Return the attribute for the language of words that is not the reader's."""
    return f' lang="{_escaped(told.lang)}"' if told.lang else ""


def words(told: Words) -> str:
    """Return words on their own."""
    return f"<bdi{lang(told)}>{_escaped(told.text)}</bdi>"


def link(known: Link) -> str:
    """Return words as a link, or on their own where they lead nowhere."""
    if not known.href:
        return words(known.words)
    out = ' class="out" rel="external"' if known.outside else ""
    return f'<a href="{_escaped(known.href)}"{out}>{words(known.words)}</a>'


def links(known: Iterable[Link]) -> str:
    """Return links one after the other."""
    return "; ".join(map(link, known))


def told(pieces: Iterable[Link]) -> str:
    """Return a text of which some pieces are links."""
    return "".join(link(p) if p.href else _escaped(p.words.text) for p in pieces)


def shown(value: Shown) -> str:
    """Return a value with what it amounts to and what is noted on it."""
    reading = f' <span class="reading">({_escaped(value.reading)})</span>' if value.reading else ""
    note = f' <span class="note">{words(value.note)}</span>' if value.note.text else ""
    return f"{link(value.link)}{reading}{note}"


def manner(badges: Iterable[Words]) -> str:
    """Return the words for the manners in which something is said."""
    return "".join(
        f'<span class="manner"{lang(badge)}>{_escaped(badge.text)}</span>' for badge in badges
    )


def sentence(fact: Sentence) -> str:
    """Return a fact as subject, property and value."""
    predicate = f'<span class="predicate">{link(fact.predicate)}</span>'
    return f"{link(fact.subject)} {predicate} {link(fact.value)}"


def escaped(value: object) -> str:
    """Return what stands for a value in a page, markup as it is."""
    if type(value) is str:
        return _escaped(value)
    return value if type(value) is Markup else escape(value)


def _escaped(text: str) -> str:
    """Return the same as ``markupsafe.escape``, but as a bare text, which takes a third as long."""
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&#34;")
        .replace("'", "&#39;")
    )


FILTERS: Mapping[str, Callable[[Any], str]] = {
    known.__name__: known for known in (lang, words, link, links, told, shown, manner, sentence)
}
"""What they return is written as it is where a template writes it (``views.compiling``)."""
