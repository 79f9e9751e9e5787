"""The page of a thing: what is said of it, by whom, in which words, and what mentions it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode, Quad

from kizuna.formats import JSON_LD
from kizuna.representations import write
from kizuna.resources import Resource, is_claim, read_evidence
from kizuna.vocabulary import (
    KZ_CLAIM,
    KZ_EDITORIAL,
    KZ_OPEN_QUESTION,
    KZ_SOURCE_DOCUMENT,
    OA_HAS_SOURCE,
    PROV_QUOTED_FROM,
    RDF_OBJECT,
    RDF_PREDICATE,
    RDF_SUBJECT,
    RDF_TYPE,
    RDFS_LABEL,
    SKOS_ALT_LABEL,
    SKOS_DEFINITION,
    SKOS_PREF_LABEL,
    term,
)
from kizuna.web.names import Term
from kizuna.web.ordering import LAST, NOWHERE, Place
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.views.evidence import (
    Passage,
    Quote,
    Sentence,
    badges,
    passages_of,
    quote_of,
    sentence_of,
)
from kizuna.web.views.values import Shown, shown

MOST_MENTIONS = 200
_NAMES = (SKOS_PREF_LABEL, RDFS_LABEL, SKOS_ALT_LABEL, term("skos:hiddenLabel"))
_ELSEWHERE = tuple(
    term(f"skos:{kind}Match") for kind in ("exact", "close", "broad", "narrow", "related")
) + tuple(map(term, ("owl:sameAs", "foaf:page", "foaf:homepage", "schema:sameAs")))
_APART = frozenset({RDF_TYPE, KZ_OPEN_QUESTION, *_NAMES, *_ELSEWHERE})
_NOT_MENTIONS = frozenset(
    {RDF_SUBJECT, RDF_OBJECT, RDF_PREDICATE, PROV_QUOTED_FROM, OA_HAS_SOURCE, RDF_TYPE}
)
_HOSTS = {
    "www.wikidata.org": "Wikidata",
    "ror.org": "ROR",
    "sws.geonames.org": "GeoNames",
    "www.geonames.org": "GeoNames",
    "zbw.eu": "STW",
    "d-nb.info": "GND",
}


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a fact with its quotes; ``manner`` is empty where it is plainly stated."""

    shown: Shown
    quotes: tuple[Quote, ...]
    manner: tuple[Words, ...]
    documents: tuple[Words, ...]
    needs_evidence: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A property of the thing with its values; ``differs``: they are figures that do not agree."""

    name: Link
    hint: Words
    values: tuple[Value, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that are read together."""

    title: str
    lang: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Mentions:
    """The things that point to this one by one property and are of one class."""

    role: Link
    kind: Link | None
    things: tuple[Link, ...]
    more: int


@dataclass(frozen=True, slots=True)
class ThingPage:
    """All that the page of a thing shows."""

    iri: str
    title: Words
    kinds: tuple[Link, ...]
    names: tuple[Words, ...]
    definition: Words
    groups: tuple[Group, ...]
    questions: tuple[Words, ...]
    elsewhere: tuple[tuple[str, str], ...]
    mentions: tuple[Mentions, ...]
    passages: tuple[Passage, ...]
    claim: tuple[Sentence, Quote] | None
    json_ld: str


def thing_page(reader: Reader, resource: Resource) -> ThingPage:
    """Return the page of ``resource`` for ``reader``."""
    index = reader.site.index
    title = reader.name(resource.iri)
    claim = None
    if is_claim(index, resource.iri):
        evidence = read_evidence(index, resource.iri)
        claim = (sentence_of(reader, evidence), quote_of(reader, evidence))
    return ThingPage(
        iri=resource.iri.value,
        title=title,
        kinds=tuple(reader.class_link(kind) for kind in resource.types),
        names=_names(reader, resource, title),
        definition=reader.best(_literals(resource, SKOS_DEFINITION)),
        groups=_groups(reader, resource),
        questions=_in_language(reader, _literals(resource, KZ_OPEN_QUESTION)),
        elsewhere=tuple(_elsewhere(resource)),
        mentions=_mentions(reader, resource),
        passages=_passages(reader, resource),
        claim=claim,
        json_ld=embedded_json(write(resource.statements, JSON_LD, reader.site.prefixes)),
    )


def embedded_json(data: bytes) -> str:
    r"""Return JSON that may stand in a ``script`` element: no character in it can end that.

    >>> embedded_json(b'{"a": "</script>"}')
    '{"a": "\\u003c/script\\u003e"}'
    """
    return (
        json.dumps(json.loads(data), ensure_ascii=False)
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def _literals(resource: Resource, predicate: NamedNode) -> list[Literal]:
    return [v for v in resource.values(predicate) if isinstance(v, Literal)]


def _in_language(reader: Reader, literals: list[Literal]) -> tuple[Words, ...]:
    """Return the literals of the best language that there is, all of them."""
    best = reader.best(literals)
    return tuple(w for w in map(reader.words, literals) if w.lang == best.lang)


def _names(reader: Reader, resource: Resource, title: Words) -> tuple[Words, ...]:
    """Return all other names, each with its language; the title is not repeated."""
    found = [
        Words(value.value, value.language or "")
        for predicate in _NAMES
        for value in _literals(resource, predicate)
    ]
    own = Words(title.text, title.lang or reader.language)
    return tuple(dict.fromkeys(name for name in found if name != own))


def _groups(reader: Reader, resource: Resource) -> tuple[Group, ...]:
    """Return the facts, ordered and grouped as the shapes of the thing's classes say."""
    classes = [k for own in resource.types for k in reader.site.classes.ancestors(own)]
    places = reader.site.ordering.places(classes)
    grouped: dict[tuple[float, str, str], list[tuple[Place, Fact]]] = {}
    for predicate in {q.predicate for q in resource.statements} - _APART - {SKOS_DEFINITION}:
        place = places.get(predicate, NOWHERE)
        key = _group_key(reader, predicate, place)
        grouped.setdefault(key, []).append((place, _fact(reader, resource, predicate)))
    return tuple(
        Group(title, lang, tuple(fact for _, fact in sorted(facts, key=_within_group)))
        for (_, title, lang), facts in sorted(grouped.items())
    )


def _group_key(reader: Reader, predicate: NamedNode, place: Place) -> tuple[float, str, str]:
    """Return where the group of a property stands and what it is called."""
    if place.group is not None:
        name = reader.name(place.group)
        return place.group_order, name.text, name.lang
    editorial = any(q.predicate == KZ_EDITORIAL for q in reader.site.index.outgoing(predicate))
    return LAST + editorial, reader.text("thing.record" if editorial else "thing.further"), ""


def _within_group(pair: tuple[Place, Fact]) -> tuple[float, str]:
    place, fact = pair
    return place.order, fact.name.words.text


def _fact(reader: Reader, resource: Resource, predicate: NamedNode) -> Fact:
    index = reader.site.index
    stated = index.outgoing(predicate)
    editorial = any(q.predicate == KZ_EDITORIAL for q in stated)
    claimable = not (
        editorial or KZ_CLAIM in resource.types or reader.site.names.is_value(resource.iri)
    )
    values = tuple(
        _value(reader, resource, predicate, value, needs_evidence=claimable)
        for value in resource.values(predicate)
    )
    figures = sum(value.shown.spelled_out for value in values)
    return Fact(
        name=reader.link(predicate),
        hint=reader.best(
            q.object
            for q in stated
            if q.predicate == SKOS_DEFINITION and isinstance(q.object, Literal)
        ),
        values=values,
        differs=figures > 1,
    )


def _value(
    reader: Reader,
    resource: Resource,
    predicate: NamedNode,
    value: Term,
    *,
    needs_evidence: bool,
) -> Value:
    quotes = tuple(quote_of(reader, e) for e in resource.evidence_for(predicate, value))
    return Value(
        shown=shown(reader, value),
        quotes=quotes,
        manner=badges(quotes),
        documents=tuple(dict.fromkeys(quote.document.words for quote in quotes)),
        needs_evidence=needs_evidence and not quotes,
    )


def _elsewhere(resource: Resource) -> Iterable[tuple[str, str]]:
    """Yield name and address of pages and datasets of others about the same."""
    for predicate in _ELSEWHERE:
        for value in resource.values(predicate):
            iri = value.value if isinstance(value, NamedNode) else ""
            if iri.lower().startswith(("http://", "https://")):
                host, _, path = iri.partition("//")[2].partition("/")
                last = unquote(path.rstrip("/").rpartition("/")[2])
                yield f"{_HOSTS[host]} {last}" if host in _HOSTS else host, iri


def _mentions(reader: Reader, resource: Resource) -> tuple[Mentions, ...]:
    """Return what points to the thing, grouped by property and class."""
    names = reader.site.names
    grouped: dict[tuple[NamedNode, NamedNode | None], set[Term]] = {}
    for quad in _mentioning(resource.incoming):
        if KZ_CLAIM not in names.types(quad.subject):
            kind = min(names.types(quad.subject), key=str, default=None)
            grouped.setdefault((quad.predicate, kind), set()).add(quad.subject)
    found = []
    for (predicate, kind), subjects in grouped.items():
        things = sorted(map(reader.link, subjects), key=lambda x: (x.words.text, x.href))
        found.append(
            Mentions(
                role=reader.link(predicate),
                kind=reader.class_link(kind) if kind is not None else None,
                things=tuple(things[:MOST_MENTIONS]),
                more=max(0, len(things) - MOST_MENTIONS),
            )
        )
    return tuple(
        sorted(found, key=lambda m: (m.role.words.text, m.kind.words.text if m.kind else ""))
    )


def _mentioning(incoming: Iterable[Quad]) -> Iterable[Quad]:
    return (quad for quad in incoming if quad.predicate not in _NOT_MENTIONS)


def _passages(reader: Reader, resource: Resource) -> tuple[Passage, ...]:
    """Return what is quoted from the thing, if it is a document."""
    if KZ_SOURCE_DOCUMENT not in resource.types:
        return ()
    claims = {
        q.subject
        for q in resource.incoming
        if q.predicate == PROV_QUOTED_FROM and isinstance(q.subject, NamedNode)
    }
    index = reader.site.index
    return tuple(
        passages_of(reader, (read_evidence(index, c) for c in claims if is_claim(index, c)))
    )
