"""Things that would be worth an item of their own, with the statements that it would begin with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kizuna.linking.mapping import ANYTHING, item_iri
from kizuna.linking.statements import Addition, Writer
from kizuna.linking.things import Thing
from kizuna.project import Claim
from kizuna.proposals.links import Decisions
from kizuna.proposals.sssom import register_of

NEW = "LAST"
"""How QuickStatements names the item that it has just made."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A thing without an item: how many claims and documents speak of it, and things lead to it.

    ``statements`` are those that can be said with a reference.
    """

    thing: Thing
    claims: int
    documents: int
    links: int
    type: str
    statements: tuple[Addition, ...]

    @property
    def lines(self) -> Iterator[tuple[str, ...]]:
        """Yield the commands of QuickStatements (V1) that would make the item."""
        yield ("CREATE",)
        for language, names in self.thing.names.items():
            code = language.partition("-")[0]
            if code == language:
                yield NEW, f"L{code}", f'"{names[0]}"'
                yield from ((NEW, f"A{code}", f'"{name}"') for name in names[1:])
        if self.type:
            yield NEW, "P31", self.type
        for each in self.statements:
            parts = (word for part in each.reference.parts for word in part)
            yield (NEW, each.property, each.value, *parts)


@dataclass(frozen=True, slots=True)
class Worth:
    """From how many claims and documents on a thing is worth an item."""

    claims: int = 3
    documents: int = 1


def missing_items(writer: Writer, decisions: Decisions, worth: Worth) -> list[Missing]:
    """Return the things that are worth an item, those that most documents speak of first."""
    spoken = _spoken_of(writer.project.claims)
    found = []
    for thing in writer.things:
        nowhere = (thing.iri, register_of(item_iri("Q1"))) in decisions.nowhere
        claims = spoken.get(thing.iri, [])
        documents = len({claim.document for claim in claims})
        enough = len(claims) >= worth.claims and documents >= worth.documents
        if enough and not thing.items and not nowhere:
            found.append(_missing(writer, thing, claims, documents))
    return sorted(found, key=lambda m: (-m.documents, -m.claims, m.thing.iri.value))


def _spoken_of(claims: tuple[Claim, ...]) -> dict[NamedNode, list[Claim]]:
    """Return the claims in which each thing is subject or object."""
    found: dict[NamedNode, list[Claim]] = {}
    for claim in claims:
        ends = {claim.fact.subject, claim.fact.object} if claim.fact else set()
        for end in ends:
            if isinstance(end, NamedNode):
                found.setdefault(end, []).append(claim)
    return found


def _missing(writer: Writer, thing: Thing, claims: list[Claim], documents: int) -> Missing:
    own = [c for c in claims if c.fact and c.fact.subject == thing.iri]
    made, _ = writer.write(sorted(own, key=lambda c: c.iri.value), NEW)
    parts = {claim.iri for claim in writer.project.claims}
    into = {
        t.subject for t in writer.project.data if t.object == thing.iri and t.subject not in parts
    }
    return Missing(thing, len(claims), documents, len(into), _type(writer, thing), tuple(made))


def _type(writer: Writer, thing: Thing) -> str:
    """Return the class of the item where the mapping leaves no choice."""
    expected = next(writer.mapping.levels(thing.classes), frozenset())
    return next(iter(expected)) if len(expected) == 1 and ANYTHING not in expected else ""
