"""A worker's own steps, in this process: what it answers, and what it may not do."""

from __future__ import annotations

import json
import platform
import subprocess
import sys

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kizuna.engine import EmbeddedEngine, Limits, Query
from kizuna.engine.sandbox import deny_network
from kizuna.engine.worker import _handle, encode_request

FORMATS = {"ROWS": "csv", "TRUTH": "json", "GRAPH": "nt"}


@pytest.fixture
def engine() -> EmbeddedEngine:
    store = Store()
    store.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("x")))
    return EmbeddedEngine(store, Limits(answer_bytes=100))


# fmt: off
ANSWERS = [
    # query                                          header of the answer
    ("SELECT ?o {?s ?p ?o}",                         {"kind": "ROWS", "format": "csv"}),
    ("ASK {}",                                       {"kind": "TRUTH", "format": "json"}),
    ("SELECT",                                       {"error": "BadQuery", "line": 1, "column": 7}),
    ("SELECT * {SERVICE <http://x/> {}}",            {"error": "Refused"}),
    ("SELECT * {VALUES ?x {" + "'xxxxxxxxx' " * 20 + "}}", {"error": "AnswerTooLarge"}),
]
# fmt: on


@pytest.mark.parametrize(("query", "header"), ANSWERS)
def test_answers(engine: EmbeddedEngine, query: str, header: dict[str, object]) -> None:
    request = json.loads(encode_request(Query(query, "http://b/"), FORMATS))
    found, body = _handle(engine, request)
    assert header.items() <= found.items()
    assert bool(body) == ("kind" in header)


def test_no_memory_is_told(engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def bloat(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(engine, "answer", bloat)
    request = json.loads(encode_request(Query("ASK {}", "http://b/"), FORMATS))
    header, _ = _handle(engine, request)
    assert header["error"] == "QueryCrashed"


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
