"""``SELECT *`` spelt out finds what it found, with the columns as the text has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from kizuna.engine.projection import in_textual_order

A, B, P, Q, G = (NamedNode(f"urn:x:{name}") for name in "abpqg")
STORE = Store()
STORE.extend(
    [Quad(A, P, B), Quad(A, P, Literal("1")), Quad(B, P, A), Quad(A, Q, B), Quad(B, P, B, G)]
)
PROLOGUE = "PREFIX : <urn:x:> # SELECT * ?d\n"


def columns_and_rows(text: str) -> tuple[list[str], Counter[frozenset[tuple[str, str]]]]:
    found = STORE.query(text)
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    rows = (zip(names, map(str, row), strict=True) for row in found)
    return names, Counter(frozenset((n, v) for n, v in row if v != "None") for row in rows)


# fmt: off
CASES = [
    # query                                                          columns
    ("SELECT * { ?z :p ?a }",                                        "z a"),
    ("select*{?z :p $a}",                                            "z a"),
    ("SELECT DISTINCT * { ?z :p ?a }",                               "z a"),
    ("SELECT REDUCED*{ ?z :p ?a }",                                  "z a"),
    ("SELECT # ?a *\n * # ?a\n { ?z :p ?a }",                        "z a"),
    ("SELECT * { ?z :p 'in ?a ?z', ?b, ?a }",                        "z b a"),
    ("SELECT * { ?z :p ?b FILTER(?b < ?z || ?a > 1) ?b :q ?a }",     "z b a"),  # no IRI
    ("SELECT * { ?z :p ?é . ?é :q ?a·b }",                           "z é a·b"),
    ("SELECT * { ?z :p ?b MINUS { ?z :q ?c } FILTER EXISTS { ?b ?d ?e } }", "z b"),
    ("SELECT * { { SELECT ?z (COUNT(?c) AS ?a) { ?z :p ?c } GROUP BY ?z } }", "z a"),
    ("SELECT * { { SELECT * { ?z :p ?a } } }",                       "z a"),
    ("SELECT * { ?z :p _:b . _:b :q ?a } VALUES ?z { :a }",          "z a"),
    ("SELECT * FROM :g { ?z :p ?a }",                                "z a"),
    ("SELECT * { ?z :p :a\\'b . ?z :q 'it\\'s ?d' , ?a }",            "z a"),
]
LEFT = [
    # query                                                          columns of the result
    ("SELECT * { ?a :p ?z }",                                        "a z"),    # right already
    ("SELECT ?z ?a { { SELECT * { ?z :p ?a } } }",                   "z a"),    # an inner star
    ("SELECT (COUNT(*) AS ?n) { ?z :p ?a }",                         "n"),
    ("SELECT * {}",                                                  ""),
    ("PREFIX select: <urn:x:> SELECT ?z { ?z :p ?a }",               "z"),
    ("SELECT *",                                                     "z a"),    # no query
    ("SELECT DISTINCT",                                              "z a"),
    ("SELECT",                                                       "z a"),
    ("",                                                             "z a"),
    ("SELECT * { ?z :p ?a }",                                        "a b"),    # others than it names
]
# fmt: on


@pytest.mark.parametrize(("query", "columns"), CASES)
def test_in_the_order_of_the_text(query: str, columns: str) -> None:
    before, rows = columns_and_rows(PROLOGUE + query)
    text = in_textual_order(PROLOGUE + query, before) or PROLOGUE + query
    assert columns_and_rows(text) == (columns.split(), rows)


@pytest.mark.parametrize(("query", "columns"), LEFT)
def test_left_alone(query: str, columns: str) -> None:
    assert in_textual_order(PROLOGUE + query, columns.split()) is None


variable = st.sampled_from(["?z", "?y", "$x", "?w", "?a", "?b"])
pattern = st.tuples(
    variable | st.sampled_from([":a", "_:n"]), variable | st.sampled_from([":p", ":q", ":p*"]),
    variable | st.sampled_from(["'?c'", ":b"]),
).map(" ".join)  # fmt: skip


def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    forms = st.sampled_from(
        ["{ X }", "{ X } UNION { Y }", "OPTIONAL { X }", "MINUS { X }", "GRAPH ?g { X }", "FILTER EXISTS { X }",
         "FILTER(?a != ?z)", "FILTER(?a<?b && ?c>?d)", "{ SELECT * { X } }", "{ SELECT DISTINCT ?b ?a { X } }",
         "{ SELECT ?y (COUNT(*) AS ?n) { X } GROUP BY ?y }", "BIND(STR(?z) AS ?s)", "VALUES (?v ?a) { (1 UNDEF) }",
         "# ?l '\n", "?z :p '?t # ' ."]
    )  # fmt: skip
    element = st.tuples(forms, inner, inner).map(
        lambda t: t[0].replace("X", t[1]).replace("Y", t[2])
    )
    return st.lists(pattern | element, min_size=1, max_size=3).map(" . ".join)


queries = st.tuples(
    st.sampled_from(["SELECT *", "SELECT*", "SELECT DISTINCT *", "select reduced\n*", "SELECT #*\n*"]),
    st.recursive(pattern, joined, max_leaves=6),
    st.sampled_from(["", " ORDER BY ?z", " VALUES ?w { :a :b }", " GROUP BY ?z", " LIMIT 100"]),
).map(lambda t: f"{PROLOGUE}{t[0]} {{ {t[1]} }}{t[2]}")  # fmt: skip


def first_named(text: str, names: Sequence[str]) -> list[str]:
    """The columns in the order of the text, which has none of them in strings or comments."""
    body = text.removeprefix(PROLOGUE)
    return sorted(names, key=lambda n: min(body.find(m + n) % (len(body) + 1) for m in "?$"))


@settings(max_examples=400, deadline=None)
@given(queries)
def test_the_same_solutions(query: str) -> None:
    try:
        before, rows = columns_and_rows(query)
    except SyntaxError:
        return
    text = in_textual_order(query, before)
    event("changed" if text else "left alone")
    assert columns_and_rows(text or query) == (first_named(query, before), rows)
