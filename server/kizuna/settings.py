"""The settings of a publication: ``kizuna.toml``, overridden by environment variables.

Every setting is one row of ``SETTINGS``; checking, help and the manual are made from it.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from kizuna.errors import BadAddress, ProjectError, SettingsError
from kizuna.iris import Addresses

FILE_NAME = "kizuna.toml"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its key in kizuna.toml, type, default (None: must be given), and help."""

    key: str
    type: type[str | int | float | list[str]]
    default: str | int | float | tuple[str, ...] | None
    help: str
    env: str = ""
    example: str = ""


# fmt: off
SETTINGS: tuple[Setting, ...] = (
    Setting("base", str, None,
            "The IRI under which everything is published; it ends with a slash.",
            example='base = "https://w3id.org/kizuna/"'),
    Setting("languages", list, ("en", "de", "ja"),
            "Languages of labels and pages, the fallback order first to last.",
            example='languages = ["en", "de", "ja"]'),
    Setting("documents", str, "data/documents",
            "Folder of the source documents' texts, relative to the project.",
            env="KIZUNA_DOCUMENTS", example='documents = "data/documents"'),
    Setting("releases", str, "releases",
            "Folder of the releases, relative to the project.",
            env="KIZUNA_RELEASES", example='releases = "releases"'),
    Setting("query_seconds", float, 30.0,
            "Seconds by the clock that one query may take.",
            env="KIZUNA_QUERY_SECONDS", example="query_seconds = 30"),
    Setting("query_memory_mb", int, 1_000,
            "Megabytes that one query may use beyond the open store.",
            env="KIZUNA_QUERY_MEMORY_MB", example="query_memory_mb = 1000"),
    Setting("answer_mb", int, 50,
            "Megabytes that one answer may have.",
            env="KIZUNA_ANSWER_MB", example="answer_mb = 50"),
    Setting("workers", int, 4,
            "Queries that run at the same time.",
            env="KIZUNA_WORKERS", example="workers = 4"),
)
# fmt: on

_MOST = 1_000_000
"""Above this no number makes sense: days of waiting, terabytes; infinity and NaN neither."""
_WORDS = {str: "a text", int: "a whole number", float: "a number", list: "a list of texts"}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force for the project in ``root``. Folders are absolute paths."""

    root: Path
    addresses: Addresses
    languages: tuple[str, ...]
    documents: Path
    releases: Path
    query_seconds: float
    query_memory_mb: int
    answer_mb: int
    workers: int


def load_settings(root: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of the project in ``root``; the environment wins over the file.

    Raises ProjectError when there is no kizuna.toml, and SettingsError for an unknown key, a
    wrong type or a value that makes no sense, with file and line.
    """
    path = root / FILE_NAME
    text = _read(path)
    values = _parsed(path, text)
    for setting in SETTINGS:
        if setting.env and environ.get(setting.env):
            values[setting.key] = _from_environment(setting, environ[setting.env])
    missing = [s for s in SETTINGS if s.default is None and s.key not in values]
    if missing:
        raise SettingsError(
            f"{path}: the setting {missing[0].key!r} is missing",
            hint=f"{missing[0].help} Add: {missing[0].example}",
        )
    given = {s.key: values.get(s.key, s.default) for s in SETTINGS}
    _check_ranges(path, text, given)
    return _settings(root, path, text, given)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ProjectError(
            f"{path.parent}: there is no {FILE_NAME}, so this is no kizuna project",
            hint="Name the project's folder: kizuna check DIR.",
        ) from error
    except OSError as error:
        raise ProjectError(
            f"{path}: cannot be read: {error.strerror}", hint="Give yourself permission to read it."
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8", hint="Save it as UTF-8.") from error


def _parsed(path: Path, text: str) -> dict[str, object]:
    """Return the keys and values of the file, each known and of its type."""
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers of 5000 digits, 500 nested lists
        place = re.search(r"\(at line (\d+), column \d+\)", str(error))
        at_end = f":{text.count(chr(10)) + 1}" if "(at end of document)" in str(error) else ""
        line = f":{place[1]}" if place else at_end
        raise SettingsError(
            f"{path}{line}: is no TOML: {error}", hint="TOML is explained at https://toml.io."
        ) from error
    known = {s.key: s for s in SETTINGS}
    for key, value in values.items():
        if key not in known:
            near = get_close_matches(key, known, n=1)
            advice = f"Did you mean {near[0]!r}? " if near else ""
            raise SettingsError(
                f"{_at(path, text, key)}: unknown setting {key!r}",
                hint=f"{advice}Settings are: {', '.join(known)}.",
            )
        _check_type(f"{_at(path, text, key)}: ", known[key], value)
    return values


def _at(path: Path, text: str, key: str) -> str:
    """Return ``path:line`` of a key."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*(\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*[=\].]", line):
            return f"{path}:{number}"
    return str(path)


def _check_type(where: str, setting: Setting, value: object) -> None:
    allowed = (int, float) if setting.type is float else (setting.type,)
    right = isinstance(value, allowed) and not isinstance(value, bool)
    if right and isinstance(value, list):
        right = bool(value) and all(isinstance(v, str) and v for v in value)
    if not right:
        raise SettingsError(
            f"{where}{setting.key} is {value!r}, but must be {_WORDS[setting.type]}",
            hint=f"For example: {setting.example}",
        )


def _from_environment(setting: Setting, text: str) -> object:
    if setting.type is str:
        return text
    try:
        return float(text) if setting.type is float else int(text)
    except ValueError as error:
        raise SettingsError(
            f"{setting.env} is {text!r}, but must be {_WORDS[setting.type]}",
            hint=f"For example: {setting.env}={setting.default}",
        ) from error


def _check_ranges(path: Path, text: str, values: Mapping[str, object]) -> None:
    for key, value in values.items():
        if isinstance(value, int | float) and not 0 < value <= _MOST:
            raise SettingsError(
                f"{_at(path, text, key)}: {key} is {value}, "
                f"but must be greater than 0 and at most {_MOST}",
                hint="Remove the line to get the default.",
            )
        if isinstance(value, str) and "\0" in value:
            raise SettingsError(
                f"{_at(path, text, key)}: {key} is {value!r}, but no name holds a NUL character",
                hint="Remove the character.",
            )


def _settings(root: Path, path: Path, text: str, given: Mapping[str, object]) -> Settings:
    try:
        addresses = Addresses.at(str(given["base"]))
    except BadAddress as error:
        raise SettingsError(
            f"{_at(path, text, 'base')}: {error.message}", hint=error.hint
        ) from error
    languages = given["languages"]
    return Settings(
        root=root,
        addresses=addresses,
        languages=tuple(languages) if isinstance(languages, list | tuple) else (),
        documents=(root / str(given["documents"])).resolve(),
        releases=(root / str(given["releases"])).absolute(),
        query_seconds=float(str(given["query_seconds"])),
        query_memory_mb=int(str(given["query_memory_mb"])),
        answer_mb=int(str(given["answer_mb"])),
        workers=int(str(given["workers"])),
    )
