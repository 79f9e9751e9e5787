"""Two engines, one set of questions: in this process, and in workers that may be killed."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse

from kizuna import errors
from kizuna.engine import Answer, EmbeddedEngine, Engine, Limits, Query, WorkerPool
from kizuna.engine import workers as workers_module
from kizuna.formats import BY_SUFFIX, FORMATS, Format, Kind

X = "https://x.example/"
GRAPHS = {X + "g1": ["a", "b"], X + "g2": ["b", "c"]}
ALL = MappingProxyType(
    {Kind.ROWS: BY_SUFFIX["json"], Kind.TRUTH: BY_SUFFIX["json"], Kind.GRAPH: BY_SUFFIX["nt"]}
)
LIMITS = Limits(seconds=20, answer_bytes=200_000, memory_bytes=400_000_000)
SLOW = "SELECT (COUNT(*) AS ?n) {?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o . ?p ?q ?r}"
FAT = (
    "SELECT ?x {BIND('0123456789' AS ?x0) "
    + "".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1}) " for n in range(40))
    + "BIND(STRLEN(?x40) AS ?x)}"
)
QUICK = "SELECT * {?s ?p 'a'}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two named graphs and their merge, and a hundred more triples."""
    path = tmp_path_factory.mktemp("engine") / "store"
    store = Store(str(path))
    for graph in (*map(NamedNode, GRAPHS), DefaultGraph()):
        for letter in GRAPHS.get(getattr(graph, "value", ""), "abc"):
            store.add(Quad(NamedNode(X + letter), NamedNode(X + "p"), Literal(letter), graph))  # type: ignore[arg-type]
    for number in range(100):
        store.add(Quad(NamedNode(f"{X}n{number}"), NamedNode(X + "n"), Literal(number)))
    store.flush()
    return path


@pytest.fixture(scope="module", params=["embedded", "workers"])
def engine(request: pytest.FixtureRequest, store: Path) -> Iterator[Engine]:
    if request.param == "embedded":
        opened: Engine = EmbeddedEngine(store, LIMITS)
    else:
        opened = WorkerPool(store, 1, LIMITS)
    yield opened
    opened.close()


@pytest.fixture
def pool(store: Path) -> Iterator[WorkerPool]:
    opened = WorkerPool(store, 2, Limits(seconds=1, memory_bytes=400_000_000))
    yield opened
    opened.close()


def ask(engine: Engine, text: str, **more: object) -> Answer:
    return engine.answer(Query(text, X, **more), ALL)  # type: ignore[arg-type]


def values(answer: Answer) -> list[str]:
    rows = json.loads(answer.body)["results"]["bindings"]
    return sorted(next(iter(row.values()))["value"] for row in rows)


def test_rows(engine: Engine) -> None:
    answer = ask(engine, "SELECT ?o {<a> ?p ?o}")  # the base resolves relative IRIs
    assert (answer.kind, answer.format.suffix, values(answer)) == (Kind.ROWS, "json", ["a"])


def test_truth(engine: Engine) -> None:
    answer = ask(engine, "ASK {<a> <p> 'a'}")
    assert answer.kind is Kind.TRUTH
    assert json.loads(answer.body)["boolean"] is True


@pytest.mark.parametrize("query", ["CONSTRUCT WHERE {?s <p> ?o}", "DESCRIBE <a> <b> <c>"])
def test_graph(engine: Engine, query: str) -> None:
    answer = ask(engine, query)
    assert answer.kind is Kind.GRAPH
    assert len(list(parse(answer.body, RdfFormat.N_TRIPLES))) == 3


@pytest.mark.parametrize("form", FORMATS, ids=lambda f: f.name)
def test_every_format_that_fits(engine: Engine, form: Format) -> None:
    queries = {
        Kind.ROWS: "SELECT ?o {<a> ?p ?o}",
        Kind.TRUTH: "ASK {}",
        Kind.GRAPH: "CONSTRUCT WHERE {<a> ?p ?o}",
    }
    for kind in form.kinds & set(queries):
        answer = engine.answer(Query(queries[kind], X), {kind: form})
        assert (answer.kind, answer.format) == (kind, form)
        assert answer.body
        if form.rdf:
            (quad,) = parse(answer.body, form.rdf)
            assert quad.object == Literal("a")


def test_values_that_trip_writers_up(engine: Engine) -> None:
    query = "SELECT ?v {VALUES ?v {'a,b' \"c\\\"d\\n\" '絆👋' ' ' ''}}"
    body = engine.answer(Query(query, X), {Kind.ROWS: BY_SUFFIX["csv"]}).body
    rows = list(csv.reader(io.StringIO(body.decode(), newline="")))
    assert rows[0] == ["v"]
    assert [row[0] if row else "" for row in rows[1:]] == ["a,b", 'c"d\n', "絆👋", " ", ""]


def test_no_format_for_this_kind(engine: Engine) -> None:
    with pytest.raises(errors.NotAcceptable):
        engine.answer(Query("ASK {}", X), {Kind.ROWS: BY_SUFFIX["csv"]})


# fmt: off
WRONG = [
    # query                                       line
    ("",                                          1),
    ("SELECT",                                    1),
    ("SELECT *\n{ ?s ?p }",                       2),
    ("SELECT *\n\n  WHERE { ?s un:known ?o }",    3),
    ("INSERT DATA {<a> <b> <c>}",                 1),   # no query but an update
    ("SELECT ?x {} GROUP BY ?y",                  0),
    ("SELECT * {BIND(1 AS ?x) BIND(2 AS ?x)}",    0),
    ("絆",                                        1),
]
# fmt: on


@pytest.mark.parametrize(("query", "line"), WRONG)
def test_what_is_no_query(engine: Engine, query: str, line: int) -> None:
    with pytest.raises(errors.BadQuery) as caught:
        ask(engine, query)
    assert caught.value.hint
    if line:
        assert caught.value.line == line
        assert 1 <= caught.value.column <= len(query.splitlines()[line - 1] if query else "") + 1


def test_refused_by_both(engine: Engine) -> None:
    with pytest.raises(errors.Refused):
        ask(engine, "SELECT * {SERVICE <http://127.0.0.1:1/> {}}")
    with pytest.raises(errors.BadQuery, match="nests deeper"):
        ask(engine, "ASK" + "{" * 101 + "}" * 101)


def test_half_a_character_is_no_crash(engine: Engine) -> None:
    with pytest.raises(errors.KizunaError):
        ask(engine, "SELECT * {?s ?p '\ud800'}")


# fmt: off
DATASETS = [
    # default graphs       named graphs       ?s in the default graph   ?s in named graphs
    (None,                 None,              ["a", "b", "c"],          ["a", "b", "b", "c"]),
    ((X + "g1",),          None,              ["a", "b"],               []),
    (None,                 (X + "g1",),       [],                       ["a", "b"]),
    ((X + "g1",),          (X + "g2",),       ["a", "b"],               ["b", "c"]),
    ((X + "none",),        (X + "none",),     [],                       []),
    ((),                   (),                [],                       []),
]
# fmt: on


@pytest.mark.parametrize(("default", "named", "in_default", "in_named"), DATASETS)
def test_the_dataset_that_a_client_names(
    engine: Engine,
    default: tuple[str, ...] | None,
    named: tuple[str, ...] | None,
    in_default: list[str],
    in_named: list[str],
) -> None:
    more = {"default_graphs": default, "named_graphs": named}
    assert values(ask(engine, "SELECT ?o {?s <p> ?o}", **more)) == in_default
    assert values(ask(engine, "SELECT ?o {GRAPH ?g {?s <p> ?o}}", **more)) == in_named


# fmt: off
FROM = [
    # clauses                        ?o in the default graph   ?o in named graphs
    ("FROM <g1>",                    ["a", "b"],               []),
    ("FROM NAMED <g1>",              [],                       ["a", "b"]),
    ("FROM <g1> FROM NAMED <g2>",    ["a", "b"],               ["b", "c"]),
    ("FROM <none>",                  [],                       []),
]
# fmt: on


@pytest.mark.parametrize(("clauses", "in_default", "in_named"), FROM)
def test_the_dataset_that_a_query_names(
    engine: Engine, clauses: str, in_default: list[str], in_named: list[str]
) -> None:
    assert values(ask(engine, f"SELECT ?o {clauses} {{?s <p> ?o}}")) == in_default
    assert values(ask(engine, f"SELECT ?o {clauses} {{GRAPH ?g {{?s <p> ?o}}}}")) == in_named
    told = {"default_graphs": (X + "g2",)}  # a dataset of the request wins
    assert values(ask(engine, f"SELECT ?o {clauses} {{?s <p> ?o}}", **told)) == ["b", "c"]


@pytest.mark.xfail(strict=True, reason="Oxigraph unites default graphs without merging them")
@pytest.mark.parametrize(
    "query", ["SELECT ?o {?s <p> ?o}", "SELECT ?o FROM <g1> FROM <g2> {?s <p> ?o}"]
)
def test_the_merge_of_default_graphs_has_each_triple_once(engine: Engine, query: str) -> None:
    graphs = None if "FROM" in query else (X + "g1", X + "g2")
    assert values(ask(engine, query, default_graphs=graphs)) == ["a", "b", "c"]


# fmt: off
BINDINGS = [
    # variable, value                                     ?o
    ({"s": f"<{X}a>"},                                    ["a"]),
    ({"s": f"<{X}none>"},                                 []),
    ({"o": '"b"'},                                        ["b"]),
    ({"o": '"b" . <urn:x> <urn:y> "c"'},                  ["b"]),   # the first term and no more
    ({"o": '"} UNION { ?s ?p ?o"'},                       []),      # a value is never pasted
    ({},                                                  ["a", "b", "c"]),
]
# fmt: on


@pytest.mark.parametrize(("bindings", "expected"), BINDINGS)
def test_bindings(engine: Engine, bindings: dict[str, str], expected: list[str]) -> None:
    answer = ask(engine, "SELECT ?s ?o {?s <p> ?o}", bindings=bindings)
    rows = json.loads(answer.body)["results"]["bindings"]
    found = sorted(
        row.get("o", {"value": bindings.get("o", "").strip('"')[:1]})["value"] for row in rows
    )
    assert found == expected


@pytest.mark.parametrize("bindings", [{"o": "b"}, {"o": ""}, {"o": "<a b>"}, {"a b": '"x"'}])
def test_bindings_that_are_no_terms(engine: Engine, bindings: dict[str, str]) -> None:
    with pytest.raises(errors.KizunaError):
        ask(engine, "SELECT ?o {?s <p> ?o}", bindings=bindings)


def test_an_answer_is_whole_or_none(engine: Engine) -> None:
    with pytest.raises(errors.AnswerTooLarge, match="larger than 200000 bytes"):
        ask(engine, "SELECT * {?a <n> ?b . ?c <n> ?d}")
    with pytest.raises(errors.AnswerTooLarge):
        ask(engine, "CONSTRUCT {?a ?b ?d} {?a ?b ?c . ?d ?e ?f}")
    assert values(ask(engine, "SELECT ?o {<a> <p> ?o}")) == ["a"]


def test_an_answer_of_many_pieces_comes_whole(engine: Engine) -> None:
    answer = ask(
        engine,
        """SELECT ?x {?a <n> ?n . ?c <n> ?m FILTER(?m < 24)
        BIND(STR(?n) AS ?x)}""",
    )
    assert len(answer.body) > 65_536  # more than a pipe holds
    assert len(values(answer)) == 2_400


@pytest.mark.parametrize("engine_kind", [EmbeddedEngine, lambda path: WorkerPool(path, 1)])
def test_no_store(engine_kind: type[EmbeddedEngine], tmp_path: Path) -> None:
    with pytest.raises(errors.UnavailableError):
        engine_kind(tmp_path / "nowhere")


# Workers only: what would take this process with it.


def test_a_query_that_runs_long_is_stopped_and_the_pool_goes_on(pool: WorkerPool) -> None:
    start = time.monotonic()
    with pytest.raises(errors.QueryTooLong, match="more than 1 seconds"):
        ask(pool, SLOW)
    assert time.monotonic() - start < 4
    assert len(values(ask(pool, QUICK))) == 1


def test_a_query_that_bloats_is_stopped_and_the_pool_goes_on(store: Path) -> None:
    pool = WorkerPool(store, 1, Limits(seconds=20, memory_bytes=60_000_000))
    with pytest.raises(errors.QueryCrashed):
        ask(pool, FAT)
    assert len(values(ask(pool, QUICK))) == 1
    pool.close()


def test_a_worker_that_dies_costs_one_answer(pool: WorkerPool) -> None:
    ask(pool, QUICK)
    (worker,) = pool._all
    worker.process.send_signal(signal.SIGKILL)
    worker.process.wait()
    with pytest.raises(errors.QueryCrashed):
        ask(pool, QUICK)
    assert len(values(ask(pool, QUICK))) == 1


def test_a_worker_that_is_killed_over_a_query(pool: WorkerPool) -> None:
    ask(pool, QUICK)
    (worker,) = pool._all
    threading.Timer(0.3, worker.process.kill).start()
    with pytest.raises(errors.QueryCrashed):
        ask(pool, SLOW)
    assert len(values(ask(pool, QUICK))) == 1


def test_eight_threads_get_their_own_answers(store: Path) -> None:
    pool = WorkerPool(store, 3, Limits(seconds=20))

    def one(number: int) -> list[str]:
        return values(ask(pool, f"SELECT ?n {{<n{number % 100}> <n> ?n}}"))

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(one, range(200)))
    assert answers == [[str(n % 100)] for n in range(200)]
    assert 1 <= len(pool._all) <= 3
    pool.close()


def test_busy(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_module, "PATIENCE", 0.1)
    pool = WorkerPool(store, 1, Limits(seconds=2))
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(ask, pool, SLOW)
        time.sleep(0.3)
        with pytest.raises(errors.Busy, match="all query workers are busy"):
            ask(pool, QUICK)
        with pytest.raises(errors.QueryTooLong):
            slow.result()
    pool.close()


def test_a_place_is_not_lost_when_a_worker_cannot_start(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = WorkerPool(store, 1, Limits(seconds=0.5))
    with pytest.raises(errors.QueryTooLong):
        ask(pool, SLOW)  # its worker is gone: the next query needs a new one
    pool.store = store.parent / "nowhere"
    for _ in range(2):
        with pytest.raises(errors.UnavailableError, match="did not start"):
            ask(pool, QUICK)
    pool.store = store
    monkeypatch.setattr(workers_module, "PATIENCE", 0.1)
    assert len(values(ask(pool, QUICK))) == 1
    pool.close()


def test_close_leaves_no_process_behind(store: Path) -> None:
    pool = WorkerPool(store, 2, Limits(seconds=20))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: ask(pool, QUICK), range(40)))
        processes = [w.process for w in pool._all]
        running = threads.submit(ask, pool, SLOW)
        time.sleep(0.3)
        processes += [w.process for w in pool._all]
        pool.close()
        with pytest.raises(errors.QueryCrashed):
            running.result(timeout=5)
    assert all(p.returncode is not None for p in processes)
    with pytest.raises(errors.KizunaError):
        ask(pool, QUICK)
    assert not pool._all
    pool.close()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
def test_workers_end_with_their_parent(store: Path) -> None:
    """A parent that is killed closes the pipes, and a worker without requests ends."""
    code = (
        "import sys, os; from pathlib import Path; from kizuna.engine import WorkerPool;"
        f"pool = WorkerPool(Path({str(store)!r}), 1);"
        "print(*[w.process.pid for w in pool._all], flush=True); os.kill(os.getpid(), 9)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=False
    )
    pid = int(ran.stdout)
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("the worker outlived its parent")


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux")
def test_a_worker_reaches_no_network(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the guard stands the kernel: what the guard lets through finds no socket."""
    monkeypatch.setattr(workers_module, "guard", lambda text, limits: None)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.2)
    port = listener.getsockname()[1]
    hidden = f"SELECT * {{SERVICE <http://127.0.0.1:{port}/> {{?a ?b ?c}}}}"
    code = (
        "import sys; import kizuna.engine.embedded as e; e.guard = lambda text, limits: None;"
        "from kizuna.engine import worker; sys.argv = ['worker', *sys.argv[1:]]; worker.main()"
    )
    real = subprocess.Popen

    def unguarded(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        return real([sys.executable, "-c", code, *command[3:]], **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(workers_module.subprocess, "Popen", unguarded)  # type: ignore[attr-defined]
    pool = WorkerPool(store, 1, Limits(seconds=10))
    with pytest.raises(errors.QueryCrashed):
        ask(pool, hidden)
    with pytest.raises(TimeoutError):
        listener.accept()
    listener.close()
    pool.close()
