"""``kz:search`` in SPARQL: a triple pattern that finds things by the words of their texts.

::

    ?thing kz:search "words"                        things, at most 100
    ?thing kz:search ("words"@ja 10)                texts in Japanese, at most 10 things
    (?thing ?score ?text) kz:search ("words" 10)    with how well they fit, and the text found

The pattern becomes a ``VALUES`` block with what the full-text index of the release finds, before
the engine sees the query; so it joins with all else as any pattern does. ``kizuna.engine.fulltext``
says what a word is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, RdfFormat, parse

from kizuna.engine.complaints import check_syntax
from kizuna.engine.looking import Hit, search
from kizuna.engine.tokens import Token, iri, prefixes, tokens
from kizuna.errors import BadQuery, Busy
from kizuna.vocabulary import KZ_SEARCH

USUAL, MOST = 100, 10_000
"""How many things are found where no limit is given, and the highest that may be."""
_NAME = "search"
_COLUMNS = 3
_SHAPE = (
    'Write ?thing kz:search "words", or (?thing ?score ?text) kz:search ("words"@en 10), as a '
    "pattern of its own between full stops."
)
_BEFORE = {"{", "}", ".", ")"}
_AFTER_EACH = {";", ",", "/", "|", "^", "*", "+", "?"}
_PATHS = {"/", "|", "^", "!"}


@dataclass(frozen=True, slots=True)
class _Call:
    """One use of the function: its place in the text, variables, words and limit."""

    start: int
    end: int
    variables: tuple[str, ...]
    words: Literal
    limit: int


def with_hits(text: str, index: Path | None, base: str) -> str:
    """Return the query with each use of ``kz:search`` replaced by what ``index`` finds.

    Raises BadQuery for a use that is none of the forms above or stands outside of a pattern, and
    where there is no index; Busy where it is still being made.
    """
    if _NAME not in text:
        return text
    found = list(tokens(text))
    calls = [_call(text, found, at) for at in _uses(found)]
    if not calls:
        return text
    check_syntax(text, base)
    ready = _ready(index)
    parts, done = [], 0
    for call in calls:
        parts += [text[done : call.start], _values(call, ready)]
        done = call.end
    changed = "".join(parts) + text[done:]
    try:
        check_syntax(changed, base)
    except BadQuery as error:
        raise BadQuery("kz:search stands where no pattern can stand", hint=_SHAPE) from error
    return changed


def _ready(index: Path | None) -> Path:
    """Return the index. Raises BadQuery where there is none, Busy where it is not there yet."""
    if index is None:
        raise BadQuery("there is no full-text index here", hint="Ask with CONTAINS instead.")
    if not index.is_file():
        raise Busy(
            "the full-text index of this release is still being made",
            hint="Try again in a few seconds, or ask with CONTAINS instead.",
        )
    return index


def _uses(found: Sequence[Token]) -> list[int]:
    """Return where in the tokens the function stands as a predicate."""
    namespaces = prefixes(list(found))
    return [at for at, t in enumerate(found) if _is_function(t, namespaces) and _acts(found, at)]


def _is_function(token: Token, namespaces: dict[str, str]) -> bool:
    if token.lastgroup == "iri":
        return iri(token) == KZ_SEARCH.value
    if token.lastgroup != "name" or ":" not in token[0]:
        return False
    prefix, _, local = token[0].partition(":")
    return namespaces.get(prefix, "") + local == KZ_SEARCH.value


def _acts(found: Sequence[Token], at: int) -> bool:
    """Tell whether the function is a predicate here: then its form must be right.

    In ``?x ?y kz:search``, ``DESCRIBE kz:search`` and the like it is the term that is asked about.
    """
    before = _at(found, at - 1)
    if before in _PATHS | {";"}:
        return True
    start = _subject_start(found, at)
    return start is not None and _at(found, start - 1) in _BEFORE


def _subject_start(found: Sequence[Token], at: int) -> int | None:
    """Return where the term or list before the token ``at`` begins, None where there is none."""
    if _at(found, at - 1) != ")":
        is_term = at > 0 and found[at - 1].lastgroup in {"sigil", "iri", "name"}
        return at - 1 if is_term else None
    start = at - 2
    while start >= 0 and found[start].lastgroup == "sigil":
        start -= 1
    return start if _at(found, start) == "(" else None


def _at(found: Sequence[Token], at: int) -> str:
    return found[at][0] if 0 <= at < len(found) else ""


def _call(text: str, found: Sequence[Token], at: int) -> _Call:
    """Return the use at the token ``at``. Raises BadQuery where its form is another one."""
    start = _subject_start(found, at)
    variables = (
        [t[0] for t in found[start:at] if t.lastgroup == "sigil"] if start is not None else []
    )
    words, end = _words(found, at + 1)
    limit = USUAL
    if _at(found, at + 1) == "(":
        if _at(found, end).isdecimal():
            limit, end = min(int(found[end][0][:9]), 10**9), end + 1
        wrong = _at(found, end) != ")"
        end += 1
    else:
        wrong = words is None
    fits = start is not None and 1 <= len(variables) <= _COLUMNS and not wrong
    if not fits or words is None or _at(found, end) in _AFTER_EACH or _at(found, at - 1) == ";":
        raise _misused(text, found[at], "kz:search is used in a form that it does not have")
    if not 1 <= limit <= MOST:
        raise _misused(text, found[at], f"kz:search finds 1 to {MOST} things, not {limit}")
    return _Call(found[start or 0].start(), found[end - 1].end(), tuple(variables), words, limit)


def _words(found: Sequence[Token], at: int) -> tuple[Literal | None, int]:
    """Return the words at ``at`` or in the list that begins there, and what follows them."""
    at += _at(found, at) == "("
    if at >= len(found) or found[at].lastgroup != "string":
        return None, at
    written, end = found[at][0], at + 1
    if _at(found, end).startswith("@"):
        written, end = written + found[end][0], end + 1
    try:
        statement = next(parse(f"<x:s> <x:p> {written} .".encode(), RdfFormat.TURTLE))
    except (SyntaxError, UnicodeEncodeError):
        return None, end
    return (statement.object if isinstance(statement.object, Literal) else None), end


def _values(call: _Call, index: Path) -> str:
    languages = (call.words.language,) if call.words.language else ()
    hits = search(index, call.words.value, languages, call.limit)
    number = len(call.variables)
    rows = " ".join(f"({' '.join(_row(hit)[:number])})" for hit in hits)
    return f"VALUES ({' '.join(call.variables)}) {{ {rows} }}"


def _row(hit: Hit) -> tuple[str, ...]:
    return (str(hit.thing), f"{hit.score:.6f}", str(hit.text))


def _misused(text: str, token: Token, what: str) -> BadQuery:
    at = token.start()
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    return BadQuery(f"{what} (line {line}, column {column})", line=line, column=column, hint=_SHAPE)
