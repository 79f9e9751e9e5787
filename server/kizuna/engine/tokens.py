"""The tokens of a query's text, as far as they can be told without its grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator

# SPARQL 1.1 Query, section 19.8: PN_CHARS_U without "_", and what else VARNAME and PN_CHARS have.
_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_VARNAME = rf"[{_BASE}_0-9][{_BASE}_0-9\u00b7\u0300-\u036f\u203f\u2040]*+"
_CHAR = rf"[{_BASE}_0-9\u00b7\u0300-\u036f\u203f\u2040\-]"
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
_LOCAL = rf"(?:[{_BASE}_:0-9]|{_ESCAPED})(?:\.*+(?:{_CHAR}|:|{_ESCAPED}))*+"
_NUMBER = rf"[0-9]+(?:\.[0-9]+)?(?:[eE][+\-]?[0-9]+)?[{_BASE}_0-9]*+"

TOKEN = re.compile(
    rf"""
      (?P<string>  \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | \'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\'
                 | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*' )
    | (?P<iri>     <(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*> )
    | (?P<comment> \#[^\n\r]* )
    | (?P<sigil>   [?$]{_VARNAME} | @[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)? )
    | (?P<name>    (?:[{_BASE}](?:\.*+{_CHAR})*+|_(?=:))?:(?:{_LOCAL})?
                 | {_NUMBER}
                 | [{_BASE}_](?:\.*+{_CHAR})*+ )
    | (?P<mark>    \\?. )
    """,
    re.VERBOSE | re.DOTALL,
)
"""Strings, IRIs, comments, ``?variables`` and ``@languages``, names and numbers, and marks.

An IRI may turn out to be a comparison (``?a<'x>'``); names keep their prefix and their case. A
word without a colon may be what the engine would split: ``true-1``, ``1OPTIONAL``.
"""
# What no comparison can be: after ``http:`` an expression cannot go on with two slashes.
SURELY_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
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


def is_doubtful(token: Token, signs: str = "'#") -> bool:
    """Tell whether an IRI may be a comparison that hides one of these signs of the grammar.

    As they are, they would be the start of a string or a comment.
    """
    if token.lastgroup != "iri" or SURELY_IRI.match(token[0]):
        return False
    return any(sign in token[0] for sign in signs)


def iri(token: Token) -> str:
    r"""Return what an IRI token says, its escapes undone (SPARQL 1.1 Query, section 19.2)."""
    return unescaped(token[0][1:-1])


def unescaped(text: str) -> str:
    r"""Return ``text`` with each ``\uXXXX`` and ``\UXXXXXXXX`` as the character that it is."""
    return _ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16) % 0x110000), text)
