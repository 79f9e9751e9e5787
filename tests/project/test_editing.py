"""Statements are added to Turtle files without any other change of what they say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
)

from kizuna.errors import ProjectError
from kizuna.project.editing import added

E = "https://e.example/"
HEAD = f"@prefix e: <{E}> .\n@prefix o: <{E}o/> .\n"
S, P, Q, V = (NamedNode(E + name) for name in ("s", "p", "q", "v"))

# fmt: off
CASES = [
    # before                                    what is added              after
    ("e:s e:p e:a .",                           {P: [V]},                  "e:s e:p e:a , e:v ."),
    ("e:s e:p e:a ;\n    e:r 1 .",              {P: [V]},                  "e:s e:p e:a , e:v ;\n    e:r 1 ."),
    ("e:s e:r 1.5 . # e:s e:p e:x .",           {P: [V]},                  "e:s e:r 1.5 ;\n    e:p e:v . # e:s e:p e:x ."),
    ("e:s e:r 'a . b' ; .",                     {P: [V]},                  "e:s e:r 'a . b' ;\n    e:p e:v ; ."),
    ("e:s e:r [ e:p e:x ; e:q ( 1 2 ) ] .",     {P: [V]},                  "e:s e:r [ e:p e:x ; e:q ( 1 2 ) ] ;\n    e:p e:v ."),
    ("e:a e:p e:s .",                           {P: [V]},                  "e:a e:p e:s .\n\ne:s e:p e:v .\n"),
    ("o:a e:p 1 .\ne:b e:p 1 . # b\no:c e:p 1 .", {P: [V]},                "o:a e:p 1 .\ne:b e:p 1 . # b\n\ne:s e:p e:v .\no:c e:p 1 ."),
    ("e:s e:p e:v .",                           {P: [V]},                  "e:s e:p e:v ."),
    ("e:s e:p e:v .",                           {P: [V], Q: [Literal('"', language="en")]}, 'e:s e:p e:v ;\n    e:q "\\""@en .'),
    ("e:s e:p e:a . e:s e:p e:b .",             {P: [V]},                  "e:s e:p e:a . e:s e:p e:b , e:v ."),
    ("PREFIX p: <https://e.example/s>\np: e:p 1 .", {P: [V]},              "PREFIX p: <https://e.example/s>\np: e:p 1 , e:v ."),
    ("e:t e:p 1 . o:s e:p 1 ;\n  e:q 2 .",         {P: [V]},                  "e:t e:p 1 .\n\ne:s e:p e:v .\n o:s e:p 1 ;\n  e:q 2 ."),
    ("",                                        {P: [V]},                  "\ne:s e:p e:v .\n"),
    ("e:s e:p e:a .",                           {P: [NamedNode(E + "x,y")]}, f"e:s e:p e:a , <{E}x,y> ."),
]
# fmt: on


@pytest.mark.parametrize(("before", "said", "after"), CASES)
def test_added(before: str, said: dict[NamedNode, list[NamedNode]], after: str) -> None:
    assert added(HEAD + before, E, S, said) == HEAD + after


def test_what_is_no_turtle_is_refused() -> None:
    with pytest.raises(ProjectError, match="no Turtle"):
        added("e:s", E, S, {P: [V]})


names = st.sampled_from(["e:s", "e:t", f"<{E}s>", "o:s", "_:b"])
objects = st.one_of(
    names,
    st.sampled_from(
        [
            "1",
            "1.5",
            "true",
            "[]",
            "[ e:p e:s ]",
            "( e:s 1 )",
            "'''a\n;. '''@en",
            '"."^^e:d',
            "<#x>",
        ]
    ),
)
lists = st.lists(objects, min_size=1, max_size=3).map(" , ".join)
predicates = st.sampled_from(["e:p", "a", "e:q", f"<{E}p>"])
verbs = st.tuples(predicates, lists).map(" ".join)
gaps = st.sampled_from([" ", "\n", " # e:s e:p .\n", "\n\n"])
blocks = st.tuples(names, st.lists(verbs, min_size=1, max_size=3).map(" ;\n  ".join), gaps).map(
    lambda b: f"{b[0]} {b[1]} .{b[2]}"
)


@settings(max_examples=150)
@given(st.lists(blocks, max_size=5).map("".join))
def test_all_else_stays(text: str) -> None:
    after = added(HEAD + text, E, S, {P: [V], Q: [Literal("new")]})
    old, new = _read(HEAD + text), _read(after)
    assert new == old | {Quad(S, P, V), Quad(S, Q, Literal("new"))}
    rest = iter(after)
    assert all(character in rest for character in HEAD + text), (
        "the old text is all there, in order"
    )


def _read(text: str) -> set[Quad]:
    found = Dataset(parse(text.encode(), RdfFormat.TURTLE, base_iri=E))
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(found)
