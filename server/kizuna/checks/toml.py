"""Reads a TOML file whose values are terms, paths and names, and says where one is wrong.

``tomllib`` tells no lines: the first line with the words that are wrong is named, from the head of
their table on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any

from pyoxigraph import NamedNode

from kizuna.checks.paths import PropertyPath, read_path
from kizuna.errors import ProjectError
from kizuna.vocabulary import shortened

Row = dict[str, Any]
Reader = Callable[["Reading", str, object], Any]
Readers = Mapping[str, Reader]
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_LANGUAGE = re.compile(r"[a-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_AT = re.compile(r"\(at line (\d+)")
_HEAD = re.compile(r"\s*\[{1,2}\s*([\w.-]+)\s*\]{1,2}")


class Misplaced(ProjectError):
    """Something in a file that is not as it must be; ``line`` is 0 where none can be named."""

    def __init__(self, path: Path, line: int, said: str, hint: str) -> None:
        super().__init__(f"{path}{f':{line}' if line else ''}: {said}", hint=hint)
        self.line = line
        self.said = said


def line_of(error: TOMLDecodeError) -> int:
    """Return the line that a parser's message names."""
    found = _AT.search(str(error))
    return int(found[1]) if found else 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that is read, from the line ``start`` on; ``hint`` says what helps.

    ``prefixes`` are those of the terms in it.
    """

    path: Path
    source: str
    prefixes: Mapping[str, str]
    hint: str
    start: int = 1

    def wrong(self, words: str, message: str) -> Misplaced:
        """Return the error for ``words`` of the file."""
        return Misplaced(self.path, self.line(words) or self.start, message, self.hint)

    def line(self, words: str) -> int:
        """Return the number of the first line with ``words``, comments aside, or 0."""
        alone = re.compile(rf"(?<![\w:-]){re.escape(words)}(?![\w:-])")
        return next((n for n, line in self._code() if alone.search(line)), 0)

    def below(self, table: str, number: int = 0) -> Reading:
        """Return the same from the head of a table on, of those with its name the one so far."""
        heads = [n for n, line in self._code() if (m := _HEAD.match(line)) and m[1] == table]
        return replace(self, start=heads[number]) if number < len(heads) else self

    def _code(self) -> Iterable[tuple[int, str]]:
        lines = enumerate(self.source.splitlines(), start=1)
        return (
            (n, line) for n, line in lines if n >= self.start and not line.lstrip().startswith("#")
        )

    def named(self, name: str) -> NamedNode:
        """Return the term with a prefixed name. Raises Misplaced."""
        prefix, colon, local = name.partition(":")
        if not colon or not local or prefix not in self.prefixes:
            raise self.wrong(
                name,
                f"{name!r} has no prefix of the project, or one that its files bind differently",
            )
        try:
            return NamedNode(self.prefixes[prefix] + local)
        except ValueError as error:
            raise self.wrong(name, f"{name!r} is no IRI") from error

    def name(self, node: NamedNode) -> str:
        """Return the prefixed name of a term."""
        return shortened(node.value, dict(self.prefixes))

    def row(self, value: object, needed: Readers, optional: Readers | None = None) -> Row:
        """Return a table with these keys, each read. Raises Misplaced."""
        readers = {**needed, **(optional or {})}
        if not isinstance(value, dict):
            raise self.wrong(str(value), f"a table with {', '.join(readers)} is expected here")
        for key in value:
            if key not in readers:
                raise self.wrong(key, f"there is no {key!r} here; there are: {', '.join(readers)}")
        for key in needed:
            if key not in value:
                raise Misplaced(self.path, self.start, f"{key!r} is missing", self.hint)
        return {key: readers[key](self, key, told) for key, told in value.items()}

    def rows(
        self, table: str, value: object, needed: Readers, optional: Readers | None = None
    ) -> list[Row]:
        """Return a list of such tables, each with another name if they have names.

        Raises Misplaced.
        """
        listed = enumerate(self.list("a list of tables", value))
        found = [(self.below(table, n), each) for n, each in listed]
        rows = [reading.row(each, needed, optional) for reading, each in found]
        for n, row in enumerate(rows):
            if "name" in row and any(row["name"] == other["name"] for other in rows[:n]):
                raise found[n][0].wrong(row["name"], f"two {table} have the name {row['name']!r}")
        return rows

    def list(self, what: str, value: object) -> list[Any]:
        """Return a list that is not empty. Raises Misplaced."""
        if not isinstance(value, list) or not value:
            raise self.wrong(str(value), f"{what} is expected, not {value!r}")
        return value

    def matching(self, form: re.Pattern[str], what: str, value: object) -> str:
        """Return a text of a form. Raises Misplaced."""
        if not isinstance(value, str) or not form.fullmatch(value):
            raise self.wrong(str(value), f"{value!r} is no {what}")
        return value


def text(reading: Reading, key: str, value: object) -> str:
    """Return a name of small letters, digits and hyphens, as it stands in addresses."""
    return reading.matching(_NAME, f"{key} of small letters, digits and hyphens", value)


def flag(reading: Reading, key: str, value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise reading.wrong(key, f"{key} is true or false, not {value!r}")
    return value


def labels(reading: Reading, key: str, value: object) -> dict[str, str]:
    """Return texts by language."""
    if not isinstance(value, dict) or not value:
        near = value if isinstance(value, str) else key
        raise reading.wrong(near, f'{key} has texts by language, such as {{ en = "Letters" }}')
    for language, told in value.items():
        if not _LANGUAGE.fullmatch(language) or not isinstance(told, str) or not told.strip():
            raise reading.wrong(language, f"{language} = {told!r} is no text in a language")
    return dict(value)


def one_term(reading: Reading, key: str, value: object) -> NamedNode:
    """Return a term by its prefixed name."""
    if not isinstance(value, str):
        raise reading.wrong(key, f"{key} has prefixed names, not {value!r}")
    return reading.named(value)


def terms(reading: Reading, key: str, value: object) -> tuple[NamedNode, ...]:
    """Return terms by their prefixed names."""
    return tuple(one_term(reading, key, each) for each in reading.list(f"a list in {key}", value))


def path(reading: Reading, key: str, value: object) -> PropertyPath:
    """Return a property path."""
    if not isinstance(value, str):
        raise reading.wrong(key, f"{key} has property paths, not {value!r}")
    try:
        return read_path(value, reading.named)
    except ValueError as error:
        raise reading.wrong(value, f"{value!r} is no property path: {error}") from error


def paths(reading: Reading, key: str, value: object) -> tuple[PropertyPath, ...]:
    """Return property paths."""
    return tuple(path(reading, key, each) for each in reading.list(f"a list in {key}", value))


def words(reading: Reading, key: str, value: object) -> dict[NamedNode, str]:
    """Return the words of another vocabulary by the terms that they stand for."""
    if not isinstance(value, dict):
        raise reading.wrong(key, f"{key} is a table")
    return {
        reading.named(name): reading.matching(_WORD, f"word for {name}", word)
        for name, word in value.items()
    }


def anything(reading: Reading, key: str, value: object) -> object:
    """Return what stands there."""
    del reading, key
    return value
