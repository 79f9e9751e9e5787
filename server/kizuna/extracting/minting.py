"""Addresses, names and descriptions of new things."""

from __future__ import annotations

from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from kizuna.extracting.dates import Date
from kizuna.extracting.forms import Forms, slug
from kizuna.extracting.gazetteer import names
from kizuna.extracting.patterns import Patterns
from kizuna.extracting.printed import Node, Printed
from kizuna.extracting.said import Said
from kizuna.extracting.things import Known, Thing
from kizuna.vocabulary import RDF_TYPE, SKOS_PREF_LABEL


@dataclass(slots=True)
class Mint:
    """The names given so far; one for each document. ``things`` begins all addresses of things."""

    known: Known
    forms: Forms
    patterns: Patterns
    things: str
    said: list[Said]
    taken: set[str] = field(default_factory=set)
    labels: set[tuple[str, str]] = field(default_factory=set)
    open: set[int] = field(default_factory=set)
    printed: Printed = field(init=False)

    def __post_init__(self) -> None:
        self.printed = Printed(self.known, self.patterns, self._free)

    @property
    def described(self) -> dict[NamedNode, tuple[Triple, ...]]:
        """The statements of all new things and values."""
        return self.printed.described

    def node(self, thing: Thing) -> NamedNode:
        """Return the IRI of a thing; a new one gets address, name and description."""
        if not thing.iri:
            self._name(thing)
        return NamedNode(thing.iri)

    def value(self, subject: NamedNode, said: Said, value: Thing) -> Node:
        """Return the object of a fact: a thing, or what a printed value becomes."""
        if value.value is None:
            return self.node(value)
        return self.printed.value(subject, said, value.kind, value.value)

    def classes(self, node: NamedNode) -> frozenset[str]:
        """Return the classes of a new thing."""
        rows = self.described.get(node, ())
        kinds = (t.object for t in rows if t.predicate == RDF_TYPE)
        return frozenset(kind.value for kind in kinds if isinstance(kind, NamedNode))

    def _name(self, thing: Thing) -> None:
        cls = min(thing.classes)
        if id(thing) in self.open:  # a name made of itself
            thing.iri = self._free(cls, slug(self._title(thing, self.forms.languages[0])))
            return
        self.open.add(id(thing))
        texts = {language: self._label(thing, language) for language in self.forms.languages}
        main = "en" if "en" in texts else self.forms.languages[0]
        if (cls, texts[main]) in self.labels:
            number = sum(c == cls for c, _ in self.labels) + 1
            texts = {language: f"{text} ({number})" for language, text in texts.items()}
        self.labels.add((cls, texts[main]))
        thing.iri = thing.iri or self._free(cls, slug(texts[main]))
        node = NamedNode(thing.iri)
        rows = [Triple(node, RDF_TYPE, NamedNode(c)) for c in sorted(thing.classes)]
        for language, text in texts.items():
            rows.append(Triple(node, SKOS_PREF_LABEL, Literal(text, language=language)))
        self.described[node] = tuple(rows)

    def _free(self, cls: str, name: str) -> str:
        """Return an address that no thing has, of the kind that the shapes ask of the class."""
        kind = self.forms.kind(frozenset({cls}))
        beginning, name = f"{self.things}{kind}/", name.removeprefix(f"{kind}-")
        number, address = 1, beginning + name
        while address in self.taken or address in self.known.about:
            number += 1
            address = f"{beginning}{name}-{number}"
        self.taken.add(address)
        return address

    def label(self, thing: Thing, language: str) -> str:
        """Return what a thing is called in a language, or else in any."""
        if thing.new:
            return self._label(thing, language)
        rows = (*self.known.about.get(thing.iri, ()), *self.described.get(NamedNode(thing.iri), ()))
        labels = (t.object for t in rows if t.predicate == SKOS_PREF_LABEL)
        own = [x.value for x in labels if isinstance(x, Literal) and x.language == language]
        known = names(self.known, thing.iri)
        return min(own, default=known[0][1] if known else thing.label, key=len)

    def _label(self, thing: Thing, language: str) -> str:
        """Return a name: the printed one, or the class with what the thing is made of."""
        if thing.label and thing.noun is None and not thing.parts:
            return thing.label
        parts = [self.label(part, language) for part in self._telling(thing)[:3]]
        title = self._title(thing, language)
        return f"{title}: {', '.join(parts)}" if parts else title

    def _title(self, thing: Thing, language: str) -> str:
        kind = self.forms.labels.get(min(thing.classes), {}).get(language, "")
        return kind[:1].upper() + kind[1:]

    def _telling(self, thing: Thing) -> list[Thing]:
        """Return what tells a new thing from others: its parts, or what is said of it."""
        if thing.parts:
            return [p for p in thing.parts if p is not thing]
        values = [s.value for s in self.said if s.subject is thing and isinstance(s.value, Thing)]
        named = [v for v in values if not v.new and v.value is None]
        years = [v.value.edtf[:4] for v in values if isinstance(v.value, Date)]
        dated = [Thing("", frozenset(), year) for year in years if year.isdecimal()]
        return [*dict.fromkeys(named), *dated[:1]][:2]
