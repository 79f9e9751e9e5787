"""SHACL validation by pySHACL, its results told as findings with file and line."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from itertools import chain
from traceback import walk_tb

import pyshacl
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse
from rdflib.namespace import SH

from kizuna.checks.findings import Finding, Severity, Spot, find_spot
from kizuna.project import Project, Role
from kizuna.vocabulary import RDFS_SUBCLASS

_SEVERITIES: dict[object, Severity] = {SH.Info: Severity.INFO, SH.Warning: Severity.WARNING}
_CHECK = "shape"
_NOTES = {
    NamedNode(str(p))
    for p in (SH.name, SH.description, SH.group, SH.order, rdflib.RDFS.label, rdflib.RDFS.comment)
}
"""Words for people: pySHACL walks over them for every focus node, a quarter of its time."""


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
    results = _validated(shapes, data)
    if isinstance(results, Exception):
        yield _broken_shape(project, results)
        return
    for result in results.objects(None, SH.result):  # not the details nested below
        yield _finding(project, results, result)


def violation_report(shapes: Iterable[Triple], data: Iterable[Triple]) -> tuple[int, list[Triple]]:
    """Return how many violations ``data`` has, and the SHACL report (SHACL 2017, section 3.6).

    Warnings and information stand in the report, but do not count. Shapes that cannot be read
    count as one violation, which the report does not explain.
    """
    results = _validated(shapes, data)
    if isinstance(results, Exception):
        return 1, []
    severities = (
        results.value(result, SH.resultSeverity) for result in results.objects(None, SH.result)
    )
    number = sum(severity not in _SEVERITIES for severity in severities)
    lines = results.serialize(format="nt").encode()
    return number, [quad.triple for quad in parse(lines, RdfFormat.N_TRIPLES)]


def _validated(shapes: Iterable[Triple], data: Iterable[Triple]) -> rdflib.Graph | Exception:
    """Return pySHACL's report as a graph, or the error over which it gave up."""
    logging.getLogger("pyshacl-validate").disabled = True  # it tells errors that it raises too
    shown = _graph(t for t in shapes if t.predicate not in _NOTES)
    try:
        _, results, _ = pyshacl.validate(_graph(data), shacl_graph=shown, inplace=True)
    except Exception as error:  # noqa: BLE001 - whatever its parts raise over a broken shape
        return error
    found: rdflib.Graph | Exception = results
    return found


def _graph(triples: Iterable[Triple]) -> rdflib.Graph:
    graph = rdflib.Graph()
    for triple in triples:
        graph.add(tuple(map(_rdflib, triple)))  # type: ignore[arg-type]
    return graph


def _rdflib(term: NamedNode | BlankNode | Literal) -> rdflib.term.Node:
    """Return the term for rdflib, its lexical form untouched."""
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    return rdflib.Literal(term.value, datatype=term.datatype.value, normalize=False)


def _broken_shape(project: Project, error: Exception) -> Finding:
    """Return the finding for shapes over which pySHACL gave up, at the one that it was reading."""
    shape = _shape_at_fault(error)
    path, line, column = find_spot(project, Spot(shape)) if shape else ("", 0, 0)
    if not line:
        path = next((f.path for f in project.having(Role.SHAPES)), "shapes")
    message = str(getattr(error, "message", error)) or type(error).__name__
    text = f"no data can be checked: {' '.join(message.split())}"
    hint = "Correct the shape; SHACL is at https://www.w3.org/TR/shacl/."
    return Finding("shape-syntax", Severity.VIOLATION, path, line, column, text, hint, shape)


def _shape_at_fault(error: Exception) -> str:
    """Return the IRI of the innermost named shape among pySHACL's frames, empty where none is.

    Its messages do not say which shape they are about.
    """
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    for frame in reversed(frames):
        for name in ("shape", "self", "s"):
            held = frame.f_locals.get(name)
            node = getattr(getattr(held, "shape", held), "node", held)
            if isinstance(node, rdflib.URIRef):
                return str(node)
    return ""


def _finding(project: Project, results: rdflib.Graph, result: rdflib.term.Node) -> Finding:
    """Return the finding for one validation result."""

    def one(predicate: rdflib.URIRef) -> str:
        return str(results.value(result, predicate) or "")

    spot = Spot(one(SH.focusNode), one(SH.resultPath), one(SH.value))
    path, line, column = find_spot(project, spot)
    shape = one(SH.sourceShape).rpartition("#")[2]
    severity = results.value(result, SH.resultSeverity)
    value = f" Found: {spot.value}." if spot.value and spot.value != spot.subject else ""
    return Finding(
        check=f"{_CHECK}/{shape}",
        severity=_SEVERITIES.get(severity, Severity.VIOLATION),
        path=path,
        line=line,
        column=column,
        message=f"<{spot.subject}>: {_message(results, result)}{value}",
        hint=f"Shape <{one(SH.sourceShape)}>.",
        focus=spot.subject,
    )


def _message(results: rdflib.Graph, result: rdflib.term.Node) -> str:
    """Return the English message, or whichever there is."""
    messages = list(results.objects(result, SH.resultMessage))
    messages.sort(key=lambda m: (getattr(m, "language", None) or "en") != "en")
    return str(messages[0]) if messages else "violates its shape"
