"""What the local part of a query knows before a ``SERVICE`` clause is asked: a semijoin.

Solutions of the service that join with nothing around the clause need not be fetched. So the query
around it, as far as each result must extend one of its solutions, is asked first, for the variables
that it shares with the pattern. Only what surely does not change the result is concluded:

- Around a clause are the elements before it in its group; those after it up to the first that is
  not joined (``OPTIONAL``, ``MINUS``, ``BIND``); and the same for the groups around that one,
  through ``OPTIONAL``, ``UNION``, ``MINUS`` and ``GRAPH``, not out of ``EXISTS`` and subqueries.
- Filters count where all their variables are bound already, as they then say the same at the end.
- A variable is shared only if each solution of the pattern binds it (``groups.certain``), so that
  what comes is a part of what would have come, each solution once.
- What another evaluation might answer otherwise (``RAND``, ``LIMIT`` …) says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from kizuna.engine.federation.clauses import Clause, is_call, prologue_length
from kizuna.engine.federation.draft import Draft
from kizuna.engine.federation.groups import (
    Element,
    Group,
    Unclear,
    certain,
    outermost,
    variables,
)
from kizuna.engine.tokens import Token, tokens

_JOINED = {"TRIPLES", "GROUP", "GRAPH", "VALUES", "FILTER", "SERVICE"}
_THROUGH = {"GROUP", "OPTIONAL", "MINUS", "GRAPH"}
_JOINED_GROUPS = {"GROUP", "GRAPH"}
_CHANGING = {
    "RAND", "UUID", "STRUUID", "BNODE", "NOW", "LIMIT", "OFFSET", "SAMPLE", "GROUP_CONCAT",
    "REDUCED",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A query of what is known around a clause: its variables, and its text up to a ``LIMIT``.

    ``plain`` tells that the pattern is but triples and filters, into which rows may be put.
    """

    variables: tuple[str, ...]
    draft: Draft
    plain: bool


Step = tuple[Group, int]
"""A group on the way to the clause, and which of its elements leads there."""


def known(draft: Draft, clause: Clause) -> Known | None:
    """Return what to ask locally before a clause is sent, None where that would say nothing."""
    found = list(tokens(draft.text))
    at = prologue_length(found)
    try:
        way = _way(outermost(found, at), clause.start)
    except Unclear:
        return None
    group, place = way[-1]
    pattern = group.elements[place].groups[0].elements
    around = _around(draft, way)
    said = list(tokens(around.text))
    shared = sorted(certain(pattern) & variables(said))
    changing = any(t.lastgroup == "name" and t[0].upper() in _CHANGING for t in said)
    if not shared or changing or any(map(is_call, said)):
        return None
    names = " ".join(f"?{name}" for name in shared)
    start = found[at].start() if at < len(found) else 0
    head = draft.cut(0, start) + f"SELECT DISTINCT {names} {_dataset(found)} WHERE {{ "
    plain = all(e.kind == "TRIPLES" or (e.kind == "FILTER" and not e.groups) for e in pattern)
    return Known(tuple(shared), head + around + " }", plain)


def _way(group: Group, at: int) -> list[Step]:
    """Return the way from the outermost group from which something follows to the clause.

    Raises Unclear.
    """
    way: list[Step] = []
    while True:
        place = next((i for i, e in enumerate(group.elements) if e.start <= at < e.end), None)
        if place is None:
            raise Unclear
        element = group.elements[place]
        way.append((group, place))
        if element.start == at and element.kind == "SERVICE":
            return way
        inner = next((g for g in element.groups if g.start <= at < g.end), None)
        if inner is None:
            raise Unclear
        if element.kind == "SELECT" and not any(_leads(*step) == "GRAPH" for step in way):
            way.clear()
        elif element.kind not in _THROUGH:
            raise Unclear
        group = inner


def _leads(group: Group, place: int) -> str:
    return group.elements[place].kind


def _around(draft: Draft, way: Sequence[Step]) -> Draft:
    """Return the pattern around the clause, in the groups in which it stands."""
    text = Draft("")
    for depth, (group, place) in enumerate(reversed(way)):
        element = group.elements[place]
        if depth > 0:
            text = _opening(draft, element) + text + " } "
        used = _used(group, place, after=depth == 0 or element.kind in _JOINED_GROUPS)
        first = Draft("")
        for part in used:
            dot = " . " if part.kind == "TRIPLES" and part.tokens[-1][0] != "." else " "
            first = first + draft.cut(part.start, part.end) + dot
        text = first + text
    return text


def _opening(draft: Draft, element: Element) -> Draft:
    """Return how the group of an element begins: in its graph, or as a group of its own."""
    if element.kind == "GRAPH":
        return draft.cut(element.start, element.groups[0].start)
    return Draft("{ ")


def _used(group: Group, place: int, *, after: bool) -> list[Element]:
    """Return the elements of a group that say something, filters last."""
    before = [e for e in group.elements[:place] if e.kind != "FILTER"]
    following = takewhile(lambda e: e.kind in _JOINED, group.elements[place + 1 :])
    joined = [e for e in following if e.kind != "FILTER" and not any(map(is_call, e.tokens))]
    used = before + (joined if after else [])
    bound = certain(used)
    filters = [
        e
        for e in group.elements
        if e.kind == "FILTER" and not e.groups and variables(e.tokens) <= bound
    ]
    return used + filters


def _dataset(found: Sequence[Token]) -> str:
    """Return the ``FROM`` clauses of a query."""
    parts = []
    for at, token in enumerate(found):
        if token.lastgroup == "name" and token[0].upper() == "FROM":
            named = at + 1 < len(found) and found[at + 1][0].upper() == "NAMED"
            parts += [t[0] for t in found[at : at + 2 + named]]
    return " ".join(parts)
