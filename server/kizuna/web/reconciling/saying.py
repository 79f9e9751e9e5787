"""What the service says of things, types and properties, in the words of its readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pyoxigraph import Literal, NamedNode

from kizuna.vocabulary import DCT_DESCRIPTION, RDFS_COMMENT, SKOS_DEFINITION, term
from kizuna.web.reader import Reader, Words
from kizuna.web.reconciling.asked import LONGEST
from kizuna.web.reconciling.ids import Ids
from kizuna.web.reconciling.matching import BEST, Candidate
from kizuna.web.reconciling.ways import Property, Way

DESCRIBING = (SKOS_DEFINITION, DCT_DESCRIPTION, RDFS_COMMENT, term("skos:scopeNote"))
Members = dict[str, Any]


@dataclass(frozen=True)
class Speaker:
    """Says things to one reader. ``named``: the draft wants languages and names of features."""

    reader: Reader
    named: bool = False

    @cached_property
    def ids(self) -> Ids:
        """The identifiers of the reader's site."""
        return Ids(self.reader.site)

    def candidate(self, found: Candidate) -> Members:
        """Return a reconciliation candidate (0.2 section 4.2)."""
        kinds = [self.kind(kind) for kind in self.ids.kinds(found.thing)]
        return {
            **self.thing(found.thing),
            "type": kinds,
            "score": found.score,
            "match": found.sure,
            "features": list(self._features(found)),
        }

    def thing(self, thing: NamedNode) -> Members:
        """Return id, name and description of a thing."""
        return self._entry(self.ids.of_thing(thing), thing)

    def kind(self, kind: NamedNode) -> Members:
        """Return id and name of a type."""
        known = self._kinds.get(kind)
        if known is None:
            known = self._kinds[kind] = self._named(self.ids.of_kind(kind), kind)
        return known

    @cached_property
    def _kinds(self) -> dict[NamedNode, Members]:
        return {}

    def described_kind(self, kind: NamedNode) -> Members:
        """Return id, name and description of a type, and the types that are broader."""
        above = self.reader.site.classes.broader.get(kind, ())
        broader = [self.kind(k) for k in sorted(above, key=str) if self.ids.of_kind(k)]
        return self._entry(self.ids.of_kind(kind), kind) | ({"broader": broader} if broader else {})

    def property(self, known: Property) -> Members:
        """Return id, name and description of a property."""
        if isinstance(known, Way):
            return {"id": known.id, "name": self.reader.called(known.facet)}
        return self._entry(self.ids.of_property(known), known)

    def description(self, node: NamedNode) -> Words:
        """Return what a thing or term is said to be, no text where nothing says it."""
        stated = self.reader.site.index.outgoing(node)
        for predicate in DESCRIBING:
            found = (q.object for q in stated if q.predicate == predicate)
            said = self.reader.best(o for o in found if isinstance(o, Literal))
            if said.text:
                return Words(said.text[:LONGEST], said.lang)
        return Words("")

    def _entry(self, identifier: str, node: NamedNode) -> Members:
        description = self.description(node).text
        found = self._named(identifier, node)
        return found | ({"description": description} if description else {})

    def _named(self, identifier: str, node: NamedNode) -> Members:
        name = self.reader.name(node)
        language = {"lang": name.lang} if self.named and name.lang else {}
        return {"id": identifier, "name": name.text or identifier} | language

    def _features(self, found: Candidate) -> Iterator[Members]:
        if found.name is not None:
            yield self._feature("name", round(BEST * found.name, 2), "reconcile.name")
        if found.kind is not None:
            yield self._feature("type", found.kind, "reconcile.type")
        told = dict(found.agreements)  # each has an id of its own, however often it was named
        for identifier, value in told.items():
            yield self._feature(
                f"property:{identifier}", round(BEST * value, 2), "reconcile.property"
            )

    def _feature(self, identifier: str, value: float | bool, key: str) -> Members:  # noqa: FBT001 - JSON
        name = {"name": self.reader.text(key)} if self.named else {}
        return {"id": identifier, **name, "value": value}
