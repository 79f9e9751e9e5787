"""Names and classes of terms, looked up once per release."""

from __future__ import annotations

import re
from functools import lru_cache

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kizuna.engine import DescriptionIndex
from kizuna.resources import label_of
from kizuna.vocabulary import RDF_TYPE, shortened

Term = NamedNode | BlankNode | Literal | Triple
REMEMBERED = 50_000
LONGEST_REMEMBERED = 1_000
"""Signs of a term up to which it is remembered: those in answers to queries are of any length."""
_TYPE = re.compile(rf"^\S+ {re.escape(str(RDF_TYPE))} <([^<]\S*)> ".encode(), re.MULTILINE)
"""The class in a line of N-Quads that tells it."""


class Names:
    """What terms are called, in each language, and of which classes they are."""

    def __init__(
        self,
        index: DescriptionIndex,
        languages: tuple[str, ...],
        prefixes: dict[str, str],
        value_classes: frozenset[NamedNode],
    ) -> None:
        self.index = index
        self.languages = languages
        self.prefixes = prefixes
        self.value_classes = value_classes
        self._label = lru_cache(REMEMBERED)(self._find_label)
        self._types = lru_cache(REMEMBERED)(self._find_types)

    def label(self, term: NamedNode | BlankNode, language: str) -> Literal:
        """Return the best name of ``term`` in ``language``, or its IRI, shortened."""
        find = self._label if len(term.value) <= LONGEST_REMEMBERED else self._find_label
        return find(term, language)

    def types(self, term: Term) -> frozenset[NamedNode]:
        """Return the classes that ``term`` is said to have."""
        if not isinstance(term, NamedNode | BlankNode):
            return frozenset()
        find = self._types if len(term.value) <= LONGEST_REMEMBERED else self._find_types
        return find(term)

    def is_value(self, term: Term) -> bool:
        """Tell whether ``term`` only spells out a value, like a date in words."""
        return bool(self.value_classes) and not self.value_classes.isdisjoint(self.types(term))

    def _find_label(self, term: NamedNode | BlankNode, language: str) -> Literal:
        order = (language, *(other for other in self.languages if other != language))
        found = label_of(self.index, term, order)
        if found is not None:
            return found
        if isinstance(term, BlankNode):
            return Literal("…")
        return Literal(shortened(term.value, self.prefixes).strip("<>"))

    def _find_types(self, term: NamedNode | BlankNode) -> frozenset[NamedNode]:
        found = _TYPE.findall(self.index.row(str(term)))
        return frozenset(NamedNode(iri.decode()) for iri in found)
