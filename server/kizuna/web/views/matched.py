"""Small pages about one thing, for the programs in which somebody matches names with things."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from markupsafe import escape
from pyoxigraph import NamedNode

from kizuna.engine.fulltext import NAME_PREDICATES
from kizuna.formats import HTML
from kizuna.vocabulary import RDF_TYPE
from kizuna.web.reader import Words
from kizuna.web.reconciling.saying import DESCRIBING, Speaker
from kizuna.web.reconciling.ways import Property, Way
from kizuna.web.respond import Representation
from kizuna.web.views.page import template

MOST_FACTS, MOST_VALUES = 6, 3
LONGEST = 80
_TOLD = {RDF_TYPE, *NAME_PREDICATES, *DESCRIBING}
"""What is shown otherwise."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A property and its values in words."""

    name: Words
    values: tuple[Words, ...]


def preview(speaker: Speaker, thing: NamedNode) -> Representation:
    """Return the page about a thing that is shown in a frame (0.2, section 5)."""
    reader = speaker.reader
    html = template("matched.html").render(
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
    stated = speaker.reader.site.index.outgoing(thing)
    own = speaker.ids.schema
    told = {q.predicate for q in stated} - _TOLD
    properties = sorted(told, key=lambda each: (not each.value.startswith(own), each.value))
    reader = speaker.reader
    for known in properties:
        terms = sorted({q.object for q in stated if q.predicate == known}, key=str)
        values = [_cut(reader.name(value)) for value in reader.own_language(terms)]
        more = [Words("…")] if len(values) > MOST_VALUES else []
        yield Fact(reader.name(known), (*values[:MOST_VALUES], *more))


def _cut(words: Words) -> Words:
    return words if len(words.text) <= LONGEST else Words(f"{words.text[:LONGEST]}…", words.lang)
