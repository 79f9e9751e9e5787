"""``catalogue``: what portals will read, before it is published."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer
from pyoxigraph import DefaultGraph, Quad

from kizuna.building import checked, tables_of
from kizuna.checks import OUTPUTS
from kizuna.cli.common import HERE, Directory, say, told
from kizuna.errors import FindingsError
from kizuna.formats import BY_SUFFIX, Kind, carrying
from kizuna.release.catalogue import MOST, Score, score
from kizuna.release.catalogue.checking import would_be
from kizuna.representations import write
from kizuna.settings import load_settings

GraphFormat = StrEnum("GraphFormat", {f.suffix: f.suffix for f in carrying(Kind.GRAPH)})  # type: ignore[misc]
TURTLE = GraphFormat("ttl")


def catalogue(
    directory: Directory = HERE,
    output: Annotated[
        GraphFormat, typer.Option("--format", "-f", help="The format, by its suffix.")
    ] = TURTLE,
    points: Annotated[
        bool, typer.Option("--score", help="Write what data.europa.eu would give for it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --score: as JSON.")] = False,
) -> None:
    """Write the catalogue (DCAT-AP) that a build of the project would publish.

    Sizes, checksums and counts are those of nothing yet; all else is as portals will read it.
    Exit status: 0 fine, 1 violations, 2 no project.

    Examples: `kizuna catalogue` · `kizuna catalogue --score`
    """
    project, report = checked(load_settings(directory), told)
    if not report.conforms:
        told.print(OUTPUTS["text"](report))
        raise typer.Exit(FindingsError.exit_code)
    facts, triples = would_be(project, tables_of(project))
    if points or as_json:
        scores = score(triples, facts.dataset, conforms=True)
        say(_json(scores) if as_json else _table(scores))
        return
    quads = [Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples]
    say(write(quads, BY_SUFFIX[output.value]).decode())


def _table(scores: Sequence[Score]) -> str:
    rows = [
        f"{each.points:3} of {each.metric.points:2}  {each.metric.dimension:17}"
        f"{each.metric.name:35}{each.metric.predicate}\n"
        for each in scores
    ]
    return "".join(rows) + f"{sum(each.points for each in scores):3} of {MOST}\n"


def _json(scores: Sequence[Score]) -> str:
    metrics = [
        {
            "dimension": each.metric.dimension,
            "metric": each.metric.name,
            "property": each.metric.predicate,
            "points": each.points,
            "most": each.metric.points,
        }
        for each in scores
    ]
    total = {"points": sum(each.points for each in scores), "most": MOST}
    return json.dumps({**total, "metrics": metrics}, indent=1) + "\n"
