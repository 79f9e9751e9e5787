"""SHACL validation by pySHACL; the one module that knows it and rdflib.

To import them takes longer than most commands: who validates imports this module then.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from traceback import walk_tb

import pyshacl
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse
from rdflib.namespace import SH

_NOTES = {
    NamedNode(str(p))
    for p in (SH.name, SH.description, SH.group, SH.order, rdflib.RDFS.label, rdflib.RDFS.comment)
}
"""Words for people: pySHACL walks over them for every focus node, a quarter of its time."""


@dataclass(frozen=True, slots=True)
class Result:
    """One validation result (SHACL 2017, section 3.6.2); what it does not tell is empty."""

    focus: str
    path: str
    value: str
    shape: str
    severity: str
    message: str


class BrokenShapes(Exception):
    """pySHACL gave up: over which shape (IRI, "" where that is not known), and why."""

    def __init__(self, shape: str, message: str) -> None:
        super().__init__(message)
        self.shape = shape
        self.message = message


def results(shapes: Iterable[Triple], data: Iterable[Triple]) -> list[Result]:
    """Return the validation results of ``data``, not the details nested below them.

    Raises BrokenShapes.
    """
    report = _validated(shapes, data)
    return [_result(report, node) for node in report.objects(None, SH.result)]


def report_triples(
    shapes: Iterable[Triple], data: Iterable[Triple]
) -> tuple[list[str], list[Triple]]:
    """Return the severities of all results of ``data``, and the report (section 3.6).

    Raises BrokenShapes.
    """
    report = _validated(shapes, data)
    severities = [
        str(report.value(result, SH.resultSeverity)) for result in report.objects(None, SH.result)
    ]
    lines = report.serialize(format="nt").encode()
    return severities, [quad.triple for quad in parse(lines, RdfFormat.N_TRIPLES)]


def _validated(shapes: Iterable[Triple], data: Iterable[Triple]) -> rdflib.Graph:
    """Return pySHACL's report as a graph. Raises BrokenShapes."""
    logging.getLogger("pyshacl-validate").disabled = True  # it tells errors that it raises too
    shown = _graph(t for t in shapes if t.predicate not in _NOTES)
    try:
        _, found, _ = pyshacl.validate(_graph(data), shacl_graph=shown, inplace=True)
    except Exception as error:
        message = str(getattr(error, "message", error)) or type(error).__name__
        raise BrokenShapes(_shape_at_fault(error), message) from error
    if isinstance(found, Exception):
        raise BrokenShapes(_shape_at_fault(found), str(getattr(found, "message", found)))
    graph: rdflib.Graph = found
    return graph


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


def _result(report: rdflib.Graph, node: rdflib.term.Node) -> Result:
    def one(predicate: rdflib.URIRef) -> str:
        return str(report.value(node, predicate) or "")

    return Result(
        focus=one(SH.focusNode),
        path=one(SH.resultPath),
        value=one(SH.value),
        shape=one(SH.sourceShape),
        severity=one(SH.resultSeverity),
        message=_message(report, node),
    )


def _message(report: rdflib.Graph, node: rdflib.term.Node) -> str:
    """Return the English message, or whichever there is."""
    messages = list(report.objects(node, SH.resultMessage))
    messages.sort(key=lambda m: (getattr(m, "language", None) or "en") != "en")
    return str(messages[0]) if messages else "violates its shape"
