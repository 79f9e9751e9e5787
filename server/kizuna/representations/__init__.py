"""Statements as bytes in any of the formats."""

from kizuna.representations.reifying import with_reifiers
from kizuna.representations.writing import write, write_graphs, write_rows

__all__ = ["with_reifiers", "write", "write_graphs", "write_rows"]
