"""``releases``, ``rollback`` and ``push``: what becomes of releases once they are built."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from kizuna.cli.common import HERE, Directory, EngineOption, ReleasesOption, say, told
from kizuna.engine.remote import Credentials, Remote
from kizuna.errors import FindingsError
from kizuna.release import Releases, Target, report_json, report_text
from kizuna.release import push as push_release
from kizuna.release.listing import listing_json, listing_text
from kizuna.settings import load_settings


def list_releases(
    directory: Directory = HERE,
    releases: ReleasesOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the list as JSON.")] = False,
) -> None:
    """List the releases that are kept, the newest first; the current one has a star.

    Examples: `kizuna releases` · `kizuna releases --json`
    """
    folder = _releases(directory, releases)
    say(listing_json(folder) if as_json else listing_text(folder))


def rollback(
    directory: Directory = HERE,
    to: Annotated[str, typer.Option(help="Which release; else the one before.")] = "",
    releases: ReleasesOption = None,
) -> None:
    """Go back to the release that was current before, or to any that is kept.

    A server that runs takes it over within a second. Nothing is deleted: naming the newer release
    goes forward again. A build or a write that runs is waited for, some seconds.

    Examples: `kizuna rollback` · `kizuna rollback --to 0a1b2c3d4e5f`
    """
    folder = _releases(directory, releases)
    current = folder.current_id() or ""
    release = folder.rollback(to)
    say(f"{release.id} is current now, {release.manifest.created}; before, it was {current}\n")


def push(
    directory: Directory = HERE,
    to: Annotated[str, typer.Option(help="Address of the graph store.", show_default=False)] = "",
    query_endpoint: EngineOption = None,
    releases: ReleasesOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write a report as JSON.")] = False,
) -> None:
    """Load the current release into another store, by the Graph Store Protocol.

    Each named graph is replaced, the default graph last; then all are counted there by SPARQL, if
    the endpoint is known. What is there already is not sent again. Exit status: 0 all is there, 1
    the counts differ, 2 wrong usage, 3 the store is away or refuses.

    Examples: `kizuna push --to http://localhost:7878/store --engine http://localhost:7878/query`
    """
    settings = load_settings(directory)
    release = Releases(releases or settings.releases).current()
    credentials = Credentials.from_environment(os.environ)
    endpoint = query_endpoint or settings.engine
    target = Target(
        Remote(to, credentials),
        Remote(endpoint, credentials) if endpoint else None,
        settings.engine_default_graph or None,
    )
    with release.kept(), told.status("pushing") as status:
        done = list(push_release(release, target, status.update))
    say(report_json(release, done) if as_json else report_text(release, done))
    if not all(graph.right for graph in done):
        raise typer.Exit(FindingsError.exit_code)


def _releases(directory: Path, named: Path | None) -> Releases:
    return Releases(named or load_settings(directory).releases)
