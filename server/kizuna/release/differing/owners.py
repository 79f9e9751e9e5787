"""To which thing a statement belongs: claims and blank nodes are told with what they are about."""

from __future__ import annotations

import re
from functools import lru_cache

from kizuna.engine import DescriptionIndex
from kizuna.release.differing.lines import labels, lines_of, parts, values
from kizuna.vocabulary import KZ_CLAIM, RDF_OBJECT, RDF_PREDICATE, RDF_SUBJECT, RDF_TYPE

REMEMBERED = 20_000
_NODE = re.compile(r"_:|<(?!<)")


class Owners:
    """Whose the terms of one release are. Terms are known as they stand in N-Triples.

    - A claim belongs to the thing that it is about, and so do the parts of it that have its IRI
      with a fragment (the selectors of its quote).
    - A blank node belongs, with all blank nodes that it is linked to, to the least of the things
      that lead to one of them, or where none does, to the graph in which it stands.
    - All else is a thing of its own.
    """

    def __init__(self, index: DescriptionIndex) -> None:
        self.index = index
        self.claim_of = lru_cache(REMEMBERED)(self._claim_of)
        self._components: dict[str, tuple[str, str]] = {}

    def owner(self, key: str) -> str:
        """Return the thing to which a subject belongs."""
        if key.startswith("_:"):
            return self.component(key)[0]
        claim = self.claim_of(key)
        if not claim:
            return key
        about = self.about(claim)
        if about.startswith("_:"):
            return self.component(about)[0]
        return about or claim

    def owner_of(self, line: str) -> tuple[str, str]:
        """Return to which thing a statement belongs, and to which claim, if it is evidence."""
        nodes = labels(line)
        if nodes:
            return self.component(min(nodes))
        subject = line.partition(" ")[0]
        return self.owner(subject), self.claim_of(subject)

    def component(self, label: str) -> tuple[str, str]:
        """Return to which thing a blank node belongs, and as part of which claim, if of any."""
        if label not in self._components:
            if len(self._components) > REMEMBERED:
                self._components.clear()
            nodes, found = self._find_component(label)
            self._components.update(dict.fromkeys(nodes, found))
        return self._components[label]

    def about(self, claim: str) -> str:
        """Return what a claim is about, nothing where it says nothing of that."""
        named = values(lines_of(self.index, claim), RDF_SUBJECT)
        return min((term for term in named if _NODE.match(term)), default="")

    def fact(self, claim: str) -> str:
        """Return the statement for which a claim speaks, nothing where there is no such claim."""
        stated = lines_of(self.index, claim)
        terms = [
            min(values(stated, predicate), default="")
            for predicate in (RDF_SUBJECT, RDF_PREDICATE, RDF_OBJECT)
        ]
        return " ".join(terms) if all(terms) else ""

    def _claim_of(self, key: str) -> str:
        """Return the claim that a term is, or is a part of; nothing where it is neither."""
        whole, found, _ = key.partition("#")
        for candidate in (key, f"{whole}>") if found else (key,):
            if str(KZ_CLAIM) in values(lines_of(self.index, candidate), RDF_TYPE):
                return candidate
        return ""

    def _find_component(self, label: str) -> tuple[set[str], tuple[str, str]]:
        """Return all blank nodes that one is linked to, and to what they belong."""
        waiting, seen, leading, graphs = [label], {label}, set(), set()
        while waiting:
            node = waiting.pop()
            for line in lines_of(self.index, node) + lines_of(self.index, node, incoming=True):
                subject, _, _, graph = parts(line)
                graphs.add(graph)
                if not subject.startswith("_:"):
                    leading.add(subject)
                further = labels(line) - seen
                seen |= further
                waiting += further
        if not leading:
            return seen, (min(graphs, default=""), "")
        first = min(leading)
        claim = self.claim_of(first)
        about = self.about(claim) if claim else first
        return seen, ((claim if about.startswith("_:") else about or claim), claim)
