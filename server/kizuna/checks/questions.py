"""Saved queries: a folder of ``.rq`` files whose head says in words what they ask.

The head is a run of comments, one per language and kind; a description may go on in lines that
begin with ``#`` and three blanks::

    # title@en: Which agreements are there?
    # description@en: All agreements with their parties,
    #   the oldest first.
    # picture: network
    SELECT …

``picture`` asks for a picture of the answer above its table; ``docs/pictures.md`` says of what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path

from pyoxigraph import Store

from kizuna.checks.findings import Finding, Severity
from kizuna.engine import EmbeddedEngine, Query
from kizuna.errors import BadQuery, KizunaError, ProjectError
from kizuna.formats import JSON_LD, Kind, carrying
from kizuna.project import Project

_HEAD = re.compile(r"#\s*(title|description)@([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*):\s*(\S.*)")
_MORE = re.compile(r"#   \s*(\S.*)")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PICTURE = re.compile(r"#\s*picture:\s*(.*)")
PICTURES = ("map", "timeline", "network", "bar")
_SHAPE = "A head line is: # title@en: Which agreements are there?"


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question with its SPARQL; titles and descriptions go by language."""

    name: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    text: str
    kind: Kind
    picture: str = ""

    @property
    def sparql(self) -> str:
        """The query without its head."""
        lines = self.text.splitlines(keepends=True)
        return "".join(dropwhile(lambda x: x.startswith("#") or not x.strip(), lines))


def read_queries(folder: Path, base: str) -> tuple[SavedQuery, ...]:
    """Return the saved queries in ``folder`` by name; a folder that is not there holds none.

    Raises ProjectError, with file and line, when a query has no title, is no SPARQL, has a name
    that is no address, or cannot be read.
    """
    if not folder.is_dir():
        return ()
    return tuple(_read(path, base) for path in sorted(folder.glob("*.rq")))


def readable_queries(
    folder: Path, base: str
) -> tuple[tuple[SavedQuery, ...], tuple[ProjectError, ...]]:
    """Return the saved queries in ``folder``, and why others cannot be read."""
    queries, errors = [], []
    for path in sorted(folder.glob("*.rq")):
        try:
            queries.append(_read(path, base))
        except ProjectError as error:
            errors.append(error)
    return tuple(queries), tuple(errors)


def query_findings(project: Project) -> Iterator[Finding]:
    """Yield a finding for each saved query of the project that is none."""
    folder = project.root / "queries"
    for error in readable_queries(folder, project.addresses.base)[1]:
        place, _, message = error.message.partition(": ")
        path, _, line = place.removeprefix(f"{project.root}/").partition(":")
        at = int(line) if line.isdigit() else 0
        yield Finding("query", Severity.VIOLATION, path, at, 0, message, error.hint)


def _read(path: Path, base: str) -> SavedQuery:
    if not _NAME.fullmatch(path.stem):
        raise ProjectError(
            f"{path}: {path.stem!r} is no name for a query",
            hint="It becomes an address: use a-z, 0-9 and hyphens.",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectError(f"{path}: cannot be read: {error}", hint="Save it as UTF-8.") from error
    titles, descriptions = parse_head(text)
    if not titles:
        raise ProjectError(f"{path}:1: the query has no title", hint=_SHAPE)
    picture = _picture(path, text)
    return SavedQuery(path.stem, titles, descriptions, text, _kind(path, text, base), picture)


def _picture(path: Path, text: str) -> str:
    """Return the kind of picture that the head of a query asks for, "" for none."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            break
        if found := _PICTURE.match(line):
            kind = found[1].strip()
            if kind in PICTURES:
                return kind
            raise ProjectError(
                f"{path}:{number}: there is no picture {kind!r}",
                hint=f"A picture is {', '.join(PICTURES[:-1])} or {PICTURES[-1]}.",
            )
    return ""


def parse_head(text: str) -> tuple[dict[str, str], dict[str, str]]:
    r"""Return titles and descriptions, by language, from the comments at the top of a query.

    >>> parse_head("# title@en: Why?\n# description@en: So\n#   that.\nASK {}")
    ({'en': 'Why?'}, {'en': 'So that.'})
    """
    found: dict[str, dict[str, str]] = {"title": {}, "description": {}}
    current: tuple[str, str] | None = None
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            break
        if head := _HEAD.match(line):
            current = (head[1], head[2].lower())
            found[head[1]][current[1]] = head[3].strip()
        elif current and (more := _MORE.match(line)):
            found[current[0]][current[1]] += f" {more[1].strip()}"
        else:
            current = None
    return found["title"], found["description"]


def _kind(path: Path, text: str, base: str) -> Kind:
    """Return what the query answers with, found by asking it of nothing."""
    formats = {k: carrying(k)[0] for k in (Kind.ROWS, Kind.TRUTH)} | {Kind.GRAPH: JSON_LD}
    try:
        return EmbeddedEngine(Store()).answer(Query(text, f"{base}sparql"), formats).kind
    except BadQuery as error:
        raise ProjectError(
            f"{path}:{error.line or 1}: {error.message}", hint="Mend the query."
        ) from error
    except KizunaError as error:
        raise ProjectError(f"{path}:1: {error.message}", hint=error.hint) from error
