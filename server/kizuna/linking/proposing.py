"""From the things of a project to proposed links with scores and reasons; nothing is linked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Reading
from dataclasses import dataclass, replace
from datetime import date

from pyoxigraph import NamedNode

from kizuna import __version__
from kizuna.linking.comparing import Comparison, Pair, compare
from kizuna.linking.items import Item
from kizuna.linking.mapping import Mapping, item_iri
from kizuna.linking.names import turned
from kizuna.linking.things import EXACT, Thing
from kizuna.linking.wikidata import Wikidata
from kizuna.proposals.links import ABOUT, Decisions
from kizuna.proposals.sssom import CHAINED, COMPARED, Record, register_of
from kizuna.vocabulary import shortened, term

TOOL = f"kizuna link {__version__}"
MOST_CANDIDATES = 5
"""Candidates of one thing that are proposed, the best first."""
CHAINED_SCORE = 0.9
"""How sure an identifier is that the item of a linked thing has."""
_COUNTRY = frozenset({"Q6256", "Q3624078"})
Name = tuple[str, str]
"""A name and its language."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How is looked: from which score on something is proposed, how near is near, and by what."""

    propose: float = 0.5
    near_km: float = 20.0
    by_reconciliation: bool = False


@dataclass(frozen=True)
class Looking:
    """A look at Wikidata for the things of a project; ``told`` says how far it is."""

    wikidata: Wikidata
    things: tuple[Thing, ...]
    wishes: Wishes
    decisions: Decisions
    told: Callable[[str], None] = lambda _: None

    @property
    def mapping(self) -> Mapping:
        """What the ontology says of Wikidata."""
        return self.wikidata.mapping

    def records(self, today: date) -> Iterator[Record]:
        """Yield what can be proposed: candidates of unlinked things, identifiers of linked ones.

        Raises UnavailableError.
        """
        open_things = [t for t in self.things if not t.items and self._may_look(t)]
        candidates = self._candidates(open_things)
        wanted = {item for items in candidates.values() for item in items}
        linked = {item for thing in self.things for item in thing.items}
        self.told(f"reading {len(wanted | linked)} items")
        items = self.wikidata.items(wanted | linked)
        countries = countries_of(self.things, self.mapping)
        for thing in open_things:
            found = [items[i] for i in candidates[thing.iri] if i in items]
            yield from self._compared(thing, found, countries, today)
        for thing in self.things:
            yield from self._chained(thing, items, today)

    def _may_look(self, thing: Thing) -> bool:
        return (thing.iri, register_of(item_iri("Q1"))) not in self.decisions.nowhere

    def _candidates(self, things: Iterable[Thing]) -> dict[NamedNode, list[str]]:
        """Return the items that may be each thing, by its names and identifiers."""
        things = list(things)
        names = {thing.iri: names_of(thing) for thing in things}
        by_name = self._by_name(names.values())
        unfound = [t for t in things if not any(map(by_name.get, names[t.iri]))]
        for thing in unfound:  # "University Alpha" may be "Alpha University" there
            names[thing.iri] = [
                (other, code) for n, code in names[thing.iri] for other in turned(n)
            ]
        by_name |= self._by_name(names[thing.iri] for thing in unfound)
        identifiers = {
            (p, v) for t in things for p, values in t.identifiers.items() for v in values
        }
        holders = self.wikidata.holders(identifiers)
        found: dict[NamedNode, list[str]] = {}
        for thing in things:
            pairs = ((p, v) for p, values in thing.identifiers.items() for v in sorted(values))
            items = [item for pair in pairs for item in holders.get(pair, ())]
            items += [item for name in names[thing.iri] for item in by_name.get(name, ())]
            found[thing.iri] = list(dict.fromkeys(items))
        return found

    def _by_name(self, asked: Iterable[Iterable[Name]]) -> dict[Name, Sequence[str]]:
        names = list(dict.fromkeys(name for some in asked for name in some))
        if self.wishes.by_reconciliation:
            self.told(f"reconciling {len(names)} names")
            return {**self.wikidata.reconciled(names)}
        found: dict[Name, Sequence[str]] = {}
        for number, (name, language) in enumerate(names, 1):
            self.told(f"searching {number} of {len(names)}: {name}")
            found[name, language] = self.wikidata.search(name, language)
        return found

    def _compared(
        self, thing: Thing, items: Iterable[Item], countries: frozenset[str], today: date
    ) -> Iterator[Record]:
        near = self.wishes.near_km
        pairs = [(compare(Pair(thing, i, self.mapping, countries, near)), i) for i in items]
        pairs.sort(key=lambda pair: (-pair[0].score, pair[1].id))
        for comparison, item in pairs[:MOST_CANDIDATES]:
            target = item_iri(item.id)
            if comparison.score >= self.wishes.propose and not self._knows(thing, target):
                yield self._record(thing, item, comparison, today)

    def _knows(self, thing: Thing, target: str) -> bool:
        return target in thing.links or self.decisions.forbid(thing.iri, target)

    def _record(self, thing: Thing, item: Item, comparison: Comparison, today: date) -> Record:
        languages = self.wikidata.languages
        described = item.description(languages)
        about = (f"{ABOUT}{described}",) if described else ()
        return Record(
            thing.iri,
            predicate_for(comparison),
            NamedNode(item_iri(item.id)),
            thing.label,
            item.label(languages),
            COMPARED,
            comparison.score,
            today,
            TOOL,
            comment="\n".join((*about, *comparison.reasons)),
        )

    def _chained(self, thing: Thing, items: Reading[str, Item], today: date) -> Iterator[Record]:
        """Yield links with other registers, by the identifiers of the item that is linked."""
        exact = [i for i in thing.items if thing.links[item_iri(i)] in EXACT and i in items]
        for item in (items[i] for i in exact):
            for prop, pattern in self.mapping.patterns.items():
                values = sorted(item.values.get(prop, ()))
                own = {link for link in thing.links if pattern.value(link) is not None}
                if len(values) != 1 or own:
                    continue
                target = pattern.iri(values[0])
                if not self._knows(thing, target):
                    yield Record(
                        thing.iri,
                        term("skos:exactMatch"),
                        NamedNode(target),
                        thing.label,
                        values[0],
                        CHAINED,
                        CHAINED_SCORE,
                        today,
                        TOOL,
                        comment=f"identifier: {item.id}, which is linked, has {prop} {values[0]}",
                    )


def names_of(thing: Thing) -> list[Name]:
    """Return the names by which a thing is looked for, each with its language.

    Wikidata's search knows no subtags for scripts: romanised Japanese is looked for as Japanese.
    """
    return [(n, code.partition("-")[0]) for code, names in thing.names.items() for n in names]


def countries_of(things: Iterable[Thing], mapping: Mapping) -> frozenset[str]:
    """Return the items of the countries among ``things``."""
    return frozenset(
        item
        for thing in things
        for item in thing.items
        if next(mapping.levels(thing.classes), frozenset()) & _COUNTRY
    )


def predicate_for(comparison: Comparison) -> NamedNode:
    """Return the link that fits: the same thing, unless it is known to be of another kind."""
    types = [f.points for f in comparison.features if f.name == "type"]
    return term("skos:closeMatch" if types and types[0] < 0 else "skos:exactMatch")


def merged(old: Iterable[Record], new: Iterable[Record], things: Iterable[Thing],
           decisions: Decisions) -> tuple[Record, ...]:  # fmt: skip
    """Return old and new proposals; what says the same keeps its date, what is decided goes."""
    by_pair = {(r.subject, r.target): r for r in old}
    by_iri = {thing.iri: thing for thing in things}
    for record in new:
        before = by_pair.get((record.subject, record.target))
        if before is None or replace(before, on=record.on, tool=record.tool) != record:
            by_pair[record.subject, record.target] = record
    kept = (
        r
        for r in by_pair.values()
        if r.subject in by_iri and not decisions.forbid(r.subject, r.target.value)
    )
    return tuple(r for r in kept if not _is_linked(by_iri[r.subject], r))


def _is_linked(thing: Thing, record: Record) -> bool:
    """Tell whether the thing has a link into the register of a proposal."""
    exact = [iri for iri, predicate in thing.links.items() if predicate in EXACT]
    return record.target.value in thing.links or record.register in map(register_of, exact)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many things of a class could be linked, are, are proposed, have no item."""

    name: str
    could: int
    linked: int
    proposed: int
    none: int


def tallies(
    things: Iterable[Thing], records: Iterable[Record], decisions: Decisions, mapping: Mapping
) -> tuple[Tally, ...]:
    """Return the tally of each class, by its name."""
    waiting = {r.subject for r in records if r.register == register_of(item_iri("Q1"))}
    nowhere = {subject for subject, register in decisions.nowhere if register == item_iri("")}
    groups: dict[str, list[Thing]] = {}
    for thing in things:
        mapped = sorted(c.value for c in thing.classes if mapping.may_link([c]))
        groups.setdefault(shortened(mapped[0]), []).append(thing)
    return tuple(
        Tally(
            name,
            len(group),
            sum(bool(t.items) for t in group),
            sum(t.iri in waiting for t in group),
            sum(t.iri in nowhere for t in group),
        )
        for name, group in sorted(groups.items())
    )
