"""The ``kizuna`` command: the only package that prints."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Annotated

import typer

from kizuna import __version__
from kizuna.cli.common import say, told
from kizuna.errors import KizunaError, UnavailableError

# fmt: off
COMMANDS = {
    # name          module below kizuna.cli, function
    "init":         ("scaffold",    "init"),
    "check":        ("projects",    "check"),
    "build":        ("projects",    "build"),
    "serve":        ("serve",       "serve"),
    "export":       ("export",      "export"),
    "query":        ("query",       "query"),
    "catalogue":    ("catalogue",   "catalogue"),
    "diff":         ("differences", "diff"),
    "rollback":     ("releases",    "rollback"),
    "prepare":      ("prepare",     "prepare"),
    "push":         ("releases",    "push"),
    "link":         ("linking",     "link"),
    "review":       ("review",      "review"),
    "quickstatements": ("statements", "quickstatements"),
    "missing-items": ("statements", "missing_items_command"),
    "settings":     ("projects",    "settings"),
    "releases":     ("releases",    "list_releases"),
    "extract":      ("extract",     "extract"),
    "evaluate":     ("evaluate",    "evaluate"),
}
# fmt: on


def application(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """Return the command with those subcommands; only what they need is imported."""
    app = typer.Typer(
        name="kizuna",
        help="A linked-data publisher: check a project, build a release of it, serve it.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_version)
    for name in names:
        module, function = COMMANDS[name]
        app.command(name)(getattr(import_module(f"kizuna.cli.{module}"), function))
    return app


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
    asked = sys.argv[1:2]
    app = application(asked if asked and asked[0] in COMMANDS else COMMANDS)
    try:
        app(prog_name="kizuna")
    except KizunaError as error:
        told.print(f"kizuna: {error}")
        sys.exit(error.exit_code)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        told.print(f"kizuna: {where}{error.strerror or error}")
        sys.exit(UnavailableError.exit_code)
