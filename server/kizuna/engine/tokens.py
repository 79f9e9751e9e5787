"""The tokens of a query's text, as far as they can be told without its grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LETTER = r"""(?:[^\s<>"'{}()\[\],;|^/*+=!&\#.?$@\\]|\\.)"""
TOKEN = re.compile(
    rf"""
      (?P<string>  \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | \'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\'
                 | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' )
    | (?P<iri>     <(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*> )
    | (?P<comment> \#[^\n\r]* )
    | (?P<sigil>   [?$@]{_LETTER}+ )
    | (?P<name>    {_LETTER}+(?:\.{_LETTER}+)* )
    | (?P<mark>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
"""Strings, IRIs, comments, ``?variables`` and ``@languages``, names and numbers, and marks.

An IRI may turn out to be a comparison (``?a<'x>'``); names keep their prefix and their case.
"""
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
Token = re.Match[str]


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of ``text`` but for comments and white space; ``lastgroup`` is the kind."""
    for token in TOKEN.finditer(text):
        if token.lastgroup != "comment" and not token[0].isspace():
            yield token


def prefixes(found: list[Token]) -> dict[str, str]:
    """Return the prefixes that a query's tokens declare, with their namespaces.

    >>> prefixes(list(tokens("PREFIX a: <urn:x#> ASK { ?s a:b 1 }")))
    {'a': 'urn:x#'}
    """
    return {
        name[0][:-1]: iri(namespace)
        for word, name, namespace in zip(found, found[1:], found[2:], strict=False)
        if word[0].upper() == "PREFIX" and name[0].endswith(":") and namespace.lastgroup == "iri"
    }


def iri(token: Token) -> str:
    r"""Return what an IRI token says, its escapes undone (SPARQL 1.1 Query, section 19.2)."""
    return _ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16) % 0x110000), token[0][1:-1])
