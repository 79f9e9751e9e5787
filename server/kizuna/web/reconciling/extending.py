"""Data extension: values of properties of things that were matched, and which there are."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode

from kizuna.errors import BadParameter
from kizuna.vocabulary import KZ_EDTF, PREFIXES, RDF_TYPE, TIME_IN_DATE, term
from kizuna.web.names import Term
from kizuna.web.reader import Reader
from kizuna.web.reconciling.asked import Column, Extension
from kizuna.web.reconciling.saying import Members, Speaker
from kizuna.web.reconciling.ways import Property, Way

LABELS, IRIS = "label", "id"
BEST, ALL = "best", "all"
MOST_VALUES = 1_000
"""Values of one property of one thing that are sent."""
MOST_PROPOSED, MEMBERS_READ = 100, 300
_RANGE = term("rdfs:range")
_XSD = PREFIXES["xsd"]
_INTEGERS = {
    f"{_XSD}{name}"
    for name in (
        "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger",
        "nonPositiveInteger", "negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort",
        "unsignedByte",
    )
}  # fmt: skip
_FLOATS = {f"{_XSD}{name}" for name in ("decimal", "double", "float")}
_DAY = re.compile(r"-?\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"-?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_DIGIT = re.compile("[0-9]")
_LARGEST = 2**53
"""Larger whole numbers are no numbers of JSON to most programs (RFC 8259, section 6)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How values of one property are wanted.

    ``limit`` 0 is no limit; ``content`` says what stands for a thing, ``language`` which texts.
    """

    limit: int
    content: str
    language: str


def settings(reader: Reader, identifier: str, name: str, help_text: str) -> Iterator[Members]:
    """Yield the settings of properties, as one of the versions calls their fields."""
    text = reader.text
    languages = [(BEST, text("reconcile.language_best")), (ALL, text("reconcile.language_all"))]
    contents = [(LABELS, text("reconcile.content_label")), (IRIS, text("reconcile.content_id"))]
    choices = {
        "content": contents,
        "language": [*languages, *((code, code) for code in reader.site.languages)],
    }
    yield {
        identifier: "limit",
        name: text("reconcile.limit"),
        "type": "number",
        "default": 0,
        help_text: text("reconcile.limit_help"),
    }
    for key, told, helped in (
        ("content", "reconcile.content", "reconcile.content_help"),
        ("language", "reconcile.language", "reconcile.language_help"),
    ):
        yield {
            identifier: key,
            name: text(told),
            "type": "select",
            "default": choices[key][0][0],
            help_text: text(helped),
            "choices": [{"value": value, "name": label} for value, label in choices[key]],
        }


def extend_old(speaker: Speaker, asked: Extension) -> dict[str, Any]:
    """Return the response of 0.2 (section 7.5). Raises BadParameter for a setting that is none."""
    rows = {
        identifier: {column.property: list(values) for column, values in row}
        for identifier, row in _rows(speaker, asked)
    }
    return {"meta": list(_meta(speaker, asked)), "rows": rows}


def extend_new(speaker: Speaker, asked: Extension) -> dict[str, Any]:
    """Return the response of the draft. Raises as ``extend_old`` does."""
    rows = [
        {
            "id": identifier,
            "properties": [{"id": c.property, "values": list(values)} for c, values in row],
        }
        for identifier, row in _rows(speaker, asked)
    ]
    return {"meta": list(_meta(speaker, asked)), "rows": rows}


def proposals(speaker: Speaker, kind: str, limit: int) -> dict[str, Any]:
    """Return the properties that things of a type have, those that most of them have first.

    Without a type, or with one that is none here, it is those of all things.
    """
    ids = speaker.ids
    known = ids.kind(kind)
    classes = speaker.reader.site.classes
    kinds = [known] if known is not None else sorted(classes.counts, key=str)
    each = max(1, MEMBERS_READ // len(kinds)) if kinds else 0
    counts: Counter[Property] = Counter()
    for one in kinds:
        things = (t for t in classes.members(one) if t.value.startswith(ids.things))
        for thing in islice(things, each):
            stated = speaker.reader.site.index.outgoing(thing)
            counts.update({quad.predicate for quad in stated} - {RDF_TYPE})
            counts.update(way for way in ids.ways if ids.values(thing, way))

    def place(known: Property) -> tuple[int, bool, str]:
        return -counts[known], isinstance(known, Way), ids.of_property(known)

    ranked = sorted(counts, key=place)
    found = [speaker.property(each) for each in ranked[:limit]]
    return {"properties": found, "limit": limit} | ({"type": kind} if kind else {})


def _rows(
    speaker: Speaker, asked: Extension
) -> Iterator[tuple[str, list[tuple[Column, Iterable[Members]]]]]:
    wishes = [(column, _wish(speaker, column)) for column in asked.columns]
    for identifier in asked.ids:
        thing = speaker.ids.thing(identifier)
        yield identifier, [(c, values_of(speaker, thing, c.property, wish)) for c, wish in wishes]


def _meta(speaker: Speaker, asked: Extension) -> Iterator[Members]:
    for column in asked.columns:
        known = speaker.ids.property(column.property)
        if known is None:
            yield {"id": column.property, "name": column.property}
            continue
        told = {"id": column.property, "name": speaker.property(known)["name"]}
        kinds = [kind for kind in _ranges(speaker, known) if speaker.ids.of_kind(kind)]
        yield told | ({"type": speaker.kind(kinds[0])} if kinds else {})


def _ranges(speaker: Speaker, known: Property) -> Iterator[NamedNode]:
    """Yield of which classes the values of a property are."""
    if isinstance(known, Way):
        yield from (known.facet.kind,) if known.facet.kind is not None else ()
        return
    for quad in speaker.reader.site.index.outgoing(known):
        if quad.predicate == _RANGE and isinstance(quad.object, NamedNode):
            yield quad.object


def _wish(speaker: Speaker, column: Column) -> Wish:
    """Return the settings of a property; OpenRefine sends numbers as texts."""
    given = {name: str(value).strip() for name, value in column.settings.items()}
    limit = given.get("limit") or "0"
    if not re.fullmatch("[0-9]{1,6}", limit):
        raise BadParameter("the setting limit is no whole number", hint="0 is no limit.")
    wish = Wish(int(limit), given.get("content") or LABELS, given.get("language") or BEST)
    if wish.content not in (LABELS, IRIS):
        raise BadParameter("the setting content is neither label nor id", hint="It may be absent.")
    if wish.language not in (BEST, ALL, *speaker.reader.site.languages):
        raise BadParameter("the setting language is none that is here", hint="It may be absent.")
    return wish


USUAL_WISH = Wish(0, LABELS, BEST)


def values_of(
    speaker: Speaker, thing: NamedNode | None, identifier: str, wish: Wish = USUAL_WISH
) -> Iterator[Members]:
    """Yield the values of a property of a thing as the specification writes them."""
    known = speaker.ids.property(identifier)
    if thing is None or known is None:
        return
    terms: list[Term] = sorted(set(speaker.ids.values(thing, known)), key=str)
    chosen = _in_language(speaker.reader, terms, wish.language)
    for each in islice(chosen, min(wish.limit or MOST_VALUES, MOST_VALUES)):
        yield _value(speaker, each, wish)


def _in_language(reader: Reader, terms: list[Term], language: str) -> Iterable[Term]:
    if language == BEST:
        return reader.own_language(terms)
    if language == ALL:
        return terms
    return [t for t in terms if not isinstance(t, Literal) or t.language in (None, language)]


def _value(speaker: Speaker, value: Term, wish: Wish) -> Members:
    """Return one value: a thing here as such, any other by its name."""
    if isinstance(value, Literal):
        return _literal(speaker, value)
    if isinstance(value, NamedNode) and wish.content == IRIS:
        return {"str": value.value}
    if isinstance(value, NamedNode | BlankNode) and speaker.reader.site.names.is_value(value):
        return _spelt_out(speaker, value)
    if isinstance(value, NamedNode) and speaker.ids.thing(value.value) == value:
        return speaker.thing(value)
    if isinstance(value, NamedNode) and not speaker.reader.site.index.has(value):
        return {"str": value.value}
    return {"str": speaker.reader.name(value).text}


def _spelt_out(speaker: Speaker, value: NamedNode | BlankNode) -> Members:
    """Return a value that has a node of its own: a day that is known as one, else in words."""
    stated = speaker.reader.site.index.outgoing(value)
    said = [(q.predicate, q.object.value) for q in stated if isinstance(q.object, Literal)]
    days = [text for predicate, text in said if predicate == TIME_IN_DATE]
    if len(days) == 1 and _DAY.fullmatch(days[0]):
        return {"date": f"{days[0]}T00:00:00Z"}
    dates = [text for predicate, text in said if predicate == KZ_EDTF and _DIGIT.search(text)]
    return {"str": dates[0] if len(dates) == 1 else speaker.reader.name(value).text}


def _literal(speaker: Speaker, literal: Literal) -> Members:
    text, kind = literal.value, literal.datatype.value
    if kind == f"{_XSD}date" and _DAY.fullmatch(text):
        return {"date": f"{text}T00:00:00Z"}
    if kind == f"{_XSD}dateTime" and _MOMENT.fullmatch(text):
        return {"date": text}
    if kind in _INTEGERS | _FLOATS:
        return _number(text, kind)
    language = {"lang": literal.language} if speaker.named and literal.language else {}
    return {"str": text} | language


def _number(text: str, kind: str) -> Members:
    try:
        value = float(text)
    except ValueError:
        return {"str": text}
    if not math.isfinite(value) or abs(value) > _LARGEST:
        return {"str": text}
    return {"int": int(value)} if kind in _INTEGERS else {"float": value}
