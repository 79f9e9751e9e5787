"""The ``kizuna`` command: the only package that prints."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from kizuna import __version__
from kizuna.cli.catalogue import catalogue
from kizuna.cli.common import say, told
from kizuna.cli.differences import diff
from kizuna.cli.export import export
from kizuna.cli.projects import build, check, settings
from kizuna.cli.query import query
from kizuna.cli.releases import list_releases, push, rollback
from kizuna.cli.serve import serve
from kizuna.errors import KizunaError, UnavailableError

app = typer.Typer(
    name="kizuna",
    help="A linked-data publisher: check a project, build a release of it, serve it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    check, build, serve, query, export, catalogue, diff, rollback, push, settings,
):  # fmt: skip
    app.command()(command)
app.command("releases")(list_releases)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    if version:
        say(f"kizuna {__version__}\n")
        raise typer.Exit


def main() -> None:
    """Run the command; every error that people can mend is told in words, without a trace."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # whatever the surroundings prefer
    try:
        app(prog_name="kizuna")
    except KizunaError as error:
        told.print(f"kizuna: {error}")
        sys.exit(error.exit_code)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        told.print(f"kizuna: {where}{error.strerror or error}")
        sys.exit(UnavailableError.exit_code)
