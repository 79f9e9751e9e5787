"""The page of one term: what it means, where it stands, how it is used and what constrains it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode, Quad

from kizuna.vocabulary import RDF_TYPE, RDFS_DEFINED_BY, term
from kizuna.web.reader import Link, Reader, Words
from kizuna.web.terms.questions import questions_with
from kizuna.web.terms.shape import PROPERTY, SHOWN, Part, ShapePart, part_of, shape_part
from kizuna.web.terms.stated import (
    DEFINITIONS,
    LABELS,
    Row,
    best,
    other_rows,
    own_row,
    values_of,
)
from kizuna.web.terms.summary import DEPRECATED, anchor_of, is_deprecated, named, title_of
from kizuna.web.terms.tree import BROADER, Branch, tree
from kizuna.web.terms.uses import Uses
from kizuna.web.views.questions import question
from kizuna.web.views.values import Shown, shown

_STATUS, _REPLACED = term("vs:term_status"), term("dct:isReplacedBy")
_INVERSE = term("owl:inverseOf")
# fmt: off
STATUSES: Mapping[str, str] = {
    "stable":   "terms.stable",
    "testing":  "terms.testing",
    "unstable": "terms.unstable",
    "archaic":  "terms.archaic",
}
NOTES: Mapping[NamedNode, str] = {
    term("skos:scopeNote"):     "terms.scope",
    term("skos:example"):       "terms.example",
    term("vann:example"):       "terms.example",
    term("skos:note"):          "terms.note",
    term("skos:changeNote"):    "terms.change",
    term("skos:historyNote"):   "terms.history",
    term("skos:editorialNote"): "terms.editorial",
}
RELATIONS: Mapping[NamedNode, str] = {
    term("rdfs:domain"):        "terms.domain",
    term("rdfs:range"):         "terms.range",
    _INVERSE:                   "terms.inverse",
    term("skos:inScheme"):      "terms.scheme",
    term("skos:topConceptOf"):  "terms.scheme",
}
"""What a term says of its place among others."""
NAMED_BY: Mapping[NamedNode, str] = {
    term("rdfs:domain"):        "terms.properties",
    term("rdfs:range"):         "terms.values",
    _INVERSE:                   "terms.inverse",
    term("skos:inScheme"):      "terms.concepts",
    _REPLACED:                  "terms.replaces",
}
"""What other terms say of it."""
CONSTRAINING = tuple(term(f"sh:{name}") for name in (
    "path", "targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode",
))
"""By these a shape speaks of what a term stands for; by all else of values that it allows."""
ALIGNED = (
    *(term(f"owl:{name}") for name in ("sameAs", "equivalentClass", "equivalentProperty")),
    *(term(f"skos:{kind}Match") for kind in ("exact", "close", "broad", "narrow", "related")),
    term("rdfs:seeAlso"),
)
# fmt: on
_SHACL = term("sh:").value
_APART = frozenset((
    *LABELS, *DEFINITIONS, *NOTES, *RELATIONS, *ALIGNED, *BROADER,
    RDF_TYPE, RDFS_DEFINED_BY, _STATUS, _REPLACED, DEPRECATED,
))  # fmt: skip
MOST_EXAMPLES = 5
MOST_CLASSES = 8


@dataclass(frozen=True, slots=True)
class Used:
    """How a property is used: by members of which classes, and in which statements.

    ``looked_at`` statements are those from which this is told.
    """

    count: int
    looked_at: int
    classes: tuple[tuple[Link, int], ...]
    examples: tuple[tuple[Link, Shown], ...]


@dataclass(frozen=True, slots=True)
class TermPage:
    """A term as it is shown; ``used`` is None where the engine does not tell."""

    iri: str
    title: Words
    kinds: tuple[Link, ...]
    status: str
    deprecated: bool
    successors: tuple[Link, ...]
    definition: Words
    whole: Link
    notes: tuple[Row, ...]
    turtle: str
    tree: tuple[Branch, ...]
    relations: tuple[Row, ...]
    alignments: tuple[Row, ...]
    members: int
    members_page: str
    used: Used | None
    shape: ShapePart | None
    constrained: tuple[Part, ...]
    allowed: tuple[Link, ...]
    questions: tuple[Link, ...]
    others: tuple[Row, ...]


def term_page(reader: Reader, known: NamedNode, uses: Uses | None) -> TermPage:
    """Return the page of a term or shape."""
    site = reader.site
    stated = site.index.outgoing(known)
    is_shape = site.terms.is_shape(known)
    constrained, allowed = _shapes(reader, known)
    slug = site.classes.slug(known)
    return TermPage(
        iri=known.value,
        title=title_of(reader, known),
        kinds=tuple(map(reader.link, values_of(stated, RDF_TYPE))),
        status=_status(reader, stated),
        deprecated=is_deprecated(stated),
        successors=tuple(map(reader.link, values_of(stated, _REPLACED))),
        definition=best(reader, stated, DEFINITIONS),
        whole=_whole(reader, known),
        notes=tuple(_notes(reader, stated)),
        turtle=site.examples.get(anchor_of(reader, known), "") if not is_shape else "",
        tree=tree(reader, known),
        relations=(*_relations(reader, stated), *_named_by(reader, known)),
        alignments=(*_alignments(reader, stated), *_aligned(reader, known)),
        members=site.classes.count(known) if slug else 0,
        members_page=reader.href(f"classes/{slug}") if slug else "",
        used=None if uses is None else _used(reader, uses),
        shape=shape_part(reader, known) if is_shape else None,
        constrained=constrained,
        allowed=allowed,
        questions=tuple(_questions(reader, known)),
        others=other_rows(reader, stated, _APART | SHOWN if is_shape else _APART),
    )


def _status(reader: Reader, stated: tuple[Quad, ...]) -> str:
    """Return the status of a term in words, as it stands where it is none of the known ones."""
    found = (v.value for v in values_of(stated, _STATUS) if isinstance(v, Literal))
    status = next(found, "")
    return reader.text(STATUSES[status]) if status in STATUSES else status


def _whole(reader: Reader, known: NamedNode) -> Link:
    """Return the link to the term in its vocabulary: here, or at its home elsewhere."""
    home = reader.site.terms.home(known)
    href, outside = reader.address(known.value)
    key = "terms.in_whole" if home else "terms.home"
    return Link(Words(reader.text(key)), href, outside)


def _notes(reader: Reader, stated: tuple[Quad, ...]) -> Iterator[Row]:
    for predicate, key in NOTES.items():
        values = reader.own_language(values_of(stated, predicate))
        yield from own_row(reader, key, map(reader.link, values))


def _relations(reader: Reader, stated: tuple[Quad, ...]) -> Iterator[Row]:
    for predicate, key in RELATIONS.items():
        yield from own_row(reader, key, map(reader.link, values_of(stated, predicate)))


def _named_by(reader: Reader, known: NamedNode) -> Iterator[Row]:
    for predicate, key in NAMED_BY.items():
        yield from own_row(
            reader, key, map(reader.link, reader.site.terms.naming(known, predicate))
        )


def _alignments(reader: Reader, stated: tuple[Quad, ...]) -> Iterator[Row]:
    for predicate in ALIGNED:
        values = values_of(stated, predicate)
        if values:
            yield Row(reader.link(predicate), tuple((reader.link(v),) for v in values))


def _aligned(reader: Reader, known: NamedNode) -> Iterator[Row]:
    found = reader.site.terms.naming(known, *ALIGNED)
    yield from own_row(reader, "terms.aligned_here", map(reader.link, found))


def _shapes(reader: Reader, known: NamedNode) -> tuple[tuple[Part, ...], tuple[Link, ...]]:
    """Return the shapes that constrain a term, and those that name it as a value.

    The shapes of which a shape is part are told apart.
    """
    terms = reader.site.terms
    constraining = terms.naming(known, *CONSTRAINING)
    named_by = terms.backlinks.get(known, ())
    shapes = {b.subject for b in named_by if b.predicate.value.startswith(_SHACL)}
    others = shapes - {*constraining, *terms.naming(known, PROPERTY)}
    return (
        tuple(_constraining(reader, known, shape) for shape in constraining),
        tuple(named(reader, shape) for shape in sorted(others, key=str)),
    )


def _constraining(reader: Reader, known: NamedNode, shape: NamedNode) -> Part:
    """Return a shape in short, without its path where that is just the term of this page."""
    found = part_of(reader, shape)
    return replace(found, path=()) if found.path == (reader.link(known),) else found


def _questions(reader: Reader, known: NamedNode) -> Iterator[Link]:
    for query in questions_with(reader.site, known):
        asked = question(reader, query)
        yield Link(asked.title, asked.href)


def _used(reader: Reader, uses: Uses) -> Used:
    names = reader.site.names
    kinds = Counter(kind for subject, _ in uses.sample for kind in names.types(subject))
    ranked = sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0].value))
    pairs = [(reader.link(subject), shown(reader, value)) for subject, value in uses.sample]
    linked = [pair for pair in pairs if pair[0].href]
    linked.sort(key=lambda pair: (pair[0].words.lang, pair[0].words.text, pair[0].href))
    return Used(
        count=uses.count,
        looked_at=len(uses.sample),
        classes=tuple((reader.class_link(kind), n) for kind, n in ranked[:MOST_CLASSES]),
        examples=tuple(linked[:MOST_EXAMPLES]),
    )
