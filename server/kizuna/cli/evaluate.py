"""``evaluate``: how good an extractor is, measured against the reviewed data."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from kizuna.cli.common import HERE, Directory, say, told
from kizuna.errors import ProjectError
from kizuna.extracting.evaluating import Evaluation, Score
from kizuna.extracting.evaluating import evaluate as compared
from kizuna.project import load_project
from kizuna.settings import load_settings


class What(StrEnum):
    """What can be evaluated."""

    EXTRACT = "extract"


def evaluate(
    what: Annotated[What, typer.Argument(help="What to evaluate.")],  # noqa: ARG001 - one choice so far
    directory: Directory = HERE,
    as_json: Annotated[bool, typer.Option("--json", help="Write the figures as JSON.")] = False,
) -> None:
    """Measure the extractor by rules against the reviewed claims.

    Document by document, with the data of that document taken out (files of shared things stay):
    how many of its claims are proposed with an overlapping quote and the right subject and
    object, and how many proposals agree with a reviewed fact. What else is proposed may still be
    right; docs/extracting.md says how things without an address are compared. Needs the texts.

    Examples: `kizuna evaluate extract` · `kizuna evaluate extract --json`
    """
    settings = load_settings(directory)
    with told.status("comparing"):
        project = load_project(
            settings.root, settings.addresses, settings.languages, settings.documents
        )
        found = compared(project)
    if not found:
        raise ProjectError(
            f"{settings.documents}: no text of a document with claims is here",
            hint="Put the texts there, or set KIZUNA_DOCUMENTS to the folder that has them.",
        )
    if as_json:
        say(json.dumps(_figures(found), ensure_ascii=False, indent=1) + "\n")
    else:
        _show(found)


def _show(found: list[Evaluation]) -> None:
    """Write two tables: by document and by relation."""
    documents = {e.document.rpartition("/")[2]: e.total for e in found}
    for heading, rows in (("document", documents), ("relation", _relations(found))):
        table = Table(box=None, pad_edge=False)
        table.add_column(heading)
        for column in ("claims", "found", "recall", "proposed", "agreeing", "precision"):
            table.add_column(column, justify="right")
        for name, score in rows.items():
            table.add_row(name, *_cells(score))
        table.add_row("all", *_cells(sum(documents.values(), Score())))
        with told.capture() as written:
            told.print(table)
        say(written.get() + "\n")


def _cells(score: Score) -> tuple[str, ...]:
    return (
        str(score.expected),
        str(score.found),
        f"{score.recall:.0%}" if score.expected else "",
        str(score.proposed),
        str(score.agreeing),
        f"{score.precision:.0%}" if score.proposed else "",
    )


def _relations(found: list[Evaluation]) -> dict[str, Score]:
    """Return the counts of each relation over all documents, the commonest first."""
    summed: dict[str, Score] = {}
    for evaluation in found:
        for name, score in evaluation.relations.items():
            summed[name] = summed.get(name, Score()) + score
    return dict(sorted(summed.items(), key=lambda row: (-row[1].expected, row[0])))


def _figures(found: list[Evaluation]) -> dict[str, object]:
    return {
        "documents": {e.document: _numbers(e.total) for e in found},
        "relations": {name: _numbers(score) for name, score in _relations(found).items()},
        "all": _numbers(sum((e.total for e in found), Score())),
    }


def _numbers(score: Score) -> dict[str, float]:
    return {
        "claims": score.expected,
        "found": score.found,
        "recall": round(score.recall, 3),
        "proposed": score.proposed,
        "agreeing": score.agreeing,
        "precision": round(score.precision, 3),
    }
