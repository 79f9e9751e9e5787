"""How far a thing has what is known of its properties."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from pyoxigraph import BlankNode, Literal, NamedNode

from kizuna.engine.fulltext import NAME_PREDICATES
from kizuna.engine.nominating import Nominator
from kizuna.vocabulary import KZ_AS_STATED, KZ_DATE_TEXT, KZ_EDTF, TIME_IN_DATE
from kizuna.web.names import Term
from kizuna.web.reconciling.asked import Condition, Value
from kizuna.web.reconciling.ids import Ids

MOST_OBJECTS = 200
"""Values of a property that are compared."""
_SAYING = NAME_PREDICATES | {KZ_AS_STATED, KZ_DATE_TEXT, KZ_EDTF, TIME_IN_DATE}
_SHORTEST_DATE = 4


def agreement(ids: Ids, nominator: Nominator, thing: NamedNode, condition: Condition) -> float:
    """Return how far ``thing`` fulfils a condition, from 0 to 1.

    A value counts as much as the stated one that it comes nearest to: 1 for the same thing, number
    or text, and for a date that holds the stated one (``2010``); a name as much as it is alike.
    Raises QueryTooLong.
    """
    known = ids.property(condition.property)
    stated = ids.site.index.outgoing(thing)
    objects = [quad.object for quad in stated if quad.predicate == known][:MOST_OBJECTS]
    found = [_nearest(ids, nominator, value, objects) for value in condition.values]
    if condition.quantifier == "none":
        return 1 - max(found, default=0.0)
    return (min if condition.quantifier == "all" else max)(found, default=0.0)


def _nearest(ids: Ids, nominator: Nominator, value: Value, objects: list[Term]) -> float:
    node = ids.thing(value.id or value.text)
    if node is not None and node in objects:
        return 1.0
    texts = list(dict.fromkeys(text for each in objects for text in _texts(ids, each)))
    if any(_is_same(value.text or value.id, text) for text in texts):
        return 1.0
    return 0.0 if value.id else nominator.alike(value.text, texts)


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
