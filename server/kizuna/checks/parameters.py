"""Parameters of saved queries: what a reader may change, without ever touching the query's text.

A parameter is a variable with one value in a block of its own::

    VALUES ?day { "2012-01-01"^^xsd:date }

That value is the default; ``UNDEF`` makes the parameter one that may be left out. Another value
takes its place as a term that the engine's own library has written, so whatever is typed stays
one term.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from kizuna.checks.heads import Entry, spoken
from kizuna.engine.tokens import Token, prefixes, tokens
from kizuna.errors import BadAddress, BadQuery
from kizuna.vocabulary import PREFIXES

Value = NamedNode | Literal
LONGEST = 1_000
SHOWN = 80
RESERVED = frozenset({"lang", "query", "view"})
"""Names that addresses of pages use for something else; what begins with ``_`` is kept, too."""
_XSD = PREFIXES["xsd"]


@dataclass(frozen=True, slots=True)
class Type:
    """What may be typed for a parameter; ``read`` raises ValueError for all else."""

    read: Callable[[str], Value]
    expected: str


def _typed(name: str, pattern: str) -> Callable[[str], Literal]:
    shape = re.compile(pattern)

    def read(text: str) -> Literal:
        if not shape.fullmatch(text):
            raise ValueError
        return Literal(text, datatype=NamedNode(f"{_XSD}{name}"))

    return read


def _date(text: str) -> Literal:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError
    return Literal(text, datatype=NamedNode(f"{_XSD}date"))


THING = "thing"
TYPES: Mapping[str, Type] = {
    "date": Type(_date, "a day, written like 2012-01-31"),
    "integer": Type(_typed("integer", r"[+-]?[0-9]{1,18}"), "a whole number, like 3"),
    "decimal": Type(_typed("decimal", r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?"), "a number, like 2.5"),
    # No backslash: some engines undo \\u escapes before they look for the end of a string.
    "string": Type(
        _typed("string", r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\\]*"),
        "words in one line, without a backslash",
    ),
    "language": Type(
        _typed("string", r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"), "a language tag, like ja"
    ),
    THING: Type(NamedNode, "the address (IRI) of a thing"),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable that a reader may give another value. ``default`` is None for one left out.

    ``of`` is the class whose members are to choose from, if it is one.
    """

    name: str
    type: str
    of: NamedNode | None
    labels: Mapping[str, str]
    default: Value | None

    def read(self, text: str) -> Value | None:
        """Return the value that is typed; without any it is the default.

        Raises BadAddress for what is no value of the parameter's type.
        """
        if not text:
            return self.default
        kind = TYPES[self.type]
        try:
            text.encode()  # a lone surrogate stands in no text
            value = kind.read(text)
        except ValueError:
            value = None
        if value is None or len(text) > LONGEST:
            raise BadAddress(
                f"{self.name}={text[:SHOWN]!a} is no value of this question",
                hint=f"Expected is {kind.expected}.",
            )
        return value


def read_parameters(text: str, entries: Sequence[Entry]) -> tuple[Parameter, ...]:
    """Return the parameters that a head declares, in its order.

    Raises BadQuery, with its line, for one that the query does not have, that has no good default,
    or that is of no type.
    """
    declared = [e for e in entries if e.field == "parameter" and not e.language]
    names = [entry.name for entry in declared]
    for entry in entries:
        if entry.field == "parameter" and names.count(entry.name) != 1:
            many = "is declared twice" if entry.name in names else "has a label, but no type"
            raise _wrong(entry, many, f"Write once: # parameter {entry.name} (date)")
    return tuple(_parameter(text, entry, entries) for entry in declared)


def filled(text: str, values: Mapping[str, Value | None]) -> str:
    """Return a query with the values of its parameters; None stands as ``UNDEF``."""
    places = [
        (start, end, value) for name, value in values.items() for start, end in _blocks(text, name)
    ]
    for start, end, value in sorted(places, key=lambda p: p[0], reverse=True):
        text = f"{text[:start]} {'UNDEF' if value is None else value} {text[end:]}"
    return text


def resolved(name: str, text: str) -> NamedNode | None:
    """Return what a prefixed name or ``<IRI>`` means in a query, None where it means nothing."""
    if name.startswith("<") and name.endswith(">"):
        iri = name[1:-1]
    else:
        prefix, colon, local = name.partition(":")
        known = prefixes(list(tokens(text)))
        iri = known[prefix] + local if colon and prefix in known else ""
    try:
        return NamedNode(iri)
    except ValueError:
        return None


def _parameter(text: str, entry: Entry, entries: Iterable[Entry]) -> Parameter:
    if entry.name in RESERVED or entry.name.startswith("_"):
        raise _wrong(entry, "has a name that addresses use otherwise", "Name the variable anew.")
    of = None if entry.kind in TYPES else resolved(entry.kind, text)
    if entry.kind not in TYPES and of is None:
        known = ", ".join(TYPES)
        raise _wrong(
            entry,
            f"is of no type: {entry.kind!r}",
            f"A type is one of {known}, or a class with a prefix that the query declares.",
        )
    kind = THING if of is not None else entry.kind
    default = _default(text, entry, kind)
    return Parameter(entry.name, kind, of, spoken(entries, "parameter", entry.name), default)


def _default(text: str, entry: Entry, kind: str) -> Value | None:
    """Return the one value that the query itself gives a variable."""
    block = f"VALUES ?{entry.name} {{ … }}"
    blocks = {text[start:end].strip() for start, end in _blocks(text, entry.name)}
    if not blocks:
        raise _wrong(entry, "is not in the query", f"Give its default there: {block}")
    rows = [row for inside in blocks for row in _rows(text, entry.name, inside)]
    if len(blocks) != 1 or len(rows) != 1:
        raise _wrong(entry, "has not exactly one default", f"Give one value: {block}")
    value = rows[0]
    if value is None or _is_of(kind, value):
        return value
    raise _wrong(entry, f"has the default {value}", f"Expected is {TYPES[kind].expected}.")


def _is_of(kind: str, value: Value) -> bool:
    try:
        return TYPES[kind].read(value.value) == value
    except ValueError:
        return False


def _rows(text: str, name: str, inside: str) -> list[Value | None]:
    """Return what the block of a variable holds, read by the engine."""
    declared = "".join(f"PREFIX {p}: <{n}>\n" for p, n in prefixes(list(tokens(text))).items())
    found = Store().query(f"{declared}SELECT ?{name} {{ VALUES ?{name} {{ {inside} }} }}")
    rows = found if isinstance(found, QuerySolutions) else ()
    return [term if isinstance(term := row[name], NamedNode | Literal) else None for row in rows]


def _blocks(text: str, name: str) -> list[tuple[int, int]]:
    """Return where the values of a variable stand, inside the braces of its ``VALUES``."""
    found = list(tokens(text))
    return [
        (opening.end(), next(t.start() for t in found[at:] if t[0] == "}"))
        for at, (word, variable, opening) in enumerate(
            zip(found, found[1:], found[2:], strict=False)
        )
        if _begins(word, variable, opening, name)
    ]


def _begins(word: Token, variable: Token, opening: Token, name: str) -> bool:
    named = variable[0] in {f"?{name}", f"${name}"}
    return word[0].upper() == "VALUES" and named and opening[0] == "{"


def _wrong(entry: Entry, what: str, hint: str) -> BadQuery:
    return BadQuery(f"the parameter {entry.name} {what}", line=entry.line, hint=hint)
