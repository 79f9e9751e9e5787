"""SHACL results become findings; shapes that pySHACL chokes on become one, not an exception."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kizuna.checks.findings import Severity
from kizuna.checks.shapes import shape_findings
from kizuna.iris import Addresses
from kizuna.project import Project, Role, SourceFile

PREFIXES = """@prefix : <https://x.example/#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""
DATA = ':thing a :Thing ; :p "007"^^<http://www.w3.org/2001/XMLSchema#int> , "x"@en .\n'
# fmt: off
BROKEN = [
    # what is in the property shape                      why it is wrong
    'sh:path :p ; sh:pattern "("',                       # no regular expression
    'sh:path :p ; sh:minCount "many"',                   # no number
    "sh:path :p ; sh:minCount 1 , 2",                    # twice
    "sh:minCount 1",                                     # no path
    "sh:path :p , :q",                                   # two paths
    "sh:path 'p'",                                       # a literal as path
    "sh:path _:b . _:b sh:inversePath _:b . :P a sh:PropertyShape",   # a path in itself
    "sh:path _:b . _:b rdf:first :p ; rdf:rest _:b . :P sh:minCount 1",   # a list in itself
    "sh:path :p ; sh:or 'x'",                            # no list
    "sh:path :p ; sh:uniqueLang 'de'",                   # no boolean
    "sh:path :p ; sh:minInclusive :P",                   # no number
    'sh:path :p ; sh:sparql [ sh:select "SELEC" ]',      # no SPARQL
    'sh:path :p ; sh:sparql [ sh:select "SELECT $this { $this un:known 1 }" ]',   # no such prefix
    "sh:path :p ; sh:sparql [ sh:message 'x' ]",         # no query
    'sh:path :p ; sh:sparql [ sh:select "SELECT $this { SERVICE <http://x> { $this ?p 1 } }" ]',
]
# fmt: on


def project(data: str, shape: str) -> Project:
    shapes = (
        ":S a sh:NodeShape ; sh:targetClass :Thing ; sh:property :P .\n"
        f":P a sh:PropertyShape ; {shape} .\n"
    )
    files = (file(Role.DATA, data), file(Role.SHAPES, shapes))
    return Project(
        Path(), Addresses.at("https://x.example/"), ("en",), Path(), files, (), (), (), {}
    )


def file(role: Role, body: str) -> SourceFile:
    text = PREFIXES + body
    triples = tuple(
        Triple(q.subject, q.predicate, q.object) for q in parse(text.encode(), RdfFormat.TURTLE)
    )
    name = f"{role.value}/x.ttl"
    return SourceFile(name, role, NamedNode("https://x.example/graph/x"), text, {}, triples)


@pytest.mark.parametrize("shape", BROKEN)
def test_a_broken_shape_is_a_finding(shape: str, capsys: pytest.CaptureFixture[str]) -> None:
    findings = list(shape_findings(project(DATA, shape)))
    assert [f.check for f in findings] == ["shape-syntax"], findings
    assert findings[0].path == "shapes/x.ttl"
    assert findings[0].severity is Severity.VIOLATION
    assert capsys.readouterr() == ("", "")


# fmt: off
RESULTS = [
    # shape                                              check       line, column of what is wrong
    ("sh:path :p ; sh:maxCount 1",                       "shape/P",  (4, 19)),  # the property
    ("sh:path :q ; sh:minCount 1",                       "shape/P",  (4, 1)),   # nothing: the thing
    ("sh:path :p ; sh:pattern '00'",                     "shape/P",  (4, 70)),  # one value
    ("sh:path [ sh:inversePath :p ] ; sh:minCount 1",    "shape/P",  (4, 1)),   # no plain path
]
# fmt: on


@pytest.mark.parametrize(("shape", "check", "place"), RESULTS)
def test_a_result_is_placed(shape: str, check: str, place: tuple[int, int]) -> None:
    (found,) = shape_findings(project(DATA, shape))
    assert (found.check, found.path, (found.line, found.column)) == (check, "data/ttl/x.ttl", place)


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        ("sh:Info", Severity.INFO),
        ("sh:Warning", Severity.WARNING),
        ("sh:Violation", Severity.VIOLATION),
        (":Own", Severity.VIOLATION),  # what is unknown is taken seriously
    ],
)
def test_severity(severity: str, expected: Severity) -> None:
    shape = f"sh:path :q ; sh:minCount 1 ; sh:severity {severity}"
    (found,) = shape_findings(project(DATA, shape))
    assert found.severity is expected


def test_english_message_is_preferred() -> None:
    shape = 'sh:path :q ; sh:minCount 1 ; sh:message "falsch"@de , "wrong"@en'
    (found,) = shape_findings(project(DATA, shape))
    assert "wrong" in found.message
    assert "falsch" not in found.message


def test_lexical_forms_reach_the_shapes_untouched() -> None:
    shape = "sh:path :p ; sh:pattern '^(007|x)$'"
    assert list(shape_findings(project(DATA, shape))) == []
