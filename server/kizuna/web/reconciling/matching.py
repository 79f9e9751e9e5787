"""From a query to candidates: who may be meant, how well each fits, and whether one is sure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from pyoxigraph import NamedNode

from kizuna.engine import TextIndex
from kizuna.engine.nominating import Nominator
from kizuna.web.reconciling.agreeing import Stated, Wanted
from kizuna.web.reconciling.asked import NONE, Condition, Query
from kizuna.web.reconciling.ids import Ids
from kizuna.web.reconciling.meaning import Meant

BEST = 100.0
"""The score of what fits in all that was said."""
SURE, AHEAD = 87.0, 5.0
"""From which score on the best candidate is a match, if it is so far ahead of the next."""
LEAST = 30.0
"""The score below which nothing is proposed."""
PROPERTY_WEIGHT = 0.25
"""How much a condition counts beside the name, which counts 1."""
UNSAID_WEIGHT = 0.06
"""How much all those count together of which nothing is said."""
OTHER_KIND = 0.5
"""What remains of the score of a thing of another type."""
_MOST_COMPARED = 40
_ALIKE = 0.9
"""How alike a name must be for things to be found by their properties alone."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that may be meant.

    ``name`` is how alike its name is (0 to 1), None where no name was given; ``kind`` whether it is
    of a type that was asked for, None where none was; ``agreements`` go by the property's id.
    """

    thing: NamedNode
    score: float
    name: float | None
    kind: bool | None
    agreements: tuple[tuple[str, float], ...]
    sure: bool = False


@dataclass(frozen=True)
class Matcher:
    """Answers the queries of one batch, each by itself."""

    ids: Ids
    nominator: Nominator

    def candidates(self, query: Query) -> list[Candidate]:
        """Return who may be meant, the best first, at most as many as are wanted.

        Raises QueryTooLong when the time of the batch is over.
        """
        meant = Meant(self.ids, self.nominator, query)
        found = self._scored(query, meant)
        ranked = sorted(found, key=lambda each: (-each.score, each.thing.value))
        if ranked and meant.is_said and _is_sure(ranked):
            ranked[0] = replace(ranked[0], sure=True)
        return ranked[: query.limit]

    def _scored(self, query: Query, meant: Meant) -> Iterator[Candidate]:
        kinds = [self.ids.kind(kind) for kind in query.kinds]
        wanted = [Wanted(self.ids, self.nominator, each) for each in query.conditions]
        found = dict.fromkeys(meant.things if meant.is_said else self._having_all(wanted))
        for thing in islice(found, _MOST_COMPARED):
            kind = self._is_of(thing, kinds, query) if kinds else None
            if kind is False and query.strict != "should":
                continue
            name = meant.agreement(thing)
            agreements = _agreements(wanted, Stated(self.ids, thing)) if name.fulfilled else None
            if agreements is None:
                continue
            score = _score(name.value, agreements) * (OTHER_KIND if kind is False else 1)
            if score >= LEAST:
                said = tuple((key, value) for key, value in agreements if value is not None)
                yield Candidate(thing, round(score, 2), name.value, kind, said)

    def _having_all(self, wanted: Iterable[Wanted]) -> Iterator[NamedNode]:
        """Yield the things that have one of the properties."""
        for each in wanted:
            if each.condition.quantifier != NONE:
                yield from self._having(each.condition)

    def _having(self, condition: Condition) -> Iterator[NamedNode]:
        """Yield things that have a value: one that is called so, or a text with its words."""
        known = self.ids.property(condition.property)
        if not isinstance(known, NamedNode):
            return
        for value in condition.values:
            self.nominator.check_time()
            for node in self._values(value.id or value.text):
                for quad in self.ids.site.index.incoming(node, {str(known)}):
                    if isinstance(quad.subject, NamedNode) and self._is_thing(quad.subject):
                        yield quad.subject
            texts = TextIndex(self.nominator.connection).things(value.text, limit=_MOST_COMPARED)
            yield from (h.thing for h in texts if h.predicate == known and self._is_thing(h.thing))

    def _values(self, text: str) -> Iterator[NamedNode]:
        thing = self.ids.thing(text)
        if thing is not None:
            yield thing
            return
        for nominee in self.nominator.nominees(text):
            if nominee.alike >= _ALIKE:
                yield NamedNode(nominee.thing)

    def _is_thing(self, node: NamedNode) -> bool:
        return self.ids.site.addresses.is_thing(node.value)

    def _is_of(self, thing: NamedNode, wanted: list[NamedNode | None], query: Query) -> bool:
        own = self.ids.kinds(thing)
        return (all if query.strict == "all" else any)(kind in own for kind in wanted)


def _agreements(wanted: Iterable[Wanted], stated: Stated) -> list[tuple[str, float | None]] | None:
    """Return how far each condition is fulfilled, None where a required one is not."""
    found: list[tuple[str, float | None]] = []
    for each in wanted:
        agreed = each.agreement(stated)
        if each.condition.required and not agreed.fulfilled:
            return None
        if each.property is not None:
            found.append((each.condition.property, agreed.value))
    return found


def _score(name: float | None, agreements: list[tuple[str, float | None]]) -> float:
    """Return the weighted mean of all that was compared, from 0 to ``BEST``.

    What nobody said of a thing is no contradiction: it only puts things first of which it is said.
    """
    said = [value for _, value in agreements if value is not None]
    unsaid = UNSAID_WEIGHT if len(said) < len(agreements) else 0.0
    weights = (name is not None) + PROPERTY_WEIGHT * len(said) + unsaid
    return BEST * ((name or 0.0) + PROPERTY_WEIGHT * sum(said)) / weights if weights else 0.0


def _is_sure(ranked: list[Candidate]) -> bool:
    next_best = ranked[1].score if len(ranked) > 1 else 0.0
    return ranked[0].score >= SURE and ranked[0].score - next_best >= AHEAD
