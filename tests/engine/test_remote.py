"""A remote engine that misbehaves: slow, huge, wrong, moved, gone. Nothing gets through."""

from __future__ import annotations

import asyncio
import base64
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from kizuna.engine import Answer, LaneLimits, Limits, Query, Stream
from kizuna.engine.remote import Credentials, Dataset, GraphStore, Remote, RemoteEngine
from kizuna.engine.remote.engine import NO_GRAPH
from kizuna.engine.remote.form import query_form
from kizuna.errors import (
    AnswerTooLarge,
    BadQuery,
    Busy,
    EngineAway,
    EngineFailed,
    KizunaError,
    NotAcceptable,
    QueryTooLong,
    Refused,
    StoreRefused,
    TooMany,
    Unsupported,
    UsageError,
)
from kizuna.formats import BY_SUFFIX, TURTLE, Kind

BASE = "https://example.org/sparql"
JSON = "application/sparql-results+json"
FORMATS = {Kind.ROWS: BY_SUFFIX["csv"], Kind.TRUTH: BY_SUFFIX["json"], Kind.GRAPH: TURTLE}
ROW = b'{"s":{"type":"uri","value":"urn:a"}}'
HEAD = b'{"head":{"vars":["s"]},"results":{"bindings":['
ROWS = HEAD + ROW + b"]}}"
TRUTH = b'{"head":{},"boolean":true}'
SECRET = "open-sesame-4711"

Behaviour = Callable[["_Handler"], None]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        self.server.seen.append(_Seen(self.command, self.path, dict(self.headers.items()), body))
        self.close_connection = True
        try:
            self.server.behave(self)
        except OSError:
            self.server.hung_up.set()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names are theirs

    def log_message(self, *_: object) -> None:
        pass

    def reply(self, body: bytes, media_type: str = JSON, status: int = 200, **headers: str) -> None:
        self.begin(media_type, status, Content_Length=str(len(body)), **headers)
        self.wfile.write(body)

    def begin(self, media_type: str, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()


@dataclass(frozen=True)
class _Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode() if self.method == "POST" else urlsplit(self.path).query)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    behave: Behaviour

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[_Seen] = []
        self.hung_up = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/query"

    def handle_error(self, *_: object) -> None:
        """The tests say what went wrong."""


@pytest.fixture
def server() -> Iterator[_Server]:
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class _Asker:
    """Asks one question of a new engine, and reads what comes."""

    url: str
    limits: Limits = field(default_factory=lambda: Limits(seconds=5))
    options: dict[str, Any] = field(default_factory=dict)
    credentials: Credentials = field(default_factory=Credentials)

    def __call__(self, text: str = "SELECT ?s {?s ?p ?o}", **query: Any) -> bytes:  # noqa: ANN401
        return asyncio.run(self._asked(Query(text, BASE, **query)))

    async def _asked(self, query: Query) -> bytes:
        engine = RemoteEngine(Remote(self.url, self.credentials), self.limits, **self.options)
        try:
            return await read(await engine.ask(query, FORMATS))
        finally:
            engine.close()


async def read(found: Answer | Stream) -> bytes:
    if isinstance(found, Answer):
        return found.body
    return b"".join([chunk async for chunk in found.chunks])


def saying(body: bytes, media_type: str = JSON, status: int = 200, **headers: str) -> Behaviour:
    return lambda handler: handler.reply(body, media_type, status, **headers)


def test_rows_come_in_the_format_that_was_asked_for(server: _Server) -> None:
    server.behave = saying(ROWS)
    assert _Asker(server.url)() == b"s\r\nurn:a\r\n"
    assert server.seen[0].headers["Accept"].startswith(JSON)


def broken_off(handler: _Handler) -> None:
    handler.begin(JSON, Content_Length=str(len(ROWS) + 10))
    handler.wfile.write(ROWS)


def chunk_missing(handler: _Handler) -> None:
    handler.begin(JSON, Transfer_Encoding="chunked")
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(ROWS), ROWS))


def no_http(handler: _Handler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH\r\n")


def says_nothing(handler: _Handler) -> None:
    del handler


def status(code: int, body: bytes = b"", media_type: str = "text/plain") -> Behaviour:
    return saying(body, media_type, code)


NT = "application/n-triples"
XML = "application/sparql-results+xml"
FUNCTION = b"The custom function <urn:f> is not supported"
PROCEDURE = b"Virtuoso 42001 Error SR185: Undefined procedure DB.DBA.urn:f.\n\nSPARQL query:"
OXIGRAPH = b"error at 1:8: expected DISTINCT"
BOMB = b'<!DOCTYPE s [<!ENTITY a "b">]><s>&a;</s>'
HTML = b"<html><style>x{}</style><b>bad</b> &lt;q"
ECHO = b"no, no\n\nSPARQL query:\nSELECT"
NEGOTIATE = saying(b"", "text/plain", 401, WWW_Authenticate="Negotiate")
# fmt: off
TROUBLES: list[tuple[str, str, Behaviour, type[KizunaError], str]] = [
    # what                query        how the server behaves            error, and its words
    ("syntax error",      "SELECT",    status(400, ECHO),                BadQuery, ": no, no"),
    ("html error",        "SELECT",    status(400, HTML, "text/html"),   BadQuery, "bad <q"),
    ("oxigraph's error",  "SELECT x",  status(400, OXIGRAPH),            BadQuery, "column 8"),
    ("long error",        "SELECT",    status(400, b"x\x1b[31m" * 999),  BadQuery, "…"),
    ("unauthorized",      "SELECT",    status(401),      EngineFailed, "does not let it in"),
    ("strange challenge", "SELECT",    NEGOTIATE,        EngineFailed, "does not let it in"),
    ("forbidden",         "SELECT",    status(403),      EngineFailed, "does not let it in"),
    ("not found",         "SELECT",    status(404),      EngineFailed, "failed"),
    ("too long",          "SELECT",    status(414),      BadQuery,     "too long"),
    ("broken",            "SELECT",    status(500, b"out of\nit"), EngineFailed, "out of it"),
    ("no function",       "SELECT",    status(500, FUNCTION),  Unsupported,  "function <urn:f>"),
    ("no procedure",      "SELECT",    status(500, PROCEDURE), Unsupported,  "function <urn:f>"),
    ("bad gateway",       "SELECT",    status(502),      EngineFailed, "failed"),
    ("busy",              "SELECT",    status(503),      EngineAway,   "no more queries"),
    ("busy for us",       "SELECT",    status(429),      EngineAway,   "no more queries"),
    ("slow behind it",    "SELECT",    status(504),      QueryTooLong, "in time"),
    ("odd status",        "SELECT",    status(599),      EngineFailed, "failed"),
    ("partial",           "SELECT",    status(206, ROWS, JSON),            EngineFailed, "broke"),
    ("virtuoso's part",   "SELECT",    saying(ROWS, X_SQL_State="S1TAT"),  EngineFailed, "broke"),
    ("wrong type",        "SELECT",    saying(b"<html>", "text/html"), EngineFailed, "text/html"),
    ("rows for a graph",  "CONSTRUCT", saying(ROWS),                   EngineFailed, "of triples"),
    ("graph for rows",    "SELECT",    saying(b"", NT),                EngineFailed, "of SELECT"),
    ("truth for rows",    "SELECT",    saying(TRUTH),    EngineFailed, "cannot be read"),
    ("rows for truth",    "ASK",       saying(ROWS),     EngineFailed, "cannot be read"),
    ("no type",           "SELECT",    saying(ROWS, ""), EngineFailed, "''"),
    ("packed",            "SELECT",    saying(ROWS, Content_Encoding="gzip"), EngineFailed, "gzip"),
    ("garbage",           "SELECT",    saying(b"\xff\x00 garbage"), EngineFailed, "cannot be read"),
    ("empty",             "SELECT",    saying(b""),         EngineFailed, "cannot be read"),
    ("half a document",   "SELECT",    saying(ROWS[:-2]),   EngineFailed, "cannot be read"),
    ("half a triple",     "CONSTRUCT", saying(b"<urn:a> <ur", NT), EngineFailed, "cannot be read"),
    ("entity bomb",       "SELECT",    saying(BOMB, XML),   EngineFailed, "cannot be read"),
    ("broken off",        "SELECT",    broken_off,          EngineFailed, "broke"),
    ("chunk missing",     "SELECT",    chunk_missing,       EngineFailed, "broke"),
    ("no http",           "SELECT",    no_http,             EngineFailed, "cannot be read"),
    ("says nothing",      "SELECT",    says_nothing,        EngineAway,   "cannot be reached"),
]
# fmt: on
ASK = "ASK {}"


@pytest.mark.parametrize(
    ("text", "behave", "error", "words"), [t[1:] for t in TROUBLES], ids=[t[0] for t in TROUBLES]
)
def test_trouble_is_told_as_what_it_is(
    server: _Server, text: str, behave: Behaviour, error: type[KizunaError], words: str
) -> None:
    server.behave = behave
    with pytest.raises(error) as caught:
        _Asker(server.url)(text)
    assert type(caught.value) is error
    assert words in caught.value.message
    assert len(caught.value.message) < 400
    assert "\x1b" not in caught.value.message
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("text", ["SELECT ?s {}", f"SELECT ?s {{}} #{'x' * 3000}"])
def test_redirects_are_not_followed(server: _Server, code: int, text: str) -> None:
    elsewhere = _Server()
    threading.Thread(target=elsewhere.serve_forever, args=(0.02,), daemon=True).start()
    elsewhere.behave = saying(ROWS)
    server.behave = saying(b"", "text/plain", code, Location=elsewhere.url)
    with pytest.raises(EngineFailed, match="moved"):
        _Asker(server.url, credentials=Credentials(token=SECRET))(text)
    assert elsewhere.seen == []
    elsewhere.shutdown()
    elsewhere.server_close()


def test_connection_refused() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    with pytest.raises(EngineAway):
        _Asker(url)()


def test_unknown_host() -> None:
    with pytest.raises(EngineAway):
        _Asker("http://nowhere.invalid/query")()


def test_https_to_a_server_that_has_none(server: _Server) -> None:
    server.behave = saying(ROWS)
    with pytest.raises(EngineAway):
        _Asker(server.url.replace("http:", "https:"))()


def before_the_head(handler: _Handler) -> None:
    time.sleep(3)
    handler.reply(ROWS)


def byte_by_byte(handler: _Handler) -> None:
    handler.begin(JSON, Content_Length=str(len(ROWS)))
    for byte in ROWS:
        handler.wfile.write(bytes([byte]))
        time.sleep(0.1)


def head_byte_by_byte(handler: _Handler) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 200:
        handler.wfile.write(bytes([byte]))
        time.sleep(0.1)


def endless(handler: _Handler) -> None:
    handler.begin(JSON)
    handler.wfile.write(HEAD + ROW)
    while True:
        handler.wfile.write((b"," + ROW) * 1000)


def endless_name(handler: _Handler) -> None:
    handler.begin(JSON)
    handler.wfile.write(HEAD + b'{"s":{"type":"literal","value":"')
    while True:
        handler.wfile.write(b"a" * 65536)


@pytest.mark.parametrize("behave", [before_the_head, byte_by_byte, head_byte_by_byte])
def test_the_time_limit_holds_however_slow_the_server_is(
    server: _Server, behave: Behaviour
) -> None:
    server.behave = behave
    begin = time.monotonic()
    with pytest.raises(QueryTooLong):
        _Asker(server.url, Limits(seconds=0.6))()
    assert time.monotonic() - begin < 1.6


@pytest.mark.parametrize("behave", [endless, endless_name])
def test_the_size_limit_holds_and_ends_the_request(server: _Server, behave: Behaviour) -> None:
    server.behave = behave
    with pytest.raises(AnswerTooLarge):
        _Asker(server.url, Limits(seconds=20, answer_bytes=100_000))()
    assert server.hung_up.wait(5)


def test_an_answer_cut_by_the_limit_raises_in_the_stream(server: _Server) -> None:
    server.behave = endless

    async def go() -> None:
        engine = RemoteEngine(Remote(server.url), Limits(seconds=20, answer_bytes=1_000_000))
        found = await engine.ask(Query("SELECT ?s {}", BASE), FORMATS)
        assert isinstance(found, Stream)
        with pytest.raises(AnswerTooLarge):
            await read(found)
        assert engine.workers == 0
        engine.close()

    asyncio.run(go())


def test_a_large_answer_streams_before_its_end(server: _Server) -> None:
    go_on = threading.Event()

    def behave(handler: _Handler) -> None:
        handler.begin(JSON)
        handler.wfile.write(HEAD + ROW + (b"," + ROW) * 200_000)
        go_on.wait(10)
        handler.wfile.write(b"]}}")

    server.behave = behave

    async def go() -> bytes:
        engine = RemoteEngine(Remote(server.url), Limits(seconds=10))
        found = await engine.ask(Query("SELECT ?s {}", BASE), FORMATS)
        assert isinstance(found, Stream)
        assert not go_on.is_set()
        go_on.set()
        whole = await read(found)
        engine.close()
        return whole

    assert asyncio.run(go()) == b"s\r\n" + b"urn:a\r\n" * 200_001


def test_who_goes_away_ends_the_request(server: _Server) -> None:
    server.behave = endless

    async def go() -> None:
        engine = RemoteEngine(Remote(server.url), Limits(seconds=60))
        found = await engine.ask(Query("SELECT ?s {}", BASE), FORMATS)
        assert isinstance(found, Stream)
        await anext(found.chunks)
        await found.chunks.aclose()
        assert engine.workers == 0
        assert await asyncio.to_thread(server.hung_up.wait, 5)
        engine.close()

    asyncio.run(go())


def test_who_goes_away_before_the_answer_ends_the_request(server: _Server) -> None:
    came, gone = threading.Event(), threading.Event()

    def behave(handler: _Handler) -> None:
        came.set()
        if handler.connection.recv(1) == b"":
            gone.set()

    server.behave = behave

    async def go() -> None:
        engine = RemoteEngine(Remote(server.url), Limits(seconds=60))
        asking = asyncio.ensure_future(engine.ask(Query("SELECT ?s {}", BASE), FORMATS))
        assert await asyncio.to_thread(came.wait, 5)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await asyncio.to_thread(gone.wait, 5)
        engine.close()

    asyncio.run(go())


def test_places_and_clients_are_counted(server: _Server) -> None:
    go_on = threading.Event()
    at_once = threading.Semaphore(2)
    too_many = threading.Event()

    def behave(handler: _Handler) -> None:
        if not at_once.acquire(blocking=False):
            too_many.set()
        go_on.wait(10)
        at_once.release()
        handler.reply(ROWS)

    server.behave = behave
    lanes = LaneLimits(light=2, waiting=2, patience=10, per_client=3)

    async def go() -> None:
        engine = RemoteEngine(Remote(server.url), Limits(seconds=10), lanes)

        def ask(client: str) -> asyncio.Task[Answer | Stream]:
            return asyncio.ensure_future(engine.ask(Query("SELECT ?s {}", BASE), FORMATS, client))

        asked = [ask("a"), ask("a"), ask("a"), ask("b")]
        await asyncio.sleep(0.3)
        with pytest.raises(TooMany):
            await ask("a")
        with pytest.raises(Busy):
            await ask("c")
        go_on.set()
        assert [await read(found) for found in await asyncio.gather(*asked)]
        engine.close()

    asyncio.run(go())
    assert not too_many.is_set()


# fmt: off
REFUSED_HERE = [
    ("SELECT * { SERVICE <http://127.0.0.1/> {} }",  Refused),
    ("SELECT * {" + "{" * 200 + "}" * 200 + "}",     BadQuery),
    ("SELECT * {} #" + "x" * 2_000_000,              BadQuery),
    ("INSERT DATA { <urn:a> <urn:b> 1 }",            BadQuery),
    ("# SELECT\nDROP ALL",                           BadQuery),
    ("define get:soft 'soft' SELECT * {}",           BadQuery),  # a pragma of Virtuoso: fetches
    ("PREFIX ex: <urn:x>",                           BadQuery),
    ("",                                             BadQuery),
    ("\ud800",                                       BadQuery),
]
# fmt: on


@pytest.mark.parametrize(("text", "error"), REFUSED_HERE)
def test_what_is_refused_is_never_sent(
    server: _Server, text: str, error: type[KizunaError]
) -> None:
    server.behave = saying(ROWS)
    with pytest.raises(error):
        _Asker(server.url)(text)
    assert server.seen == []


def test_a_kind_without_a_format_is_never_sent(server: _Server) -> None:
    engine = RemoteEngine(Remote(server.url))
    with pytest.raises(NotAcceptable):
        asyncio.run(engine.ask(Query("ASK {}", BASE), {Kind.ROWS: BY_SUFFIX["csv"]}))
    engine.close()
    assert server.seen == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s {} # INSERT",
        "#\n# DELETE WHERE {}\nSELECT ?s {}",
        "PREFIX insert: <urn:DROP> SELECT ?s { insert:a ?s 'CLEAR ALL' }",
        "select ?s { ?s ?p 'ä & = % +' }",
        "SELECT ?s {} #" + "x" * 3000,
    ],
)
def test_a_query_is_never_sent_as_an_update(server: _Server, text: str) -> None:
    """SPARQLWrapper guesses what a text is; kizuna knows."""
    server.behave = saying(ROWS)
    _Asker(server.url)(text)
    assert server.seen[0].parameters == [("query", text)]


def test_dataset_and_base_are_sent(server: _Server) -> None:
    server.behave = saying(ROWS)
    _Asker(server.url)(
        "SELECT ?s {?s <p> ?o}", default_graphs=("urn:a", "urn:b"), named_graphs=("urn:c",)
    )
    assert server.seen[0].parameters == [
        ("default-graph-uri", "urn:a"),
        ("default-graph-uri", "urn:b"),
        ("named-graph-uri", "urn:c"),
        ("query", f"BASE <{BASE}> SELECT ?s {{?s <p> ?o}}"),
    ]


def test_a_store_without_default_graph_is_told_which_stands_for_it(server: _Server) -> None:
    server.behave = saying(ROWS)
    asker = _Asker(server.url, options={"dataset": Dataset("urn:all", ("urn:one", "urn:two"))})
    asker()
    asker("SELECT ?s FROM <urn:own> {}")
    asker(default_graphs=("urn:asked",))
    graphs = [[v for n, v in seen.parameters if n != "query"] for seen in server.seen]
    assert graphs == [["urn:all", "urn:one", "urn:two"], [NO_GRAPH], ["urn:asked", NO_GRAPH]]


def test_an_address_with_parameters_of_its_own_is_kept(server: _Server) -> None:
    server.behave = saying(ROWS)
    _Asker(server.url + "?key=1")()
    assert server.seen[0].path.endswith("/query?key=1")


def test_select_star_comes_in_the_order_of_the_text(server: _Server) -> None:
    server.behave = saying(b'{"head":{"vars":["o","s"]},"results":{"bindings":[]}}')
    asked = _Asker(server.url)("SELECT * {?s <urn:p> ?o}")
    assert server.seen[1].parameters[0][1].startswith("SELECT  ?s ?o ")
    assert asked == b"o,s\r\n"  # it insists


def test_blank_nodes_and_truth_of_virtuoso(server: _Server) -> None:
    node = b'{"s":{ "type": "bnode", "value": "nodeID://b1" }}'
    server.behave = saying(HEAD + node + b"]}}")
    assert _Asker(server.url)() == b"s\r\n_:b1\r\n"
    for value, truth in (
        (b'{"__ASK_RETVAL":{"type":"literal","value":"1"}}', b"true"),
        (b"", b"false"),
    ):
        head = b'{"head":{"vars":["__ASK_RETVAL"]},"results":{"bindings":['
        server.behave = saying(head + value + b"]}}")
        assert _Asker(server.url)(ASK) == b'{"head":{},"boolean":%s}' % truth


# fmt: off
WORDS_OF_OTHERS = [
    # type   body
    (JSON,                              HEAD + b'{"s":{"type":"literal","value":"a <b>nodeID://b1"}}]}}'),
    ("application/sparql-results+xml",  b'<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="s"/></head><results>'
                                        b'<result><binding name="s"><literal>nodeID://b1</literal></binding></result></results></sparql>'),
]
# fmt: on


@pytest.mark.parametrize(("kind", "body"), WORDS_OF_OTHERS)
def test_values_are_left_as_they_are(server: _Server, kind: str, body: bytes) -> None:
    server.behave = saying(body, kind)
    assert b"nodeID://b1" in _Asker(server.url)()


@pytest.mark.parametrize("at", range(1, 40))
def test_odd_nodes_are_found_across_pieces(server: _Server, at: int) -> None:
    body = HEAD + b'{"s":{ "type": "bnode", "value": "nodeID://b1" }}]}}'
    cut = len(HEAD) + at

    def behave(handler: _Handler) -> None:
        handler.begin(JSON, Content_Length=str(len(body)))
        handler.wfile.write(body[:cut])
        time.sleep(0.01)
        handler.wfile.write(body[cut:])

    server.behave = behave
    assert _Asker(server.url)() == b"s\r\n_:b1\r\n"


def test_a_long_query_with_a_search_is_refused(server: _Server) -> None:
    server.behave = saying(ROWS)
    kz = "PREFIX kz: <https://w3id.org/kizuna/ontology#> "
    with pytest.raises(BadQuery, match="4000"):
        _Asker(server.url)(kz + 'SELECT ?s { ?s kz:search "x" } #' + "x" * 4000)
    assert server.seen == []
    assert _Asker(server.url)(kz + "SELECT ?s {} #" + "x" * 4000)


class TestCredentials:
    def test_a_token_is_sent(self, server: _Server) -> None:
        server.behave = saying(ROWS)
        _Asker(server.url, credentials=Credentials(token=SECRET))()
        assert server.seen[0].headers["Authorization"] == f"Bearer {SECRET}"

    def test_a_password_is_shown_when_asked_for_and_then_at_once(self, server: _Server) -> None:
        def behave(handler: _Handler) -> None:
            if "Authorization" in handler.headers:
                handler.reply(ROWS)
            else:
                handler.reply(b"", "text/plain", 401, WWW_Authenticate='Basic realm="x"')

        server.behave = behave

        async def go() -> None:
            engine = RemoteEngine(Remote(server.url, Credentials("me", SECRET)))
            for _ in range(2):
                await engine.ask(Query("SELECT ?s {}", BASE), FORMATS)
            engine.close()

        asyncio.run(go())
        shown = "Basic " + base64.b64encode(f"me:{SECRET}".encode()).decode()
        assert [s.headers.get("Authorization") for s in server.seen] == [None, shown, shown]

    def test_a_password_is_never_sent_in_clear_to_who_asks_for_digest(
        self, server: _Server
    ) -> None:
        def behave(handler: _Handler) -> None:
            if handler.headers.get("Authorization", "").startswith("Digest "):
                handler.reply(ROWS)
            else:
                challenge = 'Digest realm="x", nonce="n", qop="auth", algorithm=MD5'
                handler.reply(b"", "text/plain", 401, WWW_Authenticate=challenge)

        server.behave = behave

        async def go() -> None:
            engine = RemoteEngine(Remote(server.url, Credentials("me", SECRET)))
            for _ in range(2):
                await engine.ask(Query("SELECT ?s {}", BASE), FORMATS)
            engine.close()

        asyncio.run(go())
        said = [s.headers.get("Authorization", "") for s in server.seen]
        assert [s.partition(" ")[0] for s in said] == ["", "Digest", "Digest"]
        assert "nc=00000001" in said[1]
        assert "nc=00000002" in said[2]
        assert SECRET not in repr(server.seen)

    def test_a_wrong_password_is_not_tried_for_ever(self, server: _Server) -> None:
        server.behave = saying(b"", "text/plain", 401, WWW_Authenticate='Basic realm="x"')
        with pytest.raises(EngineFailed):
            _Asker(server.url, credentials=Credentials("me", SECRET))()
        assert len(server.seen) == 2

    @pytest.mark.parametrize(
        "behave",
        [
            saying(b"", "text/plain", 401),
            saying(b"", "text/plain", 401, WWW_Authenticate='Basic realm="x"'),
            saying(b"", "text/plain", 302, Location="http://127.0.0.1:1/"),
            saying(b"oh", "text/plain", 500),
            saying(b"oh", "text/plain", 400),
            saying(b"oh"),
            no_http,
        ],
    )
    @pytest.mark.parametrize("by", ["token", "password"])
    def test_they_show_nowhere(
        self,
        server: _Server,
        behave: Behaviour,
        by: str,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        server.behave = behave
        shown = Credentials(token=SECRET) if by == "token" else Credentials("me", SECRET)
        caplog.set_level(logging.DEBUG)
        with pytest.raises(KizunaError) as caught:
            _Asker(server.url, credentials=shown)()
        assert SECRET not in str(caught.value) + repr(caught.value) + repr(shown)
        encoded = base64.b64encode(f"me:{SECRET}".encode()).decode()
        printed = "".join(capfd.readouterr()) + caplog.text
        assert SECRET not in printed
        assert encoded not in printed

    def test_they_come_from_the_environment(self) -> None:
        found = Credentials.from_environment(
            {"KIZUNA_ENGINE_USER": "me", "KIZUNA_ENGINE_PASSWORD": "x"}
        )
        assert found == Credentials("me", "x")
        with pytest.raises(UsageError) as caught:
            Credentials.from_environment({"KIZUNA_ENGINE_TOKEN": f"{SECRET}\r\nX-A: b"})
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:7878",
        "ftp://x/",
        "file:///etc/passwd",
        "http://",
        "http://x:y/",
        "http://h/\r\nX: y",
        "http://h/ü",
        f"http://me:{SECRET}@h/",
        "http://[::1",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        Remote(url)
    assert SECRET not in str(caught.value)


# fmt: off
FORMS = [
    ("SELECT*{}",                                                  "SELECT"),
    ("ask{}",                                                      "ASK"),
    ("BASE <urn:SELECT> PREFIX a:<urn:ASK>\nCONSTRUCT{}WHERE{}",   "CONSTRUCT"),
    ("PREFIX : <urn:x>\n# ASK\nDESCRIBE <x>",                       "DESCRIBE"),
    ("PREFIX select: <urn:x> PREFIX ask: <urn:y> SELECT ?ask {}",  "SELECT"),
    ('VERSION "1.2" SELECT ?s {}',                                 "SELECT"),
]
# fmt: on


@pytest.mark.parametrize(("text", "form"), FORMS)
def test_the_form_of_a_query(text: str, form: str) -> None:
    assert query_form(text) == form


class TestGraphStore:
    def test_a_refusal_is_told_with_its_reason(self, server: _Server, tmp_path: Any) -> None:  # noqa: ANN401
        path = tmp_path / "a.nt"
        path.write_text("<urn:a> <urn:b> <urn:c> .\n")
        server.behave = saying(b"<h1>no room</h1>", "text/html", 507)
        with pytest.raises(StoreRefused, match=r"507: no room"):
            GraphStore(Remote(server.url)).put("urn:g", path)

    def test_turtle_is_sent_where_triples_are_not_known(
        self,
        server: _Server,
        tmp_path: Any,  # noqa: ANN401
    ) -> None:
        path = tmp_path / "a.nt"
        path.write_text("<urn:a> <urn:b> <urn:c> .\n")

        def behave(handler: _Handler) -> None:
            known = handler.headers["Content-Type"] == "text/turtle"
            handler.reply(b"", "text/plain", 204 if known else 415)

        server.behave = behave
        GraphStore(Remote(server.url)).put("urn:g?a=b&c", path)
        assert server.seen[1].body == path.read_bytes()
        assert server.seen[1].path == "/query?graph=urn%3Ag%3Fa%3Db%26c"

    def test_the_password_is_asked_for_before_the_upload(
        self,
        server: _Server,
        tmp_path: Any,  # noqa: ANN401
    ) -> None:
        path = tmp_path / "a.nt"
        path.write_text("<urn:a> <urn:b> <urn:c> .\n")

        def behave(handler: _Handler) -> None:
            known = "Authorization" in handler.headers
            challenge = {} if known else {"WWW_Authenticate": 'Basic realm="x"'}
            handler.reply(b"", "text/plain", 204 if known else 401, **challenge)

        server.behave = behave
        GraphStore(Remote(server.url, Credentials("me", SECRET))).put(None, path)
        sent = [(s.method, len(s.body), "Authorization" in s.headers) for s in server.seen]
        assert sent == [("POST", 0, False), ("POST", 0, True), ("PUT", 26, True)]
