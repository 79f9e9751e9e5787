"""Reads a TOML file whose values are terms, paths and names, and says where one is wrong.

``tomllib`` tells no lines: the first line with the words that are wrong is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any

from pyoxigraph import NamedNode

from kizuna.errors import ProjectError
from kizuna.vocabulary import shortened

Row = dict[str, Any]
Readers = Mapping[str, Callable[[str, object], Any]]
_PATH = re.compile(r"(?:\([^()]+\)|[^()/?*]+)[?*]?(?:/(?:\([^()]+\)|[^()/?*]+)[?*]?)*")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_LANGUAGE = re.compile(r"[a-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_AT = re.compile(r"\(at line (\d+)")


def at_line(error: TOMLDecodeError) -> str:
    """Return the line that a parser's message names, as it stands behind a path."""
    found = _AT.search(str(error))
    return f":{found[1]}" if found else ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that is read; ``prefixes`` are those of the terms in it, ``hint`` says what helps."""

    path: Path
    source: str
    prefixes: Mapping[str, str]
    hint: str

    def wrong(self, words: str, message: str) -> ProjectError:
        """Return the error for ``words`` of the file."""
        line = self.line(words)
        return ProjectError(f"{self.path}{f':{line}' if line else ''}: {message}", hint=self.hint)

    def line(self, words: str) -> int:
        """Return the number of the first line with ``words``, comments aside, or 0."""
        alone = re.compile(rf"(?<![\w:-]){re.escape(words)}(?![\w:-])")
        lines = enumerate(self.source.splitlines(), start=1)
        code = ((n, line) for n, line in lines if not line.lstrip().startswith("#"))
        return next((n for n, line in code if alone.search(line)), 0)

    def term(self, name: str) -> NamedNode:
        """Return the term with a prefixed name. Raises ProjectError."""
        prefix, colon, local = name.partition(":")
        if not colon or not local or prefix not in self.prefixes:
            raise self.wrong(name, f"{name!r} is no prefixed name of the project's vocabularies")
        try:
            return NamedNode(self.prefixes[prefix] + local)
        except ValueError as error:
            raise self.wrong(name, f"{name!r} is no IRI") from error

    def name(self, node: NamedNode) -> str:
        """Return the prefixed name of a term."""
        return shortened(node.value, dict(self.prefixes))

    def row(self, value: object, needed: Readers, optional: Readers | None = None) -> Row:
        """Return a table with these keys, each read. Raises ProjectError."""
        readers = {**needed, **(optional or {})}
        if not isinstance(value, dict):
            raise self.wrong(str(value), f"a table with {', '.join(readers)} is expected here")
        for key in value:
            if key not in readers:
                raise self.wrong(key, f"there is no {key!r} here; there are: {', '.join(readers)}")
        for key in needed:
            if key not in value:
                raise self.wrong(_first(value), f"{key!r} is missing")
        return {key: readers[key](key, told) for key, told in value.items()}

    def rows(self, value: object, needed: Readers, optional: Readers | None = None) -> list[Row]:
        """Return a list of such tables. Raises ProjectError."""
        return [self.row(each, needed, optional) for each in self._list("a list of tables", value)]

    def text(self, key: str, value: object) -> str:
        """Return a name of small letters, digits and hyphens, as it stands in addresses."""
        return self._matching(_NAME, f"{key} of small letters, digits and hyphens", value)

    def flag(self, key: str, value: object) -> bool:
        """Return true or false."""
        if not isinstance(value, bool):
            raise self.wrong(key, f"{key} is true or false, not {value!r}")
        return value

    def labels(self, key: str, value: object) -> dict[str, str]:
        """Return texts by language."""
        if not isinstance(value, dict) or not value:
            near = value if isinstance(value, str) else key
            raise self.wrong(near, f'{key} has texts by language, such as {{ en = "Letters" }}')
        for language, told in value.items():
            if not _LANGUAGE.fullmatch(language) or not isinstance(told, str) or not told.strip():
                raise self.wrong(language, f"{language} = {told!r} is no text in a language")
        return dict(value)

    def terms(self, key: str, value: object) -> tuple[NamedNode, ...]:
        """Return terms by their prefixed names."""
        return tuple(self.one_term(key, each) for each in self._list(f"a list in {key}", value))

    def one_term(self, key: str, value: object) -> NamedNode:
        """Return a term by its prefixed name."""
        if not isinstance(value, str):
            raise self.wrong(key, f"{key} has prefixed names, not {value!r}")
        return self.term(value)

    def paths(self, key: str, value: object) -> tuple[str, ...]:
        """Return property paths."""
        return tuple(self.path_of(key, each) for each in self._list(f"a list in {key}", value))

    def path_of(self, key: str, value: object) -> str:
        """Return a property path of ``|``, ``^``, ``?`` and ``*``, whose names are known."""
        text = self._matching(_PATH, f"property path in {key}", value)
        for name in re.split(r"[/()|?*^]+", text):
            if name:
                self.term(name)
        return text

    def words(self, key: str, value: object) -> dict[NamedNode, str]:
        """Return the words of another vocabulary by the terms that they stand for."""
        if not isinstance(value, dict):
            raise self.wrong(key, f"{key} is a table")
        return {self.term(n): self._matching(_WORD, f"word for {n}", w) for n, w in value.items()}

    def any(self, key: str, value: object) -> object:
        """Return what stands there."""
        del key
        return value

    def _list(self, what: str, value: object) -> Iterable[object]:
        if not isinstance(value, list):
            raise self.wrong(str(value), f"{what} is expected, not {value!r}")
        return value

    def _matching(self, form: re.Pattern[str], what: str, value: object) -> str:
        if not isinstance(value, str) or not form.fullmatch(value):
            raise self.wrong(str(value), f"{value!r} is no {what}")
        return value


def _first(value: Mapping[str, object]) -> str:
    return str(next((v for v in value.values() if isinstance(v, str)), next(iter(value), "")))
