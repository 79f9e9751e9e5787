from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from kizuna.checks.heads import read_head
from kizuna.checks.parameters import TYPES, Parameter, Value, filled, read_parameters
from kizuna.errors import BadAddress

XSD = "http://www.w3.org/2001/XMLSchema#"


def parameter(kind: str, default: Value | None = None) -> Parameter:
    return Parameter("x", kind, None, {}, default)


# fmt: off
GOOD = [
    # type       typed            the term
    ("date",     "2012-02-29",    f'"2012-02-29"^^<{XSD}date>'),
    ("integer",  "-7",            f'"-7"^^<{XSD}integer>'),
    ("decimal",  "2.5",           f'"2.5"^^<{XSD}decimal>'),
    ("decimal",  "3",             f'"3"^^<{XSD}decimal>'),
    ("string",   'say "} hey',    '"say \\"} hey"'),
    ("string",   "東京　都",      '"東京　都"'),
    ("language", "zh-Hant",       '"zh-Hant"'),
    ("thing",    "https://e.org/京", "<https://e.org/京>"),
]
BAD = [
    # type       typed                   why
    ("date",     "2012-1-1"),          # not ISO
    ("date",     "2013-02-29"),        # no such day
    ("date",     "20120101"),          # ISO, not XML Schema
    ("date",     "2012-01-01\n"),
    ("integer",  "1.0"),
    ("integer",  "٣"),                 # a digit elsewhere
    ("integer",  "9" * 19),
    ("decimal",  "1e5"),
    ("decimal",  "NaN"),
    ("string",   "a\nb"),
    ("string",   r"\u0022"),           # would be a quotation mark before some parsers see the string
    ("string",   "\ud800"),            # stands in no text
    ("string",   "a" * 1_001),
    ("language", "en us"),
    ("thing",    "fair"),              # relative
    ("thing",    "https://e.org/> } DROP ALL #"),
    ("thing",    "https://e.org/a b"),
]
# fmt: on


@pytest.mark.parametrize(("kind", "typed", "term"), GOOD)
def test_what_is_typed_becomes_a_term(kind: str, typed: str, term: str) -> None:
    assert str(parameter(kind).read(typed)) == term


@pytest.mark.parametrize(("kind", "typed"), BAD)
def test_what_is_no_value_is_refused_with_what_was_expected(kind: str, typed: str) -> None:
    with pytest.raises(BadAddress, match=r"^x=") as caught:
        parameter(kind).read(typed)
    assert TYPES[kind].expected in caught.value.hint


def test_nothing_typed_is_the_default() -> None:
    assert parameter("string").read("") is None
    assert parameter("string", Literal("x")).read("") == Literal("x")


QUERY = """# title@en: Why?
# parameter x (string)
# parameter of (e:Thing)
# VALUES ?x { "in a comment" }
PREFIX e: <https://e.org/>
SELECT ?x ?of { VALUES ?x { "a" } VALUES $of { e:b } { VALUES ?x { "a" } } FILTER("VALUES ?x { 1 }" != ?x) }"""


def test_parameters_are_read_from_head_and_query() -> None:
    x, of = read_parameters(QUERY, read_head(QUERY))
    assert (x.name, x.type, x.of, x.default) == ("x", "string", None, Literal("a"))
    thing, default = NamedNode("https://e.org/Thing"), NamedNode("https://e.org/b")
    assert (of.type, of.of, of.default) == ("thing", thing, default)


@given(st.text(max_size=60))
def test_no_text_gets_out_of_its_place(typed: str) -> None:
    """Whatever is typed is one term of the answer, or is refused; the query stays the same."""
    (x, _) = read_parameters(QUERY, read_head(QUERY))
    try:
        value = x.read(typed)
    except BadAddress:
        return
    found = Store().query(filled(QUERY, {"x": value}))
    assert isinstance(found, QuerySolutions)
    ((row),) = list(found)
    assert row["x"] == value
    assert row["of"] == NamedNode("https://e.org/b")


def test_a_parameter_that_is_left_out_is_undefined() -> None:
    assert filled("ASK { VALUES ?x { 1 } }", {"x": None}) == "ASK { VALUES ?x { UNDEF } }"
