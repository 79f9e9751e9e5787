"""Who answers: SPARQL engines, and the term-true index of descriptions."""

from kizuna.engine.embedded import EmbeddedEngine
from kizuna.engine.index import DescriptionIndex, write_index
from kizuna.engine.lanes import LaneLimits
from kizuna.engine.pool import Pool
from kizuna.engine.protocol import Answer, Engine, Limits, Query, Stream

__all__ = [
    "Answer",
    "DescriptionIndex",
    "EmbeddedEngine",
    "Engine",
    "LaneLimits",
    "Limits",
    "Pool",
    "Query",
    "Stream",
    "write_index",
]
