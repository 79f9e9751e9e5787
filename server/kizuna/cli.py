"""The ``kizuna`` command: the only module that prints."""

from __future__ import annotations

import io
import json
import logging
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kizuna import __version__
from kizuna.checks import CHECKS, OUTPUTS, Report, check_project
from kizuna.checks.output import summary
from kizuna.engine import Limits, WorkerPool
from kizuna.errors import FindingsError, KizunaError, NoRelease, UnavailableError
from kizuna.project import DocumentState, Project, load_project
from kizuna.project.load import LOCK_FILE
from kizuna.project.lock import lock_of, write_lock
from kizuna.release import Release, Releases, build_release
from kizuna.settings import SETTINGS, Settings, load_settings

app = typer.Typer(
    name="kizuna",
    help="A linked-data publisher: check a project, build a release of it, serve it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
# No emoji: "x.ttl:100:" is a place, not a picture.
_told = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)

OutputFormat = StrEnum("OutputFormat", {name: name for name in OUTPUTS})  # type: ignore[misc]
Directory = Annotated[Path, typer.Argument(help="The project's folder.", show_default="here")]
ReleasesOption = Annotated[
    Path | None,
    typer.Option("--releases", help="Folder of the releases (or KIZUNA_RELEASES)."),
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
    _, report = _checked(settings)
    _print(OUTPUTS["json" if as_json else output.value](report))
    if not report.conforms:
        raise typer.Exit(FindingsError.exit_code)


@app.command()
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
    release = _built(settings, Releases(releases or settings.releases))
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
        int | None, typer.Option(help="Queries that run at the same time.", min=1)
    ] = None,
) -> None:
    """Serve the current release; build it first if the project has changed.

    When the project has violations, the last good release is served and the findings are told.
    A release that is built while the server runs is taken over without dropping a request.

    Examples: `kizuna serve` · `kizuna serve --host 0.0.0.0 --port 80`
    """
    from kizuna.web import serve_releases  # noqa: PLC0415 - half a second that no other command needs

    settings = load_settings(directory)
    folder = Releases(releases or settings.releases)
    _current_or_last_good(settings, folder)
    limits = Limits(
        seconds=settings.query_seconds,
        answer_bytes=settings.answer_mb * 1_000_000,
        memory_bytes=settings.query_memory_mb * 1_000_000,
    )
    number = workers or settings.workers
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    serve_releases(
        folder,
        lambda release: WorkerPool(release.store, number, limits),
        directory / "queries",
        (host, port),
    )


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


def _checked(settings: Settings) -> tuple[Project, Report]:
    """Return the project with its report, and bring the lock up to date where texts are here."""
    with _told.status("reading the project") as status:
        project = load_project(
            settings.root, settings.addresses, settings.languages, settings.documents
        )
        status.update("checking")
        report = check_project(project)
    _update_lock(project, report)
    return project, report


def _update_lock(project: Project, report: Report) -> None:
    """Write the places of all quotes; quotes of absent texts keep the place that they had."""
    if not report.conforms or all(d.state is DocumentState.ABSENT for d in project.documents):
        return
    path = project.root / LOCK_FILE
    texts = {d.iri.value: d.sha256 for d in project.documents}
    try:
        if write_lock(path, lock_of(report.located, texts)):
            _told.print(f"{path}: brought up to date; commit it with your change.")
    except OSError as error:
        _told.print(f"{path}: warning: could not be brought up to date: {error.strerror}")


def _built(settings: Settings, releases: Releases) -> Release:
    project, report = _checked(settings)
    if not report.conforms:
        _told.print(OUTPUTS["text"](report))
    with _told.status("building") as status:
        release = build_release(project, report, releases, status.update)
    _told.print(summary(report))
    return release


def _current_or_last_good(settings: Settings, releases: Releases) -> None:
    """Build what is to be served; where that fails, pass if there is a good release already."""
    try:
        _built(settings, releases)
    except KizunaError as error:
        try:
            release = releases.current()
        except NoRelease:
            raise error from None
        _told.print(f"{error}\nServing the last good release {release.id}.")


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()  # so that a reader that has gone is noticed here


def main() -> None:
    """Run the command; every error that people can mend is told in words, without a trace."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # whatever the surroundings prefer
    try:
        app()
    except KizunaError as error:
        _told.print(f"kizuna: {error}")
        sys.exit(error.exit_code)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _told.print(f"kizuna: {where}{error.strerror or error}")
        sys.exit(UnavailableError.exit_code)
