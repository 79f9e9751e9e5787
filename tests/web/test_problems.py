from __future__ import annotations

import asyncio
import inspect
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from pyoxigraph import parse
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Message

from conftest import Client
from kizuna import errors
from kizuna.formats import Kind, carrying
from kizuna.web import Site, create_app
from kizuna.web.problems import COME_AGAIN, STATUS
from outline import read


def failing(site: Site, error: Exception) -> Client:
    """Return a client of an app whose /fail raises ``error``."""
    app: FastAPI = create_app(site)

    @app.get("/fail")
    def fail() -> None:
        raise error

    return Client(app, raises=False)


def test_every_answer_error_has_a_status() -> None:
    told = {
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.AnswerError) and kind is not errors.AnswerError
    }
    assert told | {errors.BadQuery, errors.BadData, errors.BadAddress, errors.BadParameter} == set(
        STATUS
    )


@pytest.mark.parametrize("kind", STATUS)
def test_errors_are_told_as_json_and_as_pages(site: Site, kind: type[errors.KizunaError]) -> None:
    client = failing(site, kind("a <b> happened", hint="Do c."))
    answer = client.get("/fail", headers={"accept": "application/json"})
    assert answer.status_code == STATUS[kind]
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["detail"], problem["hint"]) == ("a <b> happened", "Do c.")
    assert (problem["kind"], problem["status"]) == (kind.__name__, STATUS[kind])
    assert ("retry-after" in answer.headers) is (STATUS[kind] in COME_AGAIN)
    page = client.get("/fail", headers={"accept": "text/html"})
    assert page.status_code == STATUS[kind]
    assert "a &lt;b&gt; happened" in page.text


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("secret"), errors.SettingsError("secret"), KeyError("secret")]
)
def test_what_nobody_foresaw_is_logged_and_not_told(
    site: Site, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    client = failing(site, error)
    for accept in ("text/html", "application/json", "image/png"):
        answer = client.get("/fail", headers={"accept": accept})
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["access-control-allow-origin"] == "*"
    assert "secret" in caplog.text


# fmt: off
LOST = [
    # path                      accept                                   status  type
    ("/id/event/nope",          "text/turtle",                           404, "text/turtle; charset=utf-8"),
    ("/doc/event/nope",         "application/ld+json, */*;q=0.1",        404, "application/ld+json"),
    ("/doc/event/nope.nt",      "*/*",                                   404, "application/n-triples"),
    ("/doc/event/nope.rdf",     "application/rdf+xml",                   404, "application/rdf+xml"),
    ("/doc/event/nope.ttl",     "text/html, */*;q=0.8",                  404, "text/html; charset=utf-8"),
    ("/doc/event/nope.nq",      "application/n-quads",                   404, "application/n-quads"),
    ("/nowhere",                "text/turtle",                           404, "text/turtle; charset=utf-8"),
    ("/search?q=fair",          "text/turtle",                           406, "text/turtle; charset=utf-8"),
    ("/doc/event/fair?format=x", "text/turtle",                          406, "text/turtle; charset=utf-8"),
    ("/nowhere",                "application/json",                      404, "application/problem+json"),
    ("/nowhere",                "text/csv",                              404, "application/problem+json"),
    ("/id/event/nope",          "*/*",                                   404, "application/problem+json"),
    ("/sparql?query=SELEKT",    "text/turtle",                           400, "application/problem+json"),
]
# fmt: on


@pytest.mark.parametrize(("path", "accept", "status", "kind"), LOST)
def test_what_is_not_there_is_told_in_the_format_asked(
    client: Client, path: str, accept: str, status: int, kind: str
) -> None:
    answer = client.get(path, headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
    assert "Accept" in answer.headers["vary"]
    form = next((f for f in carrying(Kind.GRAPH) if f.content_type == kind), None)
    if form is None:
        return
    told = {(q.predicate.value, q.object.value) for q in parse(answer.content, form.rdf)}
    assert ("http://www.w3.org/2011/http#statusCodeNumber", str(status)) in told
    assert len(told) == 5


def test_methods(client: Client) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = client.request(method, "/doc/event/fair")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    page = client.post("/doc/event/fair", headers={"accept": "text/html"})
    assert "<h1>Not this way</h1>" in page.text


def test_where_nothing_stands(client: Client) -> None:
    answer = client.get("/nope")
    assert answer.json()["detail"] == "nothing stands at /nope"
    assert "Accept" in answer.headers["vary"]
    page = client.get("/nope", headers={"accept": "text/html", "accept-language": "ja"})
    assert "ページが見つかりません" in page.text


# fmt: off
SWITCHED = [
    # what is asked for                         where the same stands in another language
    ("/nope",                                   "/nope?lang=ja"),
    ("/id/place/%E6%9D%B1?a=1&lang=de&b=%22",   "/id/place/%E6%9D%B1?a=1&b=%22&lang=ja"),
    ("/sparql?query=SELEKT",                    "/sparql?query=SELEKT&lang=ja"),
    ('/a"><script>alert(1)</script>?"><b>',     "/a%22%3E%3Cscript%3Ealert(1)%3C/script%3E?%22%3E%3Cb%3E&lang=ja"),
    ("//evil.example/nope",                     "/evil.example/nope?lang=ja"),
    ("/\\evil.example/nope",                    "/evil.example/nope?lang=ja"),
    ("/" + "x" * 3_000,                         "/?lang=ja"),
]
# fmt: on


@pytest.mark.parametrize(("asked", "expected"), SWITCHED)
def test_the_language_of_an_error_can_be_changed(client: Client, asked: str, expected: str) -> None:
    path, _, query = asked.partition("?")
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"small"), (b"accept", b"text/html")],
        "client": None,
        "server": None,
    }

    async def ask() -> None:
        await client.app(scope, receive, send)

    asyncio.run(ask())
    assert told[0]["status"] in {400, 404}
    page = b"".join(message.get("body", b"") for message in told[1:]).decode()
    assert "<script>alert" not in page
    assert [x for x in read(page).links if x.endswith("lang=ja")] == [expected]


def test_an_answer_that_has_begun_is_broken_off(site: Site) -> None:
    app = create_app(site)

    def parts() -> object:
        yield b"begun"
        raise ZeroDivisionError

    @app.get("/stream")
    def stream() -> StreamingResponse:
        return StreamingResponse(parts())  # type: ignore[arg-type]

    with pytest.raises(ZeroDivisionError):
        Client(app).get("/stream")


def test_a_client_that_leaves_is_no_fault(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(site)
    sent: list[Message] = []

    @app.get("/leaving")
    async def leaving() -> None:
        raise ClientDisconnect

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": "/leaving",
        "raw_path": b"/leaving", "query_string": b"", "headers": [], "client": ("::1", 1),
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    assert (sent, caplog.records) == ([], [])


def test_a_server_without_room_says_so_and_not_where(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    client = failing(site, errors.UnavailableError("/srv/releases: No space left on device"))
    answer = client.get("/fail", headers={"accept": "application/json"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "/srv/releases" not in answer.text
    assert "/srv/releases" in caplog.text
    assert "Traceback" not in caplog.text
