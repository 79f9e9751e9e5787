"""Questions in the reader's language: their titles with the values that are asked for, by theme."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kizuna.checks.parameters import THING, Parameter, Value
from kizuna.checks.questions import SavedQuery
from kizuna.resources import Resource
from kizuna.web.reader import Link, Reader, Words, quoted

_PLACE = re.compile(r"\{(\w+)\}")
_OTHER = re.compile('(?<=["„“「])([a-z0-9]+(?:-[a-z0-9]+)*)(?=["“”」])')
"""Where a description names another question: its name in quotation marks."""
MOST_RELATED = 6
_MARK, _MARK_QUOTED = Literal("\0"), quoted("\0")
"""Stand for a thing, and can be in no text and no address."""
Values = Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class Question:
    """A saved query in the reader's language.

    ``told`` is its description in pieces, of which those are links that name another question.
    """

    title: Words
    description: Words
    told: tuple[Link, ...]
    href: str
    name: str


@dataclass(frozen=True, slots=True)
class Theme:
    """Questions about the same; ``slug`` names the place on the page."""

    title: Words
    slug: str
    questions: tuple[Question, ...]


def questions(reader: Reader) -> tuple[Question, ...]:
    """Return all saved queries."""
    return tuple(question(reader, query) for query in reader.site.queries)


def question(reader: Reader, query: SavedQuery, values: Values | None = None) -> Question:
    """Return a saved query in the reader's language, or in the first that it has."""
    asked = _asked(reader, query, values or {})
    description = spoken(reader, query.descriptions)
    told = tuple(_linked(reader, description.text))
    return Question(asked.words, description, told, asked.href, query.name)


def _asked(reader: Reader, query: SavedQuery, values: Values) -> Link:
    """Return a saved query by its title, with the values that are asked for."""
    asked = defaults(query) | dict(values)
    title = spoken(reader, query.titles)
    changed = {name: text for name, text in typed(query, asked).items() if text}
    return Link(
        Words(_PLACE.sub(lambda m: _named(reader, asked, m), title.text), title.lang),
        reader.href(f"queries/{query.name}", **changed),
    )


def _linked(reader: Reader, text: str) -> Iterator[Link]:
    """Yield the pieces of a description; another question has its title in place of its name."""
    for number, piece in enumerate(_OTHER.split(text)):
        other = reader.site.query(piece) if number % 2 else None
        if other is not None:
            yield _asked(reader, other, {})
        elif piece:
            yield Link(Words(piece))


def themes(reader: Reader) -> tuple[Theme, ...]:
    """Return all questions by theme, the theme with most questions first, the rest last."""
    grouped: dict[NamedNode | None, list[Question]] = {}
    for query in reader.site.queries:
        grouped.setdefault(query.theme, []).append(question(reader, query))
    found = []
    for theme, about in grouped.items():
        title = reader.name(theme) if theme else Words(reader.text("questions.other"))
        found.append((theme is None, -len(about), title.text, title, tuple(about)))
    ordered = sorted(found, key=lambda row: row[:3])
    return tuple(Theme(row[3], f"theme-{n}", row[4]) for n, row in enumerate(ordered, 1))


def related_questions(reader: Reader, resource: Resource) -> tuple[Link, ...]:
    """Return questions about a thing: those that take one of its classes, asked of it.

    A question about things of any class fits each. Last come those whose theme is its class,
    unless they ask about another thing.
    """
    name, address = reader.name(resource.iri).text, quoted(resource.iri.value)
    return tuple(
        plain if default == resource.iri else _about(marked, name, address)
        for marked, plain, default in reader.held(_related, resource.types)
    )


def _about(marked: Link, name: str, address: str) -> Link:
    words, href, _ = marked
    asked = Words(words.text.replace(_MARK.value, name), words.lang)
    return Link(asked, href.replace(_MARK_QUOTED, address))


def _related(reader: Reader, types: tuple[NamedNode, ...]) -> list[tuple[Link, Link, Value | None]]:
    """Return the questions about a thing of these classes: asked of it, and as they are.

    ``_MARK`` stands for the thing; with each comes the thing of which it is asked anyway.
    """
    kinds = {wide for kind in types for wide in reader.site.classes.ancestors(kind)}
    asked, themed = [], []
    for query in reader.site.queries:
        plain = _asked(reader, query, {})
        fitting = next((p for p in query.parameters if _takes(p, kinds)), None)
        if fitting is not None:
            marked = _asked(reader, query, {fitting.name: _MARK})
            asked.append((marked, plain, fitting.default))
        elif query.theme in kinds and not any(p.type == THING for p in query.parameters):
            themed.append((plain, plain, None))
    return (asked + themed)[:MOST_RELATED]


def _takes(parameter: Parameter, kinds: Collection[NamedNode]) -> bool:
    return parameter.type == THING and (parameter.of is None or parameter.of in kinds)


def defaults(query: SavedQuery) -> dict[str, Value | None]:
    """Return the values that a question has by itself."""
    return {parameter.name: parameter.default for parameter in query.parameters}


def typed(query: SavedQuery, values: Values) -> dict[str, str]:
    """Return the values that are no defaults as they are typed, for addresses."""
    return {
        p.name: str(getattr(values.get(p.name), "value", ""))
        for p in query.parameters
        if values.get(p.name) != p.default
    }


def spoken(reader: Reader, texts: Mapping[str, str]) -> Words:
    """Return the text in the reader's language, or in the first that there is."""
    order = (reader.language, *reader.site.languages, *texts)
    language = next((code for code in order if code in texts), "")
    return Words(texts.get(language, ""), reader.foreign(language))


def _named(reader: Reader, values: Values, match: re.Match[str]) -> str:
    value = values.get(match[1])
    return reader.name(value).text if value is not None else reader.text("questions.any")
