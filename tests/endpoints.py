"""An endpoint on this machine for the tests: a store that answers, or misbehaves as told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

from pyoxigraph import QueryResultsFormat, QuerySolutions, Store

JSON = "application/sparql-results+json"
Behaviour = Callable[["Handler"], None]


class Waking(ThreadingHTTPServer):
    """A server with an event that wakes whatever waits in it."""

    over: threading.Event


class Endpoint(Waking):
    """Answers with what is in ``store``; notes each query, and who asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.store = Store()
        self.seen: list[str] = []
        self.agents: list[str] = []
        self.hosts: list[str] = []
        self.behave: Behaviour = answer
        self.over = threading.Event()

    @property
    def port(self) -> int:
        port: int = self.server_address[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sparql"

    def handle_error(self, *_: object) -> None:
        """The tests say what went wrong."""


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_GET(self) -> None:
        self.note(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self.note(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def note(self, form: str) -> None:
        self.server.seen.append(dict(parse_qsl(form))["query"])
        self.server.agents.append(str(self.headers["User-Agent"]))
        self.server.hosts.append(str(self.headers["Host"]))
        self.server.behave(self)

    def send(self, status: int, body: bytes = b"", kind: str = JSON, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The tests note what they need."""


def answer(handler: Handler) -> None:
    """Answer the query as an endpoint should."""
    server = handler.server
    try:
        found = server.store.query(server.seen[-1])
    except SyntaxError as error:
        handler.send(400, f"MalformedQuery: {error}".encode(), "text/plain")
        return
    assert isinstance(found, QuerySolutions)
    handler.send(200, found.serialize(format=QueryResultsFormat.JSON) or b"")


def saying(status: int, body: bytes = b"", kind: str = JSON, **headers: str) -> Behaviour:
    return lambda handler: handler.send(status, body, kind, **headers)


T = TypeVar("T", bound=Waking)


@contextmanager
def started(server: T) -> Iterator[T]:
    """Give a server that runs on a thread, and ends with whatever waits in it."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


def serving() -> AbstractContextManager[Endpoint]:
    return started(Endpoint())
