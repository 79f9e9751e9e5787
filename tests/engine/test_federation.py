"""``SERVICE``: who may be called and how, what happens when that fails, what is sent."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from endpoints import Behaviour, Endpoint, Handler, saying, serving
from kizuna.engine import Answer, EmbeddedEngine, Limits, Query, Stream
from kizuna.engine.federation import Federated, Services
from kizuna.engine.federation import engine as federated
from kizuna.engine.federation import services as services_module
from kizuna.engine.federation.clauses import MOST_CLAUSES, calls, may_call
from kizuna.engine.federation.reach import is_public, normal
from kizuna.engine.federation.terms import MOST_ROWS
from kizuna.engine.guard import guard
from kizuna.errors import (
    AnswerTooLarge,
    BadQuery,
    KizunaError,
    QueryTooLong,
    Refused,
    ServiceFailed,
    TooMany,
)
from kizuna.formats import BY_SUFFIX, TURTLE, Kind

BASE = "https://example.org/small/sparql"
FORMATS = {Kind.ROWS: BY_SUFFIX["csv"], Kind.TRUTH: BY_SUFFIX["json"], Kind.GRAPH: TURTLE}
LIMITS = Limits()
PEOPLE = 1_000


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An endpoint with 1,000 things, each with a number."""
    with serving() as server:
        server.store.extend(
            Quad(NamedNode(f"urn:r{i}"), NamedNode("urn:n"), Literal(i)) for i in range(PEOPLE)
        )
        yield server


def local() -> Store:
    """Five things here that are the same as the first five there."""
    store = Store()
    for i in range(5):
        store.add(Quad(NamedNode(f"urn:l{i}"), NamedNode("urn:same"), NamedNode(f"urn:r{i}")))
    return store


@dataclass
class Asker:
    """Asks an engine with services."""

    listed: list[str]
    store: Store = field(default_factory=local)
    seconds: float = 5.0
    options: dict[str, Any] = field(default_factory=dict)

    def __call__(self, text: str, **query: Any) -> str:  # noqa: ANN401
        return asyncio.run(self.asked(Query(text, BASE, **query))).body.decode()

    async def asked(self, query: Query, client: str = "") -> Answer:
        services = Services(self.listed, self.seconds, "https://example.org/small/")
        try:
            return await whole(Federated(EmbeddedEngine(self.store), services), query, client)
        finally:
            services.close()

    def rows(self, text: str, **query: Any) -> list[tuple[str, ...]]:  # noqa: ANN401
        return sorted(map(tuple, list(csv.reader(io.StringIO(self(text, **query))))[1:]))


async def whole(engine: Federated, query: Query, client: str = "") -> Answer:
    found = await engine.ask(query, FORMATS, client)
    if isinstance(found, Stream):
        chunks = b"".join([chunk async for chunk in found.chunks])
        return Answer(found.kind, found.format, chunks)
    return found


# fmt: off
NAMED = [
    # query                                                                     endpoint, silent
    ("ASK { SERVICE <http://e.x/q> { ?s ?p ?o } }",                             [("http://e.x/q", False)]),
    ("ASK { service silent <http://e.x/q> { ?s ?p ?o } }",                      [("http://e.x/q", True)]),
    ("ASK{SERVICE<http://e.x/q>{}}",                                            [("http://e.x/q", False)]),
    ("PREFIX e: <http://e.x/> ASK { SERVICE e:q { } }",                         [("http://e.x/q", False)]),
    ("PREFIX : <http://e.x/> ASK { SERVICE :q { } }",                           [("http://e.x/q", False)]),
    ("prefix e: <http://e.x/> ASK { SERVICE e:a\\-b { } }",                     [("http://e.x/a-b", False)]),
    ("BASE <http://e.x/y/> ASK { SERVICE <../q> { } }",                         [("http://e.x/q", False)]),
    ("BASE <http://e.x/> PREFIX e: <y/> ASK { SERVICE e:q { } }",               [("http://e.x/y/q", False)]),
    ("ASK { SERVICE <q> { } }",                                                 [("https://example.org/small/q", False)]),
    ("ASK { SERVICE <http://e.x/\\u0071> { } }",                                [("http://e.x/q", False)]),
    ("# SERVICE <x> {}\nASK { SERVICE # {\n <http://e.x/q> # }\n { } }",        [("http://e.x/q", False)]),
    ("ASK { SERVICE <http://a.x/> { ?a ?b '}' } SERVICE <http://b.x/> { } }",   [("http://a.x/", False), ("http://b.x/", False)]),
    ("ASK { ?s ?p 'SERVICE <http://e.x/q> {}' }",                               []),
    ("ASK { ?s <http://e.x/SERVICE> ?service }",                                []),
    ("PREFIX service: <http://e.x/> ASK { ?s service:SERVICE ?o }",             []),
]
UNREADABLE = [
    # query                                                        error     what it says
    ("ASK { SERVICE ?s { ?a ?b ?c } }",                            Refused,  "?s in line 1: the endpoint must be written out"),
    ("ASK { SERVICE SILENT $s { } }",                              Refused,  "must be written out"),
    ("ASK { SERVICE <x:y> {\n SERVICE <x:z> { } } }",              Refused,  "line 2 stands inside"),
    ("ASK { SERVICE <x:y> { { SERVICE SILENT ?z { } } } }",        Refused,  "stands inside"),
    ("ASK { SERVICE <x:y> { } ?s ?p 1SERVICE<x:z> { } }",          Refused,  "unless it is clear"),
    ("ASK { SERVICE <x:y> { } SERVICE:z { } }",                    Refused,  "unless it is clear"),
    ("ASK { SERVICE <x:y> { } FILTER(?a<#>'''\n2) }",              BadQuery, "cannot be told"),
    ("ASK { SERVICE <x:y> { FILTER(?a<'x>') } }",                  BadQuery, "cannot be told"),
    ("ASK { SERVICE <x:y> { ",                                     BadQuery, "without an endpoint and a group"),
    ("ASK { SERVICE { } }",                                        BadQuery, "without an endpoint and a group"),
    ("ASK { SERVICE <x:y> ?a ?b ?c }",                             BadQuery, "without an endpoint and a group"),
    ("ASK { SERVICE nope:x { } }",                                 BadQuery, "without an endpoint and a group"),
    ("ASK {" + "SERVICE <x:y> { }" * (MOST_CLAUSES + 1) + "}",     BadQuery, "may call 5 services"),
    ("ASK { SERVICE <x:y> { } }" + " " * 100_000,                  BadQuery, "100000 characters"),
    ("ASK {" + "{" * 200 + "SERVICE <x:y> { }" + "}" * 201,        BadQuery, "nests deeper"),
]
# fmt: on


@pytest.mark.parametrize(("query", "expected"), NAMED)
def test_clauses_are_found(query: str, expected: list[tuple[str, bool]]) -> None:
    found = calls(query, BASE, LIMITS)
    assert [(c.endpoint, c.silent) for c in found] == expected
    assert may_call(query)
    for clause in found:
        assert query[clause.opening] == "{"
        assert query[clause.end - 1] == "}"


@pytest.mark.parametrize(("query", "kind", "words"), UNREADABLE)
def test_what_is_not_surely_a_clause_is_refused(
    query: str, kind: type[KizunaError], words: str
) -> None:
    with pytest.raises(kind, match=re.escape(words)):
        calls(query, BASE, LIMITS)


# fmt: off
REFUSED_BY_TEXT = [
    # every disguise without a clause beside it reaches the engine, whose guard refuses it
    "ASK { ?s ?p 1SERVICE<x:z> { } }",
    "PREFIX : <x:> ASK { SERVICE:z { } }",
    "ASK { ?s ?p true.SERVICE<x:z> { } }",
]
# fmt: on


@pytest.mark.parametrize("query", REFUSED_BY_TEXT)
def test_disguises_are_refused_as_ever(query: str) -> None:
    with pytest.raises(Refused, match="SERVICE in line 1"):
        Asker(["http://127.0.0.1:1/"])(query)


# fmt: off
ADDRESSES = [
    # given                             compared as
    ("HTTP://Example.ORG:80",           "http://example.org/"),
    ("https://example.org:443/sparql",  "https://example.org/sparql"),
    ("https://example.org:8443/sparql", "https://example.org:8443/sparql"),
    ("http://[::1]:80/x?y=z",           "http://[::1]/x?y=z"),
    ("http://u:p@example.org/",         "http://u:p@example.org/"),
    ("http://example.org:bad/",         "http://example.org:bad/"),
]
PUBLIC = [
    # address                 open to all
    ("91.198.174.192",        True),
    ("2620:0:862:ed1a::1",    True),
    ("127.0.0.1",             False),
    ("127.8.8.8",             False),
    ("0.0.0.0",               False),
    ("10.1.2.3",              False),
    ("172.16.0.1",            False),
    ("192.168.1.1",           False),
    ("169.254.169.254",       False),  # the metadata of clouds
    ("100.64.0.1",            False),  # carriers
    ("198.18.0.1",            False),
    ("224.0.0.1",             False),
    ("240.0.0.1",             False),
    ("255.255.255.255",       False),
    ("::",                    False),
    ("::1",                   False),
    ("fe80::1%eth0",          False),
    ("fc00::1",               False),
    ("ff02::1",               False),
    ("2001:db8::1",           False),
    ("::ffff:127.0.0.1",      False),
    ("::ffff:169.254.169.254", False),
    ("::127.0.0.1",           False),
    ("2002:7f00:1::",         False),  # 6to4 of 127.0.0.1
    ("2002:c0a8:101::1",      False),
    ("64:ff9b::7f00:1",       False),  # translated
    ("64:ff9b::a9fe:a9fe",    False),
    ("2001:0:7f00:1::",       False),  # Teredo
    ("nonsense",              False),
    ("127.1",                 False),
]
# fmt: on


@pytest.mark.parametrize(("given", "compared"), ADDRESSES)
def test_addresses_are_compared_in_one_form(given: str, compared: str) -> None:
    assert normal(given) == compared


@pytest.mark.parametrize(("address", "expected"), PUBLIC)
def test_which_addresses_are_public(address: str, *, expected: bool) -> None:
    assert is_public(address) is expected


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Make all names lead to ``answers``; return the names that were asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        if host.replace(".", "").isdecimal() or ":" in host:
            return real(host, port, *args, **options)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in answers]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize(
    "answers",
    [["127.0.0.1"], ["10.0.0.7"], ["91.198.174.192", "127.0.0.1"], ["::ffff:127.0.0.1"], ["::1"]],
)
def test_a_name_that_leads_inside_is_refused(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    resolving(monkeypatch, *answers)
    url = f"http://rebound.example:{endpoint.port}/sparql"
    with pytest.raises(Refused, match="leads to an address that is not public") as told:
        Asker([url])(f"SELECT * {{ SERVICE <{url}> {{ ?r <urn:n> 1 }} }}")
    assert not any(answer in str(told.value) for answer in answers)
    assert endpoint.seen == []
    assert Asker([url])(f"SELECT ?r {{ SERVICE SILENT <{url}> {{ ?r <urn:n> 1 }} }}") == "r\r\n\r\n"


def test_the_call_goes_to_the_address_that_was_looked_at(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = resolving(monkeypatch, "91.198.174.192")
    connected = []
    real = socket.create_connection

    def connect(address: tuple[str, int], *args: Any) -> socket.socket:  # noqa: ANN401
        connected.append(address)
        return real(("127.0.0.1", address[1]), *args)

    monkeypatch.setattr(socket, "create_connection", connect)
    url = f"http://named.example:{endpoint.port}/sparql"
    assert Asker([url]).rows(f"SELECT * {{ SERVICE <{url}> {{ ?r <urn:n> 1 }} }}") == [("urn:r1",)]
    assert connected == [("91.198.174.192", endpoint.port)]
    assert asked == ["named.example"]  # once: a second answer could be another one
    assert endpoint.hosts == [f"named.example:{endpoint.port}"]


def test_this_machine_may_be_listed_by_its_name(endpoint: Endpoint) -> None:
    url = f"http://localhost:{endpoint.port}/sparql"
    assert Asker([url]).rows(f"SELECT * {{ SERVICE <{url}> {{ ?r <urn:n> 1 }} }}") == [("urn:r1",)]


# fmt: off
UNLISTED = [
    # listed                              called
    ("http://127.0.0.1:1/sparql",         "http://127.0.0.1:1/sparql/"),
    ("http://127.0.0.1:1/sparql",         "http://127.0.0.1:1/"),
    ("http://127.0.0.1:1/sparql",         "http://127.0.0.1:2/sparql"),
    ("http://127.0.0.1:1/sparql",         "https://127.0.0.1:1/sparql"),
    ("http://127.0.0.1:1/sparql",         "http://127.0.0.1:1/sparql?x"),
    ("http://127.0.0.1:1/sparql",         "http://127.0.0.1:1/sparql#x"),
    ("http://127.0.0.1:1/sparql",         "http://u@127.0.0.1:1/sparql"),
    ("http://127.0.0.1:1/sparql",         "http://127.1:1/sparql"),
    ("http://localhost:1/",               "http://127.0.0.1:1/"),
    ("http://example.org/",               "http://example.org.evil.example/"),
    ("http://example.org/",               "file:///etc/passwd"),
    ("http://example.org/",               "urn:x"),
]
# fmt: on


@pytest.mark.parametrize(("listed", "called"), UNLISTED)
def test_only_what_is_listed_is_called(listed: str, called: str) -> None:
    with pytest.raises(Refused, match="not on the list of this site") as told:
        Asker([listed])(f"SELECT * {{ SERVICE <{called}> {{ ?s ?p ?o }} }}")
    assert "setting services" in told.value.hint
    assert ("example.org" in told.value.hint) is (
        "example.org" in listed
    )  # inner ones are not told
    assert (
        Asker([listed])(f"SELECT ?s {{ SERVICE SILENT <{called}> {{ ?s ?p ?o }} }}") == "s\r\n\r\n"
    )


def slow(handler: Handler) -> None:
    handler.server.over.wait(20)


def dripping(handler: Handler) -> None:
    """Send a byte now and then, so that no single wait is long."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/sparql-results+json")
    handler.end_headers()
    while not handler.server.over.wait(0.05):
        handler.wfile.write(b" ")


def huge(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/sparql-results+json")
    handler.end_headers()
    handler.wfile.write(b'{"head":{"vars":["s"]},"results":{"bindings":[')
    while True:
        handler.wfile.write(b" " * 65_536)


def broken(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/sparql-results+json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"{")


MANY = json.dumps(
    {"head": {"vars": ["s"]}, "results": {"bindings": [{}] * (MOST_ROWS + 1)}}
).encode()
BAD_IRI = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"x> } #"}}]}}'
# fmt: off
FAILURES: list[tuple[str, Behaviour, type[KizunaError], str]] = [
    # what              behaviour                                  error           what it says
    ("slow",            slow,                                      QueryTooLong,   "did not answer within 0.5 seconds"),
    ("dripping",        dripping,                                  QueryTooLong,   "did not answer within 0.5 seconds"),
    ("huge",            huge,                                      AnswerTooLarge, "too large"),
    ("many rows",       saying(200, MANY),                         AnswerTooLarge, "more than 10000 rows"),
    ("redirect",        saying(302, b"", Location="/elsewhere"),   ServiceFailed,  "redirects are not followed"),
    ("kept redirect",   saying(307, b"", Location="/elsewhere"),   ServiceFailed,  "redirects are not followed"),
    ("too many",        saying(429, b"", Retry_After="7"),         ServiceFailed,  "come again in 7 seconds"),
    ("odd wait",        saying(429, b"", Retry_After="<b>"),       ServiceFailed,  "no more queries now (429)"),
    ("busy",            saying(503),                               ServiceFailed,  "no more queries now (503)"),
    ("broken",          saying(500, b"secret of 10.0.0.1"),        ServiceFailed,  "failed (500)"),
    ("refusing",        saying(403, b"no"),                        ServiceFailed,  "failed (403)"),
    ("garbage",         saying(200, b"\xff\x00{"),                 ServiceFailed,  "cannot be read"),
    ("no json",         saying(200, b"<html>", "text/html"),       ServiceFailed,  "cannot be read"),
    ("a truth",         saying(200, b'{"head":{},"boolean":true}'), ServiceFailed, "cannot be read"),
    ("an odd IRI",      saying(200, BAD_IRI),                      ServiceFailed,  "cannot be read"),
    ("packed",          saying(200, b"x", Content_Encoding="gzip"), ServiceFailed, "cannot be read"),
    ("cut off",         broken,                                    ServiceFailed,  "broke it off"),
    ("gone",            lambda handler: handler.connection.close(), ServiceFailed, "cannot be reached"),
]
# fmt: on


@pytest.mark.parametrize(
    ("behave", "kind", "words"), [f[1:] for f in FAILURES], ids=[f[0] for f in FAILURES]
)
def test_failures(
    endpoint: Endpoint, behave: Behaviour, kind: type[KizunaError], words: str
) -> None:
    endpoint.behave = behave
    ask = Asker([endpoint.url], seconds=0.5 if kind is QueryTooLong else 5)
    began = time.monotonic()
    with pytest.raises(kind, match=re.escape(words)) as told:
        ask(f"SELECT * {{ SERVICE <{endpoint.url}> {{ ?s ?p ?o }} }}")
    assert time.monotonic() - began < 5
    assert endpoint.url in told.value.message
    assert "secret" not in str(told.value)  # what an inner server says is not passed on
    assert len(endpoint.seen) == 1
    query = (
        f"SELECT ?l ?s {{ ?l <urn:same> <urn:r1> SERVICE SILENT <{endpoint.url}> {{ ?s ?p ?o }} }}"
    )
    assert ask.rows(query) == [("urn:l1", "")]


def test_nobody_is_there() -> None:
    url = "http://127.0.0.1:1/sparql"
    with pytest.raises(ServiceFailed, match="cannot be reached"):
        Asker([url])(f"ASK {{ SERVICE <{url}> {{ ?s ?p ?o }} }}")


def test_what_a_public_endpoint_says_is_told(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services_module, "_is_inner", lambda _: False)
    endpoint.behave = saying(400, b"<html><b>QueryTimeout</b>\n no", "text/html")
    with pytest.raises(ServiceFailed, match=r"failed \(400\): QueryTimeout no"):
        Asker([endpoint.url])(f"ASK {{ SERVICE <{endpoint.url}> {{ ?s ?p ?o }} }}")


# fmt: off
WRONG = [
    # query                                                       line, column  what it says
    ("SELECT * {{\n SERVICE <{url}>\n {{ ?s ?p }} }}",            3, 12,  "unexpected"),
    ("SELECT * {{\n SERVICE <{url}>\n {{ ?s ?p ?o ?x }} }}",      3, 18,  "unexpected"),
    ("PREFIX a: <x:>\nSELECT * {{ SERVICE <{url}> {{\n\n ?s x:p ?p }} }}", 4, 5, "the prefix x: is not declared"),
    ("SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }}\n ?x }}",        2, 6, "unexpected end of the query"),
]
# fmt: on


@pytest.mark.parametrize(("query", "line", "column", "words"), WRONG)
def test_errors_are_told_where_they_are(
    endpoint: Endpoint, query: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(BadQuery, match=re.escape(words)) as told:
        Asker([endpoint.url])(query.format(url=endpoint.url))
    assert (told.value.line, told.value.column) == (line, column)


def test_a_query_without_it_costs_nothing() -> None:
    class Untouched:
        listed = ()

    engine = Federated(EmbeddedEngine(local()), Untouched())  # type: ignore[arg-type]
    for query in ("ASK { ?s ?p ?o }", "ASK { ?s ?p 'service' }"):
        assert asyncio.run(whole(engine, Query(query, BASE))).kind is Kind.TRUTH


def test_who_asks_is_told(endpoint: Endpoint) -> None:
    Asker([endpoint.url])(f"ASK {{ SERVICE <{endpoint.url}> {{ ?r <urn:n> 1 }} }}")
    assert re.fullmatch(r"kizuna/\S+ \(\+https://example.org/small/\)", endpoint.agents[0])


def test_a_client_may_call_so_many_at_once(endpoint: Endpoint) -> None:
    services = Services([endpoint.url])
    engine = Federated(EmbeddedEngine(local()), services)
    query = Query(f"ASK {{ SERVICE <{endpoint.url}> {{ ?r <urn:n> 1 }} }}", BASE)

    async def ask() -> None:
        for _ in range(services.lanes.limits.per_client):
            services.lanes.enter("somebody")
        with pytest.raises(TooMany):
            await whole(engine, query, "somebody")
        assert (await whole(engine, query, "another")).body

    asyncio.run(ask())
    services.close()


def test_the_loop_never_stops_and_who_leaves_is_let_go(endpoint: Endpoint) -> None:
    endpoint.behave = slow
    query = Query(f"ASK {{ SERVICE <{endpoint.url}> {{ ?r <urn:n> 1 }} }}", BASE)

    async def leave() -> float:
        services = Services([endpoint.url], 10)
        asking = asyncio.ensure_future(whole(Federated(EmbeddedEngine(local()), services), query))
        longest, last = 0.0, time.monotonic()
        while not endpoint.seen:
            await asyncio.sleep(0.01)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert services.lanes.places()["light"] == 0
        services.close()
        return longest

    assert asyncio.run(leave()) < 1


VALUES = re.compile(r"VALUES \(([^)]*)\) \{ (.*?) \} ", re.DOTALL)


def sent(endpoint: Endpoint) -> list[tuple[str, int]]:
    """Return for each request by which variables, and how many rows, it was restricted."""
    found = [VALUES.search(query) for query in endpoint.seen]
    return [(m[1], m[2].count("(")) if m else ("", 0) for m in found]


# fmt: off
REDUCED = [
    # before and after the clause, ?r <urn:n> ?n in it                            sent          rows of the answer
    ("?l <urn:same> ?r {S}",                                                      ("?r", 5),    5),
    ("{S} ?l <urn:same> ?r",                                                      ("?r", 5),    5),
    ("?l <urn:same> ?r OPTIONAL {{ {S} }}",                                       ("?r", 5),    5),
    ("?l <urn:same> ?r {{ {S} }}",                                                ("?r", 5),    5),
    ("?l <urn:same> ?r {{ {S} }} UNION {{ ?l <urn:x> ?n }}",                      ("?r", 5),    5),
    ("?l <urn:same> ?r MINUS {{ {S} FILTER(?n < 2) }}",                           ("?r", 5),    3),
    ("?l <urn:same> ?r FILTER(?l = <urn:l3>) {S}",                                ("?r", 1),    1),
    ("?l <urn:same> ?r {S} FILTER(?l = <urn:l3>)",                                ("?r", 1),    1),
    ("?l <urn:same> ?r {S} FILTER(?n > 2)",                                       ("?r", 5),    2),
    ("?l <urn:same> ?r {S} FILTER(!BOUND(?x))",                                   ("?r", 5),    5),
    ("VALUES ?r {{ <urn:r7> <urn:r8> <urn:none> }} {S}",                          ("?r", 3),    2),
    ("VALUES (?r ?x) {{ (<urn:r7> 1) (<urn:r7> 2) }} {S}",                        ("?r", 1),    2),
    ("{{ SELECT ?r {{ ?l <urn:same> ?r }} }} {S}",                                ("?r", 5),    5),
    ("{{ SELECT (COUNT(?n) AS ?c) {{ ?l <urn:same> ?r {S} }} }}",                 ("?r", 5),    1),
    ("BIND(<urn:r9> AS ?r) {S}",                                                  ("?r", 1),    1),
    ("?l <urn:same>|<urn:x> ?r ; <urn:same> [] . {S}",                            ("?r", 5),    5),
    ("?l <urn:none> ?r {S}",                                                      None,         0),
    ("?l <urn:same> ?o OPTIONAL {{ ?l <urn:x> ?r }} {S}",                         ("", 0),      5 * PEOPLE),
    ("VALUES ?r {{ <urn:r7> UNDEF }} {S}",                                        ("", 0),      1 + PEOPLE),
    ("VALUES ?n {{ 1 2 }} {S}",                                                   ("", 0),      2),
    ("VALUES ?r {{ <urn:r1> 'x' }} {S}",                                          ("?r", 2),    1),
    ("{{ SELECT ?r {{ ?l <urn:same> ?r }} ORDER BY ?r LIMIT 2 }} {S}",            ("", 0),      2),
    ("BIND(IF(RAND() < 2, <urn:r9>, ?x) AS ?r) {S}",                              ("", 0),      1),
    ("?l <urn:same> ?o FILTER EXISTS {{ ?l <urn:same> ?r {S} }}",                 ("", 0),      5),
    ("?l <urn:same> ?o OPTIONAL {{ ?l <urn:same> ?r }} {S}",                      ("?r", 5),    5),
]
# fmt: on


@pytest.mark.parametrize(("around", "expected", "number"), REDUCED)
def test_only_what_can_join_is_fetched(
    endpoint: Endpoint, around: str, expected: tuple[str, int] | None, number: int
) -> None:
    clause = f"SERVICE <{endpoint.url}> {{ ?r <urn:n> ?n }}"
    rows = Asker([endpoint.url]).rows(f"SELECT * {{ {around.format(S=clause)} }}")
    assert len(rows) == number
    assert sent(endpoint) == ([] if expected is None else [expected])


def test_many_go_in_batches(endpoint: Endpoint) -> None:
    store = Store()
    store.extend(
        Quad(NamedNode(f"urn:l{i}"), NamedNode("urn:same"), NamedNode(f"urn:r{i}"))
        for i in range(450)
    )
    query = f"SELECT * {{ ?l <urn:same> ?r SERVICE <{endpoint.url}> {{ ?r <urn:n> ?n }} }}"
    assert len(Asker([endpoint.url], store).rows(query)) == 450
    assert sorted(sent(endpoint)) == [("?r", 50), ("?r", 200), ("?r", 200)]


def test_too_many_are_not_sent(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(federated, "MOST_KNOWN", 4)
    query = f"SELECT * {{ ?l <urn:same> ?r SERVICE <{endpoint.url}> {{ ?r <urn:n> ?n }} }}"
    assert len(Asker([endpoint.url]).rows(query)) == 5
    assert sent(endpoint) == [("", 0)]


def test_one_service_restricts_the_next(endpoint: Endpoint) -> None:
    with serving() as other:
        other.store.add(Quad(NamedNode("urn:r3"), NamedNode("urn:name"), Literal("three")))
        query = (
            f"SELECT * {{ ?l <urn:same> ?r SERVICE <{other.url}> {{ ?r <urn:name> ?x }} "
            f"SERVICE <{endpoint.url}> {{ ?r <urn:n> ?n }} }}"
        )
        assert Asker([endpoint.url, other.url]).rows(query) == [("urn:l3", "urn:r3", "three", "3")]
        assert sent(other) == [("?r", 5)]
    assert sent(endpoint) == [("?r", 1)]


def test_nodes_that_are_blank_here_are_not_sent(endpoint: Endpoint) -> None:
    store = local()
    store.add(Quad(NamedNode("urn:l9"), NamedNode("urn:same"), BlankNode("b")))
    query = f"SELECT * {{ ?l <urn:same> ?r SERVICE <{endpoint.url}> {{ ?r <urn:n> ?n }} }}"
    assert len(Asker([endpoint.url], store).rows(query)) == 5
    assert sent(endpoint) == [("?r", 5)]


def test_nodes_that_are_blank_there_get_names(endpoint: Endpoint) -> None:
    endpoint.store.clear()
    node = BlankNode("x")
    for name in ("a", "b"):
        endpoint.store.add(Quad(node, NamedNode("urn:name"), Literal(name)))
    clause = f"SERVICE <{endpoint.url}> {{ ?r <urn:name> 'a' . ?r <urn:name> ?n }}"
    rows = Asker([endpoint.url], Store()).rows(f"SELECT ?r ?n {{ {clause} }}")
    assert len({r for r, _ in rows}) == 1
    assert rows[0][0].startswith("https://example.org/.well-known/genid/")
    again = Asker([endpoint.url], Store()).rows(f"SELECT ?r ?n {{ {clause} }}")
    assert rows[0][0] != again[0][0]  # nobody says that it is the same node
    twice = f"SELECT ?r {{ {clause} SERVICE <{endpoint.url}> {{ ?r <urn:name> 'b' }} }}"
    assert Asker([endpoint.url], Store()).rows(twice) == []


TERMS = [
    '"a\\"b\\\\c\\n\\t\'}{"', '"Straße"@de', '"x"@en-gb', '"2020-01-01"^^<http://www.w3.org/2001/XMLSchema#date>',
    '"<b> } SERVICE <http://x/> {"', '""', '"odd"^^<urn:t>', '"\\u0001"', "<http://x/'#>", "<urn:a-b+c>",
    '"5"^^<http://www.w3.org/2001/XMLSchema#integer>', "<mailto:o'hara@x.org>",
]  # fmt: skip


def test_terms_come_as_they_are(endpoint: Endpoint) -> None:
    endpoint.store.clear()
    for i, term in enumerate(TERMS):
        endpoint.store.update(f"INSERT DATA {{ <urn:t{i}> <urn:v> {term} }}")
    query = f"SELECT ?v {{ SERVICE <{endpoint.url}> {{ ?t <urn:v> ?v }} }} # service"
    services = Services([endpoint.url])
    formats = {Kind.ROWS: BY_SUFFIX["tsv"]}

    async def ask() -> Answer | Stream:
        return await Federated(EmbeddedEngine(Store()), services).ask(Query(query, BASE), formats)

    found = asyncio.run(ask())
    services.close()
    assert isinstance(found, Answer)
    store = Store()
    for line in found.body.decode().splitlines()[1:]:
        store.update(f"INSERT DATA {{ <urn:x> <urn:v> {line} }}")
    assert {q.object for q in store} == {q.object for q in endpoint.store}


def test_a_thousand_odd_names_pass(endpoint: Endpoint) -> None:
    """Rows are terms alone, so that the limits for operators do not count what is in them."""
    endpoint.store.clear()
    endpoint.store.extend(
        Quad(NamedNode(f"urn:a-b+c-{i}"), NamedNode("urn:n"), Literal(-i)) for i in range(2_000)
    )
    query = f"SELECT ?r ?n {{ SERVICE <{endpoint.url}> {{ ?r <urn:n> ?n }} }}"
    assert len(Asker([endpoint.url]).rows(query)) == 2_000


def test_values_from_outside_reach_the_service(endpoint: Endpoint) -> None:
    query = f"SELECT ?n {{ SERVICE <{endpoint.url}> {{ ?r <urn:n> ?n }} }}"
    assert Asker([endpoint.url]).rows(query, bindings={"r": "<urn:r7>"}) == [("7",)]
    assert "VALUES ?r { <urn:r7> }" in endpoint.seen[0]


def test_prefixes_and_bases_are_sent_along(endpoint: Endpoint) -> None:
    query = f"PREFIX u: <urn:> SELECT ?r {{ SERVICE <{endpoint.url}> {{ ?r u:n 7 ; ^<../x> ?y }} }}"
    assert Asker([endpoint.url]).rows(query) == []
    assert endpoint.seen[0].startswith(f"BASE <{BASE}> PREFIX u: <urn:> SELECT ?r ?y WHERE")


# fmt: off
FORMS = [
    # query                                                              what is in the answer
    ("ASK {{ {S} }}",                                                    '"boolean":true'),
    ("CONSTRUCT {{ ?r <urn:is> ?n }} WHERE {{ {S} FILTER(?n = 3) }}",    "<urn:is> 3"),
    ("SELECT (COUNT(*) AS ?c) {{ {S} }}",                                "1000"),
    ("SELECT ?c {{ SERVICE <{U}> {{ SELECT (COUNT(*) AS ?c) {{ ?r <urn:n> ?n }} }} }}", "1000"),
    ("SELECT (1 AS ?c) {{ SERVICE <{U}> {{ <urn:r1> <urn:n> 1 }} }}",    "c\r\n1\r\n"),
    ("SELECT (1 AS ?c) {{ SERVICE <{U}> {{ }} }}",                       "c\r\n1\r\n"),
    ("SELECT * {{ SERVICE <{U}> {{ ?r <urn:none> ?n }} }}",              "r,n\r\n"),
    ("SELECT * {{ GRAPH ?g {{ {S} }} }}",                                "g,r,n\r\n"),
    ("SELECT ?n {{ {S} }} ORDER BY DESC(?n) LIMIT 1",                    "999"),
    ("SELECT ?n {{ {S} }} VALUES ?n {{ 8 }}",                            "n\r\n8\r\n"),
    ("SELECT * {{ SERVICE <{U}> {{ ?r <urn:n> 7 OPTIONAL {{ ?r <urn:x> ?x }} }} }}", "urn:r7,\r\n"),
    ("SELECT (EXISTS {{ {S} }} AS ?e) {{ }}",                            "true"),
]
# fmt: on


@pytest.mark.parametrize(("query", "expected"), FORMS)
def test_forms_of_queries(endpoint: Endpoint, query: str, expected: str) -> None:
    clause = f"SERVICE <{endpoint.url}> {{ ?r <urn:n> ?n }}"
    assert expected in Asker([endpoint.url])(query.format(S=clause, U=endpoint.url))


def test_what_goes_to_a_worker_passes_the_guard(endpoint: Endpoint) -> None:
    asked: list[Query] = []

    class Noting(EmbeddedEngine):
        async def ask(self, query: Query, *args: Any) -> Answer | Stream:  # noqa: ANN401
            guard(query.text, LIMITS)
            asked.append(query)
            return await super().ask(query, *args)

    services = Services([endpoint.url])
    engine = Federated(Noting(local()), services)
    query = f"SELECT * {{ ?l <urn:same> ?r\n SERVICE <{endpoint.url}>\n {{ ?r <urn:n> ?n }} }}"
    asyncio.run(whole(engine, Query(query, BASE)))
    services.close()
    assert len(asked) == 3  # the variables, what is known, the answer
    assert [q.whole.count("\n") for q in asked if q.rows] == [2]
