"""A worker's own steps, in this process: what it answers, and what it may not do."""

from __future__ import annotations

import io
import json
import platform
import subprocess
import sys

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kizuna.engine import EmbeddedEngine, Limits, Query, worker
from kizuna.engine.frames import BEGIN, DATA, END, FAIL, HEAD, encode_request
from kizuna.engine.sandbox import deny_network
from kizuna.engine.worker import _serve
from kizuna.formats import BY_SUFFIX, N_TRIPLES, Kind

FORMATS = {Kind.ROWS: BY_SUFFIX["csv"], Kind.TRUTH: BY_SUFFIX["json"], Kind.GRAPH: N_TRIPLES}
Frame = tuple[bytes, bytes]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> EmbeddedEngine:
    """An engine to serve in this process, whose own memory nothing caps: other tests need it."""
    monkeypatch.setattr(worker, "cap_memory", lambda _: None)
    store = Store()
    store.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("x")))
    return EmbeddedEngine(store, Limits(answer_bytes=100, memory_bytes=4_000_000_000))


def answers(engine: EmbeddedEngine, *queries: str) -> list[Frame]:
    """Return the frames that a worker writes, whose first says that it is ready."""
    requests = b"".join(encode_request(Query(text, "http://b/"), FORMATS) for text in queries)
    written = io.BytesIO()
    _serve(lambda: engine, io.BytesIO(requests), written)
    frames, rest = [], written.getvalue()
    while rest:
        kind, length = HEAD.unpack(rest[: HEAD.size])
        frames.append((kind, rest[HEAD.size : HEAD.size + length]))
        rest = rest[HEAD.size + length :]
    assert frames.pop(0) == (BEGIN, b"")
    return frames


# fmt: off
ANSWERS = [
    # query                     what begins the answer                   the answer
    ("SELECT ?o {?s ?p ?o}",    {"kind": "ROWS", "format": "csv"},       b"o\r\nx\r\n"),
    ("ASK {}",                  {"kind": "TRUTH", "format": "json"},     b'{"head":{},"boolean":true}'),
    ("CONSTRUCT WHERE {?s ?p ?o}", {"kind": "GRAPH", "format": "nt"},    b'<urn:s> <urn:p> "x" .\n'),
]
ERRORS = [
    # query                                   what the error is
    ("SELECT",                                {"error": "BadQuery", "line": 1, "column": 7}),
    ("SELECT * {SERVICE <http://x/> {}}",     {"error": "Refused"}),
    ("SELECT * {VALUES ?x {" + "'xxxxxxxxx' " * 20 + "}}", {"error": "AnswerTooLarge"}),
]
# fmt: on


@pytest.mark.parametrize(("query", "begin", "body"), ANSWERS)
def test_answers(engine: EmbeddedEngine, query: str, begin: dict[str, object], body: bytes) -> None:
    (first, head), data, end = answers(engine, query)
    assert (first, json.loads(head)) == (BEGIN, begin)
    assert data == (DATA, body)
    assert end == (END, b"")


@pytest.mark.parametrize(("query", "error"), ERRORS)
def test_an_error_ends_the_answer_and_not_the_worker(
    engine: EmbeddedEngine, query: str, error: dict[str, object]
) -> None:
    frames = answers(engine, query, "ASK {}")
    failed = next(n for n, (kind, _) in enumerate(frames) if kind == FAIL)
    assert error.items() <= json.loads(frames[failed][1]).items()
    assert [kind for kind, _ in frames[failed + 1 :]] == [BEGIN, DATA, END]
    assert END not in [kind for kind, _ in frames[:failed]]


def test_no_memory_is_told(engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def bloat(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(engine, "write", bloat)
    ((kind, content),) = answers(engine, "ASK {}")
    assert (kind, json.loads(content)["error"]) == (FAIL, "QueryCrashed")


def test_what_no_one_foresaw_is_told(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise KeyError("a mistake of ours")

    monkeypatch.setattr(engine, "write", stumble)
    first, second = answers(engine, "ASK {}", "ASK {}")
    assert first == second
    assert first[0] == FAIL
    told = json.loads(first[1])
    assert told["error"] == "QueryCrashed"
    assert "KeyError" in told["message"]
    assert "memory" not in told["message"]


def test_where_the_kernel_cannot_deny_the_guard_stands_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "vax")
    assert not deny_network()
    monkeypatch.undo()
    monkeypatch.setattr(platform, "system", lambda: "Plan9")
    assert not deny_network()


@pytest.mark.skipif(
    platform.system() != "Linux" or platform.machine() not in {"x86_64", "aarch64"},
    reason="seccomp is Linux",
)
def test_a_process_without_network_does_all_else() -> None:
    code = (
        "import os, socket\nfrom kizuna.engine.sandbox import deny_network\n"
        "assert deny_network()\nopen(os.devnull).close()\n"
        "for make in (lambda: socket.socket(), lambda: socket.socketpair()):\n"
        "    try: make()\n"
        "    except PermissionError: continue\n"
        "    raise SystemExit('a socket was opened')\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
