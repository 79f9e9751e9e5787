"""The patterns of a project: what its things are called in texts, and which sentences say what.

They are Turtle in ``ontology/patterns/``, in a vocabulary of their own (docs/extracting.md); no
file there is part of what is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kizuna.errors import BadData, ProjectError
from kizuna.vocabulary import PREFIXES, RDF_TYPE

FOLDER = Path("ontology/patterns")
KZX = "https://w3id.org/kizuna/extraction#"
_FIRST, _REST, _NIL = (PREFIXES["rdf"] + name for name in ("first", "rest", "nil"))

Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True)
class Slot:
    """A gap of a pattern: things of these classes fit, the first classes preferred.

    ``reads`` names a value that is read instead: date, figure, number, duration.
    """

    name: str
    accepts: tuple[str, ...]
    reads: str


@dataclass(frozen=True, slots=True)
class Noun:
    """Words for things of one class; with ``refers`` they only point back at one.

    ``back`` is the class of what a definite use may point back at.
    """

    cls: str
    words: tuple[tuple[str, str], ...]
    refers: bool
    back: str


@dataclass(frozen=True, slots=True)
class Naming:
    """Words in the names of things of one class (GmbH, University): new names show by them."""

    cls: str
    words: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Minting:
    """A new thing that a sentence brings: its variable, its class, what it is made of."""

    name: str
    cls: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Saying:
    """A fact: variables and IRIs (``<…>``) for its three parts."""

    subject: str
    predicate: str
    value: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to say something: texts by language, and the facts that follow."""

    iri: str
    texts: tuple[tuple[str, str], ...]
    says: tuple[Saying, ...]
    planned: tuple[Saying, ...]
    mints: tuple[Minting, ...]
    reduces: str
    stage: int
    score: float
    modality: str
    once: str


@dataclass(frozen=True, slots=True)
class ValueForm:
    """How a value that was read is written: its class, and property by what was read."""

    reads: str
    cls: str
    properties: dict[str, str]


@dataclass(frozen=True, slots=True)
class Patterns:
    """All patterns of a project."""

    slots: dict[str, Slot]
    nouns: tuple[Noun, ...]
    namings: tuple[Naming, ...]
    patterns: tuple[Pattern, ...]
    values: dict[str, ValueForm]
    adjectives: dict[str, tuple[tuple[str, str], ...]]


def load_patterns(root: Path) -> Patterns:
    """Return the patterns of the project in ``root``; without the folder there are none.

    Raises BadData for what is no Turtle, and ProjectError for a pattern with a part missing.
    """
    graph = _Graph()
    for path in sorted((root / FOLDER).glob("*.ttl")):
        graph.add(path)
    slots = {s.name: s for s in map(graph.slot, graph.of("Slot"))}
    patterns = sorted(map(graph.pattern, graph.of("Pattern")), key=lambda p: (p.stage, p.iri))
    return Patterns(
        slots=slots,
        nouns=tuple(map(graph.noun, graph.of("Noun"))),
        namings=tuple(map(graph.naming, graph.of("Naming"))),
        patterns=tuple(patterns),
        values={v.reads: v for v in map(graph.value_form, graph.of("Value"))},
        adjectives=graph.adjectives(),
    )


@dataclass(slots=True)
class _Graph:
    """The triples of the pattern files, and where each thing was found."""

    values: dict[str, dict[str, list[Term]]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def add(self, path: Path) -> None:
        try:
            quads = list(parse(path.read_bytes(), RdfFormat.TURTLE, base_iri=KZX))
        except SyntaxError as error:
            raise BadData(
                f"{path}:{error.lineno or 1}: {error.msg}",
                line=error.lineno or 1,
                hint="Mend the Turtle; docs/extracting.md shows what a pattern looks like.",
            ) from error
        for quad in quads:
            subject = str(quad.subject.value)
            self.places.setdefault(subject, path.as_posix())
            found = self.values.setdefault(subject, {})
            found.setdefault(quad.predicate.value, []).append(quad.object)

    def of(self, kind: str) -> list[str]:
        """Return the things of a class of the vocabulary, in the order of the files."""
        wanted = KZX + kind
        return [s for s, v in self.values.items() if wanted in self._iris(v, RDF_TYPE.value)]

    def _iris(self, values: dict[str, list[Term]], predicate: str) -> list[str]:
        return [str(getattr(o, "value", "")) for o in values.get(predicate, ())]

    def _all(self, subject: str, name: str) -> list[Term]:
        return self.values[subject].get(KZX + name, [])

    def _one(self, subject: str, name: str, otherwise: str | None = None) -> str:
        found = self._all(subject, name)
        if not found and otherwise is None:
            raise ProjectError(
                f"{self.places[subject]}: {subject} has no kzx:{name}",
                hint="docs/extracting.md says what each kind of row needs.",
            )
        return str(getattr(found[0], "value", "")) if found else str(otherwise)

    def _texts(self, subject: str, name: str) -> tuple[tuple[str, str], ...]:
        terms = (o for o in self._all(subject, name) if isinstance(o, Literal))
        return tuple((o.language or "", o.value) for o in terms)

    def _list(self, node: Term) -> Iterator[str]:
        """Yield the members of an RDF list; IRIs in angle brackets."""
        at = str(getattr(node, "value", ""))
        while at != _NIL:
            first = self.values[at][_FIRST][0]
            value = str(getattr(first, "value", ""))
            yield f"<{value}>" if isinstance(first, NamedNode) else value
            at = str(getattr(self.values[at][_REST][0], "value", ""))

    def _rows(self, subject: str, name: str) -> Iterable[list[str]]:
        return (list(self._list(node)) for node in self._all(subject, name))

    def slot(self, iri: str) -> Slot:
        accepts = [c.strip("<>") for row in self._rows(iri, "accepts") for c in row]
        return Slot(self._one(iri, "name"), tuple(accepts), self._one(iri, "reads", ""))

    def noun(self, iri: str) -> Noun:
        refers = self._one(iri, "refers", "false") == "true"
        cls = self._one(iri, "class")
        return Noun(cls, self._texts(iri, "word"), refers, self._one(iri, "back", cls))

    def naming(self, iri: str) -> Naming:
        return Naming(self._one(iri, "class"), self._texts(iri, "word"))

    def value_form(self, iri: str) -> ValueForm:
        pairs = (row for row in self._rows(iri, "writes"))
        properties = {row[0]: row[1].strip("<>") for row in pairs}
        return ValueForm(self._one(iri, "reads"), self._one(iri, "class"), properties)

    def adjectives(self) -> dict[str, tuple[tuple[str, str], ...]]:
        return {
            s: self._texts(s, "adjective") for s, v in self.values.items() if KZX + "adjective" in v
        }

    def pattern(self, iri: str) -> Pattern:
        mints = (Minting(r[0], r[1].strip("<>"), tuple(r[2:])) for r in self._rows(iri, "mints"))
        return Pattern(
            iri=iri,
            texts=self._texts(iri, "match"),
            says=self._sayings(iri, "says"),
            planned=self._sayings(iri, "planned"),
            mints=tuple(mints),
            reduces=self._one(iri, "reduces", ""),
            stage=int(self._one(iri, "stage", "5")),
            score=float(self._one(iri, "score", "0.8")),
            modality=self._one(iri, "modality", ""),
            once=self._one(iri, "once", ""),
        )

    def _sayings(self, iri: str, name: str) -> tuple[Saying, ...]:
        return tuple(Saying(r[0], r[1].strip("<>"), r[2]) for r in self._rows(iri, name))
