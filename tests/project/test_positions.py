"""The index of positions finds what the parser found, where it stands in the text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from kizuna.project.positions import Position, index_positions
from support import ROOT

BASE = "https://x.example/graph/g"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
PREFIXES = "@prefix e: <https://e.example/> .\n"
E = "https://e.example/"

# fmt: off
PLACES = [
    # text after the prefix line                    what                         line, column
    ("e:a e:b e:c .",                               (E + "a",),                  (2, 1)),
    ("e:a e:b e:c .",                               (E + "a", E + "b"),          (2, 5)),
    ("e:a e:b e:c .",                               (E + "a", E + "b", E + "c"), (2, 9)),
    ("e:a a e:C .",                                 (E + "a", RDF_TYPE),         (2, 5)),
    ("e:a e:b e:c ,\n e:d .",                       (E + "a", E + "b", E + "d"), (3, 2)),
    ("e:a e:b e:c ;\n\n\te:d 1 .",                  (E + "a", E + "d"),          (4, 2)),
    ("e:a e:b 'x'@de , 'y' .",                      (E + "a", E + "b", "y"),     (2, 18)),
    ("e:a e:b 'x'^^e:T , 1.5 .",                    (E + "a", E + "b", "1.5"),   (2, 20)),
    ("e:a e:b true , false.",                       (E + "a", E + "b", "false"), (2, 16)),
    ("e:a e:b -1.5e3, .5.",                         (E + "a", E + "b", ".5"),    (2, 17)),
    ("e:a e:b '''x\ny''' , e:c .",                  (E + "a", E + "b", E + "c"), (3, 8)),
    ("e:a e:b 'x' .e:c e:d 1 .",                    (E + "c",),                  (2, 14)),
    ("# e:a\ne:a # e:a\n e:b 1 .",                  (E + "a", E + "b"),          (4, 2)),
    ("e:a e:b '# no comment' ; e:c 1 .",            (E + "a", E + "c"),          (2, 26)),
    ("e:a e:b [ e:c e:d ; e:e 1 ] ; e:f 2 .",       (E + "a", E + "f"),          (2, 31)),
    ("e:a e:b ( e:c [ e:d 'x' ] ) , e:f .",         (E + "a", E + "b", E + "f"), (2, 31)),
    ("[ e:b e:c ] e:d 1 .\ne:a e:b 1 .",            (E + "a",),                  (3, 1)),
    ("<rel> e:b 1 .",                               ("https://x.example/graph/rel",), (2, 1)),
    ("<#f> e:b 1 .",                                (BASE + "#f",),              (2, 1)),
    ("@base <http://b/x> .\n<y> e:b 1 .",           ("http://b/y",),             (3, 1)),
    ("BASE <http://b/x/> prefix f: <y#> f:a f:b 1 .", ("http://b/x/y#a",),       (2, 35)),
    ("@base <http://b/> . @prefix f: <http://c/#> .\nf:a f:b 1 .", ("http://c/#a",), (3, 1)),
    ("@prefix f: <http://c/\\u7d46#> . f:a f:b 1 .", ("http://c/絆#a",),          (2, 33)),
    ("<https://e.example/\\u7d46> e:b 1 .",         (E + "絆",),                 (2, 1)),
    ("e:a\\~b e:b 'q\\\"\\n\\u7d46' .",             (E + "a~b", E + "b", 'q"\n絆'), (2, 12)),
    ("e:a.b e:c.d e:e.f.",                          (E + "a.b", E + "c.d", E + "e.f"), (2, 13)),
    ("e:%41 e:b 1 .",                               (E + "%41",),                (2, 1)),
    ("@prefix : <http://c/> . :a : :b .",           ("http://c/a", "http://c/", "http://c/b"), (2, 30)),
    ("PREFIX : <http://c/>\r\n:a :b :c .",          ("http://c/a",),             (3, 1)),
    ("# c\r\ne:a e:b 1 .",                          (E + "a",),                  (3, 1)),
    ("# c\re:a e:b 1 .",                            (E + "a",),                  (3, 1)),  # old Mac
    ("e:a e:b 1 . e:a e:b 1 .",                     (E + "a",),                  (2, 1)),  # first
]
# fmt: on


@pytest.mark.parametrize(("body", "what", "place"), PLACES)
def test_places(body: str, what: tuple[str, ...], place: tuple[int, int]) -> None:
    text = PREFIXES + body
    assert list(parse(text.encode(), RdfFormat.TURTLE, base_iri=BASE)), "the case is Turtle"
    assert index_positions(text, BASE).find(*what) == Position(*place)


def test_the_most_exact_place_that_is_known() -> None:
    at = index_positions(PREFIXES + "e:a\n e:b\n e:c .", BASE)
    assert at.find(E + "a", E + "b", "other") == Position(3, 2)
    assert at.find(E + "a", "other", "other") == Position(2, 1)
    assert at.find("other") is None


def test_mentions_are_known_inside_brackets_too() -> None:
    text = PREFIXES + "e:a e:b [ e:c\n ( e:d 'x'^^e:T ) ] ."
    mentions = index_positions(text, BASE).mentions
    assert {iri.removeprefix(E) for iri in mentions} == {"a", "b", "c", "d", "T"}
    assert mentions[E + "d"] == Position(3, 4)


RESOLVED = [
    "",
    "#",
    "#x",
    "?q",
    "x",
    "x#",
    "../x",
    "/y",
    "//h/z",
    "./",
    "..",
    "a/./b",
    "urn:x",
    "H:x",
]


@pytest.mark.parametrize("reference", RESOLVED)
@pytest.mark.parametrize("base", ["http://e.example/a/b", "http://e.example/a/b?q#f"])
def test_relative_iris_as_the_parser_resolves_them(base: str, reference: str) -> None:
    text = f"<{reference}> <urn:p> 1 ."
    (quad,) = parse(text.encode(), RdfFormat.TURTLE, base_iri=base)
    assert list(index_positions(text, base).subjects) == [quad.subject.value]


# Turtle made of pieces that trip readers up.
SPACE = st.sampled_from([" ", "\n", "\t", "\r\n", " # e:no 'no' <no>\n", "\n\n  "])
NAME = st.sampled_from(
    ["e:a", "e:b.c", "e:d\\~e", "e:%2f", "e:a-", "e:絆", "e:", "f:a", "f:b-1", "<https://e.example/x>",
     "<rel>", "<#f>", "<>", "<http://h/\\u7d46>", "<http://h/?q=1#é>", "e:a:b", "e:1", "f:_"]
)  # fmt: skip
STRING = st.sampled_from(
    ["'x'", '"y"', '""', "''", '"""a"b\n"c"""', "'''d'e\n'''", '"\\"\\n\\u7d46"', "'# no'", "'. ; ,'",
     '"<no>"', "'👋'"]
)  # fmt: skip
TAG = st.sampled_from(["", "", "@de", "@zh-Hant", "^^e:T", "^^<urn:t>"])
LITERAL = st.one_of(
    st.builds("{}{}".format, STRING, TAG), st.sampled_from(["1", "-1", "1.5", ".5", "1e3", "true"])
)
VERB = st.one_of(NAME, st.just("a"))
OBJECT = st.one_of(
    NAME, LITERAL, st.sampled_from(["[]", "( e:x 'y' )", "[ e:n [ e:m 'x' ] ]", "()"])
)


@st.composite
def turtle(draw: st.DrawFn) -> str:
    """Return a document of a few statements."""
    gap = lambda: draw(SPACE)  # noqa: E731
    parts = [draw(st.sampled_from([
        "@prefix e: <https://e.example/> .\n@prefix f: <http://f.example/x#> .",
        "PREFIX e: <https://e.example/>\r\nprefix f: <../f#>\nBASE <http://base.example/d/e>",
        "@base <http://base.example/d/e> . @prefix e: <https://e.example/#> . @prefix f: <f/> .",
    ]))]  # fmt: skip
    for _ in range(draw(st.integers(1, 4))):
        parts += [gap(), draw(NAME), gap()]  # type: ignore[no-untyped-call]
        for verb in range(draw(st.integers(1, 3))):
            parts += [";" + gap() if verb else "", draw(VERB), gap()]  # type: ignore[no-untyped-call]
            for value in range(draw(st.integers(1, 3))):
                parts += ["," + gap() if value else "", draw(OBJECT), gap()]  # type: ignore[no-untyped-call]
        parts += ["."]
    return "".join(parts)


def spelling(text: str, at: Position) -> str:
    """Return the text that stands at a position."""
    lines = re.split(r"\r\n|\r|\n", text)
    return "\n".join(lines[at.line - 1 :])[at.column - 1 :]


@given(turtle())
@example("@prefix e: <https://e.example/> .e:a.a e:b.c'x',e:d.e:e;e:f 1.")
@example("@prefix e: <https://e.example/> .e:a e:b'x'@de,'y'^^e:T,.5,1.5,e:c.")
def test_all_that_the_parser_finds_is_found_where_it_stands(text: str) -> None:
    at = index_positions(text, BASE)
    for quad in parse(text.encode(), RdfFormat.TURTLE, base_iri=BASE):
        if not isinstance(quad.subject, NamedNode) or isinstance(quad.object, BlankNode):
            continue  # what is in brackets has no place of its own
        key = (quad.subject.value, quad.predicate.value)
        value = quad.object.value
        if value.endswith("#nil"):
            continue  # the empty list is a pair of brackets
        assert spelling(text, at.subjects[key[0]])[0] in "<ef"
        assert spelling(text, at.predicates[key])[0] in "<efa"
        written = spelling(text, at.objects[*key, value])
        if isinstance(quad.object, Literal):
            assert written[0] in "'\"" or written.startswith(value)
        else:
            local = re.split(r"[/#:]", value)[-1]
            assert written[0] in "<ef"
            assert local[:1] in written or "\\" in written or written.startswith("<>")


@given(st.text())
def test_any_text_is_indexed_without_complaint(text: str) -> None:
    index_positions(text, BASE)


FILES = [p for f in ("ontology", "shapes", "data/ttl") for p in sorted((ROOT / f).glob("*.ttl"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_every_named_subject_and_predicate_of_the_project(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    at = index_positions(text, BASE)
    for quad in parse(text.encode(), RdfFormat.TURTLE, base_iri=BASE):
        if isinstance(quad.subject, NamedNode):
            assert (quad.subject.value, quad.predicate.value) in at.predicates
            if not isinstance(quad.object, BlankNode):
                value = getattr(quad.object, "value", "")
                known = (quad.subject.value, quad.predicate.value, value) in at.objects
                assert known or value.endswith("#nil")
