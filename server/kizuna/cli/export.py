"""``export``: the site of the current release as files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from kizuna.cli.common import HERE, ReleasesOption, say, told
from kizuna.engine import Pool
from kizuna.engine.federation import Federated, Services
from kizuna.errors import FindingsError
from kizuna.exporting import Copied, check_place, copied, placed
from kizuna.exporting import Progress as Told
from kizuna.release import Release, Releases
from kizuna.release.filling import fill
from kizuna.settings import Settings, load_settings

MOST_TOLD = 20


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write.")],
    directory: Annotated[Path, typer.Option("--project", help="The project's folder.")] = HERE,
    releases: ReleasesOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a folder that is no earlier export.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write the summary as JSON.")] = False,
) -> None:
    """Write the whole site of the current release as files that any web server serves.

    Pages link to one another by relative links, so the folder works at the root of a host, below
    a path, and from a disk. What needs a server (search, SPARQL, comparisons, choices) leads to a
    page that says so. .htaccess and nginx.conf in it bring back formats, languages and redirects.

    The folder is made beside its place and put there whole; an earlier export is replaced. The
    same release gives the same bytes. Exit status: 0 all is there, 1 something could not be
    copied, 2 wrong usage, 3 no release or no room.

    Examples: `kizuna export site` · `kizuna export public --force --json`
    """
    settings = load_settings(directory)
    source = Releases(releases or settings.releases)
    check_place(folder, (settings.root, source.folder, Path.cwd()), force=force)
    current = source.current()
    with current.kept():
        release = Release(current.folder, fill(current.folder))
        about = {"release": release.id, "created": release.manifest.created}
        with placed(folder, about) as place, _progress() as progress:
            found = asyncio.run(
                copied(
                    release,
                    lambda: _engine(release, settings),
                    directory / "queries",
                    place,
                    progress,
                )
            )
    say(_as_json(folder, release, found) if as_json else _as_text(folder, release, found))
    for address, why in list(found.lacking.items())[:MOST_TOLD]:
        told.print(f"{address}: not copied: {why}")
    if found.lacking:
        raise typer.Exit(FindingsError.exit_code)


def _engine(release: Release, settings: Settings) -> Federated:
    """Return the engine for a copy, which calls nobody: the same release gives the same bytes."""
    nobody = Services((), base=settings.addresses.base)
    return Federated(Pool(release.store, settings.limits, settings.lanes), nobody, settings.limits)


@contextmanager
def _progress() -> Iterator[Told]:
    """Give whom to tell how far it is; people at a terminal see a bar."""
    columns = (
        TextColumn("copying"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[files]} files"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=told, transient=True, disable=not told.is_terminal) as bar:
        task = bar.add_task("copying", files=0, total=None)
        yield lambda files, done, things: bar.update(
            task, files=files, completed=done, total=things
        )


def _as_text(folder: Path, release: Release, found: Copied) -> str:
    kinds = ", ".join(f"{name or 'front'} {n}" for name, n in found.kinds.most_common())
    return (
        f"{release.id} in {folder}: {found.files} files, {found.bytes / 1e6:.1f} MB, "
        f"{len(found.lacking)} not copied\n{kinds}\n"
    )


def _as_json(folder: Path, release: Release, found: Copied) -> str:
    document = {
        "id": release.id,
        "folder": str(folder.absolute()),
        "files": found.files,
        "bytes": found.bytes,
        "kinds": dict(sorted(found.kinds.items())),
        "lacking": found.lacking,
    }
    return json.dumps(document) + "\n"
