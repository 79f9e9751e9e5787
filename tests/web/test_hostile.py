"""A short siege of a real server: no light request is lost, nothing is left behind."""

from __future__ import annotations

import asyncio
import time

import pytest

from live import serving
from load import Things, load

SECONDS = 6.0
CLIENTS = 24
NUMBER = 3_000
THINGS = Things("http://x/{}", ("/healthz", "/sparql?query=ASK%7B%7D"), NUMBER)


@pytest.mark.embedded("workers and lanes are its own")
def test_light_requests_are_answered_while_the_worst_are_asked() -> None:
    lines = "".join(f'<http://x/{n}> <http://x/p> "number {n}" .\n' for n in range(NUMBER))
    limits = {"KIZUNA_QUERY_SECONDS": "2", "KIZUNA_QUERY_MEMORY_MB": "300"}
    with serving("--bare", "--writable", **limits) as live:
        put = live.write("PUT", "/graphs?default", lines, content_type="application/n-triples")
        assert put.status_code < 300
        port = int(live.base.rsplit(":", 1)[1].strip("/"))
        tally = asyncio.run(load(port, SECONDS, CLIENTS, THINGS))
        assert not tally.lost
        assert len(tally.light) > CLIENTS
        assert tally.hostile
        assert not {"200", "500"} >= set(tally.hostile)  # they were stopped or refused
        assert live.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == f"n\r\n{NUMBER}\r\n"
        until = time.monotonic() + 30
        while "standing} 0" not in _places(live.client.get("/metrics").text):
            assert time.monotonic() < until, "a hostile query is still there"
            time.sleep(0.1)
        family = set(live.children())
    until = time.monotonic() + 30
    while family & set(live.children()):
        assert time.monotonic() < until, "processes are left behind"
        time.sleep(0.1)


def _places(metrics: str) -> str:
    """Return where queries are, one word each."""
    found = [line for line in metrics.splitlines() if line.startswith("kizuna_queries{")]
    return " ".join(line.partition('place="')[2].replace('"', "") for line in found)
