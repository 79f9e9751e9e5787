"""``init``: a new project."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from kizuna.cli.common import say
from kizuna.iris import Addresses
from kizuna.scaffold import BASE, LANGUAGES, PUBLISHER, TITLE, Plan, check_place, make_project

_OF_NOBODY = (
    "Change the base IRI in kizuna.toml and all files before you publish: nobody owns this one."
)


def init(
    directory: Annotated[Path, typer.Argument(help="The folder to make.")],
    base: Annotated[
        str, typer.Option(help="Where everything will stand: an IRI with a slash at its end.")
    ] = "",
    title: Annotated[str, typer.Option(help="What the dataset is called.")] = "",
    publisher: Annotated[str, typer.Option(help="Who publishes it.")] = "",
    languages: Annotated[
        str, typer.Option(help="Languages of the pages, the first one first: en,de,ja.")
    ] = "",
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing; take what the example has.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write the files as JSON.")] = False,
) -> None:
    """Make a new project: a small working one of its own words, a text, shapes, facts with quotes.

    `kizuna check` and `kizuna serve` work on it at once; replace its files by yours. At a terminal
    it asks for what no option gives.
    Exit status: 0 made, 2 the folder is not empty or a value is none, 3 it cannot be written.

    Examples: `kizuna init letters --base https://data.example.org/letters/ --title "Old letters"`
    """
    check_place(directory)
    ask = sys.stdin.isatty() and not (yes or as_json)
    base = base or _asked(ask, "Base IRI, with a slash at its end", BASE)
    Addresses.at(base)
    languages = languages or _asked(ask, "Languages of the pages", ",".join(LANGUAGES))
    plan = Plan(
        base=base,
        title=title or _asked(ask, "Title of the dataset", TITLE),
        publisher=publisher or _asked(ask, "Publisher", PUBLISHER),
        languages=tuple(filter(None, (tag.strip() for tag in languages.split(",")))),
    )
    made = make_project(directory, plan)
    if as_json:
        listed = [path.as_posix() for path in made]
        say(json.dumps({"project": str(directory), "files": listed}, indent=1) + "\n")
        return
    say("".join(f"{directory / path}\n" for path in made))
    say(f"\nNow: kizuna serve {quote(str(directory))}\n")
    untold = [tag for tag in plan.languages if tag not in LANGUAGES]
    if untold:
        say(f"The example has no texts in {', '.join(untold)}: its names are in others.\n")
    if plan.base == BASE:
        say(f"{_OF_NOBODY}\n")


def _asked(ask: bool, question: str, default: str) -> str:
    return str(typer.prompt(question, default=default, err=True)) if ask else default
