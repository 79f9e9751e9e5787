"""Statements as lines of N-Quads, as the index of descriptions holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import NamedNode

from kizuna.engine import DescriptionIndex

# Names, values and labels of blank nodes in a line; what stands in a value is none of them.
_TOKEN = re.compile(r'<[^<>\s]*>|"(?:[^"\\]|\\.)*"|_:[^\s)]+')
_PARTS = re.compile(r'(\S+) (\S+) (<<\(.*\)>>|"(?:[^"\\]|\\.)*"\S*|\S+)(?: (\S+))? \.', re.DOTALL)


def lines_of(index: DescriptionIndex, key: str, *, incoming: bool = False) -> list[str]:
    """Return the statements of a term (as it stands in N-Triples), or those that mention it."""
    return split(index.row(key, incoming=incoming))


def split(rows: bytes) -> list[str]:
    """Return the lines of N-Quads."""
    return [line for line in rows.decode().split("\n") if line]


def parts(line: str) -> tuple[str, str, str, str]:
    """Return subject, predicate, object and graph of a line; no graph is an empty text.

    >>> parts('<a:s> <a:p> "x . y"@en <a:g> .')
    ('<a:s>', '<a:p>', '"x . y"@en', '<a:g>')
    """
    found = _PARTS.fullmatch(line)
    if found is None:
        raise ValueError(f"no line of N-Quads: {line!r}")
    subject, predicate, value, graph = found.groups(default="")
    return subject, predicate, value, graph


def triple_of(line: str) -> str:
    """Return what a line says, without the graph in which it says it.

    >>> triple_of('<a:s> <a:p> _:b <a:g> .')
    '<a:s> <a:p> _:b'
    """
    return " ".join(parts(line)[:3])


def labels(line: str) -> set[str]:
    """Return the labels of the blank nodes in a line.

    >>> sorted(labels('_:a <a:p> "_:b" <a:g> .'))
    ['_:a']
    """
    if "_:" not in line:
        return set()
    return {token for token in _TOKEN.findall(line) if token.startswith("_:")}


def relabelled(line: str, names: Mapping[str, str]) -> str:
    """Return a line with other labels for blank nodes; those that ``names`` has not, stay.

    >>> relabelled('_:a <a:p> "_:a" <a:g> .', {"_:a": "_:b"})
    '_:b <a:p> "_:a" <a:g> .'
    """
    if "_:" not in line:
        return line
    return _TOKEN.sub(lambda token: names.get(token[0], token[0]), line)


def values(lines: Iterable[str], predicate: NamedNode) -> Iterator[str]:
    """Yield the objects, as they stand in N-Triples, of those lines with this predicate."""
    key = f" {predicate} "
    for line in lines:
        if key in line:
            _, found, value, _ = parts(line)
            if found == str(predicate):
                yield value
