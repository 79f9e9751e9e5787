"""The results of SHACL validation, told as findings with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from pyoxigraph import Triple

from kizuna.checks.findings import Finding, Severity, Spot, find_spot
from kizuna.project import Project, Role
from kizuna.vocabulary import RDFS_SUBCLASS

if TYPE_CHECKING:
    from kizuna.checks.shacl import BrokenShapes, Result

_SH = "http://www.w3.org/ns/shacl#"
_SEVERITIES = {f"{_SH}Info": Severity.INFO, f"{_SH}Warning": Severity.WARNING}
_CHECK = "shape"


def shape_findings(project: Project) -> Iterator[Finding]:
    """Yield a finding for each SHACL validation result (SHACL 2017, section 3.6.2).

    The data graph is the union of the data files and of the ontology's sub-class statements.
    """
    shapes = (t for f in project.having(Role.SHAPES) for t in f.triples)
    classes = (
        t for f in project.having(Role.ONTOLOGY) for t in f.triples if t.predicate == RDFS_SUBCLASS
    )
    yield from findings_by(project, shapes, chain(project.data, classes))


def findings_by(
    project: Project, shapes: Iterable[Triple], data: Iterable[Triple]
) -> Iterator[Finding]:
    """Yield a finding for each validation result of ``data``, at the place that it comes from."""
    from kizuna.checks.shacl import BrokenShapes, results  # noqa: PLC0415 - it takes its time

    try:
        found = results(shapes, data)
    except BrokenShapes as error:
        yield _broken_shape(project, error)
        return
    for result in found:
        yield _finding(project, result)


def violation_report(shapes: Iterable[Triple], data: Iterable[Triple]) -> tuple[int, list[Triple]]:
    """Return how many violations ``data`` has, and the SHACL report (SHACL 2017, section 3.6).

    Warnings and information stand in the report, but do not count. Shapes that cannot be read
    count as one violation, which the report does not explain.
    """
    from kizuna.checks.shacl import BrokenShapes, report_triples  # noqa: PLC0415 - as above

    try:
        severities, report = report_triples(shapes, data)
    except BrokenShapes:
        return 1, []
    return sum(severity not in _SEVERITIES for severity in severities), report


def _broken_shape(project: Project, error: BrokenShapes) -> Finding:
    """Return the finding for shapes over which pySHACL gave up, at the one that it was reading."""
    path, line, column = find_spot(project, Spot(error.shape)) if error.shape else ("", 0, 0)
    if not line:
        path = next((f.path for f in project.having(Role.SHAPES)), "shapes")
    text = f"no data can be checked: {' '.join(error.message.split())}"
    hint = "Correct the shape; SHACL is at https://www.w3.org/TR/shacl/."
    return Finding("shape-syntax", Severity.VIOLATION, path, line, column, text, hint, error.shape)


def _finding(project: Project, result: Result) -> Finding:
    """Return the finding for one validation result."""
    path, line, column = find_spot(project, Spot(result.focus, result.path, result.value))
    shape = result.shape.rpartition("#")[2]
    value = f" Found: {result.value}." if result.value not in {"", result.focus} else ""
    return Finding(
        check=f"{_CHECK}/{shape}",
        severity=_SEVERITIES.get(result.severity, Severity.VIOLATION),
        path=path,
        line=line,
        column=column,
        message=f"<{result.focus}>: {result.message}{value}",
        hint=f"Shape <{result.shape}>.",
        focus=result.focus,
    )
