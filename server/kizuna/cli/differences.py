"""``diff``: what one release says and another does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from kizuna.cli.common import HERE, ReleasesOption, say, told
from kizuna.errors import FindingsError, UsageError
from kizuna.release import Manifest, Releases
from kizuna.release.differing import (
    Difference,
    found,
    notes,
    told_as_json,
    told_as_patch,
    told_as_text,
)
from kizuna.release.filling import fill
from kizuna.release.succession import BEFORE, CURRENT, named
from kizuna.settings import load_settings


def _notes(difference: Difference, old: Manifest, new: Manifest) -> Iterable[str]:
    return (notes(difference, old, new),)


FORMATS: dict[str, Callable[[Difference, Manifest, Manifest], Iterable[str]]] = {
    "text": told_as_text,
    "json": told_as_json,
    "patch": told_as_patch,
    "notes": _notes,
}
ReleaseName = Annotated[
    str, typer.Argument(help="A release: its id, a beginning of it, current, or before.")
]


def diff(
    old: ReleaseName = BEFORE,
    new: ReleaseName = CURRENT,
    form: Annotated[
        str, typer.Option("--format", "-f", help="text, json, patch (RDF Patch) or notes.")
    ] = "text",
    directory: Annotated[Path, typer.Option("--project", help="The project's folder.")] = HERE,
    releases: ReleasesOption = None,
) -> None:
    """Tell what a release says that another does not: facts, and the evidence of facts.

    A patch makes the named graphs of the one those of the other. Notes are Markdown. Exit status:
    0 they say the same, 1 they do not, 2 wrong usage or no such release, 3 it cannot be read.

    Examples: `kizuna diff` · `kizuna diff 8f328 current --format patch` ·
    `kizuna diff --format notes > NOTES.md`
    """
    if form not in FORMATS:
        raise UsageError(
            f"--format {json.dumps(form)} is none", hint=f"Write one of {', '.join(FORMATS)}."
        )
    folder = Releases(releases or load_settings(directory).releases)
    was, now = (_whole(folder, name) for name in (old, new))
    with told.status("comparing"):
        difference = found(folder.folder, was, now)
    with closing(difference):
        for piece in FORMATS[form](difference, was, now):
            say(piece)
        if not difference.counts.nothing:
            raise typer.Exit(FindingsError.exit_code)


def _whole(releases: Releases, name: str) -> Manifest:
    """Return a release that has an index, made whole first if need be."""
    return fill(releases.folder / named(releases, name).id)
