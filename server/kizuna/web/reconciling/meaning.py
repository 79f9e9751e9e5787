"""Which things a name or an id may mean, and how far it means one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kizuna.engine.fulltext import NAME_PREDICATES
from kizuna.engine.likeness import ANOTHER_FORM, Name, has_form, held_name, readings
from kizuna.engine.nominating import OTHER_NAME_WORTH, Nominator
from kizuna.vocabulary import SKOS_ALT_LABEL, term
from kizuna.web.reconciling.agreeing import Agreement, agreement
from kizuna.web.reconciling.asked import ALL, ANY, NONE, Condition, Query
from kizuna.web.reconciling.ids import Ids

_WITHOUT_FORM = frozenset(
    map(term, ("schema:Place", "dct:Location", "foaf:Person", "schema:Person"))
)
"""Things that have no legal form: ``Lindenau GmbH`` is not the town."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A name that is looked for: what it may be, as an id too, and how alike things are called."""

    names: Sequence[Name]
    node: NamedNode | None
    alike: Mapping[NamedNode, float]


class Called:
    """A condition on the name, made ready to be compared with many things.

    Raises QueryTooLong, as its methods do.
    """

    def __init__(self, ids: Ids, nominator: Nominator, condition: Condition) -> None:
        self.condition = condition
        self._ids = ids
        self._nominator = nominator
        self._texts = [self._text(value.text or value.id) for value in condition.values]

    @property
    def things(self) -> Iterator[NamedNode]:
        """The things that may be called so, those with the likest names first."""
        for text in self._texts if self.condition.quantifier != NONE else ():
            yield from text.alike

    def agreement(self, thing: NamedNode) -> Agreement:
        """Return how alike the name is to the one of the thing's names that comes nearest."""
        known = [text.alike[thing] for text in self._texts if thing in text.alike]
        if known and self.condition.quantifier == ANY:
            return agreement(self.condition, known)
        others = [self._compared(t, thing) for t in self._texts if thing not in t.alike]
        return agreement(self.condition, known + others)

    def _text(self, text: str) -> _Text:
        names, node = readings(text), self._ids.thing(text)
        found = {} if node is None else {node: 1.0}
        for nominee in self._nominator.nominees(text):
            thing = NamedNode(nominee.thing)
            alike = nominee.alike * self._form(names, thing, nominee.name.value)
            found[thing] = max(found.get(thing, 0.0), alike)
        return _Text(names, node, found)

    def _compared(self, text: _Text, thing: NamedNode) -> float:
        stated = (q for q in self._ids.site.index.outgoing(thing) if q.predicate in NAME_PREDICATES)
        return max(
            (
                self._nominator.alike(text.names, (quad.object.value,))
                * (OTHER_NAME_WORTH if quad.predicate == SKOS_ALT_LABEL else 1)
                * self._form(text.names, thing, quad.object.value)
                for quad in stated
                if isinstance(quad.object, Literal)
            ),
            default=0.0,
        )

    def _form(self, names: Iterable[Name], thing: NamedNode, name: str) -> float:
        """Return what remains for a legal form that things of this kind do not have."""
        if not any(map(has_form, names)) or has_form(held_name(name)):
            return 1.0
        return 1.0 if _WITHOUT_FORM.isdisjoint(self._ids.kinds(thing)) else ANOTHER_FORM


class Meant:
    """What the names and ids of a query mean. Raises QueryTooLong, as ``Called`` does."""

    def __init__(self, ids: Ids, nominator: Nominator, query: Query) -> None:
        nodes = {c: frozenset(ids.thing(v.id or v.text) for v in c.values) for c in query.ids}
        self._barred = {n for c, found in nodes.items() if c.quantifier == NONE for n in found}
        self._by_id = [(c, _all_of(c, found)) for c, found in nodes.items() if c.quantifier != NONE]
        self._names = [Called(ids, nominator, condition) for condition in query.names]
        self.is_said = any(c.quantifier != NONE for c in (*query.names, *query.ids))
        """Whether the query says who is meant, and not only who is not."""

    @property
    def things(self) -> Iterator[NamedNode]:
        """The things that may be meant: those with the ids, then those that are called so."""
        for _, found in self._by_id:
            yield from (node for node in found if node is not None)
        for called in self._names:
            yield from called.things

    def agreement(self, thing: NamedNode) -> Agreement:
        """Return how far a thing is what is meant; it is not ``fulfilled`` where it cannot be.

        An id decides; several conditions on the name count by their mean.
        """
        has_id = any(thing in found for _, found in self._by_id)
        lacks_id = any(c.required and thing not in found for c, found in self._by_id)
        named = [(each.condition, each.agreement(thing)) for each in self._names]
        is_named = all(each.fulfilled for condition, each in named if condition.required)
        fulfilled = is_named and not lacks_id and thing not in self._barred
        values = [1.0] if has_id else [each.value or 0.0 for _, each in named]
        return Agreement(sum(values) / len(values) if values else None, fulfilled)


def _all_of(
    condition: Condition, nodes: frozenset[NamedNode | None]
) -> frozenset[NamedNode | None]:
    """Return the things that have the ids: where it is all of several, none has."""
    return frozenset() if condition.quantifier == ALL and len(nodes) > 1 else nodes
