"""The identifiers of the service: short ones of things, types and properties, and their IRIs.

The id of a thing is its IRI without the beginning that all things have in common; those of types
and properties are the last parts of the addresses of their pages (``Fair``, ``org-Role``), which
OpenRefine puts into addresses as they are; facets of lists go by their names (``country``). Whole
IRIs and prefixed names are understood as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kizuna.iris import is_iri
from kizuna.web.names import Term
from kizuna.web.reconciling.ways import Property, Way
from kizuna.web.site import Site


@dataclass(frozen=True)
class Ids:
    """The identifiers of one site."""

    site: Site

    @property
    def things(self) -> str:
        """The identifier space: with what the IRIs of all things begin."""
        return self.site.addresses.things

    @property
    def schema(self) -> str:
        """The schema space: the namespace of the publication's own classes and properties."""
        return f"{self.site.addresses.ontology}#"

    @property
    def ways(self) -> list[Way]:
        """The ways that are known by their names."""
        ways = self.site.ways.by_id
        return [way for name, way in ways.items() if name not in self.site.terms.paths]

    def of_thing(self, thing: NamedNode) -> str:
        """Return the id of a thing."""
        return thing.value.removeprefix(self.things)

    def thing(self, identifier: str) -> NamedNode | None:
        """Return the thing with an id or an IRI, None where there is none."""
        text = identifier.strip()
        iri = text if text.startswith(self.things) else self.things + text
        found = _node(iri) if text and iri != self.things else None
        return found if found is not None and self.site.index.has(found) else None

    def of_kind(self, kind: NamedNode) -> str:
        """Return the id of a type, "" for a class that is none here."""
        return self.site.classes.slug(kind) or ""

    def kind(self, identifier: str) -> NamedNode | None:
        """Return the type with an id, None where there is none."""
        found = self.site.classes.slugs.get(identifier) or self._named(identifier)
        return found if found in self.site.classes.by_kind else None

    def kinds(self, thing: NamedNode) -> tuple[NamedNode, ...]:
        """Return the types of a thing, those that it is said to have before the broader ones."""
        stated = sorted(self.site.names.types(thing), key=str)
        above = (k for kind in stated for k in self.site.classes.ancestors(kind))
        return tuple(k for k in dict.fromkeys((*stated, *above)) if k in self.site.classes.by_kind)

    def of_property(self, known: Property) -> str:
        """Return the id of a property: its IRI where it has no page."""
        if isinstance(known, Way):
            return known.id
        return self.site.terms.slugs.get(known, known.value)

    def property(self, identifier: str) -> Property | None:
        """Return the property with an id, None for what can be none.

        A term of the project goes before a way of the same name.
        """
        known = self.site.terms.paths.get(identifier) or self.site.ways.by_id.get(identifier)
        return known or self._named(identifier)

    def values(self, thing: NamedNode, known: Property) -> Sequence[Term]:
        """Return the values of a property of a thing."""
        if isinstance(known, Way):
            return self.site.ways.values(known, thing)
        return [q.object for q in self.site.index.outgoing(thing) if q.predicate == known]

    def _named(self, text: str) -> NamedNode | None:
        """Return what a whole IRI or a prefixed name means."""
        prefix, colon, local = text.partition(":")
        namespace = self.site.prefixes.get(prefix) if colon else None
        iri = text if namespace is None else namespace + local
        return _node(iri)


def _node(iri: str) -> NamedNode | None:
    """Return what an IRI names, None for a text that is none: it may be anything."""
    try:
        return NamedNode(iri) if is_iri(iri) else None
    except ValueError:  # the engine is stricter in what it takes
        return None
