"""The shapes say what they mean, and each of them is broken by a case.

A case is a file ``tests/shapes/<node shape>/valid.<what>.ttl`` or ``invalid.<why>.ttl``. Its
first lines are the whole expectation, compared as a set::

    # expect: <local name of the shape> <IRI of the focus node>
    # expect: nothing

``world.ttl`` describes one or two valid things of each kind; a case is checked together with
those that it names.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, RDFS, SH, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL
from rdflib.term import Identifier, Node

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "shapes"
WORLD = CASES / "world.ttl"
SHAPE = "https://w3id.org/kizuna/shapes#"
KZ = "https://w3id.org/kizuna/ontology#"

INVALID = sorted(CASES.glob("*/invalid.*.ttl"))
VALID = sorted(CASES.glob("*/valid.*.ttl"))
EXAMPLES = sorted((ROOT / "ontology" / "examples").glob("*.ttl"))
FLOOR = 350, 60  # invalid and valid cases; raise it, so that a glob that finds nothing fails

Finding = tuple[str, str]

# Terms of SHACL 1.0 (Core and SPARQL) that a shape may use. pySHACL passes over any other
# sh: term in silence, so a misspelt constraint would accept everything.
SHACL_TERMS = """
    NodeShape PropertyShape PropertyGroup Violation Warning Info
    IRI Literal BlankNode BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral
    targetClass targetNode targetSubjectsOf targetObjectsOf
    path inversePath alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath
    property node name description message severity order group defaultValue deactivated
    class datatype nodeKind minCount maxCount minInclusive maxInclusive minExclusive maxExclusive
    minLength maxLength pattern flags languageIn uniqueLang
    equals disjoint lessThan lessThanOrEquals hasValue in closed ignoredProperties
    not and or xone qualifiedValueShape qualifiedMinCount qualifiedMaxCount
    qualifiedValueShapesDisjoint
    sparql SPARQLConstraint select prefixes declare prefix namespace
"""
SHACL = {str(SH) + name for name in SHACL_TERMS.split()}
NOTES = (SH.name, SH.description, SH.group, SH.order, RDFS.label, RDFS.comment)
STEPS = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
CHOICES = (SH["or"], SH["and"], SH.xone)
# What makes a node shape accept or refuse a node by itself, not through its properties.
REFUSING = (SH.pattern, SH.nodeKind, SH["class"], SH["in"], SH.closed, SH.sparql, *CHOICES)


def read(*paths: Path) -> Graph:
    """Return one graph of all the files."""
    graph = Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return graph


@functools.cache
def shapes() -> Graph:
    """Return the shapes as they are published."""
    return read(*sorted((ROOT / "shapes").glob("*.ttl")))


@functools.cache
def constraints() -> Graph:
    """Return the shapes without their notes: the same findings in half the time."""
    lean = Graph()
    for triple in shapes():
        if triple[1] not in NOTES:
            lean.add(triple)
    return lean


@functools.cache
def ontology() -> Graph:
    """Return the terms that the shapes speak about."""
    return read(ROOT / "ontology" / "kizuna.ttl")


@functools.cache
def world() -> Graph:
    """Return the things that cases may refer to."""
    return read(WORLD)


@functools.cache
def hierarchy() -> Graph:
    """Return what the ontology says about subclasses: all that a case needs of it."""
    graph = Graph()
    for triple in ontology().triples((None, RDFS.subClassOf, None)):
        graph.add(triple)
    return graph


def local(shape: Node) -> str:
    """Return the name of a shape without its namespace."""
    return str(shape).removeprefix(SHAPE)


def expected(path: Path) -> set[Finding]:
    """Return what the first lines of a case say it breaks."""
    heads = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    return {
        (words[2], words[3])
        for words in heads
        if words[:2] == ["#", "expect:"] and words[2:] != ["nothing"]
    }


def populated(case: Graph) -> Graph:
    """Return the case and what the world says of its things, and of the things these name."""
    graph = Graph()
    for triple in (*case, *hierarchy()):
        graph.add(triple)
    described = set(world().subjects())
    waiting = [*case.subjects(), *case.objects()]
    while waiting:
        thing = waiting.pop()
        if thing in described:
            described.discard(thing)
            for triple in world().triples((thing, None, None)):
                graph.add(triple)
                waiting.append(triple[2])
    return graph


def findings(data: Graph) -> set[Finding]:
    """Return which shape each node of the data breaks."""
    _, report, _ = pyshacl.validate(data, shacl_graph=constraints(), inplace=True)
    assert isinstance(report, Graph)
    return {
        (local(one(report, result, SH.sourceShape)), str(one(report, result, SH.focusNode)))
        for result in report.subjects(RDF.type, SH.ValidationResult)
    }


def one(graph: Graph, subject: Node, predicate: Node) -> Node:
    """Return the one value, or fail."""
    (value,) = graph.objects(subject, predicate)
    return value


def languages(shape: Node, predicate: Node) -> list[str]:
    """Return the languages of a shape's texts, sorted."""
    return sorted(str(getattr(text, "language", "")) for text in shapes().objects(shape, predicate))


def members(shape: Node, predicate: Node) -> Iterator[Node]:
    """Yield the members of a shape's lists, such as the choices of sh:or."""
    for head in shapes().objects(shape, predicate):
        assert isinstance(head, Identifier)
        yield from Collection(shapes(), head)


def parts(shape: Node) -> set[Node]:
    """Return the shapes that a shape uses."""
    direct = {part for step in STEPS for part in shapes().objects(shape, step)}
    return direct | {part for choice in CHOICES for part in members(shape, choice)}


NODE_SHAPES = sorted(shapes().subjects(RDF.type, SH.NodeShape), key=str)
PROPERTY_SHAPES = sorted(shapes().subjects(RDF.type, SH.PropertyShape), key=str)
CHOSEN = {
    choice
    for shape in (*NODE_SHAPES, *PROPERTY_SHAPES)
    for step in CHOICES
    for choice in members(shape, step)
}


def by_name(path: Path) -> str:
    """Return a short name of a case for the test report."""
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", INVALID + VALID, ids=by_name)
def test_case_breaks_what_it_says(path: Path) -> None:
    assert findings(populated(read(path))) == expected(path)


@pytest.mark.parametrize("path", INVALID + VALID, ids=by_name)
def test_case_says_what_its_name_says(path: Path) -> None:
    head = path.read_text(encoding="utf-8")
    assert head.startswith("# expect: ")
    assert bool(expected(path)) == path.name.startswith("invalid.")


def test_cases_are_found() -> None:
    assert len(INVALID) >= FLOOR[0]
    assert len(VALID) >= FLOOR[1]
    folders = {path.parent.name for path in INVALID + VALID}
    assert folders <= {local(shape) for shape in NODE_SHAPES}


def test_world_is_valid() -> None:
    assert findings(world() + hierarchy()) == set()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.stem))
def test_example_of_the_ontology_conforms(path: Path) -> None:
    assert findings(read(path) + hierarchy()) == set()


def test_notes_do_not_change_the_findings() -> None:
    case = CASES / "TimeReference" / "invalid.edtf-forms.ttl"
    _, report, _ = pyshacl.validate(populated(read(case)), shacl_graph=shapes(), inplace=True)
    assert isinstance(report, Graph)
    assert len(set(report.objects(None, SH.result))) == len(expected(case))


@pytest.mark.parametrize("shape", PROPERTY_SHAPES, ids=local)
def test_property_shape_explains_itself(shape: Node) -> None:
    assert str(shape).startswith(SHAPE), "a finding can be cited only if its shape has an IRI"
    assert one(shapes(), shape, SH.severity) in (SH.Violation, SH.Warning, SH.Info)
    assert languages(shape, SH.name) == ["de", "en", "ja"]
    assert languages(shape, SH.message) == ["de", "en", "ja"]
    assert languages(shape, SH.description) == ["en"]
    group = one(shapes(), shape, SH.group)
    assert (group, RDF.type, SH.PropertyGroup) in shapes()
    assert isinstance(getattr(one(shapes(), shape, SH.order), "value", None), int)
    for message in shapes().objects(shape, SH.message):
        assert any(word in str(message) for word in ("Example: ", "Beispiel: ", "例："))


@pytest.mark.parametrize("shape", NODE_SHAPES, ids=local)
def test_node_shape_explains_itself(shape: Node) -> None:
    assert str(shape).startswith(SHAPE)
    assert languages(shape, RDFS.label) == ["de", "en", "ja"]
    if refuses(shape):
        assert one(shapes(), shape, SH.severity) in (SH.Violation, SH.Warning, SH.Info)
        assert languages(shape, SH.message) == ["de", "en", "ja"]


def refuses(shape: Node) -> bool:
    """Return whether findings can cite this node shape."""
    targets = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
    given = set(shapes().predicates(shape))
    return bool(given & set(targets)) and bool(given & set(REFUSING))


def test_groups_have_names_and_an_order() -> None:
    groups = list(shapes().subjects(RDF.type, SH.PropertyGroup))
    assert groups
    for group in groups:
        assert languages(group, RDFS.label) == ["de", "en", "ja"]
    orders = [one(shapes(), group, SH.order) for group in groups]
    assert len(set(orders)) == len(groups)


def test_every_shape_is_broken_by_a_case() -> None:
    broken = {shape for path in INVALID for shape, _ in expected(path)}
    # Findings of a choice of sh:or cite the shape that has the choice.
    citable = [shape for shape in PROPERTY_SHAPES if shape not in CHOSEN]
    citable += [shape for shape in NODE_SHAPES if refuses(shape)]
    assert {local(shape) for shape in citable} == broken


def test_every_property_shape_is_used() -> None:
    used = {part for shape in (*NODE_SHAPES, *PROPERTY_SHAPES) for part in parts(shape)}
    assert {local(shape) for shape in PROPERTY_SHAPES} <= {local(part) for part in used}


def test_every_own_class_is_targeted() -> None:
    targets = set(shapes().objects(None, SH.targetClass))
    own = {c for c in ontology().subjects(RDF.type, OWL.Class) if str(c).startswith(KZ)}
    assert len(own) >= 37
    free = {c for c in own if not targets & set(ontology().transitive_objects(c, RDFS.subClassOf))}
    assert free == set()


def test_shapes_speak_of_terms_that_exist() -> None:
    own = {term for triple in shapes() for term in triple if str(term).startswith(KZ)}
    assert {term for term in own if term not in set(ontology().subjects())} == set()


def test_terms_of_shacl_are_known() -> None:
    terms = {
        str(term)
        for triple in shapes()
        for term in triple
        if isinstance(term, URIRef) and str(term).startswith(str(SH))
    }
    assert terms <= SHACL


def test_no_shape_uses_itself() -> None:
    """PySHACL gives up on a recursive shape and calls the data conforming."""
    for shape in (*NODE_SHAPES, *PROPERTY_SHAPES):
        reached: set[Node] = set()
        waiting = parts(shape)
        while waiting:
            part = waiting.pop()
            if part not in reached:
                reached.add(part)
                waiting |= parts(part)
        assert shape not in reached, local(shape)
