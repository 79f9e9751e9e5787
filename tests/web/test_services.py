"""``SERVICE`` over HTTP: statuses, what is kept, what the description says, workers behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

from conftest import Client
from endpoints import Endpoint, saying, serving
from kizuna.engine import Answer, EmbeddedEngine, Engine, Pool, Query
from kizuna.engine.federation import Federated, Services
from kizuna.engine.remote import Remote, RemoteEngine
from kizuna.formats import BY_SUFFIX, Kind
from kizuna.release import Release
from kizuna.web import Site, create_app
from kizuna.web.cache import Cache

FAIR = "https://example.org/small/id/event/fair"
FEATURE = NamedNode("http://www.w3.org/ns/sparql-service-description#feature")
FEDERATED = NamedNode("http://www.w3.org/ns/sparql-service-description#BasicFederatedQuery")


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as server:
        server.store.add(Quad(NamedNode(FAIR), NamedNode("urn:visitors"), Literal(300)))
        yield server


@pytest.fixture
def asking(site: Site, small_release: Release, endpoint: Endpoint) -> Iterator[Client]:
    services = Services([endpoint.url], 1.0, site.addresses.base)
    engine = Federated(EmbeddedEngine(small_release.store), services)
    yield Client(create_app(replace(site, engine=engine, cache=Cache())))
    services.close()


def query(endpoint: Endpoint, select: str = "SELECT ?n") -> str:
    clause = f"SERVICE <{endpoint.url}> {{ ?event <urn:visitors> ?n }}"
    return f"{select} {{ ?event a <https://example.org/small/ontology#Fair> {clause} }}"


@pytest.mark.parametrize("accept", ["text/csv", "text/html", "application/json, text/html;q=0.1"])
def test_answers_are_kept_nowhere(asking: Client, endpoint: Endpoint, accept: str) -> None:
    for number in ("300", "301"):
        endpoint.store.update(f"DELETE WHERE {{ ?s ?p ?o }} ; INSERT DATA {{ <{FAIR}> <urn:visitors> {number} }}")  # fmt: skip
        answer = asking.get(
            "/sparql", params={"query": query(endpoint)}, headers={"accept": accept}
        )
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert number in answer.text


def test_a_large_answer_is_kept_nowhere(asking: Client, endpoint: Endpoint) -> None:
    long = query(endpoint, "SELECT ?x").replace("{ ?event", "{ ?x ?y ?z . ?a ?b ?c . ?event", 1)
    answer = asking.get("/sparql", params={"query": long}, headers={"accept": "text/csv"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert len(answer.content) > 256 * 1024


# fmt: off
STATUSES = [
    # query                                              behaviour              status
    ("ASK { SERVICE <http://other.example/> { } }",      None,                  403),
    ("ASK { SERVICE ?s { } }",                           None,                  403),
    ("ASK { SERVICE <U> { ?s ?p } }",                    None,                  400),
    ("ASK { SERVICE <U> { ?s ?p ?o } }",                 saying(500),           502),
    ("ASK { SERVICE <U> { ?s ?p ?o } }",                 saying(302, Location="/"), 502),
    ("ASK { SERVICE <U> { ?s ?p ?o } }",                 lambda h: h.server.over.wait(9), 504),
    ("ASK { SERVICE SILENT <U> { ?s ?p ?o } }",          saying(500),           200),
    ("ASK { SERVICE SILENT <http://other.example/> {} }", None,                 200),
]
# fmt: on


@pytest.mark.parametrize(("text", "behave", "status"), STATUSES)
def test_statuses(
    asking: Client, endpoint: Endpoint, text: str, behave: object, status: int
) -> None:
    if behave:
        endpoint.behave = behave  # type: ignore[assignment]
    answer = asking.get("/sparql", params={"query": text.replace("<U>", f"<{endpoint.url}>")})
    assert answer.status_code == status


def test_updates_may_not_call_anybody(asking: Client, endpoint: Endpoint) -> None:
    update = f"INSERT {{ <x:s> <x:p> ?n }} WHERE {{ SERVICE <{endpoint.url}> {{ ?s ?p ?n }} }}"
    assert asking.post("/sparql", data={"update": update}).status_code == 403
    assert endpoint.seen == []


def test_the_description_says_so(asking: Client, client: Client) -> None:
    for asked, expected in ((asking, [FEDERATED]), (client, [])):
        store = Store()
        store.load(asked.get("/sparql").content, RdfFormat.TURTLE)
        assert [q.object for q in store.quads_for_pattern(None, FEATURE, None)] == expected


@pytest.mark.parametrize("engine", ["pool", "remote"])
def test_behind_workers_and_engines_elsewhere(
    small_release: Release, endpoint: Endpoint, engine: str
) -> None:
    with serving() as elsewhere:
        whole = EmbeddedEngine(small_release.store).store
        elsewhere.store.extend(whole)

        async def ask() -> Answer:
            inner: Engine = (
                Pool(small_release.store)
                if engine == "pool"
                else RemoteEngine(Remote(elsewhere.url))
            )
            services = Services([endpoint.url])
            federated = Federated(inner, services)
            try:
                found = await federated.ask(
                    Query(query(endpoint), "https://example.org/small/sparql"),
                    {Kind.ROWS: BY_SUFFIX["csv"]},
                )
                assert isinstance(found, Answer)
                assert federated.numbers.answered == 3  # nothing is asked around the lanes
                assert federated.lanes.places()["light"] == 0
                return found
            finally:
                federated.close()
                services.close()

        assert asyncio.run(ask()).body == b"n\r\n300\r\n"
    assert FAIR in endpoint.seen[0]
