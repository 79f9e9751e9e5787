"""What a query's writer needs to read when the engine's parser has stopped."""

from __future__ import annotations

import re

from pyoxigraph import DefaultGraph, Store

from kizuna.engine.tokens import tokens
from kizuna.errors import BadQuery, Unsupported
from kizuna.vocabulary import PREFIXES

_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?", re.DOTALL)
_SENTENCE = re.compile(r"(?:^|, )([A-Z][a-z]*(?: [^\s,]+){3,})")
_PREFIX_USE = re.compile(r"(?<![\w:<?$])([A-Za-z][\w.-]*|):(?=[\w%\\-])")
_PREFIX_DECLARED = re.compile(r"\bPREFIX\s+([A-Za-z][\w.-]*|)\s*:", re.IGNORECASE)
_QUIET = re.compile(r"<[^<>\s]*>|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|#[^\n]*")
_NO_LINE_END = re.compile(r"[^\n]")
_UNKNOWN_FUNCTION = re.compile(
    r"The custom function <(.*)> is not supported"  # Oxigraph
    r"|Undefined procedure DB\.DBA\.(\S*[^\s.])"  # Virtuoso
)
_UPDATES = {
    "INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY",
}  # fmt: skip
_AS_UPDATE = "Send it as update=… in a POST, with the token of the publication."
NEAR = 40
SPECIFICATION = "SPARQL 1.1 is at https://www.w3.org/TR/sparql11-query/."


def complaint(text: str, message: str) -> BadQuery:
    """Return the error for a query that the parser refused with ``message``.

    It names line, column and the words there. What the parser would have liked to read instead
    is left out: it lists the grammar, and calls an undeclared prefix "expected OPTIONAL".
    """
    place = _PLACE.match(message)
    if place is None:
        return BadQuery(f"the query is no SPARQL: {message}", hint=SPECIFICATION)
    if _is_update(text):
        return BadQuery("this is an update, not a query", line=1, column=1, hint=_AS_UPDATE)
    line, column = int(place[1]), int(place[2])
    undeclared = _undeclared_prefix(text)
    if undeclared is not None:
        at = undeclared.start()
        known = PREFIXES.get(undeclared[1], "…")
        return BadQuery(
            f"the prefix {undeclared[1]}: is not declared",
            line=text.count("\n", 0, at) + 1,
            column=at - (text.rfind("\n", 0, at) + 1) + 1,
            hint=f"Begin the query with PREFIX {undeclared[1]}: <{known}>.",
        )
    said = _SENTENCE.search(message[place.end() :])
    reason = said[1] if said else f"unexpected {_words_at(text, line, column)}"
    return BadQuery(
        f"the query is no SPARQL: {reason} (line {line}, column {column})",
        line=line,
        column=column,
        hint=SPECIFICATION,
    )


def _is_update(text: str) -> bool:
    """Tell whether the first word after the prologue begins an update."""
    words = (t[0].upper() for t in tokens(text) if t.lastgroup == "name")
    return next((w for w in words if w not in {"PREFIX", "BASE"} and ":" not in w), "") in _UPDATES


def unknown_function(message: str) -> Unsupported | None:
    """Return the error for a query that names a function that there is not, as an engine says it.

    >>> unknown_function("The custom function <http://x/f> is not supported").message
    'there is no function <http://x/f>'
    """
    said = _UNKNOWN_FUNCTION.search(message)
    if said is None:
        return None
    return Unsupported(
        f"there is no function <{said[1] or said[2]}>",
        hint="The functions are those of SPARQL 1.1 and the casts of XML Schema.",
    )


def check_syntax(text: str, base: str) -> None:
    """Pass if ``text`` is a query; nothing of it is evaluated. Raises BadQuery.

    Only the parser's word counts here: what else is wrong shows when the query is answered.
    """
    try:
        # The engine reads the text, then finds that no dataset can be both of these, and stops.
        Store().query(
            text, base_iri=base, use_default_graph_as_union=True, default_graph=DefaultGraph()
        )
    except SyntaxError as error:
        raise complaint(text, str(error.msg or error)) from error
    except ValueError:
        return


def _words_at(text: str, line: int, column: int) -> str:
    """Return what stands at a place, as a short quotation."""
    lines = text.splitlines() or [""]
    rest = lines[line - 1][column - 1 :].strip() if line <= len(lines) else ""
    following = rest or " ".join(lines[line:]).strip()
    if not following:
        return "end of the query"
    cut = following if len(following) <= NEAR else following[: NEAR - 1] + "…"
    return f'"{cut}"'


def _undeclared_prefix(text: str) -> re.Match[str] | None:
    """Return the first use of a prefix that is not declared, None where all are."""
    bare = _QUIET.sub(lambda quiet: _NO_LINE_END.sub(" ", quiet[0]), text)
    declared = {*_PREFIX_DECLARED.findall(bare), "_"}
    return next((m for m in _PREFIX_USE.finditer(bare) if m[1] not in declared), None)
