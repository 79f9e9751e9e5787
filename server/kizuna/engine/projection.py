"""``SELECT *`` with its columns in the order in which the query names them.

Oxigraph orders them by its own lights; people who open the CSV expect the order of the text.
"""

from __future__ import annotations

from collections.abc import Sequence

from kizuna.engine.scopes import is_variable
from kizuna.engine.tokens import Token, tokens


def in_textual_order(text: str, columns: Sequence[str]) -> str | None:
    """Return the query with its outer ``*`` spelt out in order of appearance.

    None where nothing is to be changed: no outer star, or the order is right already.
    ``columns`` are those of the result; variables that the star does not bring are left out.
    """
    found = list(tokens(text))
    star = _star(found)
    named = dict.fromkeys(token[0][1:] for token in found if is_variable(token))
    wanted = [name for name in named if name in set(columns)]
    if star is None or set(wanted) != set(columns) or list(columns) == wanted or not wanted:
        return None
    spelt = " ".join(f"?{name}" for name in wanted)
    return f"{text[: star.start()]} {spelt} {text[star.end() :]}"


def _star(found: Sequence[Token]) -> Token | None:
    """Return the star of the outermost SELECT, None where it has none."""
    for at, token in enumerate(found):
        if token[0] == "{":
            return None
        if token[0].upper() == "SELECT":
            behind = found[at + 1 : at + 3]
            modified = behind and behind[0][0].upper() in {"DISTINCT", "REDUCED"}
            star = behind[1 if modified else 0] if len(behind) > 1 else None
            return star if star is not None and star[0] == "*" else None
    return None
