"""``prepare``: the answers about things, ahead of anyone asking."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.progress import MofNCompleteColumn, Progress

from kizuna.cli.common import HERE, Directory, ReleasesOption, say, told
from kizuna.errors import UsageError
from kizuna.release import Releases
from kizuna.settings import load_settings
from kizuna.web.prepared import place
from kizuna.web.prepared.work import MEGABYTE, prepare_release


def prepare(
    directory: Directory = HERE,
    releases: ReleasesOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the figures as JSON.")] = False,
) -> None:
    """Make the answers about things of the current release ahead of anyone asking.

    A server does that by itself, beside its work, once a release is built and served: this is for
    who wants it done before, as when an image is made. Data comes first, then pages in each
    language, until they take prepare_mb megabytes. What is there already is not made again.

    Examples: `kizuna build && kizuna prepare`
    """
    settings = load_settings(directory)
    if not settings.prepare_mb:
        raise UsageError(
            "prepare_mb is 0, so nothing is made ahead",
            hint="Remove it from kizuna.toml, or: KIZUNA_PREPARE_MB=400 kizuna prepare.",
        )
    release = Releases(releases or settings.releases).current()
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=told, transient=True) as shown:
        task = shown.add_task("preparing", total=None)
        number = prepare_release(
            release,
            directory,
            settings.prepare_mb,
            lambda done, total: shown.update(task, completed=done, total=total),
        )
    size = place(release, directory).stat().st_size
    figures = {"id": release.id, "representations": number, "bytes": size}
    text = f"{number} representations of {release.id} are ready, in {size / MEGABYTE:.1f} MB\n"
    say(json.dumps(figures) + "\n" if as_json else text)
