"""Addresses, names and descriptions of new things, and of the values that texts print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from kizuna.extracting.dates import Date, Figure
from kizuna.extracting.forms import Forms, slug
from kizuna.extracting.gazetteer import names
from kizuna.extracting.patterns import Patterns
from kizuna.extracting.said import Said
from kizuna.extracting.things import Known, Thing
from kizuna.vocabulary import EDTF, RDF_TYPE, SKOS_PREF_LABEL, XSD_STRING, term

_LANGUAGES = ("de", "en")
_INTEGER = term("xsd:integer")


@dataclass(slots=True)
class Mint:
    """The names given so far; one for each document."""

    known: Known
    forms: Forms
    patterns: Patterns
    things: str
    """The beginning of all addresses of things."""
    said: list[Said]
    described: dict[NamedNode, tuple[Triple, ...]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    labels: set[tuple[str, str]] = field(default_factory=set)
    open: set[int] = field(default_factory=set)

    def node(self, thing: Thing) -> NamedNode:
        """Return the IRI of a thing; a new one gets address, name and description."""
        if not thing.iri:
            self._name(thing)
        return NamedNode(thing.iri)

    def value(self, subject: NamedNode, predicate: str, value: Thing) -> NamedNode | Literal:
        """Return what a printed value becomes: a node of its own, or a number."""
        form = self.patterns.values.get(value.language)
        if form is None:
            return _number(value.value)
        writes = dict(self._writes(value.value, form.properties))
        known = self._same_value(subject, predicate, writes)
        if known:
            return NamedNode(known)
        own = slug(subject.value.rpartition("/")[2])
        node = NamedNode(self._free(form.cls, own, Thing("", frozenset({form.cls}))))
        rows = [Triple(node, RDF_TYPE, NamedNode(form.cls))]
        rows += [Triple(node, NamedNode(p), v) for p, v in writes.items()]
        for described, known_rows in self.described.items():
            if (
                known_rows[1:]
                and {(t.predicate, t.object) for t in known_rows}
                == {(t.predicate, t.object) for t in rows}
                and slug(described.value.rpartition("/")[2]).startswith(own)
            ):
                self.taken.discard(node.value)
                return described
        self.described[node] = tuple(rows)
        return node

    def _writes(
        self, value: object, properties: dict[str, str]
    ) -> Iterable[tuple[str, Literal | NamedNode]]:
        """Yield the properties of a date or a figure, by the project's forms."""
        language = next(
            (s.sentence.language for s in self.said if getattr(s.value, "value", None) is value),
            "en",
        )
        if isinstance(value, Date):
            yield properties["text"], Literal(value.text, language=language)
            yield properties["edtf"], Literal(value.edtf, datatype=EDTF)
        elif isinstance(value, Figure):
            over = value.qualifier == "moreThan"
            yield (
                properties["above" if over else "count"],
                Literal(str(value.count + over), datatype=_INTEGER),
            )
            yield properties["qualifier"], NamedNode(properties[value.qualifier])
            yield properties["text"], Literal(value.text, language=language)

    def _same_value(
        self, subject: NamedNode, predicate: str, writes: dict[str, Literal | NamedNode]
    ) -> str:
        """Return the known value of the thing that says the same but for its words."""
        for iri in self.known.values(subject.value, predicate):
            rows = {t.predicate.value: t.object for t in self.known.about.get(iri, ())}
            telling = [p for p, v in writes.items() if not (isinstance(v, Literal) and v.language)]
            if telling and all(rows.get(p) == writes[p] for p in telling):
                return iri
        return ""

    def _name(self, thing: Thing) -> None:
        if id(thing) in self.open:
            thing.iri = self._free(min(thing.classes), "thing", thing)
            return
        self.open.add(id(thing))
        texts = {language: self._label(thing, language) for language in _LANGUAGES}
        cls = min(thing.classes)
        if (cls, texts["en"]) in self.labels:
            number = sum(c == cls for c, _ in self.labels) + 1
            texts = {language: f"{text} ({number})" for language, text in texts.items()}
        self.labels.add((cls, texts["en"]))
        thing.iri = thing.iri or self._free(cls, slug(texts["en"]), thing)
        node = NamedNode(thing.iri)
        rows = [Triple(node, RDF_TYPE, NamedNode(c)) for c in sorted(thing.classes)]
        rows += [
            Triple(node, SKOS_PREF_LABEL, Literal(t, language=lang)) for lang, t in texts.items()
        ]
        self.described[node] = tuple(rows)

    def _free(self, cls: str, name: str, thing: Thing) -> str:
        """Return an address that no thing has."""
        kind = self.forms.kind(thing.classes or frozenset({cls}))
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
        known = names(self.known, thing.iri)
        preferred = [
            t.object.value
            for t in self.known.about.get(thing.iri, ())
            if t.predicate == SKOS_PREF_LABEL
            and isinstance(t.object, Literal)
            and t.object.language == language
        ]
        described = self.described.get(NamedNode(thing.iri), ())
        own = [
            t.object.value
            for t in described
            if isinstance(t.object, Literal) and t.object.language == language
        ]
        return min([*preferred, *own], default=known[0][1] if known else thing.label, key=len)

    def _label(self, thing: Thing, language: str) -> str:
        """Return a name: the printed one, or the class with what the thing is made of."""
        if thing.label and thing.noun is None and not thing.parts:
            return thing.label
        kind = self.forms.labels.get(min(thing.classes), {}).get(language, "")
        parts = [self.label(part, language) for part in self._telling(thing)[:3]]
        title = kind[:1].upper() + kind[1:]
        return f"{title}: {', '.join(parts)}" if parts else title

    def _telling(self, thing: Thing) -> list[Thing]:
        """Return what tells a new thing from others: its parts, or what is said of it."""
        if thing.parts:
            return [p for p in thing.parts if p is not thing]
        said = [s for s in self.said if s.subject is thing and isinstance(s.value, Thing)]
        named = [
            s.value
            for s in said
            if isinstance(s.value, Thing) and not s.value.new and s.value.value is None
        ]
        dates = [
            Thing("", frozenset(), s.value.value.edtf[:4])
            for s in said
            if isinstance(s.value, Thing)
            and isinstance(s.value.value, Date)
            and s.value.value.edtf[:4].isdigit()
        ]
        return [*dict.fromkeys(named), *dates[:1]][:2]


def _number(value: object) -> Literal:
    """Return a number or a duration as a literal."""
    if isinstance(value, int):
        return Literal(str(value), datatype=_INTEGER)
    return Literal(
        str(value), datatype=term("xsd:duration") if str(value).startswith("P") else XSD_STRING
    )
