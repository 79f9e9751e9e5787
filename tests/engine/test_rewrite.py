"""Rewritten queries mean what they meant: equal solutions on random data, for every change."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, Store

from kizuna.engine.rewrite import faster
from kizuna.engine.statistics import Statistics, statistics_of

EX = "http://x/"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
THINGS = [NamedNode(f"{EX}{name}") for name in "abcd"]
PREDICATES = [*(NamedNode(f"{EX}{name}") for name in "pqr"), TYPE]
OBJECTS = [*THINGS, Literal("1"), Literal("x", language="en"), Literal(1)]
GRAPHS = [DefaultGraph(), NamedNode(f"{EX}g"), NamedNode(f"{EX}h")]
PROLOGUE = f"PREFIX : <{EX}>\nPREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> # <p\n"

quads = st.builds(
    Quad,
    st.sampled_from(THINGS),
    st.sampled_from(PREDICATES),
    st.sampled_from(OBJECTS),
    st.sampled_from(GRAPHS),
)
iri_quads = st.builds(
    Quad,
    st.sampled_from(THINGS),
    st.sampled_from(PREDICATES),
    st.sampled_from(THINGS),
    st.sampled_from(GRAPHS),
)
data = st.lists(quads, max_size=30)
tidy = st.lists(iri_quads, max_size=30)

variable = st.sampled_from(["?x", "?y", "?z", "$w", "?v"])
subject = variable | st.sampled_from([":a", "<http://x/b>"])
predicate = st.sampled_from([":p", "<http://x/q>", ":r", "a", "rdf:type", "?x", "?k"])
target = variable | st.sampled_from([":a", ":b", '"1"', "'x'@en", "1", "true", '"1"^^:p'])
pattern = st.tuples(subject, predicate, target).map(" ".join)
block = st.lists(pattern, min_size=2, max_size=4).map(" . ".join) | st.tuples(
    subject, predicate, target, predicate, target, target
).map(lambda t: f"{t[0]} {t[1]} {t[2]} ; {t[3]} {t[4]} , {t[5]} .")


@st.composite
def queries(draw: st.DrawFn) -> str:
    """A query with EXISTS over several patterns, in all the places where it may stand."""
    around = draw(st.lists(pattern, min_size=1, max_size=2).map(" . ".join))
    if draw(st.booleans()):
        around += f" OPTIONAL {{ {draw(pattern)} }}"
    if draw(st.booleans()):
        around += f" BIND({draw(st.sampled_from([':a', ':b', '1']))} AS ?bound)"
    test = f"{draw(st.sampled_from(['', 'NOT ']))}EXISTS {{ {draw(block)} }}"
    other = f"{draw(st.sampled_from(['', 'not ']))}exists {{ {draw(block)} }}"
    form = draw(
        st.sampled_from(
            [
                "FILTER {test}",
                "FILTER ({test} && {other})",
                "FILTER ({test} || ?x = :a)",
                "BIND({test} AS ?found)",
                "FILTER {test} FILTER {other}",
                "OPTIONAL {{ {other_pattern} FILTER {test} }}",
                "FILTER EXISTS {{ {other_pattern} FILTER {test} }}",
                "MINUS {{ {other_pattern} FILTER {test} }}",
            ]
        )
    )
    group = f"{around} {form.format(test=test, other=other, other_pattern=draw(pattern))}"
    if draw(st.booleans()):
        group = f"GRAPH ?g {{ {group} }}"
    head = draw(st.sampled_from(["SELECT *", "SELECT DISTINCT ?x", "SELECT (COUNT(*) AS ?n)"]))
    return f"{PROLOGUE}{head} {{ {group} }}"


heads = st.sampled_from(
    ["SELECT *", "SELECT DISTINCT ?x", "SELECT ?y ?z", "SELECT (COUNT(*) AS ?n)", "SELECT ?x"]
)
local = st.sampled_from(["?x", "?y", "$w", "?z", "?l", "?m"])  # more of them are of one block only
local_pattern = st.tuples(local | subject, predicate, local | target).map(" ".join)


@st.composite
def elements(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    """A part of a group, with other groups in it, and with EXISTS."""
    patterns = st.lists(local_pattern, min_size=1, max_size=3).map(" . ".join)
    test = f"{draw(st.sampled_from(['', 'NOT ']))}EXISTS {{ {draw(patterns | block)} }}"
    group, number = f"{{ {draw(inner)} }}", draw(st.integers(0, 10**6))
    form = draw(
        st.sampled_from(
            [
                *["FILTER TEST"] * 6,
                "FILTER (TEST || ?x = ?y)",
                "FILTER (!TEST && TEST)",
                "FILTER EXISTS GROUP",
                "FILTER NOT EXISTS { PATTERN FILTER TEST }",
                "BIND(TEST AS ?bNUMBER)",
                "OPTIONAL GROUP",
                "OPTIONAL { PATTERN FILTER TEST }",
                "{ PATTERN FILTER TEST } UNION GROUP",
                "{ PATTERN FILTER TEST }",
                "GROUP",
                "GROUP UNION GROUP",
                "MINUS GROUP",
                "GRAPH ?g GROUP",
                "GRAPH ?x GROUP",
                "GRAPH :g GROUP",
                "{ SELECT ?x ?z GROUP }",
                "{ SELECT DISTINCT ?y GROUP ORDER BY ?y }",
                "{ SELECT * GROUP VALUES ?x { :a } }",
                "VALUES ?y { :a :b UNDEF }",
                "VALUES (?z ?x) { (:a UNDEF) (UNDEF :b) }",
                "?x (:p|:q)* ?z",
            ]
        )
    )
    for word, value in ("TEST", test), ("GROUP", group), ("NUMBER", str(number)):
        form = form.replace(word, value)
    return form.replace("PATTERN", draw(pattern))


@st.composite
def groups(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    parts = draw(st.lists(pattern | elements(inner) | elements(inner), min_size=1, max_size=4))
    return " . ".join(draw(st.permutations(parts)) if draw(st.booleans()) else sorted(parts))


nested_group = st.recursive(pattern, groups, max_leaves=8)
nested_queries = st.builds(
    "{}{} {{ {} }}{}".format,
    st.just(PROLOGUE),
    heads,
    groups(nested_group),
    st.sampled_from(
        ["", "", "", " VALUES ?y { :a :b }", " HAVING(EXISTS { ?l :p ?m . ?m :q ?l })"]
    ),
)


def solutions(store: Store, query: str) -> Counter[tuple[tuple[str, str], ...]]:
    found = store.query(query)
    assert isinstance(found, QuerySolutions)
    names = [v.value for v in found.variables]
    return Counter(
        tuple(sorted((n, str(row[n])) for n in names if row[n] is not None)) for row in found
    )


def store_of(content: list[Quad]) -> Store:
    store = Store()
    store.extend(content)
    return store


@settings(max_examples=400, deadline=None)
@given(data, queries())
def test_nested_exists(content: list[Quad], query: str) -> None:
    changed = faster(query, None)
    store = store_of(content)
    assert solutions(store, changed) == solutions(store, query)


@settings(max_examples=250, deadline=None)
@given(data, nested_queries)
def test_nested_groups(content: list[Quad], query: str) -> None:
    changed = faster(query, None)
    event("changed" if changed != query else "left alone")
    store = store_of(content)
    try:
        expected = solutions(store, query)
    except SyntaxError:
        assert changed == query
    else:
        assert solutions(store, changed) == expected


# fmt: off
REWRITTEN = [
    "?x :p ?y FILTER NOT EXISTS { ?x :q ?z . ?z :r ?y }",
    "FILTER NOT EXISTS { ?x :q ?z ; :r ?y } ?x :p ?y",
    "?x :p ?y BIND(EXISTS { ?x :q ?z . ?z :r ?u } AS ?e)",
    "?x :p ?y OPTIONAL { ?y :p ?k FILTER EXISTS { ?k :q ?z . ?z :r ?y } }",
    "?x :p ?y OPTIONAL { ?y :p ?k } FILTER EXISTS { ?k :q ?z . ?z :r ?y }",
    "{ ?x :p ?y FILTER(?y = 1 || EXISTS { ?x :q ?z . ?z :r ?y }) } UNION { ?x :r ?y }",
    "GRAPH ?g { ?x :p ?y FILTER EXISTS { ?x :q ?z . ?z :r ?u } } ?g a ?k",
    "?v a ?k { SELECT ?x { ?x :p ?y FILTER EXISTS { ?x :q ?z . ?z :r ?u } } GROUP BY ?x }",
    "?v :p ?x MINUS { ?x :p ?y FILTER EXISTS { ?x :q ?z FILTER EXISTS { ?z :r ?y . ?y a ?u } } }",
]
# fmt: on


@pytest.mark.parametrize("group", REWRITTEN)
def test_rewritten(group: str) -> None:
    query = f"{PROLOGUE}SELECT * {{ {group} }}"
    assert faster(query, None) != query


BOOKS = [
    Quad(NamedNode(f"{EX}book"), NamedNode(f"{EX}author"), NamedNode(f"{EX}ann")),
    Quad(NamedNode(f"{EX}book"), TYPE, NamedNode(f"{EX}Book")),
    Quad(NamedNode(f"{EX}book"), NamedNode(f"{EX}in"), NamedNode(f"{EX}lib")),
    Quad(NamedNode(f"{EX}x"), NamedNode(f"{EX}likes"), NamedNode(f"{EX}r")),
]
BLOCK = "{ ?b :in ?r . ?a :likes ?t }"
# fmt: off
SCOPES = [
    # group                                                         where ?a comes from
    (f"?b :author ?a {{ ?b :author ?c FILTER EXISTS {BLOCK} }}",     "the group around"),
    (f"?b :author ?a {{ ?b a :Book FILTER NOT EXISTS {BLOCK} }} UNION {{ ?b :no ?a }}", "the same, in UNION"),
    (f"?b :author ?a OPTIONAL {{ ?b a ?c FILTER EXISTS {BLOCK} }}",  "the left side of OPTIONAL"),
    (f"?b :author ?a {{ ?b a ?c BIND(EXISTS {BLOCK} AS ?e) }}",      "the group around BIND"),
    (f"?b a ?c BIND(EXISTS {BLOCK} AS ?e) ?b :author ?a",            "patterns behind BIND"),
    (f"?b :author ?a {{ ?b a ?c OPTIONAL {{ ?b :no ?a }} FILTER EXISTS {BLOCK} }}", "OPTIONAL, perhaps"),
    (f"?b :author ?a {{ ?b a ?c VALUES ?a {{ UNDEF }} FILTER EXISTS {BLOCK} }}", "VALUES, perhaps"),
    (f"?b :author ?a {{ ?b a ?c FILTER EXISTS {{ ?b :in ?r FILTER EXISTS {BLOCK} }} }}", "two levels above"),
    ("?b :author ?a { ?b a ?c FILTER EXISTS { ?a :likes ?t } FILTER EXISTS { ?b :in ?u . ?b a ?v } }",
     "the group around, beside another block"),
    (f"?b a ?c FILTER EXISTS {BLOCK} }} VALUES ?a {{ :ann ",         "VALUES at the end"),
]
# fmt: on


@pytest.mark.parametrize(("group", "reason"), SCOPES)
def test_variables_of_other_groups_stay_unseen(group: str, reason: str) -> None:
    query = f"{PROLOGUE}SELECT * {{ {group} }}"
    changed, store = faster(query, None), store_of(BOOKS)
    assert solutions(store, changed) == solutions(store, query), reason
    assert changed == query, reason


@st.composite
def overviews(draw: st.DrawFn) -> str:
    """A count or overview of everything, or something that looks like one."""
    names = st.sampled_from(["?s", "?p", "?o", "?n", "$k"])
    inner = draw(
        st.sampled_from(
            [
                "?s ?p ?o",
                "?s a ?o",
                "?s rdf:type ?o .",
                "?s :p ?o",
                f"?s <{EX}q> ?o",
                "?s a :b",
                "?s :p :a",
                "?s a ?s",
                "?s ?p ?p",
                ":a ?p ?o",
                "GRAPH ?g { ?s ?p ?o }",
                "GRAPH ?g { ?s a ?o . }",
                "GRAPH :g { ?s ?p ?o }",
            ]
        )
    )
    count = f"(COUNT({draw(st.sampled_from(['', 'DISTINCT ']))}{draw(names | st.just('*'))}) AS ?n)"
    key = draw(st.sampled_from(["?p", "?o", "?s", "?g"]))
    shape = draw(
        st.sampled_from([f"SELECT {count}", f"SELECT {key} {count}", f"SELECT DISTINCT {key}"])
    )
    group = f" GROUP BY {key}" if shape.startswith(f"SELECT {key}") else ""
    order = draw(st.sampled_from(["", " ORDER BY ?n", f" order by DESC(?n) {key}", " OFFSET 1"]))
    where = draw(st.sampled_from(["", "WHERE "]))
    return f"{PROLOGUE}{shape} {where}{{ {inner} }}{group}{order}"


@settings(max_examples=800, deadline=None)
@given(tidy | data, overviews())
@example([], f"{PROLOGUE}SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }}")
@example([], f"{PROLOGUE}SELECT ?p (COUNT(*) AS ?n) {{ ?s ?p ?o }} GROUP BY ?p")
def test_overviews(content: list[Quad], query: str) -> None:
    store = store_of(content)
    changed = faster(query, statistics_of(store))
    try:
        expected = solutions(store, query)
    except SyntaxError:
        return
    if "OFFSET" in query:  # which rows are left out is free
        assert sum(solutions(store, changed).values()) == sum(expected.values())
    else:
        assert solutions(store, changed) == expected


KNOWN = Statistics(9, 3, 4, {EX + "p": 5, EX + "q": 4}, {EX + "c": 2}, {EX + "g": 9})
TAKEN = [
    ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "(9)"),
    ("select (count(distinct ?a) as ?n) where { ?a ?b ?c . }", "(3)"),
    ("SELECT (COUNT(DISTINCT ?c) AS ?n) { ?a ?b ?c }", "(4)"),
    ("SELECT (COUNT(DISTINCT ?b) AS ?n) { ?a ?b ?c }", "(2)"),
    (f"SELECT (COUNT(?x) AS ?n) {{ ?x a <{EX}c> }}", "(2)"),
    (f"SELECT (COUNT(?x) AS ?n) {{ ?x a <{EX}none> }}", "(0)"),
    (f"PREFIX e: <{EX}> SELECT (COUNT(*) AS ?n) {{ ?x e:q ?y }}", "(4)"),
    ("SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(?n) LIMIT 1", "p> 5)"),
    ("SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c", "c> 2)"),
    ("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g", "g> 9)"),
    ("SELECT DISTINCT ?p { ?s ?p ?o }", "q>)"),
]
LEFT = [
    # query                                                          why it is not touched
    ("SELECT (COUNT(*) AS ?n) FROM <http://x/g> { ?s ?p ?o }",       "another dataset"),
    ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(?o > 1) }",          "a filter"),
    ("SELECT (COUNT(?x) AS ?n) { ?s ?p ?o }",                        "counts what is not there"),
    ("SELECT ?P (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?P",          "names have a case"),
    ("SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?s", "order by another one"),
    ("BASE <http://y/> SELECT (COUNT(*) AS ?n) { ?x <p> ?y }",       "a relative IRI"),
    ("SELECT * { ?s ?p ?o FILTER EXISTS { ?s ?q ?r } }",             "one pattern is fast"),
    ("SELECT * { ?s ?p ?o FILTER EXISTS { ?s ?q _:b . _:b ?r ?t } }", "blank nodes are of a group"),
    ("SELECT * { ?s ?p ?o FILTER EXISTS { ?s ?q/?r ?t . ?t ?u ?v } }", "no SPARQL"),
    ("SELECT * { ?s ?p ?o FILTER EXISTS { ?s a ?t . ?t a ?v FILTER(?v = 1) } }", "a filter"),
    ("SELECT * { ?s ?p ?o FILTER EXISTS { ?s a ?t . ?t a -1 } }",    "a sign"),
    ("SELECT * { ?s ?p 'EXISTS { ?s a ?t . ?t a ?v }' }",            "in a string"),
    ("SELECT * { ?s ?p ?o } # EXISTS { ?s a ?t . ?t a ?v }",         "in a comment"),
    ("SELECT * { ?s ?p ?o FILTER(?s<'x>' && ?o = 'EXISTS { ?a a ?b . ?b a ?c }') }", "no IRI"),
    ("SELECT * { ?s ?p ?o FILTER EXISTS { ?s a ?t . ?t a ?v ",       "does not end"),
]  # fmt: skip


mutations = st.sampled_from(
    [
        *"-:.%^|;,{}()<>?$'\"#1*/",
        "::",
        "-1",
        ":x",
        "%%",
        "DISTINCT",
        "?x",
        "1.",
        "@en",
        "\\u0041",
        "×",
        "·",
        " ",
        "𠀀",
    ]
)


WELL_FORMED = st.sampled_from(
    [*(query for query, _ in TAKEN), *(f"{PROLOGUE}SELECT * {{ {group} }}" for group in REWRITTEN)]
)


@settings(max_examples=1_000, deadline=None)
@given(WELL_FORMED, st.lists(st.tuples(st.integers(0, 250), mutations), min_size=1, max_size=3))
@example("SELECT (COUNT(*) AS ?n) { ?s-1 ?p ?o }", [])
@example("PREFIX : <u:> SELECT (COUNT(*) AS ?n) { ?s:x ?p ?o }", [])
@example("SELECT (COUNT(*) AS ?n) { ?s ?%% ?o }", [])
@example(f"{PROLOGUE}ASK {{ ?x :p ?y FILTER EXISTS {{ ?x :q '1'^ ^:p . ?y :r ?x }} }}", [])
def test_what_is_no_query_stays_none(query: str, changes: list[tuple[int, str]]) -> None:
    for place, piece in changes:
        at = place % len(query)
        query = query[:at] + piece + query[at + place % 3 :]
    changed = faster(query, KNOWN)
    if changed != query:
        event("changed")
        Store().query(query, base_iri=EX)
        Store().query(changed, base_iri=EX)


@pytest.mark.parametrize(("query", "values"), TAKEN)
def test_taken_from_statistics(query: str, values: str) -> None:
    assert values in faster(query, KNOWN)


@pytest.mark.parametrize(("query", "reason"), LEFT)
def test_left_alone(query: str, reason: str) -> None:
    assert faster(query, KNOWN) == query, reason


def test_statistics_survive_the_pipe() -> None:
    assert Statistics.decode(KNOWN.encode()) == KNOWN


def test_without_overview_where_a_key_is_no_iri() -> None:
    store = store_of([Quad(THINGS[0], TYPE, Literal("x"))])
    assert statistics_of(store).classes is None
    query = "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c"
    assert faster(query, statistics_of(store)) == query


def test_a_boolean_stays_one() -> None:
    query = f"{PROLOGUE}ASK {{ ?x :p ?y FILTER NOT EXISTS {{ ?x :q ?z . ?z :r ?y }} }}"
    changed = faster(query, KNOWN)
    assert changed != query
    assert isinstance(store_of([]).query(changed), QueryBoolean)
