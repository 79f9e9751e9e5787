"""Queries from a grammar, many of them none: what a stranger may send."""

from __future__ import annotations

import random

from hypothesis import strategies as st

_chance = random.Random(0)
CIRCLES = [
    _chance.choice([str(n), f"'{n} m'"]) for n in (_chance.randrange(1000) for _ in range(300))
]
"""Values over whose order the engine, as it is now, breaks down."""

_variables = st.sampled_from(["?a", "?b", "?c", "?d"])
_terms = _variables | st.sampled_from(["<http://x/1>", '"number 1"', "1", "_:b", "[]", "'x'@en"])
_verbs = _variables | st.sampled_from(
    ["<http://x/p>", "a", "<http://x/p>+", "(<http://x/p>|^<http://x/q>)*", "!<http://x/q>"]
)
_triples = st.tuples(_terms, _verbs, _terms).map(" ".join)
_expressions = st.recursive(
    _variables | st.sampled_from(["1", '"a"', "true"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "=", "<", "&&", "||", "/"]), inner).map(
            lambda t: f"({' '.join(t)})"
        ),
        st.tuples(st.sampled_from(["STR", "BOUND", "REGEX", "IF", "BNODE", "NOW"]), inner).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
    ),
    max_leaves=6,
)
_groups = st.recursive(
    _triples,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" . ".join),
        inner.map(lambda g: f"OPTIONAL {{ {g} }}"),
        inner.map(lambda g: f"{{ {g} }}"),
        inner.map(lambda g: f"MINUS {{ {g} }}"),
        inner.map(lambda g: f"FILTER NOT EXISTS {{ {g} }}"),
        inner.map(lambda g: f"GRAPH ?g {{ {g} }}"),
        inner.map(lambda g: f"{{ SELECT * {{ {g} }} LIMIT 3 }}"),
        st.tuples(inner, inner).map(lambda t: f"{{ {t[0]} }} UNION {{ {t[1]} }}"),
        st.tuples(inner, _expressions).map(lambda t: f"{t[0]} FILTER({t[1]})"),
        st.tuples(inner, _expressions).map(lambda t: f"{t[0]} BIND({t[1]} AS ?new)"),
    ),
    max_leaves=6,
)
QUERIES = st.tuples(
    st.sampled_from(
        [
            "SELECT *",
            "SELECT DISTINCT ?a",
            "SELECT (COUNT(?a) AS ?n)",
            "ASK",
            "DESCRIBE ?a",
            "CONSTRUCT { ?a <http://x/p> ?b }",
            "SELECT ?a (SUM(?b) AS ?n)",
            "INSERT",
            "",
        ]
    ),
    _groups,
    st.sampled_from(
        ["", "LIMIT 5", "ORDER BY ?a", "GROUP BY ?a", "HAVING(?a)", "}", "VALUES ?a {1}"]
    ),
).map(lambda t: f"{t[0]} {{ {t[1]} }} {t[2]}")
