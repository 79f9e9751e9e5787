"""The store of a release as its workers have it: on disk, and in memory where there is room.

In memory the engine is two to ten times as fast, and faster again over the triples of one graph
alone: it does not keep graphs apart there. So the default graph is copied by itself, for all
queries that name no graph; the rest only where all of it is small.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import DefaultGraph, Store

from kizuna.engine.room import free_bytes
from kizuna.engine.sandbox import die_with_parent
from kizuna.engine.statistics import Board, statistics_of

PLAIN_FACTOR = 5
"""How many times as large a store may be of which only the default graph is copied."""
BYTES_PER_QUAD = 400
COPIES_BEYOND = 3
"""For how many copies there must be room: workers make pages their own by using them."""
LOWEST_PRIORITY = 19
_NAMES_GRAPHS = re.compile("GRAPH|FROM|DESCRIBE", re.IGNORECASE)  # engines need no space


@dataclass(frozen=True, slots=True)
class Copies:
    """A store: all of it, its default graph in memory, and the board for its statistics."""

    whole: Store | Path
    plain: Store | None = None
    board: Board | None = None


def copied(path: Path, copy: int) -> Copies:
    """Return the store at ``path`` with its copies: of all up to ``copy`` quads, none for 0."""
    disk = Store.read_only(str(path))
    total = len(disk)
    if copy <= 0 or total > PLAIN_FACTOR * copy or not _is_room(total):
        return Copies(path, None, Board())
    plain = Store()
    plain.bulk_extend(disk.quads_for_pattern(None, None, None, DefaultGraph()))
    if len(plain) == total:
        return Copies(plain, plain, Board())
    if total > copy:
        return Copies(path, plain, Board())
    whole = Store()
    whole.bulk_extend(disk)
    return Copies(whole, plain, Board())


def names_no_graph(text: str) -> bool:
    """Tell whether a query surely asks the default graph alone.

    Words in strings, in IRIs and within other words count, too: all that they cost is speed.
    """
    return _NAMES_GRAPHS.search(text) is None


def count_apart(copies: Copies) -> None:
    """Leave the statistics on the board, from another process that makes no haste."""
    board, whole = copies.board, copies.whole
    if board is None or os.fork() != 0:
        return
    try:
        die_with_parent()
        os.nice(LOWEST_PRIORITY)
        board.post(
            statistics_of(whole if isinstance(whole, Store) else Store.read_only(str(whole)))
        )
    finally:
        os._exit(0)


def _is_room(quads: int) -> bool:
    """Tell whether there is room for copies of so many quads, as far as anything tells."""
    free = free_bytes()
    return free is None or COPIES_BEYOND * BYTES_PER_QUAD * quads < free
