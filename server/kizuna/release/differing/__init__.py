"""What one release says and another does not: facts, their evidence, and statements as such."""

from kizuna.release.differing.comparison import compare
from kizuna.release.differing.difference import Counts, Difference, Row, Thing
from kizuna.release.differing.kept import difference_of, found
from kizuna.release.differing.notes import name_of, notes
from kizuna.release.differing.telling import summary, told_as_json, told_as_patch, told_as_text

__all__ = [
    "Counts",
    "Difference",
    "Row",
    "Thing",
    "compare",
    "difference_of",
    "found",
    "name_of",
    "notes",
    "summary",
    "told_as_json",
    "told_as_patch",
    "told_as_text",
]
