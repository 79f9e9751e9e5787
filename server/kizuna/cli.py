"""The ``kizuna`` command: the only module that prints."""

from __future__ import annotations

import json
import logging
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kizuna import __version__
from kizuna.building import built, checked, current_or_last_good
from kizuna.checks import CHECKS, OUTPUTS
from kizuna.engine.remote import Credentials, Remote
from kizuna.errors import FindingsError, KizunaError, UnavailableError
from kizuna.release import Releases, Target, report_json, report_text
from kizuna.release import push as push_release
from kizuna.release.listing import listing_json, listing_text
from kizuna.serving import STANDARD_ERROR, Options, open_to, serve_bare, serve_project
from kizuna.settings import SETTINGS, load_settings

app = typer.Typer(
    name="kizuna",
    help="A linked-data publisher: check a project, build a release of it, serve it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
_told = Console(stderr=True, highlight=False, soft_wrap=True)

OutputFormat = StrEnum("OutputFormat", {name: name for name in OUTPUTS})  # type: ignore[misc]
Directory = Annotated[Path, typer.Argument(help="The project's folder.", show_default="here")]
ReleasesOption = Annotated[
    Path | None,
    typer.Option("--releases", help="Folder of the releases.", envvar="KIZUNA_RELEASES"),
]
EngineOption = Annotated[
    str | None,
    typer.Option("--engine", "--query-endpoint", help="SPARQL endpoint that answers queries."),
]
HERE = Path()
TEXT = OutputFormat("text")


@app.command()
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
        _print("".join(f"{c.name:22} {c.about}\n" for c in CHECKS))
        return
    settings = load_settings(directory)
    project, report = checked(settings, _told)
    _print(OUTPUTS["json" if as_json else output.value](report))
    if not report.conforms:
        raise typer.Exit(FindingsError.exit_code)
    del project


@app.command()
def build(
    directory: Directory = HERE,
    releases: ReleasesOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the manifest as JSON.")] = False,
) -> None:
    """Check the project and build a release of it.

    A release is complete or not there: with a violation, a full disk or a crash, the current
    release stays as it was. Equal content gives the same identifier and the same bytes.

    Examples: `kizuna build` · `kizuna build --releases /srv/kizuna`
    """
    settings = load_settings(directory)
    release = built(settings, Releases(releases or settings.releases), _told)
    if as_json:
        counts = dict(release.manifest.counts)
        _print(json.dumps({"id": release.id, "folder": str(release.folder), **counts}) + "\n")
    else:
        _print(f"{release.id} in {release.folder}\n")


@app.command()
def serve(
    directory: Directory = HERE,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    releases: ReleasesOption = None,
    workers: Annotated[
        int | None, typer.Option(help="Queries that run at the same time (light).", min=1)
    ] = None,
    engine: EngineOption = None,
    writable: Annotated[
        bool, typer.Option("--writable", help="Open it to writes with the token in KIZUNA_TOKEN.")
    ] = False,
    validate: Annotated[
        bool, typer.Option(help="Refuse writes that would break the shapes.")
    ] = True,
    bare: Annotated[
        bool, typer.Option("--bare", help="Serve an empty store of its own, without a project.")
    ] = False,
    access_log: Annotated[
        str, typer.Option(help="File for a line of JSON per request; - is standard error.")
    ] = STANDARD_ERROR,
    no_access_log: Annotated[
        bool, typer.Option("--no-access-log", help="Write no access log.")
    ] = False,
    log_queries: Annotated[
        bool, typer.Option("--log-queries", help="Write the texts of queries into it, too.")
    ] = False,
) -> None:
    """Serve the current release; build it first if the project has changed.

    When the project has violations, the last good release is served and the findings are told.
    A release that is built while the server runs is taken over without dropping a request.

    With --engine, queries go to another SPARQL endpoint, into which `kizuna push` has loaded the
    release; all else is served from here. See docs/engines.md for credentials.

    With --writable, SPARQL Update and the Graph Store Protocol make new releases, which stay
    served until `kizuna build` or `kizuna rollback`. See docs/writing.md.

    Examples: `kizuna serve` · `kizuna serve --host 0.0.0.0 --port 80` ·
    `kizuna serve --engine http://localhost:7878/query` ·
    `KIZUNA_TOKEN=secret kizuna serve --bare --writable`
    """
    log = "" if no_access_log else access_log
    options = Options((host, port), workers, engine, writable, validate, log, log_queries)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    if bare:
        serve_bare(releases, options)
        return
    settings = load_settings(directory)
    open_to(settings, options)  # whatever is wrong with it is told before the work begins
    folder = Releases(releases or settings.releases)
    current_or_last_good(settings, folder, _told)
    serve_project(settings, folder, directory / "queries", options)


@app.command("releases")
def list_releases(
    directory: Directory = HERE,
    releases: ReleasesOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the list as JSON.")] = False,
) -> None:
    """List the releases that are kept, the newest first; the current one has a star.

    Examples: `kizuna releases` · `kizuna releases --json`
    """
    folder = _releases(directory, releases)
    _print(listing_json(folder) if as_json else listing_text(folder))


@app.command()
def rollback(
    directory: Directory = HERE,
    to: Annotated[str, typer.Option(help="Which release; else the one before.")] = "",
    releases: ReleasesOption = None,
) -> None:
    """Go back to the release before the current one, or to any that is kept.

    A server that runs takes it over within a second. Nothing is deleted: naming the newer release
    goes forward again.

    Examples: `kizuna rollback` · `kizuna rollback --to 0a1b2c3d4e5f`
    """
    folder = _releases(directory, releases)
    current = folder.current_id() or ""
    release = folder.get(to) if to else folder.before(current)
    folder.switch(release.id)
    _print(f"{release.id} is current now, {release.manifest.created}; before, it was {current}\n")


@app.command()
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
    with _told.status("pushing") as status:
        done = list(push_release(release, target, status.update))
    _print(report_json(release, done) if as_json else report_text(release, done))
    if not all(graph.right for graph in done):
        raise typer.Exit(FindingsError.exit_code)


@app.command()
def settings() -> None:
    """List every setting of kizuna.toml with its default and what it does."""
    for row in SETTINGS:
        default = "must be given" if row.default is None else f"default {row.default!r}"
        env = f", or {row.env}" if row.env else ""
        _print(f"{row.key} ({default}{env})\n    {row.help} {row.example}\n")


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    if version:
        _print(f"kizuna {__version__}\n")
        raise typer.Exit


def _releases(directory: Path, named: Path | None) -> Releases:
    return Releases(named or load_settings(directory).releases)


def _print(text: str) -> None:
    sys.stdout.write(text)


def main() -> None:
    """Run the command; every error that people can mend is told in words, without a trace."""
    try:
        app()
    except KizunaError as error:
        _told.print(f"kizuna: {error}", markup=False)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _told.print(f"kizuna: {where}{error.strerror or error}", markup=False)
        sys.exit(UnavailableError.exit_code)
