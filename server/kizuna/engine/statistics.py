"""Numbers about a whole store, counted once, so that no query has to count them again."""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

BOARD_BYTES = 1_000_000
MOST_DISTINCT = 5_000_000
"""Of a store with more quads, distinct subjects and objects are not counted: they take memory."""
MOST_GROUPS = 2_000
"""A store with more classes, predicates or graphs has no overview of them made beforehand."""

_TRIPLES = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
_SUBJECTS = "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"
_OBJECTS = "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"
_PREDICATES = "SELECT ?k (COUNT(*) AS ?n) { ?s ?k ?o } GROUP BY ?k"
_CLASSES = "SELECT ?k (COUNT(*) AS ?n) { ?s a ?k } GROUP BY ?k"
_GRAPHS = "SELECT ?k (COUNT(*) AS ?n) { GRAPH ?k { ?s ?p ?o } } GROUP BY ?k"


@dataclass(frozen=True, slots=True)
class Statistics:
    """How many triples, distinct subjects and objects the default graph has, and what else.

    ``predicates`` and ``classes`` count its triples by predicate and by type, ``graphs`` those of
    each named graph, all by IRI. None is what is not known: a key is no IRI, or there are too many.
    """

    triples: int
    subjects: int | None
    objects: int | None
    predicates: Mapping[str, int] | None
    classes: Mapping[str, int] | None
    graphs: Mapping[str, int] | None

    def encode(self) -> bytes:
        """Return the numbers as JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, data: bytes) -> Statistics:
        """Return the numbers that ``encode`` wrote."""
        return cls(**json.loads(data))


def statistics_of(store: Store) -> Statistics:
    """Return the statistics of a store; takes a few passes over all of it."""
    is_large = len(store) > MOST_DISTINCT
    return Statistics(
        triples=_number(store, _TRIPLES),
        subjects=None if is_large else _number(store, _SUBJECTS),
        objects=None if is_large else _number(store, _OBJECTS),
        predicates=_groups(store, _PREDICATES),
        classes=_groups(store, _CLASSES),
        graphs=_groups(store, _GRAPHS),
    )


def _number(store: Store, query: str) -> int:
    return next((int(row[0].value) for row in _rows(store, query)), 0)


def _groups(store: Store, query: str) -> Mapping[str, int] | None:
    found: dict[str, int] = {}
    for key, number in _rows(store, query):
        if not isinstance(key, NamedNode) or len(found) >= MOST_GROUPS:
            return None
        found[key.value] = int(number.value)
    return found


def _rows(store: Store, query: str) -> list[tuple[NamedNode | Literal, ...]]:
    found = store.query(query)
    assert isinstance(found, QuerySolutions)  # noqa: S101 - they are SELECT
    return [tuple(row) for row in found]


class Board:
    """Where one process leaves statistics for those that are forked beside it, for all to read."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, BOARD_BYTES)
        self._known: Statistics | None = None

    def post(self, statistics: Statistics) -> None:
        """Leave the statistics; they are seen when the last byte is there."""
        data = statistics.encode() + b"\0"
        if len(data) < BOARD_BYTES:
            self._memory[1 : len(data) + 1] = data
            self._memory[0] = 1

    def read(self) -> Statistics | None:
        """Return the statistics, None as long as there are none."""
        if self._known is None and self._memory[0]:
            self._known = Statistics.decode(self._memory[1 : self._memory.find(b"\0", 1)])
        return self._known
