"""Saved queries: a folder of ``.rq`` files whose heads say what they ask."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import dropwhile
from pathlib import Path
from typing import TypeVar

from pyoxigraph import NamedNode, Store

from kizuna.checks.findings import Finding, Severity
from kizuna.checks.heads import FIELDS, Entry, read_head, spoken
from kizuna.checks.parameters import Parameter, Value, filled, read_parameters, resolved
from kizuna.engine import Answer, EmbeddedEngine, Limits, Query
from kizuna.engine.federation.clauses import calls, may_call
from kizuna.errors import BadQuery, KizunaError, ProjectError
from kizuna.formats import BY_SUFFIX, JSON_LD, Kind
from kizuna.project import Project

T = TypeVar("T")
Heads = Mapping[str, Mapping[str, str]]
SHARED = "columns.head"
"""A file of head lines in the folder of the queries: words over columns that many of them have."""
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
PICTURES = ("map", "timeline", "network", "bar")
"""The pictures that a head may ask for; ``docs/pictures.md`` says what is drawn of what."""
_PLACE = re.compile(r"\{(\w+)\}")
_ASKED_OF_NOTHING = {
    Kind.ROWS: BY_SUFFIX["json"],
    Kind.TRUTH: BY_SUFFIX["json"],
    Kind.GRAPH: JSON_LD,
}


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question with its SPARQL; titles, descriptions and heads of columns go by language.

    A title may hold ``{names}`` of parameters. ``theme`` is the thing that it is sorted under;
    ``is_table`` tells that its answer is one of the files of a release.
    """

    name: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    text: str
    kind: Kind
    theme: NamedNode | None = None
    parameters: tuple[Parameter, ...] = ()
    columns: Heads = field(default_factory=dict)
    picture: str = ""
    is_table: bool = False

    @property
    def sparql(self) -> str:
        """The query without its head."""
        return without_head(self.text)

    def with_values(self, values: Mapping[str, Value | None]) -> str:
        """Return the whole text with other values of its parameters."""
        return filled(self.text, values)


def without_head(text: str) -> str:
    """Return a query without the comments at its top."""
    lines = text.splitlines(keepends=True)
    return "".join(dropwhile(lambda x: x.startswith("#") or not x.strip(), lines))


def read_queries(folder: Path, base: str) -> tuple[SavedQuery, ...]:
    """Return the saved queries in ``folder`` by name; a folder that is not there holds none.

    Raises ProjectError, with file and line, when a query has no title, is no SPARQL, has a name
    that is no address, or cannot be read.
    """
    if not folder.is_dir():
        return ()
    shared = read_shared(folder)
    return tuple(_read(path, base, shared) for path in sorted(folder.glob("*.rq")))


def readable_queries(
    folder: Path, base: str
) -> tuple[tuple[SavedQuery, ...], tuple[ProjectError, ...]]:
    """Return the saved queries in ``folder``, and why others cannot be read."""
    queries, errors = [], []
    shared: Heads = {}
    try:
        shared = read_shared(folder)
    except ProjectError as error:
        errors.append(error)
    for path in sorted(folder.glob("*.rq")):
        try:
            queries.append(_read(path, base, shared))
        except ProjectError as error:
            errors.append(error)
    return tuple(queries), tuple(errors)


def read_shared(folder: Path) -> Heads:
    """Return the heads of columns that all queries of a folder share; it need not have any.

    Raises ProjectError, with file and line.
    """
    path = folder / SHARED
    if not path.is_file():
        return {}
    entries = _located(path, read_head, _text(path))
    return {entry.name: spoken(entries, "column", entry.name) for entry in entries if entry.name}


def query_findings(project: Project) -> Iterator[Finding]:
    """Yield a finding for each saved query of the project that is none."""
    folder = project.root / "queries"
    for error in readable_queries(folder, project.addresses.base)[1]:
        place, _, message = error.message.partition(": ")
        path, _, line = place.removeprefix(f"{project.root}/").partition(":")
        at = int(line) if line.isdigit() else 0
        yield Finding("query", Severity.VIOLATION, path, at, 0, message, error.hint)


def _read(path: Path, base: str, shared: Heads) -> SavedQuery:
    if not _NAME.fullmatch(path.stem):
        raise ProjectError(
            f"{path}: {path.stem!r} is no name for a query",
            hint="It becomes an address: use a-z, 0-9 and hyphens.",
        )
    found = _located(path, lambda text: _parsed(path.stem, text, base), _text(path))
    names = shared.keys() | found.columns.keys()
    heads = {n: {**shared.get(n, {}), **found.columns.get(n, {})} for n in sorted(names)}
    return replace(found, columns=heads)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectError(f"{path}: cannot be read: {error}", hint="Save it as UTF-8.") from error


def _located(path: Path, read: Callable[[str], T], text: str) -> T:
    """Return what ``read`` makes of a file's text. Raises ProjectError with file and line."""
    try:
        return read(text)
    except BadQuery as error:
        raise ProjectError(
            f"{path}:{error.line or 1}: {error.message}", hint=error.hint or "Mend the query."
        ) from error
    except KizunaError as error:
        raise ProjectError(f"{path}:1: {error.message}", hint=error.hint) from error


def _parsed(name: str, text: str, base: str) -> SavedQuery:
    entries = read_head(text)
    titles = spoken(entries, "title")
    if not titles:
        raise BadQuery("the query has no title", hint=f"A head line is: {FIELDS[0].example}")
    kind, columns = _asked_of_nothing(text, base)
    parameters = read_parameters(text, entries)
    _check_places(entries, {parameter.name for parameter in parameters})
    return SavedQuery(
        name,
        titles,
        spoken(entries, "description"),
        text,
        kind,
        _theme(text, entries),
        parameters,
        _columns(entries, columns),
        _picture(entries),
        _is_table(entries, kind, calls_others=may_call(without_head(text))),
    )


def _check_places(entries: Sequence[Entry], names: set[str]) -> None:
    """Pass if each ``{name}`` in a title is a parameter. Raises BadQuery."""
    for entry in entries:
        unknown = set(_PLACE.findall(entry.text)) - names if entry.field == "title" else ()
        if unknown:
            raise BadQuery(
                f"the title speaks of {{{min(unknown)}}}, which is no parameter",
                line=entry.line,
                hint=f"Declare it: # parameter {min(unknown)} (date)",
            )


def _theme(text: str, entries: Sequence[Entry]) -> NamedNode | None:
    for entry in entries:
        if entry.field == "theme":
            theme = resolved(entry.text, text)
            if theme is None:
                raise BadQuery(
                    f"the theme {entry.text!r} is no thing",
                    line=entry.line,
                    hint="Write <IRI>, or a name with a prefix that the query declares.",
                )
            return theme
    return None


def _picture(entries: Sequence[Entry]) -> str:
    """Return the picture that a head asks for, "" for none. Raises BadQuery for one of no kind."""
    asked = next((entry for entry in entries if entry.field == "picture"), None)
    if asked is not None and asked.text not in PICTURES:
        raise BadQuery(
            f"there is no picture {asked.text!r}",
            line=asked.line,
            hint=f"A picture is {', '.join(PICTURES[:-1])} or {PICTURES[-1]}.",
        )
    return asked.text if asked else ""


def _is_table(entries: Sequence[Entry], kind: Kind, *, calls_others: bool) -> bool:
    """Tell whether a head asks for a file. Raises BadQuery where that cannot be."""
    asked = next((entry for entry in entries if entry.field == "table"), None)
    if asked is None:
        return False
    if asked.text != BY_SUFFIX["csv"].suffix:
        raise BadQuery(
            f"there are no tables as {asked.text!r}",
            line=asked.line,
            hint="A table is CSV. Write: # table: csv",
        )
    if calls_others:
        raise BadQuery(
            "a table is part of a release, and this query calls other endpoints",
            line=asked.line,
            hint="Leave the line out: the page and its files are answered anew each time.",
        )
    if kind is not Kind.ROWS:
        raise BadQuery(
            "a table needs rows, and this query has none",
            line=asked.line,
            hint="Ask with SELECT, or leave the line out.",
        )
    return True


def _columns(entries: Sequence[Entry], selected: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the heads of columns. Raises BadQuery for one that the answer does not have."""
    heads = [entry for entry in entries if entry.field == "column"]
    for entry in heads:
        if entry.name not in selected:
            raise BadQuery(
                f"the answer has no column {entry.name}",
                line=entry.line,
                hint=f"Its columns are: {', '.join(selected) or 'none'}.",
            )
    return {entry.name: spoken(entries, "column", entry.name) for entry in heads}


def _without_calls(text: str, base: str) -> str:
    """Return a query with groups in the place of its ``SERVICE SILENT`` clauses.

    They stand where they stood, and bring the same columns.

    Raises BadQuery for a clause that is not SILENT: a question is answered without a network, too.
    """
    for clause in calls(text, base, Limits()) if may_call(text) else ():
        if not clause.silent:
            raise BadQuery(
                f"SERVICE <{clause.endpoint}> is not SILENT, so there is no answer without it",
                line=text.count("\n", 0, clause.start) + 1,
                hint="Write SERVICE SILENT: the question is then answered with what is known here.",
            )
        head = re.sub(r"[^\r\n]", " ", text[clause.start : clause.opening])
        text = text[: clause.start] + head + text[clause.opening :]
    return text


def _asked_of_nothing(text: str, base: str) -> tuple[Kind, list[str]]:
    """Return what a query answers with, and its columns, found by asking it of nothing."""
    query = Query(_without_calls(text, f"{base}sparql"), f"{base}sparql")
    answer: Answer = EmbeddedEngine(Store()).answer(query, _ASKED_OF_NOTHING)
    rows = answer.kind is Kind.ROWS
    return answer.kind, json.loads(answer.body)["head"]["vars"] if rows else []
