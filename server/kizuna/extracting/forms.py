"""What the shapes ask of new things: where their addresses lie, and what they cannot be without."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kizuna.extracting.things import Known
from kizuna.project import Project, Role
from kizuna.vocabulary import RDFS_LABEL, SKOS_PREF_LABEL, term

_TARGET, _PROPERTY, _PATH, _PATTERN, _MIN, _INVERSE, _EITHER = (
    term(f"sh:{n}")
    for n in (
        "targetClass",
        "property",
        "path",
        "pattern",
        "minCount",
        "inversePath",
        "alternativePath",
    )
)
_FIRST, _REST, _NIL = term("rdf:first"), term("rdf:rest"), term("rdf:nil")
_NEARLY_ALL = 0.9
_KIND = re.compile(r"/id/\(?([a-z]+)")
_SPECIAL = {
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "ß": "ss",
    "Ä": "ae",
    "Ö": "oe",
    "Ü": "ue",
    "ø": "o",
    "ł": "l",
}


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Need:
    """One of these properties a thing of a class must have; inverse: one must point at it."""

    predicates: tuple[str, ...]
    inverse: bool


@dataclass(frozen=True, slots=True)
class Forms:
    """What is asked of things by their classes, and what classes are called."""

    kinds: dict[str, str]
    needs: dict[str, tuple[Need, ...]]
    labels: dict[str, dict[str, str]]
    languages: tuple[str, ...]
    """Those in which the data names nearly all its things, so that new ones have names in them."""
    known: Known

    def kind(self, classes: frozenset[str]) -> str:
        """Return the part of the address that things of a class share, else "thing"."""
        return next(iter(self._of(classes, self.kinds)), "thing")

    def wants(self, classes: frozenset[str]) -> list[Need]:
        """Return what things of these classes cannot be without."""
        return [need for needs in self._of(classes, self.needs) for need in needs]

    def _of(self, classes: frozenset[str], table: Mapping[str, T]) -> Iterator[T]:
        for cls in sorted(classes):
            above = self.known.above.get(cls, frozenset({cls}))
            nearest = sorted(above, key=lambda c: -len(self.known.above.get(c, ())))
            yield from (table[c] for c in nearest if c in table)


def forms(project: Project, known: Known) -> Forms:
    """Return what the shapes and the ontology of ``project`` say about its classes."""
    about: dict[object, list[Triple]] = {}
    labels: dict[str, dict[str, str]] = {}
    for file in project.having(Role.SHAPES, Role.ONTOLOGY):
        for triple in file.triples:
            about.setdefault(triple.subject, []).append(triple)
            value = triple.object
            if triple.predicate == RDFS_LABEL and isinstance(value, Literal) and value.language:
                labels.setdefault(str(getattr(triple.subject, "value", "")), {})[value.language] = (
                    value.value
                )
    kinds: dict[str, str] = {}
    needs: dict[str, tuple[Need, ...]] = {}
    for rows in about.values():
        targets = [
            t.object.value
            for t in rows
            if t.predicate == _TARGET and isinstance(t.object, NamedNode)
        ]
        pattern = next(
            (
                _KIND.search(t.object.value)
                for t in rows
                if t.predicate == _PATTERN and isinstance(t.object, Literal)
            ),
            None,
        )
        wanted = tuple(_needs(rows, about))
        for target in targets:
            if pattern:
                kinds.setdefault(target, pattern[1])
            needs[target] = needs.get(target, ()) + wanted
    return Forms(_usual_kinds(project) | kinds, needs, labels, languages(project), known)


def _usual_kinds(project: Project) -> dict[str, str]:
    """Return the part of the address that most things of a class have in the data."""
    counted: dict[str, Counter[str]] = {}
    for subject, classes in project.types.items():
        kind = project.addresses.kind(subject.value)
        for one in classes if kind else ():
            counted.setdefault(one.value, Counter())[kind] += 1
    return {one: max(sorted(kinds), key=kinds.__getitem__) for one, kinds in counted.items()}


def languages(project: Project) -> tuple[str, ...]:
    """Return the languages in which the data names nearly all its things, else the first one."""
    named: dict[str, set[str]] = {}
    for triple in project.data:
        value = triple.object
        if triple.predicate == SKOS_PREF_LABEL and isinstance(value, Literal) and value.language:
            named.setdefault(value.language, set()).add(str(triple.subject))
    things = set().union(*named.values())
    common = (code for code, found in named.items() if len(found) >= _NEARLY_ALL * len(things))
    return tuple(sorted(common)) or project.languages[:1]


def _needs(rows: list[Triple], about: dict[object, list[Triple]]) -> Iterator[Need]:
    for shape in (t.object for t in rows if t.predicate == _PROPERTY):
        parts = {t.predicate: t.object for t in about.get(shape, ())}
        least, path = parts.get(_MIN), parts.get(_PATH)
        if getattr(least, "value", "0") == "0":
            continue
        if isinstance(path, NamedNode):
            yield Need((path.value,), inverse=False)
        elif isinstance(path, BlankNode):
            inner = {t.predicate: t.object for t in about.get(path, ())}
            inverse, either = inner.get(_INVERSE), inner.get(_EITHER)
            if isinstance(inverse, NamedNode):
                yield Need((inverse.value,), inverse=True)
            elif either is not None:
                yield Need(tuple(_members(either, about)), inverse=False)


def _members(node: object, about: dict[object, list[Triple]]) -> Iterator[str]:
    """Yield the IRIs of an RDF list."""
    while node != _NIL:
        rows = {t.predicate: t.object for t in about.get(node, ())}
        yield str(getattr(rows[_FIRST], "value", ""))
        node = rows[_REST]


def slug(text: str, most: int = 60) -> str:
    """Return an ASCII name for an address; the same text always gives the same.

    >>> slug("Übereinkunft: Köln – 神戸 (2019)")
    'uebereinkunft-koeln-2019'
    """
    spelled = "".join(_SPECIAL.get(c, c) for c in text)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    out = ""
    for word in words:
        if len(out) + len(word) + 1 > most:
            break
        out = f"{out}-{word}" if out else word
    return out or "unnamed"
