"""What documents say, as statements of Wikidata with references; what cannot be said, and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Reading
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Triple

from kizuna.linking.items import Entity, Statement, span
from kizuna.linking.mapping import Mapping, item_of
from kizuna.linking.things import EXACT, Thing, date_text
from kizuna.linking.wikidata import Wikidata
from kizuna.project import Claim, Document, Project, Role
from kizuna.project.dates import Bounds
from kizuna.vocabulary import AUTHORITY_LANGUAGES, DCT_LANGUAGE, shortened, term

LONGEST_TEXT = 1_500
"""Characters that a text in one language may have in Wikidata."""
_STATED, _EXACTLY = term("kz:stated"), term("kz:exactly")
_QUALIFIER, _VALUE = term("kz:qualifier"), term("schema:value")
_PRECISIONS = {4: (9, "-00-00"), 7: (10, "-00"), 10: (11, "")}
"""Precision of a time by the length of its EDTF expression, and what fills it up."""
_DATE = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-[0-9]{2})?)?")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a statement comes from; ``language`` is the item of the document's language.

    ``text`` is the quote with its language in front, as QuickStatements writes it.
    """

    url: str
    text: str = ""
    language: str = ""
    retrieved: date | None = None

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Source properties with their values, in the order in which they are written."""
        day = f"+{self.retrieved}T00:00:00Z/11" if self.retrieved else ""
        parts = (
            ("S854", f'"{self.url}"'),
            ("S1683", self.text),
            ("S407", self.language),
            ("S813", day),
        )
        return tuple(part for part in parts if part[1])


@dataclass(frozen=True, slots=True)
class Addition:
    """A statement for an item; ``value`` as QuickStatements writes it, ``known`` to compare."""

    item: str
    property: str
    value: str
    known: str
    reference: Reference
    claim: Claim


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A claim that does not go to Wikidata, and why."""

    claim: Claim
    reason: str


class _No(Exception):
    """Why a claim is left out."""


@dataclass(frozen=True)
class Writer:
    """Turns the claims of a project into statements, by the mapping of its ontology."""

    project: Project
    mapping: Mapping
    things: Sequence[Thing]
    retrieved: date | None = None

    @cached_property
    def about(self) -> dict[NamedNode, dict[NamedNode, list[object]]]:
        """The data by subject and predicate."""
        found: dict[NamedNode, dict[NamedNode, list[object]]] = {}
        for t in sorted(self.project.data, key=str):
            if isinstance(t.subject, NamedNode):
                found.setdefault(t.subject, {}).setdefault(t.predicate, []).append(t.object)
        return found

    @cached_property
    def items(self) -> dict[NamedNode, str]:
        """The item of each thing that is linked exactly."""
        pairs = ((t.iri, iri, predicate) for t in self.things for iri, predicate in t.links.items())
        exact = ((thing, item_of(iri)) for thing, iri, predicate in pairs if predicate in EXACT)
        return {thing: item for thing, item in exact if item}

    @cached_property
    def documents(self) -> dict[NamedNode, Document]:
        """The documents by IRI."""
        return {d.iri: d for d in self.project.documents}

    @cached_property
    def languages(self) -> dict[NamedNode, str]:
        """The items of languages, as the ontology links them."""
        return {
            t.subject: item
            for file in self.project.having(Role.ONTOLOGY)
            for t in file.triples
            if t.predicate in EXACT and isinstance(t.subject, NamedNode)
            if (item := item_of(getattr(t.object, "value", "")))
        }

    def write(
        self, claims: Iterable[Claim], item: str = ""
    ) -> tuple[list[Addition], list[LeftOut]]:
        """Return the statements that the claims make, about ``item`` if given, and the others."""
        made, left = [], []
        for claim in claims:
            try:
                made.append(self._addition(claim, item))
            except _No as why:
                left.append(LeftOut(claim, str(why)))
        return made, left

    def _addition(self, claim: Claim, item: str) -> Addition:
        """Return the statement of a claim. Raises ``_No`` where none says the same."""
        fact = self._fact(claim)
        prop = self.mapping.properties.get(fact.predicate)
        if prop is None:
            raise _No(f"{shortened(fact.predicate.value)} is not mapped")
        if claim.modality != _STATED:
            modality = shortened(claim.modality.value) if claim.modality else "no modality"
            raise _No(f"only what is stated goes to Wikidata, this is {modality}")
        subject = fact.subject
        own = item or (self.items.get(subject) if isinstance(subject, NamedNode) else None)
        if not own:
            raise _No("its subject is not linked")
        value, known = self._value(prop, fact.object)
        return Addition(own, prop, value, known, self._reference(claim), claim)

    def _fact(self, claim: Claim) -> Triple:
        if claim.fact is None:
            raise _No("it is about no triple")
        return claim.fact

    def _value(self, prop: str, value: object) -> tuple[str, str]:
        kind = self.mapping.kinds.get(prop, "")
        write = _KINDS.get(kind)
        if write is None:
            raise _No(f"{prop} is only compared: the ontology gives it no type of value")
        return write(self, value)

    def _reference(self, claim: Claim) -> Reference:
        document = self.documents.get(claim.document) if claim.document else None
        if document is None or not document.source_url:
            raise _No("its document has no address")
        said = self.about.get(document.iri, {}).get(DCT_LANGUAGE, [])
        language = next((v for v in said if isinstance(v, NamedNode)), None)
        code = AUTHORITY_LANGUAGES.get(language.value.rpartition("/")[2], "") if language else ""
        quote = " ".join(claim.quote.split())
        fits = bool(code) and len(quote) <= LONGEST_TEXT and "||" not in quote
        return Reference(
            document.source_url,
            f'{code}:"{quote}"' if fits else "",
            self.languages.get(language, "") if language else "",
            self.retrieved,
        )


def _item(writer: Writer, value: object) -> tuple[str, str]:
    item = writer.items.get(value) if isinstance(value, NamedNode) else None
    if item is None:
        raise _No("its object is not linked")
    return item, item


def _time(writer: Writer, value: object) -> tuple[str, str]:
    """Return a time with its precision; only a year, a month or a day is one."""
    text = date_text(writer.about, value)
    if not _DATE.fullmatch(text) or span(text) is None:
        raise _No(f"{text or 'its date'} is no single year, month or day")
    precision, rest = _PRECISIONS[len(text)]
    return f"+{text}{rest}T00:00:00Z/{precision}", text


def _quantity(writer: Writer, value: object) -> tuple[str, str]:
    """Return a number that is said to be exact, by itself or in a value node."""
    if isinstance(value, NamedNode):
        said = writer.about.get(value, {})
        if said.get(_QUALIFIER, [_EXACTLY]) != [_EXACTLY]:
            raise _No("its number is not exact")
        value = next(iter(said.get(_VALUE, ())), None)
    text = value.value if isinstance(value, Literal) else ""
    if not _NUMBER.fullmatch(text):
        raise _No("its value is no number")
    return text.lstrip("+"), text.lstrip("+")


def _string(writer: Writer, value: object) -> tuple[str, str]:
    del writer
    if not isinstance(value, Literal):
        raise _No("its value is no text")
    text = " ".join(value.value.split())
    return f'"{text}"', text


def _monolingual(writer: Writer, value: object) -> tuple[str, str]:
    quoted, text = _string(writer, value)
    language = value.language if isinstance(value, Literal) else None
    if not language or len(text) > LONGEST_TEXT:
        raise _No("its text has no language, or is too long")
    return f"{language}:{quoted}", text


_KINDS: Reading[str, Callable[[Writer, object], tuple[str, str]]] = {
    "WikibaseItem": _item,
    "Time": _time,
    "Quantity": _quantity,
    "String": _string,
    "ExternalId": _string,
    "Url": _string,
    "Monolingualtext": _monolingual,
}
_ONE_VALUE = {"Time", "Quantity"}
"""Kinds of which a second value would contradict the first."""


def lacking(
    additions: Sequence[Addition], wikidata: Wikidata
) -> tuple[list[Addition], list[LeftOut]]:
    """Return those statements that their items lack now, and why the others are left out.

    Each item is read from Special:EntityData. Raises UnavailableError.
    """
    entities = {a.item: wikidata.entity(a.item) for a in additions}
    missing, left = [], []
    for addition in additions:
        why = _against(addition, entities[addition.item], wikidata.mapping)
        if why:
            left.append(LeftOut(addition.claim, why))
        else:
            missing.append(addition)
    return missing, left


def _against(addition: Addition, entity: Entity | None, mapping: Mapping) -> str:
    if entity is None:
        return f"{addition.item} is gone: kizuna link --verify"
    if entity.id != addition.item:
        return f"{addition.item} has been merged into {entity.id}: kizuna link --verify"
    if Statement(addition.property, addition.known) in entity.statements:
        return f"{addition.item} has it already"
    others = sorted(s.value for s in entity.statements if s.property == addition.property)
    if others and mapping.kinds.get(addition.property) in _ONE_VALUE:
        same = any(_within(addition.known, other) for other in others)
        exact = "has it already, more exactly" if same else "has another value"
        return f"{addition.item} {exact}: {', '.join(others)}"
    return ""


def _within(wide: str, narrow: str) -> bool:
    outer, inner = span(wide), span(narrow)
    return outer is not None and inner is not None and _covers(outer, inner)


def _covers(outer: Bounds, inner: Bounds) -> bool:
    ends = (outer.earliest, inner.earliest, inner.latest, outer.latest)
    return None not in ends and ends == tuple(sorted(filter(None, ends)))


def stated(project: Project) -> Iterator[Claim]:
    """Yield the claims of a project in the order of their IRIs."""
    return iter(sorted(project.claims, key=lambda claim: claim.iri.value))
