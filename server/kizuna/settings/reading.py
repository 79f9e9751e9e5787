"""From ``kizuna.toml`` and the environment to the settings in force."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from kizuna.engine import LaneLimits, Limits
from kizuna.engine.remote.access import checked_url
from kizuna.errors import BadAddress, ProjectError, SettingsError, UsageError
from kizuna.iris import Addresses
from kizuna.settings.table import SETTINGS, Setting

FILE_NAME = "kizuna.toml"


_MOST = 1_000_000
"""Above this no number makes sense: days of waiting, terabytes; infinity and NaN neither."""
_ADDRESSES = ("link_sparql", "link_api", "link_entities", "link_reconcile")
_WORDS = {str: "a text", int: "a whole number", float: "a number", list: "a list of texts"}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force for the project in ``root``. Folders are absolute paths."""

    root: Path
    addresses: Addresses
    languages: tuple[str, ...]
    documents: Path
    full_texts: tuple[str, ...]
    corrections: str
    releases: Path
    build_seconds: float
    pull_seconds: float
    query_seconds: float
    query_memory_mb: int
    answer_mb: int
    query_kb: int
    query_depth: int
    light: int
    heavy: int
    waiting: int
    standing: int
    per_client: int
    prepare_mb: int
    write_seconds: float
    write_memory_mb: int
    write_mb: int
    load_from: tuple[str, ...]
    proxies: tuple[str, ...]
    services: tuple[str, ...]
    service_seconds: float
    extract_from: tuple[str, ...]
    extract_mb: int
    extract_seconds: float
    model: str
    model_name: str
    model_tokens: int
    model_seconds: float
    engine: str
    engine_default_graph: str
    link_sparql: str
    link_api: str
    link_entities: str
    link_reconcile: str
    link_contact: str
    link_pause: float
    link_seconds: float
    link_tries: int
    link_propose: float
    link_accept: float
    link_km: float
    link_cache: Path
    link_cache_days: float

    @property
    def limits(self) -> Limits:
        """What one query may take."""
        return Limits(
            seconds=self.query_seconds,
            answer_bytes=self.answer_mb * 1_000_000,
            memory_bytes=self.query_memory_mb * 1_000_000,
            query_bytes=self.query_kb * 1_000,
            depth=self.query_depth,
        )

    @property
    def lanes(self) -> LaneLimits:
        """How many queries may run and wait."""
        return LaneLimits(
            light=self.light,
            heavy=self.heavy,
            waiting=self.waiting,
            standing=self.standing,
            per_client=self.per_client,
        )


def load_settings(root: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of the project in ``root``; the environment wins over the file.

    Raises ProjectError when there is no kizuna.toml, and SettingsError for an unknown key, a
    wrong type or a value that makes no sense, with file and line.
    """
    path = root / FILE_NAME
    text = _read(path)
    return _in_force(root, path, text, environ)


def bare_settings(
    base: str, environ: Mapping[str, str] = os.environ, root: Path = Path()
) -> Settings:
    """Return settings without a kizuna.toml in ``root``: defaults, and the environment.

    Raises SettingsError for a value that makes no sense.
    """
    return _in_force(root, root / FILE_NAME, f'base = "{base}"', environ)


def _in_force(root: Path, path: Path, text: str, environ: Mapping[str, str]) -> Settings:
    values = _parsed(path, text)
    for setting in SETTINGS:
        said = environ.get(setting.env) if setting.env else None
        if said or (said is not None and setting.may_be_empty):
            values[setting.key] = _from_environment(setting, said)
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
        right = bool(value or setting.may_be_empty) and all(isinstance(v, str) and v for v in value)
    if not right:
        raise SettingsError(
            f"{where}{setting.key} is {value!r}, but must be {_WORDS[setting.type]}",
            hint=f"For example: {setting.example}",
        )


def _from_environment(setting: Setting, text: str) -> object:
    if setting.type is str:
        return text
    if setting.type is list:
        return text.split()
    try:
        return float(text) if setting.type is float else int(text)
    except ValueError as error:
        raise SettingsError(
            f"{setting.env} is {text!r}, but must be {_WORDS[setting.type]}",
            hint=f"For example: {setting.env}={setting.default}",
        ) from error


def _check_ranges(path: Path, text: str, values: Mapping[str, object]) -> None:
    may_be_zero = {s.key for s in SETTINGS if s.may_be_empty}
    for key, value in values.items():
        least = "at least 0" if key in may_be_zero else "greater than 0"
        none = value == 0 and key in may_be_zero
        if isinstance(value, int | float) and not (none or 0 < value <= _MOST):
            raise SettingsError(
                f"{_at(path, text, key)}: {key} is {value}, "
                f"but must be {least} and at most {_MOST}",
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
    lists = {k: tuple(v) for k, v in given.items() if isinstance(v, list | tuple)}
    return Settings(
        root=root,
        addresses=addresses,
        languages=lists["languages"],
        full_texts=lists["full_texts"],
        corrections=_corrections(path, text, str(given["corrections"])),
        load_from=lists["load_from"],
        proxies=tuple(_network(_at(path, text, "proxies"), proxy) for proxy in lists["proxies"]),
        services=_addresses(path, text, lists["services"]),
        documents=(root / str(given["documents"])).resolve(),
        releases=(root / str(given["releases"])).absolute(),
        extract_from=lists["extract_from"],
        model=str(given["model"]),
        model_name=str(given["model_name"]),
        link_cache=(root / str(given["link_cache"])).absolute(),
        link_contact=str(given["link_contact"]),
        **_services(path, text, given),
        engine=str(given["engine"]),
        engine_default_graph=str(given["engine_default_graph"]),
        **_numbers(given),
    )


def _corrections(path: Path, text: str, template: str) -> str:
    """Return an address to which readers are sent, if it is one that pages may link to."""
    where = _at(path, text, "corrections")
    if template and not template.startswith(("http://", "https://", "mailto:")):
        raise SettingsError(
            f"{where}: corrections is {template!r}, which is no address of http, https or mailto",
            hint='For example: corrections = "mailto:editors@example.org?subject={title}"',
        )
    unknown = set(re.findall(r"{([^}]*)}", template)) - {"iri", "title"}
    if unknown:
        raise SettingsError(
            f"{where}: corrections has {{{min(unknown)}}}, which stands for nothing",
            hint="{iri} and {title} stand for those of the page.",
        )
    return template


def _network(where: str, proxy: str) -> str:
    """Return an address or a network as it is written best."""
    try:
        return str(ip_network(proxy))
    except ValueError as error:
        raise SettingsError(
            f"{where}: proxies has {proxy!r}, which is no address and no network: {error}",
            hint='For example: proxies = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"]',
        ) from error


def _addresses(path: Path, text: str, listed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the endpoints that queries may call, if each is an address of http or https."""
    return tuple(_address(path, text, "services", address) for address in listed)


def _services(path: Path, text: str, given: Mapping[str, object]) -> dict[str, Any]:
    """Return the addresses of services that are one setting each."""
    return {key: _address(path, text, key, str(given[key])) for key in _ADDRESSES}


def _address(path: Path, text: str, key: str, address: str) -> str:
    """Return the address of a service. Raises SettingsError where it is none."""
    try:
        checked_url(re.sub("[{}]", "", address))  # {lang} stands for a part of it
    except UsageError as error:
        raise SettingsError(f"{_at(path, text, key)}: {error.message}", hint=error.hint) from error
    return address


def _numbers(given: Mapping[str, object]) -> dict[str, Any]:
    """Return the settings that are numbers, each of its own type."""
    kinds = {s.key: s.type for s in SETTINGS if s.type in {int, float}}
    return {key: kind(str(given[key])) for key, kind in kinds.items()}
