"""What a text speaks of: things that the data knows, things that are new, and values."""

from __future__ import annotations

from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Triple

from kizuna.project import Project, Role
from kizuna.vocabulary import RDF_TYPE, RDFS_SUBCLASS


@dataclass(eq=False, slots=True)
class Thing:
    """A thing or a value; two mentions of one thing hold the same object.

    ``iri`` is empty while a new thing has none. ``parts`` are what a new thing is made of, for
    its name and its identity. ``value`` holds what a value says, ``kind`` what sort it is: date,
    figure, duration, number. ``noun`` is the row of the patterns that introduced a thing, and
    ``heading`` tells that only headings have spoken of it so far.
    """

    iri: str
    classes: frozenset[str]
    label: str = ""
    parts: tuple[Thing, ...] = ()
    value: object = None
    kind: str = ""
    heading: bool = False
    noun: object = None
    numbers: set[int] = field(default_factory=set)
    """The sentences in which it was mentioned."""

    @property
    def new(self) -> bool:
        """Whether the data does not know it."""
        return not self.iri


@dataclass(frozen=True, slots=True)
class Known:
    """What the project says, in the forms that the rules ask for."""

    triples: frozenset[Triple]
    about: dict[str, list[Triple]]
    towards: dict[str, list[Triple]]
    classes: dict[str, frozenset[str]]
    above: dict[str, frozenset[str]]
    """Every class with itself and all that it is a subclass of."""

    def is_a(self, classes: frozenset[str], wanted: str) -> bool:
        """Tell whether a thing of ``classes`` is of the class ``wanted``."""
        return any(wanted in self.above.get(c, {c}) for c in classes)

    def values(self, subject: str, predicate: str) -> list[str]:
        """Return the values of a predicate of a thing, sorted."""
        found = (t for t in self.about.get(subject, ()) if t.predicate.value == predicate)
        return sorted(getattr(t.object, "value", "") for t in found)

    def subjects(self, predicate: str, value: str) -> list[str]:
        """Return the things that have ``value``, sorted."""
        found = (t for t in self.towards.get(value, ()) if t.predicate.value == predicate)
        return sorted({getattr(t.subject, "value", "") for t in found})


def known(project: Project, without: str = "") -> Known:
    """Return what the data of ``project`` says, the file ``without`` left out."""
    files = (f for f in project.having(Role.DATA) if f.path != without)
    triples = frozenset(t for file in files for t in file.triples)
    about: dict[str, list[Triple]] = {}
    towards: dict[str, list[Triple]] = {}
    types: dict[str, set[str]] = {}
    for triple in triples:
        if not isinstance(triple.subject, NamedNode):
            continue
        about.setdefault(triple.subject.value, []).append(triple)
        if isinstance(triple.object, NamedNode):
            towards.setdefault(triple.object.value, []).append(triple)
            if triple.predicate == RDF_TYPE:
                types.setdefault(triple.subject.value, set()).add(triple.object.value)
    classes = {iri: frozenset(found) for iri, found in types.items()}
    return Known(triples, about, towards, classes, _above(project))


def _above(project: Project) -> dict[str, frozenset[str]]:
    """Return each class of the ontology with all classes above it."""
    direct: dict[str, set[str]] = {}
    for file in project.having(Role.ONTOLOGY):
        for triple in file.triples:
            if triple.predicate == RDFS_SUBCLASS and isinstance(triple.object, NamedNode):
                direct.setdefault(getattr(triple.subject, "value", ""), set()).add(
                    triple.object.value
                )
    return {name: frozenset(_climb(name, direct)) for name in direct}


def _climb(name: str, direct: dict[str, set[str]]) -> set[str]:
    found, open_ = {name}, [name]
    while open_:
        for above in direct.get(open_.pop(), ()):
            if above not in found:
                found.add(above)
                open_.append(above)
    return found
