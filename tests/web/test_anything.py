"""Whatever is asked, a real server answers it or says why not, and lives."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator

import httpx
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import QuerySolutions, parse, parse_query_results

from conftest import SMALL
from kizuna.formats import FORMATS, Format
from kizuna.release import Release
from live import Live, serving
from wild import CIRCLES, QUERIES

BODIES = (
    QUERIES.map(str.encode) | st.text().map(lambda t: t.encode("utf-8", "replace")) | st.binary()
)
NAMES = [*(name for form in FORMATS for name in form.media_types), "*/*", "text/*"]
RANGES = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(["", "", ";q=0", ";q=0.5", ";q=1", ";q=2", ";charset=utf-8", ";"]),
).map("".join)
PLAIN_ACCEPTS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["", ";q=0.5", ";q=0"])).map("".join),
    max_size=4,
).map(", ".join)
ACCEPTS = (
    st.lists(RANGES, max_size=4).map(", ".join)
    | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
).map(str.strip)
QUALITIES = {"": 1.0, "q=0": 0.0, "q=0.5": 0.5, "q=1": 1.0}
TOLD = {200, 400, 403, 406, 413, 422, 504}
"""An answer, or what is wrong with the request; 504 for a query past its second."""

_words = st.integers(0, 200).flatmap(
    lambda n: st.sampled_from([f"{n}", f"'{n} m'", f"'{n} m'@en", f"{n}.5", f"<u:{n}>", "UNDEF"])
)
ORDERINGS = st.builds(
    "SELECT * {{ VALUES ?a {{ {} }} {} }} ORDER BY {}".format,
    st.lists(_words, min_size=40, max_size=120).map(" ".join),
    st.sampled_from(["", "OPTIONAL { GRAPH ?g { ?b ?c ?a } }", "BIND(STR(?a) AS ?b)"]),
    st.sampled_from(["?a", "DESC(?a)", "?g ?a", "?b DESC(?a) LIMIT 7", "(?a + 1) ?a"]),
)
EVERYTHING = st.sampled_from(
    [
        "SELECT * { GRAPH ?g { ?b ?c ?a } } ORDER BY ?a",
        "SELECT * { GRAPH ?g { ?b ?c ?a } } ORDER BY DESC(?a) ?g LIMIT 9",
        "SELECT ?c (SAMPLE(?a) AS ?x) { ?b ?c ?a } GROUP BY ?c ORDER BY ?x",
        "CONSTRUCT { ?b ?c ?a } { ?b ?c ?a } ORDER BY ?a",
        "DESCRIBE ?b { ?b ?c ?a } ORDER BY ?a LIMIT 2",
        "ASK { { SELECT ?a { ?b ?c ?a } ORDER BY ?a LIMIT 3 } }",
    ]
)
QUESTIONS = ORDERINGS | EVERYTHING | QUERIES
NEGOTIATED = [
    "/doc/event/fair",
    "/doc/event/none",
    "/ontology",
    "/shapes",
    "/catalog",
    "/queries/events",
    "/queries/is-there-a-fair",
    "/graphs?default",
    "/graph/fair-report",
    "/graphs?graph=https://example.org/small/graph/fair-report",
    "/sparql",
]
PATHS = st.sampled_from(
    [
        *NEGOTIATED,
        "/",
        "/id/event/fair",
        "/doc/event/fair.jsonld",
        "/ontology.nt",
        "/queries",
        "/classes",
        "/search?q=fair",
        "/dumps",
        "/static/style.css",
        "/queries/events.csv",
        "/.well-known/void",
        "/healthz",
    ]
) | st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="?#"), max_size=9).map(
    lambda tail: f"/{tail}"
)  # fmt: skip


@pytest.fixture(scope="module")
def live(small_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("anything")
    project = shutil.copytree(SMALL, folder / "project")
    releases = shutil.copytree(small_release.folder.parent, folder / "releases", symlinks=True)
    with serving(str(project), "--releases", str(releases), KIZUNA_QUERY_SECONDS="1") as server:
        yield server


@pytest.mark.embedded("what another engine makes of nonsense is its own affair")
@settings(max_examples=120, deadline=None)
@given(body=BODIES, accept=ACCEPTS)
def test_any_query_in_any_format_is_answered_or_refused(
    live: Live, body: bytes, accept: str
) -> None:
    headers = {"content-type": "application/sparql-query", "accept": accept}
    answer = live.client.post("/sparql", content=body, headers=headers)
    assert answer.status_code in TOLD, answer.text
    assert live.ask("ASK { ?s ?p ?o }", "application/sparql-results+json").endswith("true}")


@pytest.mark.embedded("what another engine makes of an order is its own affair")
@settings(max_examples=120, deadline=None)
@given(query=QUESTIONS, accept=PLAIN_ACCEPTS)
@example(query=f"SELECT * {{ VALUES ?a {{ {' '.join(CIRCLES)} }} }} ORDER BY ?a", accept="text/csv")
def test_any_question_is_answered_as_asked(live: Live, query: str, accept: str) -> None:
    check(live, "/sparql", accept, query)


@pytest.mark.embedded("what another engine makes of nonsense is its own affair")
@settings(max_examples=120, deadline=None)
@given(path=PATHS, accept=ACCEPTS | PLAIN_ACCEPTS)
@example(path="/|", accept="text/turtle")
def test_any_address_is_answered_as_asked(live: Live, path: str, accept: str) -> None:
    check(live, path, accept)


def check(live: Live, path: str, accept: str, query: str | None = None) -> None:
    """Pass if GET and HEAD give the same, which is well-formed and, where it can be, as wanted."""
    params = None if query is None else {"query": query}
    try:
        got, head = (
            live.client.request(method, path, headers={"accept": accept}, params=params)
            for method in ("GET", "HEAD")
        )
    except httpx.RemoteProtocolError as error:  # a limit has cut a stream, which shows
        assert "incomplete chunked read" in str(error)
        return
    event(f"{path if path in NEGOTIATED else 'other'} {got.status_code}")
    assert got.status_code < 500 or got.status_code == 504, got.text
    assert head.content == b""
    if 504 not in {got.status_code, head.status_code}:
        assert head.status_code == got.status_code
        assert head.headers.get("content-type") == got.headers.get("content-type")
    check_body(got)
    if got.status_code == 200 and path in NEGOTIATED:
        assert is_wanted(got.headers["content-type"], accept), (accept, got.headers)


def check_body(answer: httpx.Response) -> None:
    """Pass if the body is what its content type says."""
    name = answer.headers.get("content-type", "").partition(";")[0]
    if name == "application/problem+json":
        assert json.loads(answer.content)["status"] == answer.status_code
    elif name:
        READERS.get(name, read_text)(answer)


def read_rows(answer: httpx.Response) -> None:
    form = by_name(answer.headers["content-type"])
    assert form.results is not None
    found = parse_query_results(answer.content, form.results)
    if isinstance(found, QuerySolutions):
        assert all(len(row) == len(found.variables) for row in found)


def read_graph(answer: httpx.Response) -> None:
    form = by_name(answer.headers["content-type"])
    assert form.rdf is not None
    for _ in parse(answer.content, form.rdf, base_iri="http://small.example/"):
        pass


def read_page(answer: httpx.Response) -> None:
    page = answer.text.strip().lower()
    assert page.startswith("<!doctype html>")
    assert page.endswith("</html>")


def read_text(answer: httpx.Response) -> None:
    assert "\0" not in answer.content.decode("utf-8")


READERS: dict[str, Callable[[httpx.Response], None]] = {
    form.media_type: read_graph if form.rdf else read_rows
    for form in FORMATS
    if form.rdf or form.suffix in {"json", "xml", "tsv"}
} | {"text/html": read_page, "application/json": lambda answer: answer.json()}


def by_name(content_type: str) -> Format:
    name = content_type.partition(";")[0]
    return next(form for form in FORMATS if form.media_type == name)


def is_wanted(content_type: str, accept: str) -> bool:
    """Tell whether a client that says ``accept`` takes a type, by any of its names (RFC 9110)."""
    ranges = [part.strip().partition(";") for part in accept.split(",") if part.strip()]
    if not ranges or any(name not in NAMES or rest not in QUALITIES for name, _, rest in ranges):
        return True  # what else an Accept may say has tests of its own
    weights: dict[str, float] = {}
    for name, _, rest in ranges:
        weights[name.lower()] = max(weights.get(name.lower(), 0), QUALITIES[rest])
    return any(
        next((weights[n] for n in (name, name.split("/")[0] + "/*", "*/*") if n in weights), 0) > 0
        for name in by_name(content_type).media_types
    )
