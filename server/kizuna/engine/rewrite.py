"""Queries in a form that the engine runs well, where it has one that means the same.

Only what is recognised to the last token is changed; ``tests/engine/test_rewrite.py`` compares the
results of both forms on random data. The changes:

- ``EXISTS { A . B }`` becomes ``EXISTS { A FILTER EXISTS { B } }``: the engine joins A and B anew
  for each solution around it, but looks up one pattern at a time in no time. The first pattern is
  one that what stands around has bound, if there is one. ``kizuna.engine.scopes`` says where that
  could change the answer.
- Counts and overviews of everything become ``VALUES`` (``kizuna.engine.overview``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

from kizuna.engine.complaints import check_syntax
from kizuna.engine.overview import from_statistics
from kizuna.engine.scopes import exists_is_closed, is_variable
from kizuna.engine.statistics import Statistics
from kizuna.engine.tokens import Token, is_doubtful, tokens
from kizuna.engine.triples import Pattern, plain_patterns
from kizuna.errors import BadQuery

MOST_BYTES = 20_000
MOST_PATTERNS = 12
_ANY_BASE = "http://localhost/"
_WORTH = re.compile("EXISTS|COUNT|DISTINCT", re.IGNORECASE)


def faster(text: str, statistics: Statistics | None) -> str:
    """Return the query in another form with the same solutions, or as it is.

    ``statistics`` are those of the dataset that is asked, None where it is not the whole store.
    What is no query stays as it is, so that the engine complains about it.
    """
    if len(text) > MOST_BYTES or not _WORTH.search(text):
        return text
    changed = _changed(text, list(tokens(text)), statistics)
    return changed if changed != text and _is_query(text) else text


def _changed(text: str, found: Sequence[Token], statistics: Statistics | None) -> str:
    if any(map(is_doubtful, found)):
        return text
    if statistics is not None:
        answered = from_statistics(text, found, statistics)
        if answered is not None:
            return answered
    return _with_nested_exists(text, found) if exists_is_closed(found) else text


def _is_query(text: str) -> bool:
    with suppress(BadQuery):
        check_syntax(text, _ANY_BASE)
        return True
    return False


def _with_nested_exists(text: str, found: Sequence[Token]) -> str:
    """Return the query with each ``EXISTS`` over several plain patterns taken apart."""
    parts, done = [], 0
    for at, token in enumerate(found):
        if token.lastgroup != "name" or token[0].upper() != "EXISTS":
            continue
        block = _block(found, at + 1)
        patterns = plain_patterns(found[block[0] + 1 : block[1]]) if block else None
        if block is None or patterns is None or not 1 < len(patterns) <= MOST_PATTERNS:
            continue
        around = _variables(found[: block[0]]) | _variables(found[block[1] :])
        parts += [text[done : found[block[0]].start()], _nested(_in_order(patterns, around))]
        done = found[block[1]].end()
    return "".join(parts) + text[done:]


def _block(found: Sequence[Token], at: int) -> tuple[int, int] | None:
    """Return where the group that begins at the token ``at`` opens and closes."""
    if at >= len(found) or found[at][0] != "{":
        return None
    for end in range(at + 1, len(found)):
        if found[end][0] == "}":
            return at, end
        if found[end][0] == "{":
            return None
    return None


def _variables(found: Sequence[Token]) -> set[str]:
    return {token[0][1:] for token in found if is_variable(token)}


def _in_order(patterns: Sequence[Pattern], around: set[str]) -> list[Pattern]:
    """Return the patterns so that each begins, if it can, where those before it have led."""
    left, known, order = list(patterns), set(around), []
    while left:
        best = max(left, key=lambda p: (bool(p.variables & known), -len(p.variables - known)))
        left.remove(best)
        known |= best.variables
        order.append(best)
    return order


def _nested(patterns: Sequence[Pattern]) -> str:
    inner = f" FILTER EXISTS {_nested(patterns[1:])}" if len(patterns) > 1 else ""
    return f"{{ {patterns[0]}{inner} }}"
