"""Where a term stands in its hierarchy: a tree from the widest terms above it to all below it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kizuna.vocabulary import RDFS_SUBCLASS, shortened, term
from kizuna.web.reader import Link, Reader

BROADER = (RDFS_SUBCLASS, term("rdfs:subPropertyOf"), term("skos:broader"))


@dataclass(frozen=True, slots=True)
class Branch:
    """A term of the tree with those directly below it.

    ``origin`` is its prefixed name where it is another vocabulary's, which may name things alike;
    ``count`` is that of a class's members.
    """

    link: Link
    origin: str
    count: int
    current: bool
    below: tuple[Branch, ...]


def tree(reader: Reader, known: NamedNode) -> tuple[Branch, ...]:
    """Return the tree around a term, empty for one that has nothing above or below it.

    A term that stands below two others is shown below both; what is below it, once.
    """
    above = _reached(reader, known, _broader)
    shown = {*above, *_reached(reader, known, _narrower)}
    if len(shown) == 1:
        return ()
    roots = [t for t in above if not _broader(reader, t)] or [known]
    done: set[NamedNode] = set()
    return tuple(_branch(reader, root, known, shown, done) for root in sorted(roots, key=str))


def _branch(
    reader: Reader,
    here: NamedNode,
    known: NamedNode,
    shown: set[NamedNode],
    done: set[NamedNode],
) -> Branch:
    below = () if here in done else [t for t in _narrower(reader, here) if t in shown]
    done.add(here)
    site = reader.site
    branches = [_branch(reader, t, known, shown, done) for t in below]
    return Branch(
        link=reader.link(here),
        origin="" if site.terms.home(here) else shortened(here.value, site.prefixes).strip("<>"),
        count=site.classes.count(here) if site.classes.slug(here) else 0,
        current=here == known,
        below=tuple(sorted(branches, key=lambda b: b.link.words.text.lower())),
    )


def _broader(reader: Reader, here: NamedNode) -> list[NamedNode]:
    stated = reader.site.index.outgoing(here)
    found = {q.object for q in stated if q.predicate in BROADER and q.object != here}
    return sorted((t for t in found if isinstance(t, NamedNode)), key=str)


def _narrower(reader: Reader, here: NamedNode) -> list[NamedNode]:
    return [t for t in reader.site.terms.naming(here, *BROADER) if t != here]


def _reached(
    reader: Reader, start: NamedNode, step: Callable[[Reader, NamedNode], list[NamedNode]]
) -> list[NamedNode]:
    found = [start]
    for here in found:
        found.extend(t for t in step(reader, here) if t not in found)
    return found
