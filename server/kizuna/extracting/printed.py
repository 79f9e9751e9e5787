"""Printed values as statements: dates and figures become nodes of their own, numbers literals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from kizuna.extracting.dates import Date, Figure
from kizuna.extracting.patterns import Patterns
from kizuna.extracting.said import Said
from kizuna.extracting.things import Known
from kizuna.vocabulary import EDTF, RDF_TYPE, XSD_STRING, term

_INTEGER, _DURATION = term("xsd:integer"), term("xsd:duration")
Node = NamedNode | Literal


@dataclass(slots=True)
class Printed:
    """The values of one document; the same value of one thing is one node."""

    known: Known
    patterns: Patterns
    free: Callable[[str, str], str]
    """Returns a free address for a class and a name."""
    described: dict[NamedNode, tuple[Triple, ...]] = field(default_factory=dict)
    nodes: dict[tuple[NamedNode, frozenset[tuple[str, Node]]], NamedNode] = field(
        default_factory=dict
    )

    def value(self, subject: NamedNode, said: Said, kind: str, value: object) -> Node:
        """Return what a printed value of a thing becomes; a known node that says the same is it."""
        form = self.patterns.values.get(kind)
        if form is None:
            return _literal(value)
        writes = dict(_writes(value, form.properties, said.sentence.language))
        telling = frozenset((p, v) for p, v in writes.items() if not getattr(v, "language", None))
        known = self._known(subject, said.predicate, telling)
        if known:
            return NamedNode(known)
        key = (subject, telling)
        if key not in self.nodes:
            node = NamedNode(self.free(form.cls, subject.value.rpartition("/")[2]))
            rows = [Triple(node, RDF_TYPE, NamedNode(form.cls))]
            rows += [Triple(node, NamedNode(p), v) for p, v in writes.items()]
            self.described[node] = tuple(rows)
            self.nodes[key] = node
        return self.nodes[key]

    def _known(
        self, subject: NamedNode, predicate: str, telling: frozenset[tuple[str, Node]]
    ) -> str:
        """Return the known value of the thing that says the same but for its words."""
        for iri in self.known.values(subject.value, predicate):
            rows = {(t.predicate.value, t.object) for t in self.known.about.get(iri, ())}
            if telling and telling <= rows:
                return iri
        return ""


def _writes(value: object, properties: dict[str, str], language: str) -> Iterator[tuple[str, Node]]:
    """Yield the properties of a date or a figure, by the project's forms."""
    if isinstance(value, Date):
        yield properties["text"], Literal(value.text, language=language)
        yield properties["edtf"], Literal(value.edtf, datatype=EDTF)
    elif isinstance(value, Figure):
        over = value.qualifier == "moreThan"
        count = Literal(str(value.count + over), datatype=_INTEGER)
        yield properties["above" if over else "count"], count
        yield properties["qualifier"], NamedNode(properties[value.qualifier])
        yield properties["text"], Literal(value.text, language=language)


def _literal(value: object) -> Literal:
    """Return a number or a duration as a literal."""
    if isinstance(value, int):
        return Literal(str(value), datatype=_INTEGER)
    return Literal(str(value), datatype=_DURATION if str(value).startswith("P") else XSD_STRING)
