"""``pages.toml``: which classes and properties the pages of a project show where, and their names.

What is said in general vocabularies (places, people, organisations, events) needs no file. What a
project says in its own words is named there, so that no word of any domain stands in the program.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode

from kizuna.checks.findings import Finding, Severity
from kizuna.checks.toml import Reading, at_line
from kizuna.errors import ProjectError
from kizuna.project import Project, Role
from kizuna.vocabulary import KZ_SOURCE_DOCUMENT, PREFIXES, term

FILE = "pages.toml"
MOST_MARKS = 5
"""Kinds of things that a project may have told apart in pictures: there are no more marks."""
_TAKEN = {"type", "document", "role", "year", "year-from", "year-to", "name", "sort", "page",
          "lang", "of"}  # fmt: skip
_MANUAL = "What may stand there: docs/pages.md."


@dataclass(frozen=True, slots=True)
class Group:
    """Classes that are shown together, under a ``name`` for machines.

    People read its ``labels``, by language; those of the program itself have none here.
    """

    name: str
    classes: tuple[NamedNode, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facet:
    """What lists are filtered by: property paths from a thing to the values.

    With a ``kind``, only members of that class are values. ``compared``: things that are compared
    are told which of its values they share.
    """

    name: str
    paths: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    kind: NamedNode | None = None
    compared: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """A class whose members only relate two things: by the first property and by the second."""

    kind: NamedNode
    first: NamedNode
    second: NamedNode


_LOCATED = ("dct:spatial", "schema:location", "schema:address", "org:basedAt")
_COUNTRY = Facet(
    "country",
    (f"({'|'.join(_LOCATED)})?/schema:containedInPlace*",),
    kind=term("schema:Country"),
)
_TYPE = Facet("type", ("rdf:type",))
_DOCUMENT = Facet(
    "document",
    ("^rdf:subject/prov:wasQuotedFrom",),
    kind=KZ_SOURCE_DOCUMENT,
    compared=True,
)
_ORGANISATIONS = Group(
    "organisations",
    tuple(map(term, ("org:Organization", "foaf:Organization", "schema:Organization"))),
)
_EVENTS = Group("events", (term("schema:Event"),))
_DOCUMENTS = Group("documents", (KZ_SOURCE_DOCUMENT,))


@dataclass(frozen=True)
class Pages:
    """What pages show, each field being a table of the file. Without a file it is as written here.

    ``named`` returns the term with a prefixed name.
    """

    navigation: tuple[Group, ...] = (_ORGANISATIONS, _EVENTS)
    marks: tuple[Group, ...] = (_ORGANISATIONS, _EVENTS)
    """The kinds of things that pictures tell apart."""
    lanes: tuple[Group, ...] = ()
    """The kinds of things that timelines tell apart; events are drawn in any case."""
    facets: tuple[Facet, ...] = (_COUNTRY,)
    tied: tuple[NamedNode, ...] = ()
    """Classes whose members tie places together on a map: those of their partners."""
    partners: tuple[NamedNode, ...] = ()
    """The properties that name these."""
    nodes: tuple[NamedNode, ...] = (term("org:Organization"),)
    """Classes whose members, and what relates them, are a network."""
    through: tuple[Between, ...] = ()
    compared: tuple[NamedNode, ...] = tuple(map(term, ("org:Organization", "schema:Place")))
    """Classes whose members are offered for comparison."""
    counted_with: str = "^schema:containedInPlace*/(^dct:spatial|^schema:location)?"
    """The path from a thing that is compared to those that are counted with it."""
    located: tuple[NamedNode, ...] = tuple(map(term, _LOCATED))
    """Properties that say where a thing is, the best first."""
    times: tuple[str, ...] = (
        "kz:when",
        "org:memberDuring|dct:issued|dct:date|schema:startDate|schema:datePublished",
    )
    """Paths to the times of a thing."""
    schema_classes: Mapping[NamedNode, str] = field(default_factory=dict)
    """What classes are in the words of schema.org, the narrowest first."""
    schema_properties: Mapping[NamedNode, str] = field(default_factory=dict)
    named: Callable[[str], NamedNode] = term

    @property
    def all_facets(self) -> tuple[Facet, ...]:
        """The facets of every list, in their order."""
        return (_TYPE, *self.facets, _DOCUMENT)

    @property
    def all_navigation(self) -> tuple[Group, ...]:
        """The groups that pages lead to, with the documents at the end."""
        return (*self.navigation, _DOCUMENTS)

    def facet(self, name: str) -> Facet | None:
        """Return the facet with this name."""
        return next((facet for facet in self.all_facets if facet.name == name), None)


def read_pages(path: Path, prefixes: Mapping[str, str]) -> Pages:
    """Return what the file at ``path`` says; where there is none, what holds without.

    ``prefixes`` are those of the project; general ones are known besides.

    Raises ProjectError, with file and line.
    """
    if not path.is_file():
        return Pages()
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectError(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ProjectError(f"{path}{at_line(error)}: is not TOML: {error}", hint=_MANUAL) from error
    reading = Reading(path, text, {**prefixes, **PREFIXES}, _MANUAL)
    found: dict[str, Any] = {}
    for name, value in document.items():
        if name not in _TABLES:
            raise reading.wrong(name, f"there is no {name!r}; there are: {', '.join(_TABLES)}")
        found |= _TABLES[name](reading, value)
    return Pages(**found, named=reading.term)


def page_findings(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with the project's file, and each term in it that no ontology has."""
    path = project.root / FILE
    prefixes = {p: ns for file in project.files for p, ns in file.prefixes.items()}
    try:
        pages = read_pages(path, prefixes)
    except ProjectError as error:
        place, _, message = error.message.partition(": ")
        line = place.rpartition(":")[2]
        at = int(line) if line.isdigit() else 0
        yield Finding("pages", Severity.VIOLATION, FILE, at, 0, message, error.hint)
        return
    if path.is_file():
        yield from _unknown(project, pages, path.read_text(encoding="utf-8"), prefixes)


def _unknown(
    project: Project, pages: Pages, text: str, prefixes: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield the terms of the file that the ontology neither defines nor lists."""
    known = {t.subject for file in project.having(Role.ONTOLOGY) for t in file.triples}
    own = {ns for file in project.having(Role.ONTOLOGY) for ns in file.prefixes.values()}
    reading = Reading(project.root / FILE, text, {**prefixes, **PREFIXES}, _MANUAL)
    for used in sorted(_terms(pages), key=str):
        name = reading.name(used)
        is_theirs = any(used.value.startswith(namespace) for namespace in own)
        if name in text and is_theirs and used not in known:
            yield Finding(
                "pages", Severity.VIOLATION, FILE, reading.line(name), 0,
                f"{name} is no term that the ontology defines or lists",
                "Correct it, or define it in ontology/.",
            )  # fmt: skip


def _terms(pages: Pages) -> set[NamedNode]:
    groups = (*pages.navigation, *pages.marks, *pages.lanes)
    between = {node for b in pages.through for node in (b.kind, b.first, b.second)}
    return {
        *(kind for group in groups for kind in group.classes),
        *pages.tied, *pages.partners, *pages.nodes, *pages.compared, *pages.located,
        *pages.schema_classes, *pages.schema_properties, *between,
        *(facet.kind for facet in pages.facets if facet.kind),
    }  # fmt: skip


def _groups(name: str, most: int = 100) -> Callable[[Reading, Any], dict[str, Any]]:
    def read(reading: Reading, value: object) -> dict[str, Any]:
        rows = reading.rows(
            value, {"name": reading.text, "label": reading.labels, "classes": reading.terms}
        )
        if len(rows) > most:
            raise reading.wrong(rows[most]["name"], f"there may be {most} of these at most")
        return {name: tuple(Group(r["name"], r["classes"], r["label"]) for r in rows)}

    return read


def _facets(reading: Reading, value: object) -> dict[str, Any]:
    rows = reading.rows(
        value,
        {"name": reading.text, "label": reading.labels, "paths": reading.paths},
        {"class": reading.one_term, "compared": reading.flag},
    )
    told = {r["name"] for r in rows}
    for name in told & _TAKEN:
        raise reading.wrong(name, f"{name!r} is a parameter of every list: choose another name")
    own = tuple(
        Facet(r["name"], r["paths"], r["label"], r.get("class"), r.get("compared", False))
        for r in rows
    )
    return {"facets": own if _COUNTRY.name in told else (_COUNTRY, *own)}


def _map(reading: Reading, value: object) -> dict[str, Any]:
    row = reading.row(value, {"classes": reading.terms, "partners": reading.terms})
    return {"tied": row["classes"], "partners": row["partners"]}


def _network(reading: Reading, value: object) -> dict[str, Any]:
    row = reading.row(value, {"classes": reading.terms}, {"through": reading.any})
    parts = dict.fromkeys(("class", "from", "to"), reading.one_term)
    rows = reading.rows(row.get("through", []), parts)
    through = tuple(Between(r["class"], r["from"], r["to"]) for r in rows)
    return {"nodes": row["classes"], "through": through}


def _compare(reading: Reading, value: object) -> dict[str, Any]:
    row = reading.row(value, {"classes": reading.terms}, {"counted_with": reading.path_of})
    found = {"compared": row["classes"]}
    return found | ({"counted_with": row["counted_with"]} if "counted_with" in row else {})


def _places(reading: Reading, value: object) -> dict[str, Any]:
    row = reading.row(value, {"properties": reading.terms})
    return {"located": tuple(dict.fromkeys((*row["properties"], *map(term, _LOCATED))))}


def _times(reading: Reading, value: object) -> dict[str, Any]:
    row = reading.row(value, {"paths": reading.paths})
    return {"times": row["paths"]}


def _schema_org(reading: Reading, value: object) -> dict[str, Any]:
    row = reading.row(value, {}, {"classes": reading.words, "properties": reading.words})
    return {f"schema_{key}": words for key, words in row.items()}


_TABLES: Mapping[str, Callable[[Reading, Any], dict[str, Any]]] = {
    "navigation": _groups("navigation"),
    "marks": _groups("marks", MOST_MARKS),
    "lanes": _groups("lanes", MOST_MARKS),
    "facets": _facets,
    "map": _map,
    "network": _network,
    "compare": _compare,
    "places": _places,
    "times": _times,
    "schema_org": _schema_org,
}
