"""How far a thing has what is known of its properties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode

from kizuna.engine.fulltext import NAME_PREDICATES
from kizuna.engine.likeness import Name, readings
from kizuna.engine.nominating import Nominator
from kizuna.vocabulary import KZ_AS_STATED, KZ_DATE_TEXT, KZ_EDTF, TIME_IN_DATE
from kizuna.web.names import Term
from kizuna.web.reconciling.asked import ALL, NONE, Condition, Value
from kizuna.web.reconciling.ids import Ids
from kizuna.web.reconciling.ways import Property, Way

FULFILLED = 0.8
"""The agreement from which on a value is the one that was meant, where that is required."""
MOST_OBJECTS = 200
"""Values of a property that are compared."""
_SAYING = NAME_PREDICATES | {KZ_AS_STATED, KZ_DATE_TEXT, KZ_EDTF, TIME_IN_DATE}
_SHORTEST_DATE = 4


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a thing agrees with a condition, from 0 to 1; None where nothing is said of it."""

    value: float | None
    fulfilled: bool


def agreement(condition: Condition, found: Sequence[float]) -> Agreement:
    """Return what a condition makes of how far each of its values was found."""
    if condition.quantifier == NONE:
        most = max(found, default=0.0)
        return Agreement(1 - most, most < FULFILLED)
    value = (min if condition.quantifier == ALL else max)(found, default=0.0)
    return Agreement(value, value >= FULFILLED)


class Stated:
    """What is said of a thing, read once for all conditions."""

    def __init__(self, ids: Ids, thing: NamedNode) -> None:
        self.thing = thing
        self._ids = ids

    def objects(self, known: Property) -> Sequence[Term]:
        """Return the values of a property, and for one that is gone again and again all of them."""
        ways = self._ids.site.ways
        if isinstance(known, Way):
            return ways.values(known, self.thing)
        stated = self._objects.get(known, ())
        return ways.all_values(known, self.thing) if stated and known in ways.again else stated

    @cached_property
    def _objects(self) -> dict[NamedNode, list[Term]]:
        found: dict[NamedNode, list[Term]] = {}
        for quad in self._ids.site.index.outgoing(self.thing):
            found.setdefault(quad.predicate, []).append(quad.object)
        return found


@dataclass(frozen=True, slots=True)
class _Sought:
    """A value that is looked for: as a thing, as it was written, and as a name."""

    value: Value
    node: NamedNode | None
    names: tuple[Name, ...]
    known: dict[Term, float] = field(default_factory=dict)
    """How far values that things have are the one; many have the same."""


class Wanted:
    """A condition on a property, made ready to be compared with many things."""

    def __init__(self, ids: Ids, nominator: Nominator, condition: Condition) -> None:
        self.condition = condition
        self.property = ids.property(condition.property)
        self._ids = ids
        self._nominator = nominator
        self._sought = [_sought(ids, value) for value in condition.values]

    def agreement(self, stated: Stated) -> Agreement:
        """Return how far what is said of a thing fulfils the condition.

        A value counts as much as the stated one that it comes nearest to: 1 for the same thing,
        number or text, and for a date that holds the stated one (``2010``); a name as much as it is
        alike. Raises QueryTooLong.
        """
        objects = stated.objects(self.property)[:MOST_OBJECTS] if self.property else ()
        if not objects:
            return Agreement(None, self.condition.quantifier == NONE)
        return agreement(self.condition, [self._nearest(each, objects) for each in self._sought])

    def _nearest(self, sought: _Sought, objects: Iterable[Term]) -> float:
        return max(self._alike(sought, each) for each in objects)

    def _alike(self, sought: _Sought, each: Term) -> float:
        how = sought.known.get(each)
        if how is None:
            how = sought.known[each] = self._compared(sought, each)
        return how

    def _compared(self, sought: _Sought, each: Term) -> float:
        if sought.node is not None and sought.node == each:
            return 1.0
        texts = list(dict.fromkeys(_texts(self._ids, each)))
        value = sought.value
        if any(_is_same(value.text or value.id, text) for text in texts):
            return 1.0
        return 0.0 if value.id else self._nominator.alike(sought.names, texts)


def _sought(ids: Ids, value: Value) -> _Sought:
    names = () if value.id else readings(value.text)
    return _Sought(value, ids.thing(value.id or value.text), names)


def _texts(ids: Ids, term: Term) -> Iterator[str]:
    """Yield what a value is called; one that spells out a date by its words and its days."""
    if isinstance(term, Literal):
        yield term.value
        return
    if isinstance(term, NamedNode | BlankNode):
        yield term.value
        for quad in ids.site.index.outgoing(term):
            if isinstance(quad.object, Literal) and quad.predicate in _SAYING:
                yield quad.object.value


def _is_same(sent: str, stated: str) -> bool:
    """Tell whether two values are the same, as numbers too, or a date the beginning of another."""
    if sent == stated:
        return True
    if sent.replace("-", "").isdecimal() and len(sent) >= _SHORTEST_DATE:
        return stated.startswith(f"{sent}-")
    with suppress(ValueError):
        return float(sent) == float(stated)
    return False
