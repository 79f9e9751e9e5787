"""Dereferencing: any format of a thing beside a static byte answer of the same server, in one run.

python benchmarks/dereference.py [--sizes 10000 1000000] [--rounds 5]

*Warm* is the same request again and again, beside the same request for a static file. *Cold* is
another thing each time, which this server has never been asked for, beside a static file under
another address each time. Each round has a server of its own, so that cold is cold again.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import systems
from data import EX, write_data

from kizuna.engine import DescriptionIndex
from release import build

CLIENTS = 2
CONNECTIONS = 4
WARM_REQUESTS = 20_000
MOST_COLD = 1_500
"""How many requests a case gets in one round."""
STATIC = "/static/favicon.svg"
HEAVIEST_PAGE = 150_000
"""Bytes of a page with its style sheet and scripts, not compressed."""
SLOWEST_PAGE = 5.0
"""How many times as long as a thing's Turtle its page may take."""
# fmt: off
FORMATS = {
    # name       Accept
    "Turtle":    "text/turtle",
    "JSON-LD":   "application/ld+json",
    "N-Triples": "application/n-triples",
    "RDF/XML":   "application/rdf+xml",
    "N-Quads":   "application/n-quads",
    "RDF 1.2":   "text/turtle; version=1.2",
    "page":      "text/html",
    "303":       "*/*",
}
# fmt: on
CLIENT = """
import select, socket, sys, time
port, connections = int(sys.argv[1]), int(sys.argv[2])
waiting = sys.stdin.buffer.read().split(b"\\0")
waiting.reverse()
class Line:
    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.next()
    def next(self):
        self.data, self.left = b"", None
        self.open = bool(waiting)
        if self.open:
            self.socket.sendall(waiting.pop())
    def read(self):
        self.data += self.socket.recv(1 << 20)
        if self.left is None and b"\\r\\n\\r\\n" in self.data:
            head, _, body = self.data.partition(b"\\r\\n\\r\\n")
            assert head[9:12] in (b"200", b"303"), head
            at = head.lower().find(b"content-length: ")
            length = int(head[at + 16:].split(b"\\r\\n")[0])
            self.left = len(head) + 4 + length
        return self.left is not None and len(self.data) >= self.left
begin, number = time.perf_counter(), len(waiting)
lines = {line.socket.fileno(): line for line in (Line() for _ in range(connections))}
poll = select.epoll()
for one in lines:
    poll.register(one, select.EPOLLIN)
while any(line.open for line in lines.values()):
    for one, _ in poll.poll(1):
        if lines[one].read():
            lines[one].next()
print(number / (time.perf_counter() - begin))
"""


def main() -> None:
    """Measure each size and write the figures."""
    options = _options()
    figures: dict[str, Any] = {
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "command": "python benchmarks/dereference.py " + " ".join(sys.argv[1:]),
    }
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="kizuna-bench-", dir=options.work) as name:
            folder = Path(name)
            triples = write_data(folder / "data.nt", size)
            build(folder / "data.nt", folder / "releases", triples)
            (folder / "releases" / "queries").mkdir()
            figures[f"{triples} triples"] = measure(folder / "releases", options.rounds)
    options.out.mkdir(exist_ok=True)
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    (options.out / "dereference.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="*", type=int, default=(10_000, 1_000_000))
    parser.add_argument("--rounds", type=int, default=5, help="servers, one after the other")
    parser.add_argument("--work", type=Path, default=None, help="where data and stores are made")
    parser.add_argument("--out", type=Path, default=Path(".bench"), help="folder of the figures")
    return parser.parse_args()


def measure(releases: Path, rounds: int) -> dict[str, Any]:
    """Return what each format gives, as a part of what a static file gives in the same round."""
    index = DescriptionIndex(releases / "current" / "descriptions.sqlite")
    things = [iri.value.removeprefix(EX) for iri in index.subjects(f"{EX}id/")]
    index.close()
    warm: dict[str, list[float]] = {}
    cold: dict[str, list[float]] = {}
    page: dict[str, Any] = {}
    for number in range(rounds):
        server = systems.kizuna(releases)
        try:
            _one_round(server.port, _parts(things, number), warm, cold)
            page = _page(server.port)
        finally:
            server.stop()
    return {
        "warm, requests/s": _medians(warm),
        "warm ÷ static": _ratios(warm),
        "cold, requests/s": _medians(cold),
        "cold ÷ static": _ratios(cold),
        "page": page | {"time ÷ Turtle, cold": _times(cold)},
    }


def _parts(things: Sequence[str], number: int) -> Iterator[list[str]]:
    """Yield, for each case, things of its own: nothing is asked for twice."""
    shuffled = random.Random(number).sample(things, len(things))
    size = min(MOST_COLD, len(things) // len(FORMATS))
    yield from (shuffled[size * n : size * (n + 1)] for n in range(len(FORMATS)))


def _one_round(
    port: int,
    parts: Iterator[list[str]],
    warm: dict[str, list[float]],
    cold: dict[str, list[float]],
) -> None:
    for (name, accept), part in zip(FORMATS.items(), parts, strict=True):
        paths = [t if name == "303" else f"doc/{t.removeprefix('id/')}" for t in part]
        unique = [f"{STATIC}?n={name}{n}".replace(" ", "") for n in range(len(paths))]
        _note(cold, "static", _rate(port, [_request(path, "*/*") for path in unique]))
        _note(cold, name, _rate(port, [_request(f"/{path}", accept) for path in paths]))
        again = [_request(f"/{paths[0]}", accept)] * WARM_REQUESTS
        _note(warm, "static", _rate(port, [_request(STATIC, "*/*")] * WARM_REQUESTS))
        _note(warm, name, _rate(port, again))


def _note(found: dict[str, list[float]], name: str, rate: float) -> None:
    found.setdefault(name, []).append(rate)


def _request(path: str, accept: str) -> bytes:
    lines = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n"
    return f"{lines}User-Agent: benchmark\r\n\r\n".encode()


def _rate(port: int, requests: Sequence[bytes]) -> float:
    """Return how many of ``requests`` are answered in a second, shared among the clients."""
    command = [sys.executable, "-c", CLIENT, str(port), str(CONNECTIONS)]

    def client(number: int) -> float:
        told = b"\0".join(requests[number::CLIENTS])
        return float(subprocess.run(command, input=told, capture_output=True, check=True).stdout)

    with ThreadPoolExecutor(CLIENTS) as clients:
        return sum(clients.map(client, range(CLIENTS)))


def _medians(found: dict[str, list[float]]) -> dict[str, int]:
    return {name: round(statistics.median(rates)) for name, rates in found.items()}


def _ratios(found: dict[str, list[float]]) -> dict[str, float]:
    """Return the median, over the rounds, of each rate and that of the static file beside it."""
    static = found["static"]
    beside = {name: static[n :: len(FORMATS)] for n, name in enumerate(FORMATS)}
    return {
        name: round(
            statistics.median(r / s for r, s in zip(found[name], beside[name], strict=True)), 2
        )
        for name in FORMATS
    }


def _times(cold: dict[str, list[float]]) -> float:
    pairs = zip(cold["Turtle"], cold["page"], strict=True)
    return round(statistics.median(turtle / page for turtle, page in pairs), 2)


def _page(port: int) -> dict[str, Any]:
    """Return how much a thing's page weighs with its style sheet and scripts."""
    weights = {}
    for coding in ("identity", "br"):
        html = _get(port, "/doc/dataset/1.html", coding)
        plain = _get(port, "/doc/dataset/1.html", "identity").decode()
        parts = [p.split('"')[0] for p in plain.split('="')[1:] if p.startswith("/static/")]
        weights[coding] = len(html) + sum(len(_get(port, p, coding)) for p in set(parts))
    return {
        "bytes": weights["identity"],
        "bytes, br": weights["br"],
        "within": weights["identity"] <= HEAVIEST_PAGE,
    }


def _get(port: int, path: str, coding: str) -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Accept-Encoding": coding})
    body = connection.getresponse().read()
    connection.close()
    return body


if __name__ == "__main__":
    main()
