"""Who answers: SPARQL engines, and the term-true index of descriptions."""

from kizuna.engine.embedded import EmbeddedEngine
from kizuna.engine.index import DescriptionIndex, write_index
from kizuna.engine.protocol import Answer, Engine, Limits, Query
from kizuna.engine.workers import WorkerPool

__all__ = [
    "Answer",
    "DescriptionIndex",
    "EmbeddedEngine",
    "Engine",
    "Limits",
    "Query",
    "WorkerPool",
    "write_index",
]
