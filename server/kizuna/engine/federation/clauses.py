"""The ``SERVICE`` clauses of a query: where they stand and whom they call.

Only what is told for sure from the tokens is read as one: the word by itself, ``SILENT`` or not, an
endpoint that is written out, a group in braces. The heads of all clauses are then taken out, and
the guard, which refuses the word in any disguise, must pass what is left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, RdfFormat, parse

from kizuna.engine.guard import guard
from kizuna.engine.protocol import Limits
from kizuna.engine.tokens import SURELY_IRI, Token, tokens
from kizuna.errors import BadQuery, Refused

MOST_CLAUSES = 5
LONGEST = 100_000
"""How many characters a query with ``SERVICE`` may have: it is read several times."""
_WORD = "SERVICE"
_NO_LINE_END = re.compile(r"[^\r\n]")
_DECLARATIONS = {"PREFIX": 3, "PREFIX:": 2, "BASE": 2, "VERSION": 2}
"""How many tokens each part of a prologue has (SPARQL 1.1 Query, section 19.8, rules 4 to 6)."""
_SHAPE = "Write SERVICE <https://…> { … }, with white space around the word."


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: from the word at ``start`` over the brace at ``opening`` to ``end``."""

    start: int
    opening: int
    end: int
    endpoint: str
    silent: bool


def may_call(text: str) -> bool:
    """Tell at once that a query surely calls nobody; strings and comments count, too."""
    return _WORD in text.upper()


def calls(text: str, base: str, limits: Limits) -> list[Clause]:
    """Return the clauses in the order of the text.

    Raises Refused for an endpoint that is a variable, for one clause in another, and for the word
    where it cannot be told what it means; BadQuery for what is no clause, too long or too many.
    """
    found = list(tokens(text))
    at = prologue_length(found)
    head = text[: found[at - 1].end()] if at else ""
    clauses = []
    while at < len(found):
        if is_call(found[at]):
            end = _end(text, found, at)
            clauses.append(_clause(text, found[at:end], (head, base)))
            at = end
        else:
            at += 1
    if clauses:
        _check(text, found, clauses, limits)
    return clauses


def is_call(token: Token) -> bool:
    """Tell whether a token is the word ``SERVICE``."""
    return token.lastgroup == "name" and token[0].upper() == _WORD


def prologue_length(found: Sequence[Token]) -> int:
    """Return how many tokens declare prefixes and bases before the query itself."""
    at = 0
    while at < len(found) and (step := _DECLARATIONS.get(found[at][0].upper(), 0)):
        at += step
    return min(at, len(found))


def line(text: str, at: int) -> int:
    """Return the line of an offset, from 1."""
    return text.count("\n", 0, at) + 1


def _end(text: str, found: Sequence[Token], at: int) -> int:
    """Return where in the tokens the clause ends that begins at ``at``."""
    depth = 0
    for place in range(at + 1, len(found)):
        mark = found[place][0]
        if is_call(found[place]):
            raise Refused(
                f"SERVICE in line {line(text, found[place].start())} stands inside of another one",
                hint="Ask each endpoint in a clause of its own; the results are joined.",
            )
        depth += (mark == "{") - (mark == "}")
        if mark == "}" and depth <= 0:
            return place + 1
    raise _malformed(text, found[at])


def _clause(text: str, part: Sequence[Token], context: tuple[str, str]) -> Clause:
    """Return the clause that ``part`` is; ``context`` are the prologue and the base."""
    silent = part[1][0].upper() == "SILENT"
    name, opening = part[1 + silent], part[min(2 + silent, len(part) - 1)]
    if name.lastgroup == "sigil":
        raise Refused(
            f"SERVICE {name[0]} in line {line(text, name.start())}: "
            "the endpoint must be written out, a variable is not followed",
            hint=_SHAPE,
        )
    if name.lastgroup not in {"iri", "name"} or opening[0] != "{":
        raise _malformed(text, part[0])
    endpoint = _resolved(name[0], *context)
    if endpoint is None:
        raise _malformed(text, part[0])
    return Clause(part[0].start(), opening.start(), part[-1].end(), endpoint, silent)


def _resolved(name: str, prologue: str, base: str) -> str | None:
    """Return the IRI of a name, which Turtle resolves by the same rules and declarations."""
    document = f"BASE <{base}>\n{prologue}\n<urn:s> <urn:p> {name} ."
    try:
        statements = list(parse(document.encode(), RdfFormat.TURTLE))
    except (SyntaxError, UnicodeEncodeError):
        return None
    term = statements[0].object if len(statements) == 1 else None
    return term.value if isinstance(term, NamedNode) else None


def _check(text: str, found: Sequence[Token], clauses: Sequence[Clause], limits: Limits) -> None:
    """Pass if nothing but ``clauses`` can be a call, and all of it is of a bearable size."""
    if len(clauses) > MOST_CLAUSES or len(text) > LONGEST:
        raise BadQuery(
            f"a query may call {MOST_CLAUSES} services and have {LONGEST} characters then, "
            f"not {len(clauses)} and {len(text)}",
            hint="Ask in several steps.",
        )
    for token in found[prologue_length(found) :]:
        if token.lastgroup == "iri" and not SURELY_IRI.match(token[0]) and set("'#") & {*token[0]}:
            raise BadQuery(
                f"beside SERVICE it cannot be told whether {token[0][:60]} is an IRI",
                line=line(text, token.start()),
                hint="Declare a prefix for it, or put blanks around the comparison.",
            )
    try:
        guard(_without_heads(text, clauses), limits)
    except Refused as error:
        raise Refused(f"{error.message}, unless it is clear what is meant", hint=_SHAPE) from error


def _without_heads(text: str, clauses: Sequence[Clause]) -> str:
    """Return the text with blanks up to each pattern, so that all else keeps its place."""
    parts, done = [], 0
    for clause in clauses:
        head = text[clause.start : clause.opening]
        parts += [text[done : clause.start], _NO_LINE_END.sub(" ", head)]
        done = clause.opening
    return "".join(parts) + text[done:]


def _malformed(text: str, token: Token) -> BadQuery:
    at = token.start()
    return BadQuery(
        f"the query is no SPARQL: SERVICE without an endpoint and a group (line {line(text, at)})",
        line=line(text, at),
        column=at - (text.rfind("\n", 0, at) + 1) + 1,
        hint=_SHAPE,
    )
