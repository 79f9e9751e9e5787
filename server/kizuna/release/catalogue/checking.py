"""The catalogue that would be published, looked at before it is: shapes, and points of portals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pyoxigraph import Triple

from kizuna.checks import Finding, Report, Severity
from kizuna.checks.findings import Spot, find_spot
from kizuna.checks.shapes import findings_by
from kizuna.project import Project, Role
from kizuna.release.catalogue.facts import Facts, read_facts
from kizuna.release.catalogue.mqa import MOST, score
from kizuna.release.catalogue.whole import Source, draft
from kizuna.release.dumps import DUMPS, names_of
from kizuna.release.manifest import Manifest
from kizuna.release.times import now
from kizuna.vocabulary import RDF_TYPE, term

SHAPES = "catalogue-shapes"
"""The stem of the file with the shapes for the whole catalogue, in the folder of the shapes."""
CHECK = "catalogue-points"
Place = tuple[str, int, int]
"""File, line and column."""


def with_catalogue(project: Project, report: Report, tables: Iterable[str]) -> Report:
    """Return the report with what is found in the catalogue that a build would publish.

    ``tables`` are the names of the queries whose answers are files. Nothing is added to a report
    with violations, for there would be no build, and to one on data that describes no dataset.
    """
    if not report.conforms or not _describes_one(project):
        return report
    facts, triples = would_be(project, tables)
    shapes = (
        t for file in project.having(Role.SHAPES) if file.stem == SHAPES for t in file.triples
    )
    place = find_spot(project, Spot(facts.dataset.value))
    found = [
        _placed(finding, place)
        for finding in findings_by(project, shapes, triples)
        if finding not in report.findings
    ]
    conforms = not any(finding.severity is Severity.VIOLATION for finding in found)
    found += _missing(facts, triples, place, conforms=conforms)
    return replace(report, findings=(*report.findings, *found))


def _placed(finding: Finding, place: Place) -> Finding:
    """Return a finding at the dataset where it is about what no file has: the build makes it."""
    path, line, column = place
    return finding if finding.line else replace(finding, path=path, line=line, column=column)


def would_be(project: Project, tables: Iterable[str]) -> tuple[Facts, list[Triple]]:
    """Return the catalogue that a build of the project would publish, but for sizes and counts."""
    base = project.addresses.base
    facts = read_facts((q for f in project.having(Role.DATA) for q in f.quads), base)
    roles = {f.graph.value: f.role.value for f in project.files if f.role is not Role.DATA}
    names = [f"{DUMPS}/{name}" for name in names_of(roles.values(), tables)]
    return facts, draft(Source(facts, None, _sketch(base, project)), names)


def _describes_one(project: Project) -> bool:
    return any(
        t.predicate == RDF_TYPE and t.object == term("dcat:Dataset")
        for f in project.having(Role.DATA)
        for t in f.triples
    )


def _sketch(base: str, project: Project) -> Manifest:
    """Return a manifest of what is not built yet."""
    return Manifest(
        id="0" * 12,
        version="draft",
        created=now().isoformat(),
        commit=None,
        base=base,
        languages=project.languages,
        counts={"triples": 0, "documents": 0, "claims": 0},
        classes={},
        graphs={},
        prefixes={},
        value_classes=(),
        files={},
    )


def _missing(
    facts: Facts, triples: list[Triple], place: Place, *, conforms: bool
) -> Iterator[Finding]:
    """Yield what the European portal would give no points for, as information."""
    scores = score(triples, facts.dataset, conforms=conforms)
    points = sum(each.points for each in scores)
    for each in scores:
        if not each.is_met:
            metric = each.metric
            yield Finding(
                CHECK,
                Severity.INFO,
                *place,
                f"data.europa.eu gives no {metric.points} points for {metric.dimension}: "
                f"{metric.name} ({points} of {MOST} in all)",
                f"See {metric.predicate} in docs/harvesting.md.",
                facts.dataset.value,
            )
