"""Writes make new releases: whole or not at all, validated, one after the other, undoable."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from conftest import SMALL, SMALL_BASE
from kizuna.iris import Addresses
from kizuna.release import Releases
from kizuna.release.manifest import read_manifest
from kizuna.release.merging import merge
from live import TOKEN, Live, kizuna, serving

KZ = "https://w3id.org/kizuna/ontology#"
FAIR = f"{SMALL_BASE}id/event/fair"
GRAPH = f"/graphs?graph={SMALL_BASE}graph/extra"
WRITER = "kizuna.release.writer"
ENDLESS = (
    "INSERT { <urn:a> <urn:b> ?n } WHERE { { SELECT (COUNT(*) AS ?n) "
    "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } } }"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("writing")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the small project: serving it brings its lock up to date."""
    copy = tmp_path_factory.mktemp("project") / "small"
    shutil.copytree(SMALL, copy)
    return copy


@pytest.fixture(scope="module")
def live(project: Path, folder: Path) -> Iterator[Live]:
    arguments = (str(project), "--writable", "--releases", str(folder))
    with serving(*arguments, KIZUNA_WRITE_SECONDS="6") as server:
        yield server


@pytest.fixture(autouse=True)
def at_the_build(request: pytest.FixtureRequest) -> None:
    """Begin each test that has the server on the release that was built."""
    if "live" in request.fixturenames:
        server: Live = request.getfixturevalue("live")
        releases = Releases(request.getfixturevalue("folder"))
        releases.switch(read_manifest(releases.folder / current(server)).origin or current(server))
        eventually(lambda: current(server) == releases.current_id())


def current(live: Live) -> str:
    return str(live.client.get("/readyz").json()["release"])


def eventually(holds: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def number(live: Live, pattern: str = "?s ?p ?o") -> int:
    return int(live.ask(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}").split()[1])


def merged(live: Live) -> bool:
    """Tell whether the default graph is the merge of the others, each triple once."""
    reifiers = f"{SMALL_BASE}graph/reifiers"
    both = f"FILTER(?g != <{reifiers}>)"
    named = number(live, f"SELECT DISTINCT ?s ?p ?o {{ GRAPH ?g {{ ?s ?p ?o }} {both} }}")
    lost = number(live, "?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } }")
    return lost == 0 and named == number(live)


def test_a_write_is_a_release_of_its_own(live: Live, folder: Path) -> None:
    before, size = current(live), number(live)
    answer = live.update(
        f"INSERT DATA {{ GRAPH <{SMALL_BASE}graph/extra> {{ <{FAIR}> <urn:p> 1 }} }}"
    )
    assert answer.status_code == 204
    written = answer.headers["kizuna-release"]
    assert current(live) == written != before
    assert number(live) == size + 1
    manifest = read_manifest(folder / written)
    assert (manifest.parent, manifest.origin) == (before, before)
    assert manifest.counts["triples"] == size + 1
    assert read_manifest(folder / before).counts["triples"] == size
    assert merged(live)


# fmt: off
DEFAULT_GRAPH = [
    # update                                                   what it changes in the default graph
    (f"INSERT DATA {{ <{FAIR}> <urn:p> 1 }}",                                                 +1),
    (f"DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER(?s = <{FAIR}> && ?p = <urn:none>) }}",   0),
    (f"INSERT DATA {{ <{FAIR}> <urn:p> 1 . GRAPH <urn:g> {{ <{FAIR}> <urn:p> 1 }} }}",        +1),
    ("INSERT DATA { GRAPH <urn:g> { <urn:s> <urn:p> 1 } GRAPH <urn:h> { <urn:s> <urn:p> 1 } }", 1),
]
# fmt: on


@pytest.mark.parametrize(("update", "change"), DEFAULT_GRAPH)
def test_the_default_graph_stays_the_merge(live: Live, update: str, change: int) -> None:
    size = number(live)
    assert live.update(update).status_code == 204
    assert number(live) == size + change
    assert merged(live)


def test_what_is_deleted_by_default_is_gone_everywhere(live: Live) -> None:
    pattern = f"<{FAIR}> <http://www.w3.org/2004/02/skos/core#prefLabel> ?o"
    assert number(live, f"GRAPH ?g {{ {pattern} }}") > 0
    assert live.update(f"DELETE WHERE {{ {pattern} }}").status_code == 204
    assert number(live, f"GRAPH ?g {{ {pattern} }}") == 0
    assert merged(live)


TERMS = st.sampled_from([NamedNode(f"urn:x:{n}") for n in range(4)])
GRAPHS = st.sampled_from([NamedNode(f"urn:g:{n}") for n in range(2)])
NAMED = st.lists(st.builds(Quad, TERMS, TERMS, TERMS, GRAPHS), max_size=6)
CHANGES = st.lists(
    st.tuples(
        st.booleans(), st.builds(Quad, TERMS, TERMS, TERMS, GRAPHS | st.just(DefaultGraph()))
    ),
    max_size=6,
)


@given(NAMED, CHANGES)
@settings(max_examples=60, deadline=None)
def test_merging_any_change(quads: list[Quad], changes: list[tuple[bool, Quad]]) -> None:
    default = {Quad(q.subject, q.predicate, q.object) for q in quads}
    before, store = Store(), Store()
    for each in (before, store):
        each.extend([*quads, *default])
    for is_added, quad in changes:
        (store.add if is_added else store.remove)(quad)
    wanted = {quad for is_added, quad in changes if is_added and quad in store}
    merge(store, before, Addresses(SMALL_BASE))
    named = {q.triple for q in store if q.graph_name != DefaultGraph()}
    assert {q.triple for q in store if q.graph_name == DefaultGraph()} == named
    assert all(quad in store for quad in wanted - default)


# fmt: off
REPORTS = [
    # accept                                  content type of the answer
    ("text/turtle",                           "text/turtle; charset=utf-8"),
    ("application/ld+json",                   "application/ld+json"),
    ("application/rdf+xml, */*;q=0.1",        "application/rdf+xml"),
    ("",                                      "text/turtle; charset=utf-8"),
    ("application/problem+json",              "application/problem+json"),
    ("image/png",                             "application/problem+json"),
]
# fmt: on
WRONG = f"<{FAIR}> <{KZ}status> <urn:not-a-status> ."


@pytest.mark.parametrize(("accept", "content_type"), REPORTS)
def test_a_violation_changes_nothing_and_is_reported(
    live: Live, accept: str, content_type: str
) -> None:
    before = current(live)
    answers = [
        live.write("PUT", GRAPH, WRONG, content_type="text/turtle", accept=accept),
        live.update(f"INSERT DATA {{ GRAPH <urn:g> {{ {WRONG} }} }}", accept=accept),
    ]
    for answer in answers:
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == content_type
        if "problem" not in content_type:
            assert "shapes#Event-status" in answer.text
            assert "ValidationReport" in answer.text
    assert current(live) == before
    assert (
        live.update(f"INSERT DATA {{ GRAPH <urn:g> {{ <{FAIR}> <urn:p> 1 }} }}").status_code == 204
    )
    assert number(live, "?s ?p <urn:not-a-status>") == 0


def test_pages_and_dumps_follow(live: Live, folder: Path) -> None:
    thing = "/id/event/new-fair"
    turtle = f'<{SMALL_BASE}id/event/new-fair> a <{KZ}Event> ; <urn:n> "007"^^<{XSD}int> .'
    assert live.write("PUT", GRAPH, turtle, content_type="text/turtle").status_code == 201
    first = live.client.get(thing)
    assert first.status_code in {303, 503}
    assert first.status_code == 303 or "retry-after" in first.headers
    eventually(lambda: live.client.get(thing).status_code == 303)
    assert '"007"' in live.client.get("/doc/event/new-fair.ttl").text
    release = current(live)
    dump = live.client.get(f"/dumps/{release}/dataset.nq").text
    assert f'"007"^^<{XSD}int> <{SMALL_BASE}graph/extra>' in dump
    manifest = read_manifest(folder / release)
    assert manifest.filled
    assert manifest.classes[f"{KZ}Event"] == 1 + read_manifest(
        folder / str(manifest.parent)
    ).classes.get(f"{KZ}Event", 0)
    assert Releases(folder).get(release).id == release  # its files are as the manifest says


XSD = "http://www.w3.org/2001/XMLSchema#"


def writer(live: Live) -> int:
    return next(pid for pid, line in live.children().items() if WRITER in line)


def test_a_killed_writer_leaves_what_was(live: Live, folder: Path) -> None:
    before, size = current(live), number(live)
    with ThreadPoolExecutor() as pool:
        running = pool.submit(live.update, ENDLESS)
        eventually(lambda: any(folder.glob(".building-*")))
        time.sleep(0.3)
        os.kill(writer(live), signal.SIGKILL)
        answer = running.result()
    assert answer.status_code == 500
    assert "nothing was changed" in answer.text
    assert (current(live), number(live)) == (before, size)
    assert not list(folder.glob(".building-*"))
    assert live.update("INSERT DATA { <urn:s> <urn:p> 1 }").status_code == 204
    assert number(live) == size + 1


def test_an_endless_write_is_ended(live: Live) -> None:
    begin, before = time.monotonic(), current(live)
    answer = live.update(ENDLESS)
    assert answer.status_code == 504
    assert time.monotonic() - begin < 20
    assert current(live) == before
    assert live.update("INSERT DATA {}").status_code == 204


def test_memory_has_an_end(live: Live) -> None:
    doubling = " ".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(29))
    answer = live.update(
        f'INSERT {{ <urn:a> <urn:b> ?v29 }} WHERE {{ BIND("xxxx" AS ?v0) {doubling} }}'
    )
    assert answer.status_code in {500, 504}
    lines = "".join(f"<urn:s{n}> <urn:p> <urn:o> .\n" for n in range(10_000))
    assert live.write("PUT", GRAPH, lines, content_type="text/turtle").status_code == 201


def test_writers_queue(live: Live) -> None:
    size = number(live)

    def write(n: int) -> int:
        with httpx.Client(base_url=live.base, timeout=60) as client:
            return client.post(
                "/sparql",
                content=f"INSERT DATA {{ <urn:s> <urn:p> {n} }}",
                headers={
                    "authorization": f"Bearer {TOKEN}",
                    "content-type": "application/sparql-update",
                },
            ).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(write, range(16))) == {204}
    assert number(live) == size + 16


def test_a_read_ends_on_the_release_it_began_on(live: Live) -> None:
    lines = "".join(f'<urn:s{n}> <urn:p> "{"x" * 100}{n}" .\n' for n in range(10_000))
    assert live.write("PUT", GRAPH, lines, content_type="text/turtle").status_code == 201
    with httpx.Client(base_url=live.base, timeout=60) as client:
        query = {"query": "SELECT ?o { ?s <urn:p> ?o }"}
        with client.stream(
            "GET", "/sparql", params=query, headers={"accept": "text/csv"}
        ) as reading:
            chunks = reading.iter_bytes()
            body = next(chunks)
            assert live.write("DELETE", GRAPH).status_code == 204
            assert number(live, "?s <urn:p> ?o") == 0
            body += b"".join(chunks)
    assert body.count(b"\n") == 10_001


def test_rollback_and_forward(live: Live, folder: Path) -> None:
    built = current(live)
    written = live.update("INSERT DATA { <urn:s> <urn:p> 1 }").headers["kizuna-release"]
    second = live.update("INSERT DATA { <urn:s> <urn:p> 2 }").headers["kizuna-release"]
    place = ("--releases", str(folder))
    listed = json.loads(kizuna("releases", "--json", *place).stdout)
    assert [m["id"] for m in listed if m["current"]] == [second]
    assert f"* {second}" in kizuna("releases", *place).stdout
    for expected in (written, built):
        assert kizuna("rollback", *place).returncode == 0
        eventually(lambda expected=expected: current(live) == expected)  # type: ignore[misc]
    assert number(live, "?s <urn:p> ?o") == 0
    assert kizuna("rollback", "--to", second, *place).returncode == 0
    eventually(lambda: current(live) == second)
    assert number(live, "<urn:s> <urn:p> ?o") == 2
    assert kizuna("rollback", "--to", "000000000000", *place).returncode == 3


def test_a_restart_keeps_what_was_written_and_a_build_replaces_it(
    project: Path, tmp_path: Path
) -> None:
    arguments = (str(project), "--releases", str(tmp_path))
    with serving(*arguments, "--writable") as server:
        written = server.update("INSERT DATA { <urn:s> <urn:p> 1 }").headers["kizuna-release"]
    assert not list(tmp_path.glob(".head-*"))
    with serving(*arguments) as server:
        assert current(server) == written
    assert kizuna("build", *arguments).returncode == 0
    assert Releases(tmp_path).current_id() != written


def test_many_writes_keep_the_build_they_stand_on(live: Live, folder: Path) -> None:
    built = current(live)
    for n in range(15):
        assert live.update(f"INSERT DATA {{ <urn:s> <urn:p> {n} }}").status_code == 204
    assert built in Releases(folder).ids()
    assert len(Releases(folder).ids()) == 11


@pytest.mark.parametrize("arguments", [
    ("serve", str(SMALL), "--writable"),
    ("serve", "--bare", "--writable"),
])  # fmt: skip
def test_writable_needs_a_token(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ended = kizuna(*arguments, "--releases", str(tmp_path), KIZUNA_TOKEN="")
    assert ended.returncode == 2
    assert "KIZUNA_TOKEN" in ended.stderr


def test_a_bare_server_keeps_its_folder(tmp_path: Path) -> None:
    arguments = ("--bare", "--writable", "--releases", str(tmp_path))
    with serving(*arguments) as server:
        assert server.update("INSERT DATA { <urn:s> <urn:p> 1 }").status_code == 204
        assert server.client.get("/dumps").status_code == 503
        eventually(lambda: server.client.get("/dumps").status_code == 200)
        for path in ("/", "/sparql", "/classes", "/queries", "/catalog", "/nothing"):
            answer = server.client.get(path, headers={"accept": "text/html"})
            assert answer.status_code in {200, 404}, path
    ended = kizuna("serve", str(SMALL), "--bare", "--releases", str(tmp_path), "--port", "0")
    assert ended.returncode == 2  # another address, another base


def test_a_server_that_is_told_to_end_leaves_nothing(tmp_path: Path) -> None:
    with serving("--bare", "--writable", TMPDIR=str(tmp_path)) as server:
        below = server.children()
        assert server.update("INSERT DATA { <urn:s> <urn:p> 1 }").status_code == 204
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(20)
    heads = [p.name for p in Path("/dev/shm").glob("kizuna-*/.head-*")]
    assert not any(name.endswith(f"-{pid}") for name in heads for pid in below)
    assert not list(tmp_path.iterdir())
    eventually(lambda: not any(Path("/proc", str(pid)).exists() for pid in below))
