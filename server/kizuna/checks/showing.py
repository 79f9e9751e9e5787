"""``pages.toml``: read, and checked against the ontology.

Its tables are the fields of ``Pages``; docs/pages.md says what may stand there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode

from kizuna.checks.findings import Finding, Severity
from kizuna.checks.pages import COUNTRY, LOCATED, MOST_MARKS, Between, Facet, Group, Pages
from kizuna.checks.toml import (
    Misplaced,
    Reader,
    Reading,
    anything,
    flag,
    labels,
    line_of,
    one_term,
    path,
    paths,
    terms,
    text,
    words,
)
from kizuna.errors import ProjectError
from kizuna.project import Project, Role
from kizuna.vocabulary import PREFIXES, term

FILE = "pages.toml"
_TAKEN = {"type", "document", "role", "year", "year-from", "year-to", "name", "sort", "page",
          "lang", "of"}  # fmt: skip
_Table = Callable[[Reading, Any], dict[str, Any]]
_MANUAL = "What may stand there: docs/pages.md."


def read_pages(file: Path, prefixes: Mapping[str, str]) -> Pages:
    """Return what the file says; where there is none, what holds without.

    ``prefixes`` are those of the project; general ones are known besides.

    Raises Misplaced, and ProjectError where it cannot be read.
    """
    if not file.is_file():
        return Pages()
    try:
        source = file.read_text(encoding="utf-8")
        document = tomllib.loads(source)
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectError(f"{file}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise Misplaced(file, line_of(error), f"is not TOML: {error}", _MANUAL) from error
    reading = Reading(file, source, {**PREFIXES, **prefixes}, _MANUAL)
    found: dict[str, Any] = {}
    for name, value in document.items():
        if name not in _TABLES:
            raise reading.wrong(name, f"there is no {name!r}; there are: {', '.join(_TABLES)}")
        found |= _TABLES[name](reading.below(name), value)
    return Pages(**found)


def page_findings(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with the project's file: terms that no ontology has, labels missing."""
    file = project.root / FILE
    try:
        pages = read_pages(file, project.prefixes)
    except Misplaced as error:
        yield _finding(error.line, error.said, error.hint)
        return
    except ProjectError as error:
        yield _finding(0, error.message, error.hint)
        return
    if file.is_file():
        source = file.read_text(encoding="utf-8")
        reading = Reading(file, source, project.prefixes, _MANUAL)
        yield from _unknown(project, pages, reading)
        yield from _unlabelled(project, pages, reading)


def _finding(line: int, said: str, hint: str, severity: Severity = Severity.VIOLATION) -> Finding:
    return Finding("pages", severity, FILE, line, 0, said, hint)


def _unknown(project: Project, pages: Pages, reading: Reading) -> Iterator[Finding]:
    """Yield the terms of the file that the ontology neither defines nor lists.

    Those of general vocabularies that the project does not use are left alone.
    """
    known = {t.subject for file in project.having(Role.ONTOLOGY) for t in file.triples}
    own = {ns for file in project.having(Role.ONTOLOGY) for ns in file.prefixes.values()}
    own.add(project.addresses.base)
    for used in sorted(_terms(pages), key=str):
        name = reading.name(used)
        is_theirs = any(used.value.startswith(namespace) for namespace in own)
        line = reading.line(name)
        if line and is_theirs and used not in known:
            yield _finding(
                line,
                f"{name} is no term that the ontology defines or lists",
                "Correct it, or define it in ontology/.",
            )


def _unlabelled(project: Project, pages: Pages, reading: Reading) -> Iterator[Finding]:
    """Yield the groups and facets of the file that have no label in a language of the site."""
    named: list[tuple[str, int, Group | Facet]] = [
        (table, number, one)
        for table in ("navigation", "marks", "lanes", "facets")
        for number, one in enumerate(one for one in getattr(pages, table) if one.labels)
    ]
    for table, number, one in named:
        missing = [tag for tag in project.languages if tag not in one.labels]
        if missing:
            yield _finding(
                reading.below(table, number).line("label"),
                f"{one.name!r} of {table} has no label in {', '.join(missing)}",
                "Add it; until then the label in another language is shown.",
                Severity.WARNING,
            )


def _terms(pages: Pages) -> set[NamedNode]:
    groups = (*pages.navigation, *pages.marks, *pages.lanes)
    told = (*pages.times, pages.counted_with, *(p for f in pages.facets for p in f.paths))
    return {
        *(kind for group in groups for kind in group.classes),
        *pages.tied, *pages.partners, *pages.nodes, *pages.compared, *pages.located,
        *pages.schema_classes, *pages.schema_properties,
        *(node for b in pages.through for node in (b.kind, b.first, b.second)),
        *(facet.kind for facet in pages.facets if facet.kind),
        *(used for path in told for used in path.terms),
    }  # fmt: skip


def _groups(name: str, most: int = 100, classes: Reader = terms) -> _Table:
    def read(reading: Reading, value: object) -> dict[str, Any]:
        parts = {"name": text, "label": labels, "classes": classes}
        rows = reading.rows(name, value, parts)
        if len(rows) > most:
            raise reading.below(name, most).wrong(name, f"there may be {most} of these at most")
        return {name: tuple(Group(r["name"], r["classes"], r["label"]) for r in rows)}

    return read


def _one_class(reading: Reading, key: str, value: object) -> tuple[NamedNode, ...]:
    """Return the class of a group of the navigation, which leads to its list."""
    found = terms(reading, key, value)
    if len(found) > 1:
        raise reading.wrong(
            key, "a link of the navigation leads to one class: name a broader one, or make two"
        )
    return found


def _facets(reading: Reading, value: object) -> dict[str, Any]:
    rows = reading.rows(
        "facets",
        value,
        {"name": text, "label": labels, "paths": paths},
        {"class": one_term, "compared": flag},
    )
    for n, row in enumerate(rows):
        if row["name"] in _TAKEN:
            raise reading.below("facets", n).wrong(
                row["name"], f"{row['name']!r} is a parameter of every list: choose another name"
            )
    own = tuple(
        Facet(r["name"], r["paths"], r["label"], r.get("class"), r.get("compared", False))
        for r in rows
    )
    is_replaced = any(row["name"] == COUNTRY.name for row in rows)
    return {"facets": own if is_replaced else (COUNTRY, *own)}


def _map(reading: Reading, value: object) -> dict[str, Any]:
    row = reading.row(value, {"classes": terms, "partners": terms})
    return {"tied": row["classes"], "partners": row["partners"]}


def _network(reading: Reading, value: object) -> dict[str, Any]:
    row = reading.row(value, {"classes": terms}, {"through": anything})
    found: dict[str, Any] = {"nodes": row["classes"]}
    if "through" in row:
        parts = dict.fromkeys(("class", "from", "to"), one_term)
        inner = replace(reading, start=reading.line("through") or reading.start)
        rows = inner.rows("network.through", row["through"], parts)
        found["through"] = tuple(Between(r["class"], r["from"], r["to"]) for r in rows)
    return found


def _compare(reading: Reading, value: object) -> dict[str, Any]:
    row = reading.row(value, {"classes": terms}, {"counted_with": path})
    found = {"compared": row["classes"]}
    return found | ({"counted_with": row["counted_with"]} if "counted_with" in row else {})


def _places(reading: Reading, value: object) -> dict[str, Any]:
    row = reading.row(value, {"properties": terms})
    return {"located": tuple(dict.fromkeys((*row["properties"], *map(term, LOCATED))))}


def _times(reading: Reading, value: object) -> dict[str, Any]:
    return {"times": reading.row(value, {"paths": paths})["paths"]}


def _schema_org(reading: Reading, value: object) -> dict[str, Any]:
    row = reading.row(value, {}, {"classes": words, "properties": words})
    return {f"schema_{key}": found for key, found in row.items()}


_TABLES: Mapping[str, _Table] = {
    "navigation": _groups("navigation", classes=_one_class),
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
