"""Statements as bytes in any of the formats."""

from kizuna.representations.reifying import with_reifiers
from kizuna.representations.writing import write

__all__ = ["with_reifiers", "write"]
