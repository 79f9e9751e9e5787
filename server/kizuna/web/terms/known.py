"""The terms and shapes of a release, and at which address each has its page.

They are what stands in the hash namespaces of the publication's own ontology and shapes, and what
the files of these folders define or list of other vocabularies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import BlankNode, NamedNode, Quad

from kizuna.engine import DescriptionIndex
from kizuna.iris import Addresses, from_path, to_path
from kizuna.release import Manifest
from kizuna.vocabulary import RDF_TYPE, RDFS_DEFINED_BY, term
from kizuna.web.classes import slugs

FOLDER = "terms"
_SHAPES = "shapes/"
SCHEME, IN_SCHEME = term("skos:ConceptScheme"), term("skos:inScheme")
SHAPE_KINDS = frozenset((term("sh:NodeShape"), term("sh:PropertyShape")))
KINDS = (
    *(term(f"rdfs:{name}") for name in ("Class", "Datatype")),
    *(term(f"owl:{name}") for name in ("Class", "NamedIndividual")),
    *(term(f"owl:{kind}Property") for kind in ("Object", "Datatype", "Annotation", "Ontology")),
    *(term(f"sh:{name}") for name in ("NodeKind", "Severity")),
    term("rdf:Property"),
    SCHEME,
    *sorted(SHAPE_KINDS, key=str),
)
"""Of these classes are the terms of other vocabularies that have a page."""
_SILENT = frozenset((RDF_TYPE, RDFS_DEFINED_BY))
_PROPERTY = term("sh:property")


@dataclass(frozen=True, slots=True)
class Backlink:
    """A term that names another. ``predicate`` is the first one on the way over blank nodes."""

    subject: NamedNode
    predicate: NamedNode


@dataclass(frozen=True)
class Terms:
    """Every term that has a page; ``paths`` goes by the last part of its path, ``slugs`` back."""

    index: DescriptionIndex
    addresses: Addresses
    paths: Mapping[str, NamedNode]
    slugs: Mapping[NamedNode, str]

    def path(self, known: NamedNode) -> str | None:
        """Return the path of a term's page (no leading slash), None where it has none."""
        slug = self.slugs.get(known)
        return None if slug is None else f"{FOLDER}/{slug}"

    def home(self, known: NamedNode) -> str:
        """Return the document of the publication that defines a term, "" for an outside one."""
        documents = (self.addresses.ontology, self.addresses.shapes)
        return next((d for d in documents if known.value.startswith(f"{d}#")), "")

    def is_shape(self, known: NamedNode) -> bool:
        """Tell whether a term is a shape."""
        return any(
            q.predicate == RDF_TYPE and q.object in SHAPE_KINDS for q in self.index.outgoing(known)
        )

    def naming(self, known: NamedNode, *predicates: NamedNode) -> list[NamedNode]:
        """Return the terms that name ``known`` by one of ``predicates``, by IRI."""
        found = {b.subject for b in self.backlinks.get(known, ()) if b.predicate in predicates}
        return sorted(found, key=str)

    @cached_property
    def backlinks(self) -> Mapping[NamedNode, tuple[Backlink, ...]]:
        """Which terms name which, read once: what the data says with a term is not looked at."""
        found: dict[NamedNode, dict[Backlink, None]] = {}
        for owner in self.slugs:
            for target, backlink in _links(self.index, owner):
                found.setdefault(target, {})[backlink] = None
        return {target: tuple(backlinks) for target, backlinks in found.items()}


def read_terms(index: DescriptionIndex, manifest: Manifest) -> Terms:
    """Return the terms and shapes of the release with this index and manifest."""
    addresses = Addresses(manifest.base)
    shapes = f"{addresses.shapes}#"
    own = [*index.subjects(shapes), *index.subjects(f"{addresses.ontology}#")]
    paths: dict[str, NamedNode] = {}
    for known in own[:]:
        if known.value.startswith(shapes):
            paths.setdefault(_canonical(_SHAPES + known.value.removeprefix(shapes)), known)
            own.remove(known)
    others = _listed(index, frozenset(map(NamedNode, manifest.roles))) - set(paths.values())
    for slug, known in slugs(own, manifest):
        paths.setdefault(_canonical(slug), known)
    for slug, known in slugs(others - set(own), manifest):
        paths.setdefault(_canonical(slug), known)
    return Terms(index, addresses, paths, {known: slug for slug, known in paths.items()})


def described_by(index: DescriptionIndex, subject: NamedNode | BlankNode) -> Iterator[Quad]:
    """Yield the statements of ``subject`` and of the blank nodes below it."""
    waiting: list[NamedNode | BlankNode] = [subject]
    seen = {subject}
    while waiting:
        for quad in index.outgoing(waiting.pop()):
            yield quad
            if isinstance(quad.object, BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                waiting.append(quad.object)


def _links(index: DescriptionIndex, owner: NamedNode) -> Iterator[tuple[NamedNode, Backlink]]:
    """Yield what ``owner`` names, also over blank nodes, and by which property it does.

    What is said of a property shape without a name counts as said by the shape that has it.
    """
    waiting: list[tuple[NamedNode | BlankNode, NamedNode | None]] = [(owner, None)]
    seen: set[NamedNode | BlankNode] = {owner}
    while waiting:
        subject, by = waiting.pop()
        for quad in index.outgoing(subject):
            if quad.predicate in _SILENT:
                continue
            predicate = by or quad.predicate
            if isinstance(quad.object, NamedNode):
                yield quad.object, Backlink(owner, predicate)
            elif isinstance(quad.object, BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                waiting.append((quad.object, None if predicate == _PROPERTY else predicate))


def _listed(index: DescriptionIndex, graphs: frozenset[NamedNode]) -> set[NamedNode]:
    """Return the terms that the files of the ontology and the shapes define or list."""
    found: set[NamedNode] = set()
    schemes: list[NamedNode] = []
    for kind in KINDS:
        members = _subjects(index, kind, RDF_TYPE, graphs)
        found |= members
        schemes += members if kind == SCHEME else ()
    for scheme in schemes:
        found |= _subjects(index, scheme, IN_SCHEME, graphs)
    return found


def _subjects(
    index: DescriptionIndex,
    value: NamedNode,
    predicate: NamedNode,
    graphs: frozenset[NamedNode],
) -> set[NamedNode]:
    return {
        q.subject
        for q in index.incoming(value)
        if q.predicate == predicate and q.graph_name in graphs and isinstance(q.subject, NamedNode)
    }


def _canonical(slug: str) -> str:
    """Return a slug as it comes back from the path of a request."""
    return from_path(to_path(slug))
