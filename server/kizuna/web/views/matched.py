"""Small pages about one thing, for the programs in which somebody matches names with things."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from markupsafe import escape
from pyoxigraph import NamedNode

from kizuna.engine.fulltext import NAME_PREDICATES
from kizuna.formats import HTML
from kizuna.vocabulary import KZ_EDITORIAL, RDF_TYPE
from kizuna.web.ordering import NOWHERE
from kizuna.web.reader import Words
from kizuna.web.reconciling.saying import DESCRIBING, Speaker
from kizuna.web.reconciling.ways import Property, Way
from kizuna.web.respond import Representation
from kizuna.web.views.facts import RECORD
from kizuna.web.views.page import template_in

MOST_FACTS, MOST_VALUES = 6, 3
LONGEST = 80
_TOLD = RECORD | {RDF_TYPE, *NAME_PREDICATES, *DESCRIBING}
"""What is shown otherwise, or says nothing of the thing itself."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A property and its values in words."""

    name: Words
    values: tuple[Words, ...]


def preview(speaker: Speaker, thing: NamedNode) -> Representation:
    """Return the page about a thing that is shown in a frame (0.2, section 5)."""
    reader = speaker.reader
    html = template_in(reader.language, "matched.html").render(
        reader=reader,
        t=reader.text,
        language=reader.language,
        name=reader.name(thing),
        kinds=_kinds(speaker, thing),
        description=speaker.description(thing),
        facts=list(islice(_facts(speaker, thing), MOST_FACTS)),
        href=reader.address(thing.value)[0],
    )
    return Representation(html.encode(), HTML.content_type, reader.language)


def flyout(speaker: Speaker, node: Property, identifier: str) -> dict[str, str]:
    """Return the response about a thing, type or property (0.2, section 6.5): safe HTML."""
    if isinstance(node, Way):
        return {"id": identifier, "html": f"<h3>{escape(speaker.property(node)['name'])}</h3>"}
    told = (f"<h3>{escape(speaker.reader.name(node).text)}</h3>", *_paragraphs(speaker, node))
    return {"id": identifier, "html": "".join(told)}


def _paragraphs(speaker: Speaker, node: NamedNode) -> Iterator[str]:
    for text in (_kinds(speaker, node), speaker.description(node).text):
        if text:
            yield f"<p>{escape(text)}</p>"


def _kinds(speaker: Speaker, node: NamedNode) -> str:
    """Return of which types a thing is said to be, in words."""
    site = speaker.reader.site
    stated = sorted(site.names.types(node), key=str)
    return ", ".join(speaker.reader.name(k).text for k in stated if speaker.ids.of_kind(k))


def _facts(speaker: Speaker, thing: NamedNode) -> Iterator[Fact]:
    """Yield what tells a thing from others, in the order of the shapes of its classes.

    What the editors say by themselves comes last: it may be that a town lies in a land.
    """
    reader = speaker.reader
    stated = reader.site.index.outgoing(thing)
    places = reader.site.ordering.places(speaker.ids.kinds(thing))

    def place(known: NamedNode) -> tuple[bool, float, float, str]:
        found = places.get(known, NOWHERE)
        return _is_editorial(speaker, known), found.group_order, found.order, known.value

    for known in sorted({q.predicate for q in stated} - _TOLD, key=place):
        terms = sorted({q.object for q in stated if q.predicate == known}, key=str)
        values = [_cut(reader.name(value)) for value in reader.own_language(terms)]
        more = [Words("…")] if len(values) > MOST_VALUES else []
        yield Fact(reader.name(known), (*values[:MOST_VALUES], *more))


def _is_editorial(speaker: Speaker, known: NamedNode) -> bool:
    stated = speaker.reader.site.index.outgoing(known)
    return any(quad.predicate == KZ_EDITORIAL for quad in stated)


def _cut(words: Words) -> Words:
    return words if len(words.text) <= LONGEST else Words(f"{words.text[:LONGEST]}…", words.lang)
