"""A new project: a small working one, to be replaced by one's own."""

from __future__ import annotations

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
    Addresses.at(plan.base)
    for tag in plan.languages:
        if not tag.replace("-", "").isalnum() or not tag.isascii():
            raise UsageError(f"{tag!r} is no language", hint="Write such as en,de,ja.")
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise UsageError(
            f"{to} is there already and not empty", hint="Name a folder that is not there yet."
        )
    texts = dict(_filled(plan))
    for path, text in texts.items():
        (to / path).parent.mkdir(parents=True, exist_ok=True)
        (to / path).write_text(text, encoding="utf-8")
    return sorted(texts)


def _filled(plan: Plan) -> Iterator[tuple[Path, str]]:
    changes = _changes(plan)
    for path, text in _walk(files("kizuna.scaffold") / "files", Path()):
        for old, new in changes.items():
            text = text.replace(old, new)  # noqa: PLW2901
        yield path, text


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
