"""Property paths of lists: read once, and refused where they are none (SPARQL 1.1, section 9.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kizuna.vocabulary import term

_NAME = r"\^?\w[\w.-]*:\w[\w.-]*"
_STEP = re.compile(rf"\(({_NAME}(?:\|{_NAME})*)\)([?*]?)|({_NAME})([?*]?)|({_NAME}(?:\|{_NAME})+)")


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of a path; without ``needed`` it may be left out, ``again`` and again it is gone.

    Terms are as they stand in N-Triples.
    """

    forward: frozenset[bytes]
    back: frozenset[bytes]
    needed: bool
    again: bool


Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class PropertyPath:
    """A path as it was written, its steps, and the terms that it names."""

    text: str
    steps: Path
    terms: frozenset[NamedNode]


def key_of(node: NamedNode) -> bytes:
    """Return a term as it stands in N-Triples."""
    return str(node).encode()


def read_path(text: str, named: Callable[[str], NamedNode] = term) -> PropertyPath:
    """Return a path of steps with ``|``, ``^``, ``?``, ``*`` and ``/`` between them.

    ``named`` returns the term with a prefixed name. Several terms in one step stand in parentheses
    if a sign follows.

    >>> path = read_path("(dct:subject|^kz:when)?/dct:title")
    >>> [(len(s.forward), len(s.back), s.needed) for s in path.steps]
    [(1, 1, False), (1, 0, True)]

    Raises ValueError where it is none, and what ``named`` raises.
    """
    terms: set[NamedNode] = set()
    steps = []
    for part in text.split("/"):
        found = _STEP.fullmatch(part)
        if found is None:
            raise ValueError(f"{part!r} is no step of a path")
        names = (found[1] or found[3] or found[5]).split("|")
        steps.append(_step(names, found[2] or found[4] or "", named, terms))
    return PropertyPath(text, tuple(steps), frozenset(terms))


def _step(
    names: Sequence[str], sign: str, named: Callable[[str], NamedNode], terms: set[NamedNode]
) -> Step:
    nodes = {name: named(name.removeprefix("^")) for name in names}
    terms.update(nodes.values())
    return Step(
        forward=frozenset(key_of(node) for name, node in nodes.items() if name[0] != "^"),
        back=frozenset(key_of(node) for name, node in nodes.items() if name[0] == "^"),
        needed=not sign,
        again=sign == "*",
    )
