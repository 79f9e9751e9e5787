"""``SELECT *`` with its columns in the order in which the query names them.

Oxigraph orders them by its own lights; people who open the CSV expect the order of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_PART = re.compile(
    r"""
      (?P<quiet> \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
               | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' | <[^<>"{}|^`\\\x00-\x20]*>
               | \#[^\n\r]* )
    | (?P<star>  (?<![\w:.?$-])SELECT(?:\s+(?:DISTINCT|REDUCED))?\s*(?P<mark>\*) )
    | (?P<variable> [?$](?P<name>\w+) )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def in_textual_order(text: str, columns: Sequence[str]) -> str | None:
    """Return the query with its outer ``*`` spelt out in order of appearance.

    None where nothing is to be changed: no outer star, or the order is right already.
    ``columns`` are those of the result; variables that the star does not bring are left out.
    """
    star: re.Match[str] | None = None
    order: dict[str, None] = {}
    for part in _PART.finditer(text):
        if part["star"] and star is None and "{" not in _bare(text[: part.start()]):
            star = part
        elif part["variable"]:
            order.setdefault(part["name"])
    wanted = [name for name in order if name in set(columns)]
    if star is None or set(wanted) != set(columns) or list(columns) == wanted or not wanted:
        return None
    spelt = " ".join(f"?{name}" for name in wanted)
    return f"{text[: star.start('mark')]} {spelt} {text[star.end('mark') :]}"


def _bare(text: str) -> str:
    """Return ``text`` without strings, IRIs and comments."""
    return _PART.sub(lambda m: " " if m["quiet"] else m[0], text)
