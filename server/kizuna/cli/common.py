"""What the commands share: their options, and the two places where they write."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

# No emoji: "x.ttl:100:" is a place, not a picture.
told = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
"""For what people are told beside the answer."""

Directory = Annotated[Path, typer.Argument(help="The project's folder.", show_default="here")]
ReleasesOption = Annotated[
    Path | None,
    typer.Option("--releases", help="Folder of the releases (or KIZUNA_RELEASES)."),
]
EngineOption = Annotated[
    str | None,
    typer.Option("--engine", "--query-endpoint", help="SPARQL endpoint that answers queries."),
]
HERE = Path()


def say(text: str) -> None:
    """Write an answer."""
    sys.stdout.write(text)
    sys.stdout.flush()  # so that a reader that has gone is noticed here
