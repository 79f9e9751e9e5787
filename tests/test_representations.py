"""Statements are written in every format, sorted, and come back as they were."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BaseDirection,
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)
from rdflib.compare import isomorphic

from kizuna.errors import NotAcceptable
from kizuna.formats import (
    BY_SUFFIX,
    FORMATS,
    HTML,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    TRIG,
    TURTLE,
    Format,
    Kind,
    carrying,
)
from kizuna.representations import with_reifiers, write
from kizuna.vocabulary import (
    RDF_OBJECT,
    RDF_PREDICATE,
    RDF_REIFIES,
    RDF_SUBJECT,
    RDF_TYPE,
    XSD_BOOLEAN,
    term,
)

X = "https://x.example/"
A, P, G, H = (NamedNode(X + name) for name in ("a", "p", "graph/g", "graph/h"))
INT = NamedNode("http://www.w3.org/2001/XMLSchema#int")
QUADS = (
    Quad(A, P, Literal("007", datatype=INT), G),
    Quad(A, P, Literal("1.50", datatype=INT), G),
    Quad(A, P, Literal('"絆"\n\t\\ <&>\r', language="ja-hira"), G),
    Quad(A, P, BlankNode("g-c14n0"), G),
    Quad(A, P, Literal("007", datatype=INT), H),  # the same in two graphs
    Quad(A, P, Literal(""), DefaultGraph()),
)
ROOT = Path(__file__).parents[1]
TURTLE_FILES = [
    *(path for name in ("data", "ontology", "shapes") for path in (ROOT / name).rglob("*.ttl")),
    *(ROOT / "tests" / "projects" / "small").rglob("*.ttl"),
]
MERGE = {q.triple for q in QUADS}


def named(quads: object) -> set[str]:
    """Return statements with their blank nodes alike, since parsers rename them."""
    return {
        " ".join("_" if isinstance(t, BlankNode) else str(t) for t in quad)
        for quad in quads  # type: ignore[attr-defined]
    }


@pytest.mark.parametrize("form", carrying(Kind.GRAPH), ids=lambda f: f.name)
def test_statements_come_back_as_they_were(form: Format) -> None:
    assert form.rdf is not None
    back = list(parse(write(QUADS, form), form.rdf))
    if form in {TRIG, N_QUADS}:
        assert named(back) == named(QUADS)
    else:
        assert named(q.triple for q in back) == named(MERGE)
        assert len(back) == len(MERGE)  # the merge has each triple once


@pytest.mark.parametrize("form", carrying(Kind.GRAPH), ids=lambda f: f.name)
def test_equal_statements_are_equal_bytes(form: Format) -> None:
    assert write(QUADS, form) == write((*QUADS[::-1], QUADS[0]), form)
    assert write((), form) == write([], form)


def test_only_prefixes_that_are_used() -> None:
    prefixes = {"x": X, "schema": "https://schema.org/"}
    text = write(QUADS, TURTLE, prefixes).decode()
    assert "@prefix x:" in text
    assert "schema" not in text


@pytest.mark.parametrize("form", [f for f in FORMATS if f.rdf is None], ids=lambda f: f.name)
def test_what_is_no_rdf_format(form: Format) -> None:
    with pytest.raises(NotAcceptable, match="is no RDF format"):
        write(QUADS, form)
    assert HTML.rdf is None


# fmt: off
XML = [
    # predicate      value        why it cannot be said
    (X + "1",        "x",         "cannot name the property"),          # no name begins with a digit
    (X + "p/",       "x",         "cannot name the property"),
    (X + "p#-1",     "x",         "cannot name the property"),
    (X + "p",        "a\x00b",    "cannot hold a control character"),
    (X + "p",        "a\x1fb",    "cannot hold a control character"),
    (X + "p",        "a\ufffe",   "cannot hold a control character"),
    (X + "p1",       "a\t\n\r",   None),
    (X + "p#_1",     "絆",        None),
    (X + "名",        "x",         None),
]
# fmt: on


@pytest.mark.parametrize(("predicate", "value", "trouble"), XML)
def test_what_xml_cannot_say(predicate: str, value: str, trouble: str | None) -> None:
    quads = [Quad(A, NamedNode(predicate), Literal(value))]
    if trouble is None:
        (quad,) = parse(write(quads, RDF_XML), BY_SUFFIX["rdf"].rdf)
        assert quad.object == Literal(value)
        return
    with pytest.raises(NotAcceptable, match=trouble) as caught:
        write(quads, RDF_XML)
    assert "text/turtle" in caught.value.hint


TEXT = st.text(st.characters(blacklist_categories=["Cs"]))
VALUE = st.one_of(
    TEXT.map(Literal),
    TEXT.map(lambda text: Literal(text, language="de")),
    TEXT.map(lambda text: Literal(text, datatype=INT)),
)
PREDICATE = st.sampled_from([P, NamedNode(X + "p1"), NamedNode(X + "1"), NamedNode("urn:x:p")])


@given(st.lists(st.builds(Quad, st.just(A), PREDICATE, VALUE, st.sampled_from([G, H])), max_size=5))
def test_any_statements_come_back_or_are_refused(quads: list[Quad]) -> None:
    for form in carrying(Kind.GRAPH):
        assert form.rdf is not None
        try:
            data = write(quads, form)
        except NotAcceptable:
            assert form is RDF_XML
            continue
        back = parse(data, form.rdf)
        if form in {TRIG, N_QUADS}:
            assert set(back) == set(quads)
        else:
            assert {q.triple for q in back} == {q.triple for q in quads}


def alike(one: bytes, form: RdfFormat, other: bytes) -> bool:
    """Tell whether a document says what another says in N-Triples, blank nodes aside."""
    found = [Dataset(parse(one, form)), Dataset(parse(other, RdfFormat.N_TRIPLES))]
    for dataset in found:
        dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return found[0] == found[1]


iris = st.sampled_from([
    NamedNode(iri)
    for iri in (
        f"{X}a", f"{X}京", f"{X}b#c.d", f"{X}b#", "urn:x:y", "x:a", "doi:10/x", "p:q",
        "http://other.example/a", "http://other.example/b/a", "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil",
    )
])  # fmt: skip
predicates = st.sampled_from([
    RDF_TYPE, term("rdf:first"), term("rdf:rest"), P, NamedNode(f"{X}q"), NamedNode(f"{X}doi"),
    NamedNode("http://other.example/q"), NamedNode("urn:x:y"), NamedNode(f"{X}1"),
])  # fmt: skip
blanks = st.sampled_from([BlankNode(f"b{n}") for n in range(5)])
literals = st.builds(Literal, st.text(alphabet='ab@:"\\\n_京', max_size=4)) | st.sampled_from([
    Literal("a", language="en"), Literal("b", language="en"), Literal("a", language="ja"),
    Literal("01", datatype=INT), Literal("1", datatype=INT), Literal("true", datatype=XSD_BOOLEAN),
])  # fmt: skip
triples = st.builds(Quad, iris | blanks, predicates, iris | blanks | literals)


@given(st.lists(triples, max_size=14))
def test_tidy_json_ld_says_the_same(quads: list[Quad]) -> None:
    prefixes = {"p": X, "q": "http://other.example/", "x": f"{X}b#", "_": "urn:", "": "urn:x:"}
    data = write(quads, JSON_LD, prefixes, f"{X}a")
    assert alike(data, RdfFormat.JSON_LD, write(quads, N_TRIPLES))
    assert data == write(quads[::-1], JSON_LD, prefixes, f"{X}a")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib by itself
@pytest.mark.parametrize("path", sorted(TURTLE_FILES), ids=lambda path: path.name)
def test_real_files_as_json_ld_for_two_readers(path: Path) -> None:
    quads = list(parse(path.read_bytes(), RdfFormat.TURTLE, base_iri=X))
    parsed = rdflib.Graph().parse(path)
    prefixes = {p: str(ns) for p, ns in parsed.namespaces() if p}
    data, lines = write(quads, JSON_LD, prefixes), write(quads, N_TRIPLES)
    assert alike(data, RdfFormat.JSON_LD, lines)
    assert isomorphic(
        rdflib.Graph().parse(data=data, format="json-ld"),
        rdflib.Graph().parse(data=lines, format="nt"),
    )


def test_long_chains_and_circles_are_not_nested_without_end() -> None:
    nodes = [NamedNode(f"{X}n{n}") for n in range(1_000)]
    chain = [Quad(one, P, other) for one, other in itertools.pairwise(nodes)]
    for quads in (chain, [*chain, Quad(nodes[-1], P, nodes[0])]):
        data = write(quads, JSON_LD)
        assert alike(data, RdfFormat.JSON_LD, write(quads, N_TRIPLES))


def test_what_json_ld_has_no_tidy_words_for() -> None:
    large = [Quad(A, P, Literal(str(n))) for n in range(20_001)]
    assert len(list(parse(write(large, JSON_LD), RdfFormat.JSON_LD))) == len(large)
    spoken = Quad(A, P, Literal("x", language="ar", direction=BaseDirection.RTL))
    assert b"rtl" in write([spoken], JSON_LD)


def test_only_whole_claims_are_reifiers() -> None:
    claim, other = BlankNode("c"), BlankNode("d")
    parts = [(RDF_SUBJECT, A), (RDF_PREDICATE, P), (RDF_OBJECT, Literal("v"))]
    whole = [Quad(claim, part, value, G) for part, value in parts]  # type: ignore[arg-type]
    reified = Quad(claim, RDF_REIFIES, Triple(A, P, Literal("v")), G)
    for quads, added in (
        (whole, {reified}),
        (whole[:2], set()),
        ([*whole, Quad(claim, RDF_OBJECT, Literal("w"), G)], set()),  # which of both?
        ([*whole[:2], Quad(claim, RDF_OBJECT, Literal("v"), H)], set()),  # in two graphs
        ([Quad(other, RDF_SUBJECT, Literal("v"), G), *whole[1:]], set()),
    ):
        assert with_reifiers(quads) - set(quads) == added
