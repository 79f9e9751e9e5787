"""RDF lists that can be written as lists (RDF Schema 1.1, section 5.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import BlankNode, NamedNode

from kizuna.vocabulary import term

_FIRST, _REST, _NIL = term("rdf:first"), term("rdf:rest"), term("rdf:nil")


@dataclass(frozen=True, slots=True)
class Lists:
    """The items of each list by its head, and the cells of all lists: nothing else says more."""

    items: Mapping[Any, tuple[Any, ...]]
    cells: frozenset[Any]


def lists_of(stated: Mapping[Any, Mapping[NamedNode, list[Any]]]) -> Lists:
    """Return the lists that are whole, unlabelled, and each mentioned exactly once."""
    mentions = Counter(
        value
        for values in stated.values()
        for objects in values.values()
        for value in objects
        if isinstance(value, BlankNode)
    )
    cells = {node for node in stated if mentions[node] == 1 and _is_cell(node, stated[node])}
    inner = {stated[cell][_REST][0] for cell in cells}
    items: dict[Any, tuple[Any, ...]] = {}
    used: set[Any] = set()
    for head in sorted(cells - inner, key=str):
        chain = _chain(head, cells, stated)
        values = tuple(stated[cell][_FIRST][0] for cell in chain)
        if chain and not any(isinstance(value, BlankNode) and value in cells for value in values):
            items[head] = values
            used.update(chain)
    return Lists(items, frozenset(used))


def _is_cell(node: object, values: Mapping[NamedNode, list[Any]]) -> bool:
    return (
        isinstance(node, BlankNode)
        and values.keys() == {_FIRST, _REST}
        and len(values[_FIRST]) == len(values[_REST]) == 1
    )


def _chain(
    head: object, cells: set[Any], stated: Mapping[Any, Mapping[NamedNode, list[Any]]]
) -> list[Any]:
    """Return the cells of a list in order, none where it does not end with ``rdf:nil``."""
    chain, current = [], head
    while current in cells:
        chain.append(current)
        current = stated[current][_REST][0]
    return chain if current == _NIL else []
