"""The context of a JSON-LD document: which short names it uses, and what they mean."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kizuna.vocabulary import RDF_TYPE, XSD_STRING

_PARTS = re.compile(r"(.*[:/?#\[\]@])(\w[\w.-]*)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?!//)")
_ENDS = (":", "/", "?", "#", "[", "]", "@")
"""With one of these a namespace must end to be a prefix (JSON-LD 1.1, section 9.4, gen-delim)."""


@dataclass
class Context:
    """How IRIs, keys and literals are written; what it is asked for, it defines.

    ``by_name`` are the properties whose values are all nodes, ``by_language`` those whose values
    are all texts in a language, ``by_type`` tells the one datatype of the values of others.
    """

    namespaces: Mapping[str, str]
    properties: Collection[NamedNode]
    names: Mapping[NamedNode, str]
    by_name: frozenset[NamedNode]
    by_language: frozenset[NamedNode]
    by_type: Mapping[NamedNode, NamedNode]
    _used: set[str] = field(default_factory=set)
    _known: dict[str, str] = field(default_factory=dict)

    def iri(self, iri: str) -> str:
        """Return an IRI, shortened with a prefix where one fits."""
        short = self._known.get(iri)
        if short is None:
            short = self._known[iri] = self._shortened(iri)
        return short

    def _shortened(self, iri: str) -> str:
        parts = _PARTS.fullmatch(iri)
        prefix = self.namespaces.get(parts[1]) if parts else None
        if parts is None or prefix is None:
            return iri
        self._used.add(prefix)
        return f"{prefix}:{parts[2]}"

    def key(self, predicate: NamedNode) -> str:
        """Return the name of a property."""
        return self.names.get(predicate) or self.iri(predicate.value)

    def literal(self, predicate: NamedNode, value: Literal) -> Any:  # noqa: ANN401 - JSON
        """Return a literal; of which kind it is, is left out where the context says so."""
        if value.language:
            return {"@value": value.value, "@language": value.language}
        if value.datatype == self.by_type.get(predicate, XSD_STRING):
            return value.value
        return {"@value": value.value, "@type": self.iri(value.datatype.value)}

    def document(self) -> dict[str, Any]:
        """Return the context: the prefixes that were used, then the properties."""
        terms = {self.key(predicate): self._definition(predicate) for predicate in self.properties}
        told = {name: meaning for name, meaning in sorted(terms.items()) if meaning}
        used = {prefix: ns for ns, prefix in self.namespaces.items() if prefix in self._used}
        return dict(sorted(used.items())) | told

    def _definition(self, predicate: NamedNode) -> Any:  # noqa: ANN401 - JSON
        """Return what a property's name means; nothing where it says all itself."""
        iri = self.iri(predicate.value)
        named = {"@id": iri} if self.key(predicate) != iri else {}
        if predicate in self.by_name:
            return named | {"@type": "@id"}
        if predicate in self.by_language:
            return named | {"@container": "@language"}
        if predicate in self.by_type:
            return named | {"@type": self.iri(self.by_type[predicate].value)}
        return named.get("@id")


def context_of(
    triples: Iterable[Triple], prefixes: Mapping[str, str], cells: Collection[Any] = ()
) -> Context:
    """Return the context for ``triples``; statements of ``cells`` (of lists) name no property."""
    objects: dict[NamedNode, list[Any]] = defaultdict(list)
    iris: set[str] = set()
    for triple in triples:
        if triple.subject not in cells:
            objects[triple.predicate].append(triple.object)
        terms = (triple.subject, triple.predicate, triple.object)
        iris.update(t.value for t in terms if isinstance(t, NamedNode))
        iris.update(t.datatype.value for t in terms if isinstance(t, Literal))
    schemes = {match[1] for match in map(_SCHEME.match, iris) if match}
    safe = {p: ns for p, ns in _usable(tuple(prefixes.items())).items() if p not in schemes}
    listed = {p for p, values in objects.items() if any(v in cells for v in values)}
    by_type = {p: _only_type(v) for p, v in objects.items() if p not in {RDF_TYPE, *listed}}
    return Context(
        namespaces={namespace: prefix for prefix, namespace in safe.items()},
        properties=objects.keys() - {RDF_TYPE},
        names=_names(sorted(objects, key=str), safe, schemes),
        by_name=frozenset(p for p in objects if all(map(_is_node, objects[p])) and p not in listed),
        by_language=frozenset(
            p for p, v in objects.items() if p != RDF_TYPE and all(map(_is_spoken, v))
        ),
        by_type={p: kind for p, kind in by_type.items() if kind not in {None, XSD_STRING}},
    )


@lru_cache(8)
def _usable(prefixes: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return the prefixes that may stand in a context, sorted."""
    return {
        prefix: namespace
        for prefix, namespace in sorted(prefixes)
        if _NAME.fullmatch(prefix) and namespace.endswith(_ENDS)
    }


def _names(
    predicates: Iterable[NamedNode], prefixes: Mapping[str, str], schemes: Collection[str]
) -> dict[NamedNode, str]:
    """Return the short name of each property that has one of its own."""
    by_name: dict[str, list[NamedNode]] = defaultdict(list)
    for predicate in predicates:
        name = re.split("[/#:]", predicate.value)[-1]
        if predicate != RDF_TYPE and _NAME.fullmatch(name):
            by_name[name].append(predicate)
    return {
        named[0]: name
        for name, named in by_name.items()
        if len(named) == 1 and name not in prefixes and name not in schemes
    }


def _only_type(values: Iterable[Any]) -> NamedNode | None:
    """Return the datatype that all values have, None where they have no one, or a language."""
    kinds = {v.datatype if isinstance(v, Literal) and not v.language else None for v in values}
    return kinds.pop() if len(kinds) == 1 else None


def _is_node(value: object) -> bool:
    return isinstance(value, NamedNode | BlankNode)


def _is_spoken(value: object) -> bool:
    return isinstance(value, Literal) and bool(value.language)
