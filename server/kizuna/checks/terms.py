"""Undefined and misspelt terms: every term used is defined in ``ontology/`` or listed there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from pyoxigraph import Literal, NamedNode, Triple

from kizuna.checks.findings import Finding, Spot, finding_at
from kizuna.project import Project, Role, SourceFile
from kizuna.vocabulary import (
    OWL_CLASS,
    OWL_PROPERTIES,
    PREFIXES,
    RDF_PROPERTY,
    RDF_TYPE,
    RDFS_CLASS,
    RDFS_DATATYPE,
    shortened,
    term,
)

MOST_SUGGESTIONS = 20
"""A near miss is looked for among all terms: only for the first findings of a run."""
_CLASSES = {OWL_CLASS, RDFS_CLASS, RDFS_DATATYPE}
_PROPERTIES = {RDF_PROPERTY, *OWL_PROPERTIES}
_MAPPINGS = {
    term(f"skos:{kind}Match") for kind in ("exact", "close", "broad", "narrow", "related")
} | {term("rdfs:seeAlso"), term("rdfs:isDefinedBy"), term("vann:preferredNamespaceUri")}


@dataclass(frozen=True, slots=True)
class _Known:
    """The terms that the ontology folder defines or lists, and the namespaces that they close."""

    classes: frozenset[NamedNode]
    properties: frozenset[NamedNode]
    all: frozenset[NamedNode]
    namespaces: frozenset[str]

    def near(self, iri: str) -> str:
        """Return the known term that was probably meant, or an empty text."""
        names = {t.value.lower(): t.value for t in self.all}
        found = get_close_matches(iri.lower(), names, n=1, cutoff=0.85)
        return shortened(names[found[0]]) if found else ""


def unknown_terms(project: Project) -> Iterator[Finding]:
    """Yield each term that is used and not known, once per file."""
    known = _known(project)
    suggestions = MOST_SUGGESTIONS
    for file in project.files:
        told: set[str] = set()
        for triple in file.triples:
            for kind, iri in _unknown_in(triple, known):
                if iri not in told:
                    told.add(iri)
                    suggestions -= 1
                    near = known.near(iri) if suggestions >= 0 else ""
                    yield _finding(project, file, (kind, iri), near)


def _known(project: Project) -> _Known:
    types: dict[NamedNode, set[NamedNode]] = {}
    for file in project.having(Role.ONTOLOGY):
        for triple in file.triples:
            if isinstance(triple.subject, NamedNode):
                kinds = types.setdefault(triple.subject, set())
                if triple.predicate == RDF_TYPE and isinstance(triple.object, NamedNode):
                    kinds.add(triple.object)
    defined = {t for t, kinds in types.items() if kinds}
    terms = {t for t in defined if types[t] & (_CLASSES | _PROPERTIES)}
    return _Known(
        classes=frozenset(t for t in terms if types[t] & _CLASSES),
        properties=frozenset(t for t in terms if types[t] & _PROPERTIES),
        all=frozenset(defined),
        namespaces=frozenset(_namespace(t.value) for t in terms),
    )


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _unknown_in(triple: Triple, known: _Known) -> Iterator[tuple[str, str]]:
    """Yield what kind of term is unknown in ``triple``, and its IRI."""
    if triple.predicate not in known.properties:
        yield "property", triple.predicate.value
    value = triple.object
    if isinstance(value, Literal):
        if value.datatype not in known.classes:
            yield "datatype", value.datatype.value
    elif isinstance(value, NamedNode):
        if triple.predicate == RDF_TYPE:
            if value not in known.classes:
                yield "class", value.value
        elif _closed(value, known) and triple.predicate not in _MAPPINGS:
            yield "term", value.value


def _closed(value: NamedNode, known: _Known) -> bool:
    """Tell whether ``value`` looks like a term of a known vocabulary and is none."""
    namespace = _namespace(value.value)
    return value not in known.all and value.value != namespace and namespace in known.namespaces


def _finding(project: Project, file: SourceFile, term_: tuple[str, str], near: str) -> Finding:
    kind, iri = term_
    listed = "Add it to ontology/terms.ttl if it is right."
    own = iri.startswith((PREFIXES["kz"], project.addresses.ontology + "#"))
    return finding_at(
        project,
        "unknown-term",
        Spot(iri),
        f"{shortened(iri)} is no {kind} that ontology/ knows",
        (f"Did you mean {near}? " if near else "")
        + ("Define it in ontology/ first." if own else listed),
        path=file.path,
    )
