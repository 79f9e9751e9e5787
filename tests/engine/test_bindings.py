from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
)

from kizuna.engine import EmbeddedEngine, Query
from kizuna.engine.bindings import bound
from kizuna.errors import BadQuery
from kizuna.formats import BY_SUFFIX, TURTLE, Kind

A, B, P, Q = (NamedNode(f"urn:x:{name}") for name in "abpq")
STORE = Store()
STORE.extend([Quad(A, P, Literal("1")), Quad(B, P, Literal("2")), Quad(A, Q, B), Quad(B, Q, A)])


def answers(text: str, **values: str) -> set[str]:
    found = STORE.query(bound(text, values))
    if isinstance(found, QueryBoolean):
        return {str(bool(found)).lower()}
    if isinstance(found, QueryTriples):
        return {"_:b" if isinstance(t.subject, BlankNode) else str(t.subject) for t in found}
    assert isinstance(found, QuerySolutions)
    return {" ".join(str(term) for term in row) for row in found}


# fmt: off
CASES = [
    # query                                                            answers for ?x = <urn:x:a>
    ("SELECT ?v { ?x <urn:x:p> ?v }",                                  {'"1"'}),  # not projected
    ("SELECT ?x ?v WHERE { ?x <urn:x:p> ?v }",                         {'<urn:x:a> "1"'}),
    ("SELECT ?x { $x <urn:x:p> ?v }",                                  {"<urn:x:a>"}),
    ("SELECT (COUNT(*) AS ?n) { ?x ?p ?o }",
     {'"2"^^<http://www.w3.org/2001/XMLSchema#integer>'}),
    ("SELECT ?x (COUNT(*) AS ?n) { ?x ?p ?o } GROUP BY ?x",
     {'<urn:x:a> "2"^^<http://www.w3.org/2001/XMLSchema#integer>'}),
    ("SELECT ?y { ?y <urn:x:p> ?v FILTER(?y = ?x) }",                  {"<urn:x:a>"}),
    ("SELECT ?y { ?y <urn:x:p> ?v FILTER NOT EXISTS { ?x <urn:x:p> ?v } }", {"<urn:x:b>"}),
    ("SELECT ?y { ?y <urn:x:p> ?v MINUS { ?x <urn:x:p> ?v } }",        {"<urn:x:b>"}),
    ("SELECT ?v { ?y <urn:x:q> ?z OPTIONAL { ?y <urn:x:p> ?v FILTER(?y = ?x) } FILTER(BOUND(?v)) }",
     {'"1"'}),
    ("SELECT ?v { { SELECT ?v { ?x <urn:x:p> ?v } } }",                {'"1"'}),
    ("SELECT ?v { { SELECT ?x ?v { ?x <urn:x:p> ?v } ORDER BY ?x } }", {'"1"'}),
    ("SELECT ?v { { ?x <urn:x:p> ?v } UNION { ?w <urn:x:q> ?x . ?w <urn:x:p> ?v } }",
     {'"1"', '"2"'}),
    ("ASK { ?x <urn:x:q> <urn:x:b> }",                                 {"true"}),
    ("ASK { ?x <urn:x:q> <urn:x:a> }",                                 {"false"}),
    ("CONSTRUCT { ?v <urn:x:p> ?x } WHERE { ?x <urn:x:q> ?v }",        {"<urn:x:b>"}),
    ("CONSTRUCT { ?x <urn:x:p> ?v } { ?w <urn:x:p> ?v }",              {"<urn:x:a>"}),  # only there
    ("CONSTRUCT WHERE { ?x <urn:x:q> ?v }",                            {"<urn:x:a>"}),
    ("CONSTRUCT WHERE { ?v <urn:x:q> ?x } # {",                        {"<urn:x:b>"}),
    ("CONSTRUCT WHERE { ?x <urn:x:q> _:b . _:b ?p ?o . # }\n } LIMIT 9 VALUES ?p { <urn:x:q> }",
     {"<urn:x:a>", "_:b"}),
    ("SELECT ?x { ?y <urn:x:q> ?z } VALUES ?y { <urn:x:b> }",          {"<urn:x:a>"}),
    ("SELECT ?v { VALUES (?x ?y) { (<urn:x:a> 1) } { ?x <urn:x:p> ?v } }", {'"1"'}),
    ("SELECT ?v { VALUES ?v { '1' } { ?x <urn:x:p> ?v } }",            {'"1"'}),
    ("DESCRIBE ?x { ?x <urn:x:p> ?v }",                                {"<urn:x:a>"}),
    ("SELECT ?v { { ?x <urn:x:p> ?v } # ?x { ?x \n }",                 {'"1"'}),
]
NO_TERMS = ["", "a", "<a>", "1", '"a', '"a" . <x:a> <x:b> "c"', "_:b", "?x", '"a"@', "<x:a> <x:b>",
            '"\ud800"', '1" } INSERT { "', "<x:a>> } #"]
# fmt: on


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_variable_has_its_value_everywhere(text: str, expected: set[str]) -> None:
    assert answers(text, x="<urn:x:a>") == expected


def test_a_variable_ends_where_its_name_does() -> None:
    store = Store()
    store.extend([Quad(A, P, Literal(n)) for n in (1, 2, 3)])
    three = '"3"^^<http://www.w3.org/2001/XMLSchema#integer>'
    found = store.query(bound("SELECT ?n { ?s ?p ?n FILTER(?n > ?lim-1) }", {"lim": three}))
    assert isinstance(found, QuerySolutions)
    assert [row[0] for row in found] == [Literal(3)]
    query = "PREFIX : <urn:x:> SELECT ?x { ?y:p ?v OPTIONAL { ?x:q ?z } }"
    assert answers(query, x="<urn:x:b>") == {"<urn:x:b>"}


@settings(deadline=None)  # other processes may be busy
@given(st.text())
def test_any_text_stays_a_text(words: str) -> None:
    try:
        term = str(Literal(words))
    except UnicodeEncodeError:
        return
    found = STORE.query(bound("SELECT ?w { BIND(?w AS ?v) }", {"w": term}))
    assert isinstance(found, QuerySolutions)
    [row] = found
    assert row[0] == Literal(words)


@pytest.mark.parametrize("text", NO_TERMS)
def test_what_is_no_term(text: str) -> None:
    with pytest.raises(BadQuery, match="no term"):
        bound("SELECT * { ?x ?y ?z }", {"x": text})


def test_a_variable_that_is_not_there() -> None:
    with pytest.raises(BadQuery, match=r"\?w") as caught:
        bound("SELECT * { ?x ?y ?z }", {"w": "<urn:x:a>"})
    assert "?x, ?y, ?z" in caught.value.hint
    with pytest.raises(BadQuery):
        bound("ASK {}", {"w": "<urn:x:a>"})


# fmt: off
MADE = [
    "SELECT * { ?s ?p ?o BIND(STR(?s) AS ?x) }",
    "SELECT (COUNT(*) AS ?x) { ?s ?p ?o }",
    "SELECT ?p { ?s ?p ?o { SELECT ?s (MAX(?v) as$x) { ?s <urn:x:p> ?v } GROUP BY ?s } }",
    "SELECT (1AS ?x) { ?s ?p ?o }",
    "SELECT ?x { ?s ?p ?o } GROUP BY (STR(?s) AS ?x)",
]
# fmt: on


@pytest.mark.parametrize("text", MADE)
def test_a_variable_that_the_query_makes(text: str) -> None:
    STORE.query(text)
    with pytest.raises(BadQuery, match=r"makes \?x itself") as caught:
        bound(text, {"x": "<urn:x:a>"})
    assert caught.value.hint


VARIABLE = st.sampled_from(["?x", "?y", "?v", "$w", "?as"])
PATTERN = st.tuples(VARIABLE, st.sampled_from(["<urn:x:p>", "<urn:x:q>", "?p"]), VARIABLE).map(
    " ".join
)
NESTED = st.recursive(
    PATTERN,
    lambda inner: st.lists(
        PATTERN
        | st.tuples(
            st.sampled_from(
                ["{ X }", "{ X } UNION { Y }", "OPTIONAL { X }", "MINUS { X }", "FILTER EXISTS { X }", "GRAPH ?g { X }",
                 "{ SELECT ?x { X } }", "{ SELECT * { X } VALUES ?v { 1 } }", "BIND(1 AS ?n)", "VALUES ?y { <urn:x:b> }",
                 "VALUES (?v ?w) { (UNDEF 1) }", "{ SELECT ?y (COUNT(*) AS ?c) { X } GROUP BY ?y }"]
            ), inner, inner,
        ).map(lambda t: t[0].replace("X", t[1]).replace("Y", t[2])),
        min_size=1, max_size=3,
    ).map(" . ".join),
    max_leaves=6,
)  # fmt: skip
QUERIES = st.tuples(
    st.sampled_from(
        ["SELECT * { X }", "SELECT ?x { X } ORDER BY ?x", "ASK { X }", "CONSTRUCT { ?x ?y ?v } WHERE { X }",
         "DESCRIBE ?x ?y { X }", "SELECT ?x (COUNT(*) AS ?n2) { X } GROUP BY ?x HAVING(COUNT(*) > 0)"]
    ), NESTED,
).map(lambda t: t[0].replace("X", t[1])) | PATTERN.map("CONSTRUCT WHERE {{ {} }}".format)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(QUERIES, st.lists(st.sampled_from(["x", "y", "v", "w", "as", "n"]), min_size=1, max_size=2))
def test_a_query_stays_one(query: str, names: list[str]) -> None:
    """What is given a value is refused by name, or is a query afterwards as it was before."""
    try:
        STORE.query(query)
        changed = bound(query, dict.fromkeys(names, "<urn:x:a>"))
    except (SyntaxError, BadQuery):
        return
    STORE.query(changed)


def test_in_the_engine() -> None:
    engine = EmbeddedEngine(STORE)
    formats = {Kind.ROWS: BY_SUFFIX["csv"], Kind.GRAPH: TURTLE}
    query = Query("SELECT ?v { ?x <urn:x:p> ?v }", "urn:x:", bindings={"x": "<urn:x:a>"})
    assert engine.answer(query, formats).body == b"v\r\n1\r\n"
    wrong = Query("SELECT ?v { ?x <urn:x:p> ?v ", "urn:x:", bindings={"x": "<urn:x:a>"})
    with pytest.raises(BadQuery) as caught:
        engine.answer(wrong, formats)
    assert (caught.value.line, caught.value.column) == (1, 29)
