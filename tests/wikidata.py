"""Wikidata on this machine: its SPARQL endpoint is kizuna itself, its API a small server beside it.

The server passes queries on to kizuna, so that one address can misbehave as told: busy, slow, cut
off, or lying. What it is asked is noted, with who asks.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from endpoints import Waking, started
from live import serving

DATA = Path(__file__).parent / "linking" / "wikidata.ttl"
ENTITY = "http://www.wikidata.org/entity/"
DIRECT = "http://www.wikidata.org/prop/direct/"
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_ALIAS = "http://www.w3.org/2004/02/skos/core#altLabel"
Behaviour = Callable[["Handler"], bool]
"""Answers a request, and tells whether it did; else it is answered as it should be."""


class Server(Waking):
    """Answers with what is in ``store``; misbehaves as ``faults`` say, one for each request."""

    daemon_threads = True

    def __init__(self, sparql: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.sparql = sparql
        self.store = Store()
        self.store.load(path=str(DATA), format=RdfFormat.TURTLE)
        self.merged: dict[str, str] = {}
        self.deleted: set[str] = set()
        self.faults: list[Behaviour] = []
        self.seen: list[str] = []
        self.agents: set[str] = set()
        self.times: list[float] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def environ(self) -> dict[str, str]:
        """The settings that lead here, and make no test wait."""
        return {
            "KIZUNA_LINK_SPARQL": f"{self.url}/sparql",
            "KIZUNA_LINK_API": f"{self.url}/w/api.php",
            "KIZUNA_LINK_ENTITIES": f"{self.url}/wiki/Special:EntityData/",
            "KIZUNA_LINK_RECONCILE": f"{self.url}/{{lang}}/api",
            "KIZUNA_LINK_PAUSE": "0.000001",
        }

    def handle_error(self, *_: object) -> None:
        """The tests say what went wrong."""

    def clear(self) -> None:
        """Behave well again, and forget what was seen."""
        self.merged.clear()
        self.deleted.clear()
        self.faults.clear()
        self.seen.clear()
        self.agents.clear()
        self.times.clear()

    def names(self, item: NamedNode, predicate: str, language: str) -> list[str]:
        values = (q.object for q in self.store.quads_for_pattern(item, NamedNode(predicate), None))
        return [v.value for v in values if isinstance(v, Literal) and v.language == language]

    def search(self, text: str, language: str, limit: int) -> list[dict[str, Any]]:
        """Return items of which a name begins so, whole names first."""
        wanted, found = text.casefold(), dict[str, tuple[int, str]]()
        for predicate in (_LABEL, _ALIAS):
            for quad in self.store.quads_for_pattern(None, NamedNode(predicate), None):
                name = quad.object
                if not isinstance(name, Literal) or name.language != language:
                    continue
                if name.value.casefold().startswith(wanted) and isinstance(quad.subject, NamedNode):
                    rank = (len(name.value), name.value)
                    key = quad.subject.value.removeprefix(ENTITY)
                    found[key] = min(rank, found.get(key, rank))
        best = sorted(found, key=lambda item: (found[item], int(item[1:])))[:limit]
        return [{"id": i, "match": {"text": found[i][1], "language": language}} for i in best]

    def entity(self, item: str) -> dict[str, Any] | None:
        """Return an item as the API does, None for one that is gone."""
        shown = self.merged.get(item, item)
        node = NamedNode(ENTITY + shown)
        quads = list(self.store.quads_for_pattern(node, None, None))
        if shown in self.deleted or not quads:
            return None
        claims: dict[str, list[object]] = {}
        for quad in quads:
            prop = quad.predicate.value.removeprefix(DIRECT)
            if prop != quad.predicate.value and isinstance(quad.object, NamedNode | Literal):
                claims.setdefault(prop, []).append(_statement(prop, quad.object))
        return {"type": "item", "id": shown, "claims": claims}


def _statement(prop: str, value: NamedNode | Literal) -> dict[str, object]:
    shown: object = value.value
    if isinstance(value, NamedNode):
        shown = {"entity-type": "item", "id": value.value.removeprefix(ENTITY)}
    elif value.datatype.value.endswith("wktLiteral"):
        lon, lat = value.value.removeprefix("Point(").removesuffix(")").split()
        shown = {"latitude": float(lat), "longitude": float(lon)}
    elif value.datatype.value.endswith("dateTime"):
        shown = {"time": f"+{value.value}", "precision": 11}
    snak = {"snaktype": "value", "property": prop, "datavalue": {"value": shown}}
    return {"mainsnak": snak, "type": "statement", "rank": "normal"}


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.note("")

    def do_POST(self) -> None:
        self.note(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def note(self, body: str) -> None:
        server = self.server
        self.body = body
        server.seen.append(unquote(f"{self.command} {self.path} {body}"))
        server.agents.add(str(self.headers["User-Agent"]))
        server.times.append(time.monotonic())
        if server.faults and server.faults.pop(0)(self):
            return
        parts = urlsplit(self.path)
        self.fields = {k: v[0] for k, v in parse_qs(parts.query or body).items()}
        for beginning, answer in _ROUTES.items():
            if parts.path.startswith(beginning) or parts.path.endswith(beginning):
                answer(self)
                return
        self.send(404)

    def send(
        self, status: int, body: bytes = b"", kind: str = "application/json", **headers: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def json(self, value: object) -> None:
        self.send(200, json.dumps(value).encode())

    def log_message(self, *_: object) -> None:
        """The tests note what they need."""


def _sparql(handler: Handler) -> None:
    """Pass a query on to kizuna, and its answer back."""
    data = handler.fields["query"].encode()
    headers = {"Content-Type": "application/sparql-query", "Accept": str(handler.headers["Accept"])}
    request = urllib.request.Request(handler.server.sparql, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            handler.send(200, answer.read(), answer.headers["Content-Type"])
    except urllib.error.HTTPError as error:
        handler.send(error.code, error.read(), "text/plain")


def _api(handler: Handler) -> None:
    fields, server = handler.fields, handler.server
    assert fields["format"] == "json"
    assert fields["maxlag"] == "5"
    if fields["action"] == "wbsearchentities":
        found = server.search(fields["search"], fields["language"], int(fields["limit"]))
        handler.json({"searchinfo": {"search": fields["search"]}, "search": found, "success": 1})
        return
    assert fields["action"] == "wbgetentities"
    wanted = fields["ids"].split("|")
    assert len(wanted) <= 50
    entities = {i: server.entity(i) or {"id": i, "missing": ""} for i in wanted}
    handler.json({"entities": entities, "success": 1})


def _entity_data(handler: Handler) -> None:
    """Answer Special:EntityData: a merged item leads on to the other, a deleted one is not there."""
    item = urlsplit(handler.path).path.rpartition("/")[2].removesuffix(".json")
    server = handler.server
    if item in server.merged:
        handler.send(303, Location=f"/wiki/Special:EntityData/{server.merged[item]}.json")
        return
    found = server.entity(item)
    if found is None:
        handler.send(404, b"not found", "text/html")
    else:
        handler.json({"entities": {item: found}})


def _reconcile(handler: Handler) -> None:
    """Answer a batch of queries (Reconciliation Service API 0.2)."""
    language = urlsplit(handler.path).path.split("/")[1]
    answers = {}
    for key, asked in json.loads(handler.fields["queries"]).items():
        found = handler.server.search(asked["query"], language, asked["limit"])
        answers[key] = {
            "result": [
                {"id": f["id"], "name": f["match"]["text"], "score": 90, "match": False}
                for f in found
            ]
        }
    handler.json(answers)


_ROUTES = {
    "/sparql": _sparql,
    "/w/api.php": _api,
    "/wiki/Special:EntityData/": _entity_data,
    "/api": _reconcile,
}


def saying(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    def behave(handler: Handler) -> bool:
        handler.send(status, body, **headers)
        return True

    return behave


def slow(seconds: float) -> Behaviour:
    """Say nothing for some time, or until the test is over."""

    def behave(handler: Handler) -> bool:
        handler.server.over.wait(seconds)
        return True

    return behave


def cut_off(handler: Handler) -> bool:
    """Promise more than there is."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"search": [')
    return True


def well(_: Handler) -> bool:
    """Answer as it should be."""
    return False


def running(sparql: str = "http://127.0.0.1:9/") -> AbstractContextManager[Server]:
    """Give the server; behind the default address no queries are answered."""
    return started(Server(sparql))


@contextmanager
def wikidata() -> Iterator[Server]:
    """Give Wikidata: kizuna serves the data by SPARQL, the server all else."""
    with serving("--bare", "--writable", "--no-validate") as kizuna:
        written = kizuna.write(
            "PUT", "/graphs?default", DATA.read_bytes(), content_type="text/turtle"
        )
        assert written.status_code < 300, written.text
        with running(f"{kizuna.base}sparql") as server:
            yield server
