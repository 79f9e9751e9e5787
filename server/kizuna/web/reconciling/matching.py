"""From a query to candidates: who may be meant, how well each fits, and whether one is sure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from pyoxigraph import NamedNode

from kizuna.engine import TextIndex
from kizuna.engine.nominating import Nominator
from kizuna.web.reconciling.agreeing import agreement
from kizuna.web.reconciling.asked import Condition, Query
from kizuna.web.reconciling.ids import Ids

BEST = 100.0
"""The score of what fits in all that was said."""
SURE, AHEAD = 87.0, 5.0
"""From which score on the best candidate is a match, if it is so far ahead of the next."""
LEAST = 30.0
"""The score below which nothing is proposed."""
PROPERTY_WEIGHT = 0.25
"""How much a condition counts beside the name, which counts 1."""
OTHER_KIND = 0.5
"""What remains of the score of a thing of another type."""
FULFILLED = 0.8
"""The agreement from which on a condition is fulfilled, where it is required."""
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
        found = self._scored(query)
        ranked = sorted(found, key=lambda each: (-each.score, each.thing.value))
        if ranked and (query.names or query.ids) and _is_sure(ranked):
            ranked[0] = replace(ranked[0], sure=True)
        return ranked[: query.limit]

    def _scored(self, query: Query) -> Iterator[Candidate]:
        kinds = [self.ids.kind(kind) for kind in query.kinds]
        for thing, name in islice(self._meant(query).items(), _MOST_COMPARED):
            kind = self._is_of(thing, kinds, query) if kinds else None
            if kind is False and query.strict != "should":
                continue
            agreements = self._agreements(thing, query)
            if agreements is None:
                continue
            values = [value for _, value in agreements]
            score = _score(name, values) * (OTHER_KIND if kind is False else 1)
            if score >= LEAST:
                yield Candidate(thing, round(score, 2), name, kind, tuple(agreements))

    def _meant(self, query: Query) -> dict[NamedNode, float | None]:
        """Return the things that names or ids may mean, or else those with the properties."""
        found: dict[NamedNode, float | None] = {}
        for text in (*query.ids, *query.names):
            if (thing := self.ids.thing(text)) is not None:
                found[thing] = 1.0
        for text in query.names:
            for nominee in self.nominator.nominees(text):
                thing = NamedNode(nominee.thing)
                found[thing] = max(found.get(thing) or 0.0, nominee.alike)
        if query.names or query.ids:
            return found
        return dict.fromkeys(
            thing
            for condition in query.conditions
            if condition.quantifier != "none"
            for thing in self._having(condition)
        )

    def _having(self, condition: Condition) -> Iterator[NamedNode]:
        """Yield things that have a value: one that is called so, or a text with its words."""
        known = self.ids.property(condition.property)
        if known is None:
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

    def _agreements(self, thing: NamedNode, query: Query) -> list[tuple[str, float]] | None:
        """Return how far each condition is fulfilled, None where a required one is not."""
        found = []
        for condition in query.conditions:
            value = agreement(self.ids, self.nominator, thing, condition)
            if condition.required and value < FULFILLED:
                return None
            found.append((condition.property, value))
        return found


def _score(name: float | None, agreements: list[float]) -> float:
    """Return the weighted mean of all that was compared, from 0 to ``BEST``."""
    weights = PROPERTY_WEIGHT * len(agreements) + (name is not None)
    return BEST * ((name or 0.0) + PROPERTY_WEIGHT * sum(agreements)) / weights if weights else 0.0


def _is_sure(ranked: list[Candidate]) -> bool:
    next_best = ranked[1].score if len(ranked) > 1 else 0.0
    return ranked[0].score >= SURE and ranked[0].score - next_best >= AHEAD
