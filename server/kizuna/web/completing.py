"""Names for what is being typed in a query: classes, properties and things of the data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from pyoxigraph import NamedNode

from kizuna.engine import opened
from kizuna.vocabulary import (
    KZ_QUOTE,
    LABELS,
    RDF_PROPERTY,
    RDF_TYPE,
    RDFS_CLASS,
    SKOS_ALT_LABEL,
    shortened,
    term,
)
from kizuna.web.reader import Reader

MOST = 20
LONGEST = 200
LOOKED_AT, SECONDS = 200, 1.0
MOST_TERMS = 5_000
"""Terms of one kind that are looked through; an ontology has far fewer."""
_CLASSES = (RDFS_CLASS, term("owl:Class"))
_PROPERTIES = (
    RDF_PROPERTY,
    *map(term, ("owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty")),
)
_NAMING = frozenset({*LABELS, SKOS_ALT_LABEL}) - {KZ_QUOTE}
KINDS = ("class", "property", "thing")
_PLAIN = re.compile(r"[A-Za-z][\w-]*:[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Completion:
    """What may stand in a query: ``name`` as it is written there, ``label`` as it is read."""

    name: str
    label: str
    language: str


def completions(reader: Reader, typed: str, kind: str) -> tuple[Completion, ...]:
    """Return what ``typed`` may become, the best first: words, a prefixed name, or ``<IRI``.

    ``kind`` is one of ``KINDS``; a thing may be anything. Raises QueryTooLong and ReleaseBroken.
    """
    typed = typed.strip()
    if not typed or len(typed) > LONGEST:
        return ()
    start = _start(reader, typed)
    found = _by_iri(reader, start, kind) if start else _by_words(reader, typed, kind)
    return tuple(_completion(reader, node) for node in islice(dict.fromkeys(found), MOST))


def _completion(reader: Reader, node: NamedNode) -> Completion:
    name, words = shortened(node.value, reader.site.prefixes), reader.name(node)
    plain = name if _PLAIN.fullmatch(name) else f"<{node.value}>"
    return Completion(plain, words.text, words.lang)


def _start(reader: Reader, typed: str) -> str:
    """Return with what the wanted IRIs begin, nothing where words are typed."""
    if typed.startswith("<"):
        return typed[1:].rstrip(">")
    prefix, colon, local = typed.partition(":")
    namespace = reader.site.prefixes.get(prefix, "") if colon else ""
    return namespace + local if namespace else ""


def _by_iri(reader: Reader, start: str, kind: str) -> Iterator[NamedNode]:
    wanted = start.casefold()
    named = (n for n in _terms(reader, kind) if n.value.casefold().startswith(wanted))
    return chain(
        sorted(named, key=str), reader.site.index.subjects(start) if kind == "thing" else ()
    )


def _by_words(reader: Reader, words: str, kind: str) -> Iterator[NamedNode]:
    return chain(
        terms_called(reader, words, kind), _things(reader, words) if kind == "thing" else ()
    )


def terms_called(reader: Reader, words: str, kind: str) -> list[NamedNode]:
    """Return the terms of a kind that are called so or have the words in their names, best first.

    Without words it is all of them.
    """
    wanted = words.casefold()
    ranked = ((_rank(reader, node, wanted), node) for node in _terms(reader, kind))
    best = sorted((r, str(node), node) for r, node in ranked if r is not None)
    return list(dict.fromkeys(node for *_, node in best))


def _rank(reader: Reader, node: NamedNode, wanted: str) -> int | None:
    """Return how well a term fits, 0 for best, None where it does not fit."""
    local = re.split(r"[/#]", node.value)[-1].casefold()
    label = reader.name(node).text.casefold()
    fits = (
        wanted in {local, label},
        local.startswith(wanted) or label.startswith(wanted),
        f" {wanted}" in label,
        wanted in label or wanted in local,
    )
    return fits.index(True) if any(fits) else None


def _terms(reader: Reader, kind: str) -> Iterable[NamedNode]:
    """Return the terms of a kind; where anything may stand, classes too."""
    if kind == "property":
        return _members(reader, _PROPERTIES)
    return (*reader.site.classes.slugs.values(), *_members(reader, _CLASSES))


def _members(reader: Reader, classes: Iterable[NamedNode]) -> Iterator[NamedNode]:
    incoming = (quad for kind in classes for quad in reader.site.index.incoming(kind))
    return islice(
        (
            q.subject
            for q in incoming
            if q.predicate == RDF_TYPE and isinstance(q.subject, NamedNode)
        ),
        MOST_TERMS,
    )


def _things(reader: Reader, words: str) -> Iterator[NamedNode]:
    site = reader.site
    if site.manifest.filled:
        with opened(site.release.search, SECONDS) as index:
            hits = index.things(words, limit=LOOKED_AT)
        yield from (hit.thing for hit in hits if hit.predicate in _NAMING)
