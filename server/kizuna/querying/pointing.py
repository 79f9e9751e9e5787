"""An error of a query with the line that it is in, and a mark below the place."""

from __future__ import annotations

import re

from rich.cells import cell_len

from kizuna.errors import BadQuery
from kizuna.querying.source import Source

LONGEST = 120
_PLACE = re.compile(r" \(line \d+, column \d+\)$")


def pointed(source: Source, error: BadQuery) -> str:
    """Return the message of ``error``, with the line of the query where it has a place.

    >>> print(pointed(Source("ASK { 絆 }"), BadQuery("no", line=1, column=8, hint="Mend it.")))
    no
        1 | ASK { 絆 }
          |         ^
        Mend it.
    """
    lines = source.text.splitlines()
    hint = f"\n    {error.hint}" if error.hint else ""
    message = _PLACE.sub("", error.message)
    number = str(max(error.line - source.added, 1))
    where = f"{source.name}:{number}: " if source.name else ""
    if not source.added < error.line <= len(lines):
        return f"{where}{message}{hint}"
    line, column = _cut(_plain(lines[error.line - 1]), max(error.column, 1) - 1)
    margin = " " * len(number)
    mark = " " * cell_len(line[:column])
    return f"{where}{message}\n    {number} | {line}\n    {margin} | {mark}^{hint}"


def _plain(line: str) -> str:
    """Return a line in which every character takes the place that it seems to."""
    return "".join(sign if sign.isprintable() else " " for sign in line)


def _cut(line: str, column: int) -> tuple[str, int]:
    """Return the part of a long line around ``column``, and where that is in it."""
    if len(line) <= LONGEST:
        return line, column
    start = max(0, min(column - LONGEST // 2, len(line) - LONGEST))
    head, tail = ("…" if start else ""), ("…" if start + LONGEST < len(line) else "")
    return f"{head}{line[start : start + LONGEST]}{tail}", column - start + len(head)
