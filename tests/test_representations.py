"""Statements are written in every format, sorted, and come back as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, parse

from kizuna.errors import NotAcceptable
from kizuna.formats import (
    BY_SUFFIX,
    FORMATS,
    HTML,
    N_QUADS,
    RDF_XML,
    TRIG,
    TURTLE,
    Format,
    Kind,
    carrying,
)
from kizuna.representations import write

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
