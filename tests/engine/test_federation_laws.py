"""``SERVICE`` means what SPARQL 1.1 says: as if the endpoint's data were a graph beside ours."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    Store,
)

from endpoints import Endpoint, serving
from kizuna.engine import Answer, EmbeddedEngine, Query
from kizuna.engine.federation import Federated, Services
from kizuna.formats import BY_SUFFIX, Kind

THERE = NamedNode("urn:there")
NAMED = NamedNode("urn:g")
JSON = {Kind.ROWS: BY_SUFFIX["json"]}
NODES = [NamedNode(f"urn:n{i}") for i in range(3)]
PREDICATES = [NamedNode(f"urn:p{i}") for i in range(3)]
VALUES = [*NODES, *NODES, Literal("x"), Literal("x", language="en"), Literal(1)]
triples = st.tuples(st.sampled_from(NODES), st.sampled_from(PREDICATES), st.sampled_from(VALUES))
ours = st.lists(st.one_of(triples, st.tuples(st.sampled_from(NODES), st.sampled_from(PREDICATES), st.just(BlankNode("b")))), min_size=3, max_size=20)  # fmt: skip
theirs = st.lists(triples, min_size=3, max_size=20)

# S is a clause about ?b, T one that may leave ?c unbound, U a union, V a subquery.
SHAPES = [
    "?a <urn:p0> ?b {S}",
    "{S} ?a <urn:p0> ?b",
    "?a <urn:p0> ?b OPTIONAL {{ {S} }}",
    "?a <urn:p0> ?b OPTIONAL {{ {S} FILTER(?c != ?a) }}",
    "?a <urn:p0> ?b OPTIONAL {{ ?b <urn:p1> ?d {S} OPTIONAL {{ ?c <urn:p2> ?d }} }}",
    "?a <urn:p0> ?b OPTIONAL {{ {{ {S} }} UNION {{ ?b <urn:p1> ?c }} }}",
    "?a <urn:p0> ?b OPTIONAL {{ {T} FILTER(!BOUND(?c)) }}",
    "?a <urn:p0> ?b MINUS {{ {S} }}",
    "?a <urn:p0> ?b MINUS {{ {S} FILTER(?c = <urn:n1>) }}",
    "?a <urn:p0> ?b FILTER EXISTS {{ {S} }}",
    "?a <urn:p0> ?b FILTER NOT EXISTS {{ ?b <urn:p2> ?e {S} }}",
    "?a <urn:p0> ?b {{ {S} }} UNION {{ ?b <urn:p1> ?c }}",
    "?a <urn:p0> ?b {{ ?b <urn:p1> ?d {S} }} UNION {{ {T} }}",
    "?a <urn:p0> ?d OPTIONAL {{ ?a <urn:p1> ?b }} {S}",
    "OPTIONAL {{ ?a <urn:p1> ?b }} {S} OPTIONAL {{ ?c <urn:p0> ?d }} ?a <urn:p0> ?e",
    "{S} OPTIONAL {{ ?a <urn:p1> ?b }} ?a <urn:p0> ?b",
    "{S} MINUS {{ ?b <urn:p0> ?c }} ?b <urn:p1> ?d",
    "{S} BIND(?c AS ?d) ?a <urn:p0> ?b",
    "?a <urn:p0> ?b {T}",
    "?a <urn:p0> ?b . ?a <urn:p1> ?c {T}",
    "?a <urn:p0> ?b . ?a <urn:p1> ?c {U}",
    "?a <urn:p0> ?b {V}",
    "?a <urn:p0> ?b {S} FILTER(?c = ?a || ?b = <urn:n0>)",
    "?a <urn:p0> ?b FILTER(?b != <urn:n0>) {S}",
    "?a <urn:p0> ?b FILTER(!BOUND(?c)) {S}",
    "?a <urn:p0> ?b FILTER(BOUND(?c)) {S}",
    "{S} FILTER(?c = <urn:n1>) ?a <urn:p0> ?b",
    "?a <urn:p0> ?b . ?a <urn:p1> ?c OPTIONAL {{ {T} FILTER(!BOUND(?c)) }}",
    "?a <urn:p0> ?b . ?a <urn:p1> ?c OPTIONAL {{ {U} FILTER(!BOUND(?c)) }}",
    "?a <urn:p0> ?b FILTER(!BOUND(?c)) OPTIONAL {{ {S} }}",
    "VALUES ?b {{ <urn:n0> <urn:n1> 'x' }} {S}",
    "VALUES (?b ?c) {{ (<urn:n0> UNDEF) (UNDEF <urn:n1>) (<urn:n0> <urn:n1>) }} {S}",
    "VALUES ?b {{ <urn:n0> 1 }} {S}",
    "GRAPH <urn:g> {{ ?a <urn:p0> ?b {S} }}",
    "GRAPH ?g {{ ?a <urn:p0> ?b OPTIONAL {{ {S} }} }}",
    "{{ SELECT ?b {{ ?a <urn:p0> ?b }} }} {S}",
    "{{ SELECT DISTINCT ?b {{ ?a <urn:p0> ?b {S} }} }} ?b <urn:p1> ?d",
    "?a <urn:p1> ?d {{ SELECT ?b (COUNT(?c) AS ?a) {{ ?b <urn:p0> ?e {S} }} GROUP BY ?b }}",
    "?a <urn:p0> ?b {S} {T2}",
    "{S} {T2} ?a <urn:p0> ?b",
    "?a <urn:p0> ?b OPTIONAL {{ {S} }} OPTIONAL {{ {T2} }}",
    "?a <urn:p0>/<urn:p1>* ?b {S}",
    "?a <urn:p0> ?b {{ {{ {S} }} }} FILTER(?a != ?b)",
    "?a <urn:p0> ?b BIND(?b AS ?c) {S}",
    "?a <urn:p0> ?b MINUS {{ ?a <urn:p1> ?c }} {S} ?c <urn:p2> ?d",
]
PATTERNS = {
    "S": "?b <urn:p1> ?c",
    "T": "?b <urn:p1> ?e OPTIONAL {{ ?e <urn:p2> ?c }}",
    "T2": "?c ?q ?f FILTER(?q != <urn:p0>)",
    "U": "{{ ?b <urn:p1> ?c }} UNION {{ ?b <urn:p2> ?e }}",
    "V": "SELECT ?b (COUNT(*) AS ?c) {{ ?b <urn:p1> ?e }} GROUP BY ?b",
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with serving() as server:
        yield server


def filled(quads: list[Quad]) -> Store:
    store = Store()
    store.extend(quads)
    return store


def text(shape: str, opening: str) -> str:
    """Return a query in which each clause begins with ``opening``."""
    clauses = {n: f"{opening} {{{{ {p} }}}}".format() for n, p in PATTERNS.items()}
    return f"SELECT * {{ {shape.format(**clauses)} }}"


def counted(body: bytes) -> Counter[str]:
    rows = json.loads(body)["results"]["bindings"]
    for row in rows:
        for term in row.values():
            if term["type"] == "bnode":
                term["value"] = "b"  # there is but one
    return Counter(json.dumps(row, sort_keys=True) for row in rows)


def federated(query: str, store: Store, url: str) -> Counter[str]:
    services = Services([url])

    async def ask() -> bytes:
        found = await Federated(EmbeddedEngine(store), services).ask(
            Query(query, "http://b/"), JSON
        )
        assert isinstance(found, Answer)
        return found.body

    try:
        return counted(asyncio.run(ask()))
    finally:
        services.close()


def united(query: str, store: Store, there: list[tuple[NamedNode, NamedNode, NamedNode | Literal]]) -> Counter[str]:  # fmt: skip
    """Return the answer of one store with the endpoint's data as a graph of no other use."""
    both = filled([*store, *(Quad(*triple, THERE) for triple in there)])
    found = both.query(query, named_graphs=[NAMED, THERE], default_graph=[DefaultGraph()])
    assert isinstance(found, QuerySolutions)
    return counted(found.serialize(format=QueryResultsFormat.JSON) or b"")


@pytest.mark.parametrize("shape", SHAPES)
@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(here=ours, there=theirs)
def test_as_if_it_were_a_graph(
    endpoint: Endpoint,
    shape: str,
    here: list[tuple[NamedNode, NamedNode, NamedNode | Literal | BlankNode]],
    there: list[tuple[NamedNode, NamedNode, NamedNode | Literal]],
) -> None:
    endpoint.store = filled([Quad(*triple) for triple in there])
    store = filled([Quad(*triple) for triple in here])
    store.extend(Quad(*triple, NAMED) for triple in here[::2])
    one = text(shape, f"GRAPH {THERE}").replace("GRAPH ?g {", "GRAPH ?g { FILTER(?g = <urn:g>)")
    other = text(shape, f"SERVICE <{endpoint.url}>").replace(
        "GRAPH ?g {", "GRAPH ?g { FILTER(?g = <urn:g>)"
    )
    assert federated(other, store, endpoint.url) == united(one, store, there), other


def test_most_of_it_is_restricted(endpoint: Endpoint) -> None:
    """The law says nothing about what is sent: here it is, for data that joins."""
    endpoint.store = filled([Quad(n, p, NODES[0]) for n in NODES for p in PREDICATES])
    store = filled([Quad(n, p, NODES[1]) for n in NODES[:2] for p in PREDICATES])
    store.extend([Quad(q.subject, q.predicate, q.object, NAMED) for q in store])
    reduced = 0
    for shape in SHAPES:
        endpoint.seen.clear()
        federated(text(shape, f"SERVICE <{endpoint.url}>"), store, endpoint.url)
        reduced += all("VALUES" in query for query in endpoint.seen)
    assert reduced >= 26
