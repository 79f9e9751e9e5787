"""Orders that the engine can always make: first by the kind of what is ordered, then by value.

Oxigraph compares numbers as numbers and dates as dates, but either with a text by its signs: 9 is
before 10, "10 m" before 9, and "9 m" after 10. A sort that notices such a circle gives up, and the
process with it (``kizuna.engine.run`` asks again then). Sorted by kind before, no value meets one
of another kind. Kinds and their order, least first: unbound, blank nodes, IRIs, numbers, times by
datatype, all other literals by their text, triples.

Within a kind there are circles, too, and they are cut: numbers are compared as doubles, which
rounds, and only then as decimals; times without a time zone as if they were in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kizuna.engine.tokens import Token, is_doubtful, tokens
from kizuna.errors import QueryCrashed

MOST_BYTES = 1_000_000
"""Each condition is needed about a hundred times."""
_XSD = "http://www.w3.org/2001/XMLSchema#"
_ZONED = ("dateTime", "date", "time", "gYear", "gYearMonth", "gMonthDay", "gDay", "gMonth")
_UNZONED = ("dayTimeDuration", "yearMonthDuration")
_TIMES = ", ".join(f"<{_XSD}{name}>" for name in (*_ZONED, *_UNZONED, "duration"))
_DIRECTIONS = {"ASC", "DESC"}
_AFTER = ("LIMIT", "OFFSET", "VALUES")
"""What may follow the conditions; engines need no space behind these words."""


class _Unclear(Exception):
    """The text cannot be told for sure to be conditions."""


@dataclass(frozen=True, slots=True)
class _Condition:
    """A condition: its place in the text, its direction, and what is ordered by."""

    start: int
    end: int
    direction: str
    expression: str


def by_kind(text: str) -> str | None:
    """Return the query with each ``ORDER BY`` in a form that is a total order, if it has any.

    What was in order before is in the same order then, as far as one kind of values is concerned.
    None where it cannot be told for sure what is ordered.
    """
    try:
        conditions = list(_conditions(text, list(tokens(text))))
    except _Unclear:
        return None
    parts, done = [], 0
    for condition in conditions:
        parts += [text[done : condition.start], _total(condition)]
        done = condition.end
    whole = "".join((*parts, text[done:]))
    return whole if conditions and len(whole) <= MOST_BYTES else None


def unsorted() -> QueryCrashed:
    """Return the error for a query whose order the engine cannot make."""
    return QueryCrashed(
        "the engine cannot put into one order what the query orders by: there are numbers or dates"
        " beside other values",
        hint="Order by the texts, ORDER BY STR(?x), or by numbers alone, ORDER BY xsd:decimal(?x).",
    )


def _conditions(text: str, found: Sequence[Token]) -> Iterator[_Condition]:
    """Yield the conditions of the query and of its subqueries, but for tests with EXISTS."""
    if any(map(is_doubtful, found)):
        raise _Unclear
    at = 0
    while at < len(found):
        head = _head(found, at)
        at += head or 1
        while head and (end := _end(found, at)) > at:
            if found[end - 1][0] != "}":
                yield _condition(text, found[at:end])
            at = end


def _head(found: Sequence[Token], at: int) -> int:
    """Return how many tokens ``ORDER BY`` has here, 0 where it does not stand."""
    words = [token[0].upper() for token in found[at : at + 2]]
    return 2 if words == ["ORDER", "BY"] else int(words[0] == "ORDERBY")


def _end(found: Sequence[Token], at: int) -> int:
    """Return where the condition ends that begins at the token ``at``, if one does."""
    if at >= len(found):
        return at
    word, kind = found[at][0].upper(), found[at].lastgroup
    if word[0] in "?$":
        return at + 1
    if word == "(":
        return _closed(found, at)
    if kind == "iri" or (kind == "name" and (":" in word or not word.startswith(_AFTER))):
        return _closed(found, at + 1 + (word == "NOT"))
    return at


def _closed(found: Sequence[Token], at: int) -> int:
    """Return where the bracket or brace closes that opens at the token ``at``."""
    depth = 0
    for place in range(at, len(found)):
        token = found[place]
        if is_doubtful(token, "()"):
            raise _Unclear
        depth += (token[0] in {"(", "{"}) - (token[0] in {")", "}"})
        if depth <= 0:
            break
    else:
        raise _Unclear
    if place == at:
        raise _Unclear
    return place + 1


def _condition(text: str, part: Sequence[Token]) -> _Condition:
    start, end = part[0].start(), part[-1].end()
    named = part[0][0].upper() in _DIRECTIONS
    expression = text[part[1].start() : end] if named else text[start:end]
    bare = expression if named or part[0][0] == "(" else f"({expression})"
    return _Condition(start, end, part[0][0].upper() if named else "ASC", bare)


def _total(condition: _Condition) -> str:
    """Return the conditions that stand for one."""
    return "".join(f" {condition.direction}({key})" for key in _keys(condition.expression)) + " "


def _keys(whole: str) -> Iterator[str]:
    """Yield what is ordered by in place of ``whole``; of a triple, each part is."""
    value = f"IF(isTRIPLE({whole}), OBJECT({whole}), {whole})"
    is_number, is_time = f"isNumeric({value})", f"DATATYPE({value}) IN ({_TIMES})"
    yield from (f"isTRIPLE({whole})", f"SUBJECT({whole})", f"PREDICATE({whole})")
    yield (
        f'COALESCE(IF(isBlank({value}), "1", IF(isIRI({value}), "2", IF({is_number}, "3",'
        f' IF({is_time}, CONCAT("4", STR(DATATYPE({value}))), "5")))), "0")'
    )
    yield f'IF({is_number}, <{_XSD}double>({value}), IF({is_time}, {_moment(value)}, ""))'
    yield f'IF({is_number}, <{_XSD}decimal>({value}), "")'
    yield f"COALESCE(IF({is_number} || {is_time}, STR({value}), {value}), {value})"


def _moment(value: str) -> str:
    """Return the expression for a time that can be compared with all others of its datatype."""
    moment = '""'
    for name in (*_ZONED, *_UNZONED):
        cast, written = f"<{_XSD}{name}>", f"STR({value})"
        plain = f"{cast}({written})"
        known = f'COALESCE({cast}(CONCAT({written}, "Z")), {plain})' if name in _ZONED else plain
        moment = f"IF(DATATYPE({value}) = {cast}, {known}, {moment})"
    return moment
