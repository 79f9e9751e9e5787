"""What leads to a thing and away from it: the things that mention it, and pages of others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from pyoxigraph import NamedNode

from kizuna.resources import Resource
from kizuna.vocabulary import (
    KZ_CLAIM,
    OA_HAS_SOURCE,
    PROV_QUOTED_FROM,
    RDF_OBJECT,
    RDF_PREDICATE,
    RDF_SUBJECT,
    RDF_TYPE,
    term,
)
from kizuna.web.names import Term
from kizuna.web.reader import Link, Reader

MOST = 200
"""Mentions of one kind that are listed; the rest is counted."""
ELSEWHERE = tuple(
    term(f"skos:{kind}Match") for kind in ("exact", "close", "broad", "narrow", "related")
) + tuple(map(term, ("owl:sameAs", "foaf:page", "foaf:homepage", "schema:sameAs")))
_NO_MENTIONS = frozenset(
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
class Mentions:
    """The things that point to this one by one property and are of one class."""

    role: Link
    kind: Link | None
    things: tuple[Link, ...]
    more: int


def mentions_of(reader: Reader, resource: Resource) -> tuple[Mentions, ...]:
    """Return what points to the thing, grouped by property and class; claims are no mentions."""
    names = reader.site.names
    grouped: dict[tuple[NamedNode, NamedNode | None], set[Term]] = {}
    for subject, predicate in resource.pointing:
        if predicate not in _NO_MENTIONS and KZ_CLAIM not in (types := names.types(subject)):
            kind = min(types, key=str, default=None)
            grouped.setdefault((predicate, kind), set()).add(subject)
    found = (_mentions(reader, *key, subjects) for key, subjects in grouped.items())
    return tuple(sorted(found, key=_by_kind))


def _mentions(
    reader: Reader, predicate: NamedNode, kind: NamedNode | None, subjects: set[Term]
) -> Mentions:
    things = sorted(map(reader.link, subjects), key=lambda x: (x.words.text, x.href))
    return Mentions(
        role=reader.link(predicate),
        kind=reader.class_link(kind) if kind is not None else None,
        things=tuple(things[:MOST]),
        more=max(0, len(things) - MOST),
    )


def _by_kind(mentions: Mentions) -> tuple[str, str]:
    return mentions.kind.words.text if mentions.kind else "", mentions.role.words.text


def elsewhere(resource: Resource) -> Iterator[tuple[str, str]]:
    """Yield name and address of what others say about the same; http and https only."""
    for predicate in ELSEWHERE:
        for value in resource.values(predicate):
            iri = value.value if isinstance(value, NamedNode) else ""
            if iri.lower().startswith(("http://", "https://")):
                host, _, path = iri.partition("//")[2].partition("/")
                last = unquote(path.rstrip("/").rpartition("/")[2])
                yield f"{_HOSTS[host]} {last}" if host in _HOSTS else host, iri
