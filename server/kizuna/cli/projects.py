"""``check``, ``build`` and ``settings``: from a folder to a release."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from kizuna.building import built, checked, update_lock
from kizuna.checks import CHECKS, OUTPUTS
from kizuna.cli.common import HERE, Directory, ReleasesOption, say, told
from kizuna.errors import FindingsError
from kizuna.release import Releases
from kizuna.settings import SETTINGS, load_settings

OutputFormat = StrEnum("OutputFormat", {name: name for name in OUTPUTS})  # type: ignore[misc]
TEXT = OutputFormat("text")


def check(
    directory: Directory = HERE,
    output: Annotated[
        OutputFormat, typer.Option("--format", "-f", help="How to write the report.")
    ] = TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
    rules: Annotated[bool, typer.Option("--rules", help="List what is checked, and stop.")] = False,
) -> None:
    """Check everything: syntax, evidence, quotes, shapes, terms, links.

    All findings are told at once, with file and line. Where the documents' texts are on this
    machine, every quote is compared with them word for word, and data/documents.lock is brought
    up to date. Exit status: 0 fine, 1 violations, 2 no project, 3 not possible here.

    Examples: `kizuna check` · `kizuna check --format sarif > report.sarif`
    """
    if rules:
        say("".join(f"{c.name:22} {c.about}\n" for c in CHECKS))
        return
    settings = load_settings(directory)
    project, report = checked(settings, told)
    update_lock(project, report, told)
    say(OUTPUTS["json" if as_json else output.value](report))
    if not report.conforms:
        raise typer.Exit(FindingsError.exit_code)


def build(
    directory: Directory = HERE,
    releases: ReleasesOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write id, folder and counts as JSON.")
    ] = False,
) -> None:
    """Check the project and build a release of it.

    A release is complete or not there: with a violation, a full disk or a crash, the current
    release stays as it was. Equal content gives the same identifier and the same bytes.

    Examples: `kizuna build` · `kizuna build --releases /srv/kizuna`
    """
    settings = load_settings(directory)
    release = built(settings, Releases(releases or settings.releases), told)
    if as_json:
        counts = dict(release.manifest.counts)
        say(json.dumps({"id": release.id, "folder": str(release.folder), **counts}) + "\n")
    else:
        say(f"{release.id} in {release.folder}\n")


def settings() -> None:
    """List every setting of kizuna.toml with its default and what it does."""
    for row in SETTINGS:
        default = "must be given" if row.default is None else f"default {row.default!r}"
        env = f", or {row.env}" if row.env else ""
        say(f"{row.key} ({default}{env})\n    {row.help} {row.example}\n")
