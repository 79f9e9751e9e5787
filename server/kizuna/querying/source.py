"""Texts and values from a command line."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kizuna.engine.tokens import prefixes as declared
from kizuna.engine.tokens import tokens
from kizuna.errors import ProjectError, UsageError
from kizuna.iris import is_iri

STANDARD_INPUT = "-"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a query; ``name`` is that of its file, empty where it has none.

    ``added`` is the number of lines before it that its writer has not written.
    """

    text: str
    name: str = ""
    added: int = 0


def query_source(given: str, folder: Path) -> Source:
    """Return the query that is meant: a file, a saved query in ``folder``, ``-``, or the text.

    Raises UsageError for a name that is none of these, and ProjectError for a file that cannot
    be read.
    """
    if given == STANDARD_INPUT:
        return Source(_decoded(sys.stdin.buffer.read(), "standard input"), "standard input")
    saved = folder / f"{given}.rq"
    for path in (Path(given), saved) if len(given) < 1_000 and "\0" not in given else ():
        if path.is_file():
            return Source(_read(path), str(path))
    if _NAME.fullmatch(given):
        known = sorted(p.stem for p in folder.glob("*.rq")) if folder.is_dir() else []
        near = get_close_matches(given, known, n=1)
        advice = f"Did you mean {near[0]!r}?" if near else "A query has braces: 'ASK {}'."
        raise UsageError(f"there is no file and no saved query {given!r}", hint=advice)
    return Source(given)


def _read(path: Path) -> str:
    try:
        return _decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise ProjectError(f"{path}: cannot be read: {error.strerror}") from error


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProjectError(f"{name}: is not UTF-8", hint="Save it as UTF-8.") from error


def with_prefixes(source: Source, known: Mapping[str, str]) -> Source:
    """Return the query with declarations of those ``known`` prefixes that it only uses.

    They stand in a line of their own before it.
    """
    found = list(tokens(source.text))
    names = (token[0] for token in found if token.lastgroup == "name" and ":" in token[0])
    used = {name.partition(":")[0] for name in names} - declared(found).keys()
    head = " ".join(f"PREFIX {p}: {NamedNode(known[p])}" for p in sorted(used & known.keys()))
    return replace(source, text=f"{head}\n{source.text}", added=1) if head else source


def term_of(value: str, prefixes: Mapping[str, str]) -> str:
    """Return a value from the command line as a term in N-Triples syntax.

    A term in Turtle is that term, an address with http or https an IRI; all else is a plain text.

    >>> [term_of(v, {"e": "urn:e:"}) for v in ("e:x", "12", "Kobe", '"Kobe"@de', "http://x.org/")]
    ['<urn:e:x>', '"12"^^<http://www.w3.org/2001/XMLSchema#integer>', '"Kobe"', '"Kobe"@de', '<http://x.org/>']
    """
    if value.lower().startswith(("http://", "https://")) and is_iri(value):
        return str(NamedNode(value))
    head = "".join(f"@prefix {name}: {NamedNode(iri)} .\n" for name, iri in prefixes.items())
    try:
        statements = list(parse(f"{head}<x:s> <x:p> {value} .".encode(), RdfFormat.TURTLE))
    except (SyntaxError, UnicodeEncodeError):
        statements = []
    found = statements[0].object if len(statements) == 1 else None
    return str(found if isinstance(found, NamedNode | Literal) else Literal(value))
