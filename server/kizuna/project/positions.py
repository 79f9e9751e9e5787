"""Where the subjects of a Turtle file stand: RDF parsers forget it, people need it.

Only files that the real parser has accepted are indexed, so this reader may be lenient.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin

_NAME_END = r"\s<>\"';,()\[\]{}#^"
TOKEN = re.compile(
    rf"""
      (?P<space>   \s+ | \#[^\n\r]* )
    | (?P<string>  \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
                 | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' )
    | (?P<iri>     <[^<>"{{}}|^`\s]*> )
    | (?P<mark>    \^\^ | [;,\[\]()] | \.(?![0-9]) )
    | (?P<at>      @[A-Za-z]+(?:-[A-Za-z0-9]+)* )
    | (?P<name>    (?:[^{_NAME_END}@.\\] | \\. | \.(?=[^{_NAME_END}]) )+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_BREAK = re.compile(r"\r\n|\r|\n")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


class Position(NamedTuple):
    """A place in a file; line and column count from 1."""

    line: int
    column: int


@dataclass
class Positions:
    """The first place of each subject, of each of its predicates and objects, and of each IRI.

    Keys are IRIs and lexical values as plain text.
    """

    subjects: dict[str, Position] = field(default_factory=dict)
    predicates: dict[tuple[str, str], Position] = field(default_factory=dict)
    objects: dict[tuple[str, str, str], Position] = field(default_factory=dict)
    mentions: dict[str, Position] = field(default_factory=dict)

    def find(self, subject: str, predicate: str = "", value: str = "") -> Position | None:
        """Return the most exact place known, or None if the file does not have the subject."""
        return (
            self.objects.get((subject, predicate, value))
            or self.predicates.get((subject, predicate))
            or self.subjects.get(subject)
        )


def index_positions(text: str, base: str = "") -> Positions:
    """Return where things stand in ``text``, valid Turtle (W3C Turtle 1.1, section 6).

    Relative IRIs are resolved against ``base`` until the text gives another.
    """
    reader = Reader(text, base)
    for kind, piece, position in reader.tokens():
        reader.take(kind, piece, position)
    return reader.positions


class Reader:
    """A walk over the tokens that knows which of subject, predicate and object comes next."""

    def __init__(self, text: str, base: str) -> None:
        self.text = text
        self.positions = Positions()
        self.prefixes: dict[str, str] = {}
        self.base = base
        self.depth = 0
        self.subject = self.predicate = ""
        self.slot = "subject"
        self.directive: list[str] = []
        self.datatype_next = False

    def tokens(self) -> Iterator[tuple[str, str, Position]]:
        """Yield kind, text and place of each token, spaces and comments left out."""
        line, line_start = 1, 0
        for match in TOKEN.finditer(self.text):
            kind = match.lastgroup or ""
            if kind != "space":
                yield kind, match[0], Position(line, match.start() - line_start + 1)
            breaks = list(_BREAK.finditer(match[0]))
            if breaks:
                line += len(breaks)
                line_start = match.start() + breaks[-1].end()

    def take(self, kind: str, piece: str, position: Position) -> None:
        """Move on by one token."""
        if self.directive or self._opens_directive(kind, piece):
            self._direct(kind, piece)
        elif kind == "mark":
            self._mark(piece)
        elif kind == "at":
            return
        elif self.datatype_next:
            self.datatype_next = False
            self._mention(self._value(kind, piece), position)
        else:
            self._term(self._value(kind, piece), position, named=kind != "string")

    def _opens_directive(self, kind: str, piece: str) -> bool:
        starts = kind == "at" or piece.upper() in {"PREFIX", "BASE", "VERSION"}
        return starts and self.slot == "subject" and self.depth == 0

    def _direct(self, kind: str, piece: str) -> None:
        """Collect ``@prefix p: <i> .`` or ``PREFIX p: <i>`` (or base) and keep what it binds.

        ``VERSION "1.2"`` binds nothing.
        """
        self.directive.append(piece)
        dotted = self.directive[0].startswith("@")
        if (piece == "." and kind == "mark") if dotted else kind in {"iri", "string"}:
            named = next((t for t in self.directive if t.startswith("<")), "<>")
            iri = _resolved(self.base, _unescaped(named[1:-1]))
            if "version" in self.directive[0].lower():
                pass
            elif "base" in self.directive[0].lower():
                self.base = iri
            else:
                self.prefixes[self.directive[1].removesuffix(":")] = iri
            self.directive = []

    def _mark(self, piece: str) -> None:
        """Follow punctuation; what stands inside brackets only counts as mentioned."""
        if piece == "^^":
            self.datatype_next = True
        elif piece in "[(":
            if self.depth == 0:
                self._filled("")
            self.depth += 1
        elif piece in "])":
            self.depth -= 1
        elif self.depth == 0:
            self.slot = {";": "predicate", ",": "object", ".": "subject"}[piece]

    def _term(self, value: str, position: Position, *, named: bool) -> None:
        """Note one term in its slot."""
        if named:
            self._mention(value, position)
        if self.depth:
            return
        if self.slot == "subject":
            self.positions.subjects.setdefault(value, position)
        elif self.slot == "predicate":
            self.positions.predicates.setdefault((self.subject, value), position)
        else:
            self.positions.objects.setdefault((self.subject, self.predicate, value), position)
        self._filled(value)

    def _filled(self, value: str) -> None:
        """Remember ``value`` in the current slot and step to the next."""
        if self.slot == "subject":
            self.subject, self.slot = value, "predicate"
        elif self.slot == "predicate":
            self.predicate, self.slot = value, "object"

    def _mention(self, iri: str, position: Position) -> None:
        self.positions.mentions.setdefault(iri, position)

    def _value(self, kind: str, piece: str) -> str:
        """Return the IRI or the lexical value that a token stands for."""
        if kind == "string":
            size = 3 if piece[:3] in {'"""', "'''"} else 1
            return _unescaped(piece[size:-size])
        if kind == "iri":
            return _resolved(self.base, _unescaped(piece[1:-1]))
        if piece == "a" and self.slot == "predicate":
            return _RDF_TYPE
        prefix, colon, local = piece.partition(":")
        if colon and prefix in self.prefixes:
            return self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)
        return piece


def _resolved(base: str, iri: str) -> str:
    """Return ``iri`` made absolute; ``urljoin`` alone would drop an empty fragment."""
    if _SCHEME.match(iri):
        return iri
    empty_fragment = "#" if iri.endswith("#") else ""
    return urljoin(urldefrag(base).url, iri.removesuffix("#")) + empty_fragment


def _unescaped(text: str) -> str:
    """Return ``text`` with Turtle's string escapes resolved."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(
        lambda m: chr(int(m[1][1:], 16)) if m[1][0] in "uU" else _ESCAPED.get(m[1], m[1]), text
    )
