"""A new project: a small working one, to be replaced by one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pyoxigraph import Literal

from kizuna.errors import UsageError
from kizuna.iris import Addresses

TITLE, PUBLISHER = "The mills of Lindenau", "The publisher"
BASE = "https://example.org/mills/"
LANGUAGES = ("en", "de", "ja")
_LANGUAGE = re.compile(r"[a-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_RENAMED = {"gitignore": ".gitignore"}
"""Files whose name would have a meaning in the package itself."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is special about a new project: its base IRI, languages, title and publisher."""

    base: str = BASE
    languages: tuple[str, ...] = LANGUAGES
    title: str = TITLE
    publisher: str = PUBLISHER


def make_project(to: Path, plan: Plan) -> list[Path]:
    """Write a new project into the folder ``to``, and return its files, below ``to``.

    Raises BadAddress for a base IRI that is none, UsageError where something is there already or a
    language is none, and OSError when a file cannot be written.
    """
    check_place(to)
    Addresses.at(plan.base)
    if not plan.languages:
        raise UsageError("no language is given", hint="Write such as en,de,ja.")
    for tag in plan.languages:
        if not _LANGUAGE.fullmatch(tag) or plan.languages.count(tag) > 1:
            raise UsageError(
                f"{tag!r} is no language, or there twice", hint="Write such as en,de,ja."
            )
    texts = dict(_filled(plan))
    made: list[Path] = []
    try:
        for path, text in sorted(texts.items()):
            (to / path).parent.mkdir(parents=True, exist_ok=True)
            made.append(to / path)
            made[-1].write_text(text, encoding="utf-8")
    except OSError:
        for path in made:
            path.unlink(missing_ok=True)
        raise
    return sorted(texts)


def check_place(to: Path) -> None:
    """Pass if a project may be made in ``to``: not yet there, or nothing in it but git's own.

    Raises UsageError.
    """
    if to.exists() and not to.is_dir():
        raise UsageError(f"{to} is a file", hint="Name a folder that is not there yet.")
    if to.exists() and any(path.name != ".git" for path in to.iterdir()):
        raise UsageError(
            f"{to} is there already and not empty", hint="Name a folder that is not there yet."
        )


def _filled(plan: Plan) -> Iterator[tuple[Path, str]]:
    changes = _changes(plan)
    found = re.compile("|".join(map(re.escape, changes)))
    for path, text in _walk(files("kizuna.scaffold") / "files", Path()):
        yield path, found.sub(lambda match: changes[match[0]], text)


def _walk(folder: Traversable, here: Path) -> Iterator[tuple[Path, str]]:
    for item in folder.iterdir():
        path = here / _RENAMED.get(item.name, item.name)
        if item.is_dir():
            yield from _walk(item, path)
        else:
            yield path, item.read_text(encoding="utf-8")


def _changes(plan: Plan) -> Mapping[str, str]:
    """Return what stands in the files, and by what it is replaced."""
    first = plan.languages[0]
    named = [Literal(TITLE, language="en"), Literal(PUBLISHER, language="en"), Literal(PUBLISHER)]
    told = [
        Literal(plan.title, language=first),
        Literal(plan.publisher, language=first),
        Literal(plan.publisher),
    ]
    listed = ", ".join(f'"{tag}"' for tag in plan.languages)
    return {
        'languages = ["en", "de", "ja"]': f"languages = [{listed}]",
        **{str(old): str(new) for old, new in zip(named, told, strict=True)},
        BASE: plan.base,
    }
