"""What a release says, divided among its members: each statement belongs to exactly one.

A member is an IRI with all that is said of it: its own statements, the claims that are about it
with their selectors, and the blank nodes that it leads to (``Owners`` says which). All else that is
described is a member too: nodes that spell out values, terms, shapes. Blank nodes to which no IRI
leads belong to the graph in which they stand.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import NamedNode

from kizuna.engine import DescriptionIndex
from kizuna.release.differing.blank import canonical
from kizuna.release.differing.lines import labels, lines_of, split, triple_of
from kizuna.release.differing.owners import Owners
from kizuna.release.manifest import Manifest
from kizuna.vocabulary import RDF_SUBJECT

_ABOUT = re.compile(rf"^(\S+) {re.escape(str(RDF_SUBJECT))} ".encode(), re.MULTILINE)


@dataclass(frozen=True)
class Members:
    """The members of one release; known as IRIs stand in N-Triples."""

    index: DescriptionIndex
    manifest: Manifest

    @cached_property
    def owners(self) -> Owners:
        """To which of them statements belong."""
        return Owners(self.index)

    def all(self) -> Iterator[str]:
        """Yield all members, each as often as something is said that belongs to it."""
        for subject in self.index.terms():
            yield from self.having(subject, lines_of(self.index, subject))

    def having(self, subject: str, lines: Iterable[str]) -> set[str]:
        """Return the members to which statements of a subject belong, or those of their nodes."""
        nodes = {label for line in lines for label in labels(line)}
        return {self._named(self.owners.owner(subject))} | {self.member_of(node) for node in nodes}

    def member_of(self, label: str) -> str:
        """Return the member to which a blank node belongs."""
        return self._named(self.owners.component(label)[0])

    def parts(self, subject: str) -> list[str]:
        """Return the subjects whose IRI is that of ``subject`` with a fragment."""
        if subject.startswith("_:") or "#" in subject:
            return []
        return [str(part) for part in self.index.subjects(f"{subject[1:-1]}#")]

    def said(self, member: str) -> list[str]:
        """Return all triples of a member, as N-Triples without the last dot, in a fixed order.

        The labels of blank nodes follow from what is said, so that equal descriptions are equal
        texts.
        """
        found: set[str] = set()
        waiting = [member, *self._loose.get(member, ())] if self._is_graph(member) else [member]
        seen = set(waiting)
        while waiting:
            term = waiting.pop()
            own = [line for line in self._around(term) if self._belongs(line, member)]
            found.update(map(triple_of, own))
            further = {node for line in own for node in labels(line)}
            if term == member or own:
                further |= set(self._beside(term))
            waiting += further - seen
            seen |= further
        return canonical(found)

    def _named(self, owner: str) -> str:
        """Return an owner by its IRI; what stands in no graph belongs to the publication."""
        return owner or str(NamedNode(self.manifest.base))

    def _belongs(self, line: str, member: str) -> bool:
        return self._named(self.owners.owner_of(line)[0]) == member

    def _around(self, term: str) -> list[str]:
        lines = lines_of(self.index, term)
        return lines + lines_of(self.index, term, incoming=True) if term.startswith("_:") else lines

    def _beside(self, term: str) -> Iterator[str]:
        """Yield the subjects that may belong to the same member as a term: claims, and parts."""
        for claim in set(_ABOUT.findall(self.index.row(term, incoming=True))):
            yield claim.decode()
        if self.owners.claim_of(term):
            yield from self.parts(term)

    def _is_graph(self, member: str) -> bool:
        iri = member[1:-1]
        return iri in self.manifest.graphs or iri == self.manifest.base

    @cached_property
    def _loose(self) -> dict[str, list[str]]:
        """The blank nodes that belong to graphs, by graph."""
        found = defaultdict(list)
        for label in self.index.terms("_:", "_;"):
            member = self.member_of(label)
            if self._is_graph(member):
                found[member].append(label)
        return found


def touched(
    old: Members, new: Members, changed: Iterable[tuple[str, bytes, bytes]]
) -> Iterator[str]:
    """Yield the members of either release that may say something else in the other.

    ``changed`` are the subjects that do, with what they say in both. A blank node may have come to
    another member though nothing changed about it but what leads to it, and so may the parts of
    what became a claim, or is none any more.
    """
    for subject, before, after in changed:
        yield from _touched(old, new, subject, [*split(before), *split(after)])
        if old.owners.claim_of(subject) != new.owners.claim_of(subject):
            for part in {*old.parts(subject), *new.parts(subject)}:
                lines = [*lines_of(old.index, part), *lines_of(new.index, part)]
                yield from _touched(old, new, part, lines)


def _touched(old: Members, new: Members, subject: str, lines: list[str]) -> set[str]:
    return old.having(subject, lines) | new.having(subject, lines)
