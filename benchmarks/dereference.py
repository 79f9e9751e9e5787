"""Dereferencing: any format of a thing beside a static byte answer of the same server, in one run.

python benchmarks/dereference.py [--sizes 10000 1000000] [--rounds 5] [--releases FOLDER]
    [--unprepared]

*Warm* is the same request again and again, *cold* another thing each time, which this server has
never been asked for. Answers are made ahead before the first server begins, as a server does by
itself once it runs; ``--unprepared`` leaves that out. Beside each stand static answers, of a file
of about the same size: the same request again and again (*static*), no more of them than there are
cold requests (*static, as many*: the first ones cost most), and the file under another address each
time (*static, cold*). Each format has a new server each time, so that cold is cold. Counted are
requests per second and the CPU time of the server process per request, without the opening of
connections; the latter does not depend on what else the machine does.
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
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import systems
from data import write_data

from kizuna.engine import DescriptionIndex
from kizuna.release import Releases
from kizuna.release.manifest import read_manifest
from kizuna.web.prepared import place
from kizuna.web.prepared.work import prepare_release
from release import build

CONNECTIONS = 8
WARM_REQUESTS = 20_000
MOST_COLD = 20_000
"""How many requests a case gets in one round."""
TINY, SMALL, LARGE = (f"/static/{name}" for name in ("favicon.svg", "search.js", "style.css"))
"""Static files of 0.3, 6 and 22 kB."""
KINDS = ("static", "static, as many", "cold", "static, cold", "warm")
MOST_PREPARED = 4_000
"""Megabytes."""
HEAVIEST_PAGE = 150_000
"""Bytes of a page with its style sheet and scripts, not compressed."""
WARMING_UP = 20
"""How many things each server is asked for before anything counts."""
# fmt: off
FORMATS = {
    # name       Accept                      beside
    "Turtle":    ("text/turtle",              SMALL),
    "JSON-LD":   ("application/ld+json",      SMALL),
    "N-Triples": ("application/n-triples",    SMALL),
    "RDF/XML":   ("application/rdf+xml",      SMALL),
    "N-Quads":   ("application/n-quads",      SMALL),
    "RDF 1.2":   ("text/turtle; version=1.2", SMALL),
    "page":      ("text/html",                LARGE),
    "303":       ("*/*",                      TINY),
}
# fmt: on
CLIENT = """
import select, socket, sys, time
port, connections, size = (int(argument) for argument in sys.argv[1:])
first, *waiting = sys.stdin.buffer.read(size).split(b"\\0")
waiting.reverse()
class Line:
    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data, self.left, self.open = b"", None, True
        self.socket.sendall(first)
        while not self.read():
            pass
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
lines = {line.socket.fileno(): line for line in (Line() for _ in range(connections))}
poll = select.epoll()
print("ready", flush=True)
sys.stdin.buffer.read(1)
begin, number = time.perf_counter(), len(waiting)
for one, line in lines.items():
    poll.register(one, select.EPOLLIN)
    line.next()
while any(line.open for line in lines.values()):
    for one, _ in poll.poll(0):  # never sleeps: to wake it would be the work of the server
        if lines[one].read():
            lines[one].next()
print(number / (time.perf_counter() - begin), flush=True)
sys.stdin.buffer.read()
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What answers cost: requests per second, and microseconds of the server's CPU for each."""

    rate: float
    cpu: float


Costs = dict[str, list[Cost]]


def main() -> None:
    """Measure each size and write the figures."""
    options = _options()
    figures: dict[str, Any] = {
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "command": "python benchmarks/dereference.py " + " ".join(sys.argv[1:]),
    }
    if options.releases is not None:
        figures[str(options.releases)] = _measured(options.releases, options)
    for size in () if options.releases else options.sizes:
        with tempfile.TemporaryDirectory(prefix="kizuna-bench-", dir=options.work) as name:
            folder = Path(name)
            triples = write_data(folder / "data.nt", size)
            build(folder / "data.nt", folder / "releases", triples)
            (folder / "releases" / "queries").mkdir()
            figures[f"{triples} triples"] = _measured(folder / "releases", options)
    options.out.mkdir(exist_ok=True)
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    (options.out / "dereference.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="*", type=int, default=(10_000, 1_000_000))
    parser.add_argument("--rounds", type=int, default=5, help="servers, one after the other")
    parser.add_argument("--releases", type=Path, help="measure what is there instead")
    parser.add_argument("--unprepared", action="store_true", help="make nothing ahead")
    parser.add_argument("--work", type=Path, default=None, help="where data and stores are made")
    parser.add_argument("--out", type=Path, default=Path(".bench"), help="folder of the figures")
    return parser.parse_args()


def _measured(releases: Path, options: argparse.Namespace) -> dict[str, Any]:
    prepared = {} if options.unprepared else {"prepared": _prepared(releases)}
    return prepared | measure(releases, options.rounds)


def _prepared(releases: Path) -> dict[str, float]:
    """Make the answers ahead; return how many, what that costs and how much room they take."""
    release = Releases(releases).current()
    begin = time.process_time()
    number = prepare_release(release, releases, MOST_PREPARED)
    seconds = time.process_time() - begin
    size = place(release, releases).stat().st_size
    return {"answers": number, "seconds of CPU": round(seconds, 1), "bytes": size}


def measure(releases: Path, rounds: int) -> dict[str, Any]:
    """Return what each format costs, and what part of it a static answer in the same round does."""
    base = read_manifest(releases / "current").base
    index = DescriptionIndex(releases / "current" / "descriptions.sqlite")
    things = [quote(iri.value.removeprefix(base)) for iri in index.subjects(f"{base}id/")
              if "#" not in iri.value]  # fmt: skip
    index.close()
    costs: dict[str, Costs] = {kind: {} for kind in KINDS}
    page: dict[str, Any] = {}
    for number in range(rounds):
        shuffled = random.Random(number).sample(things, len(things))
        for name in FORMATS:
            server = systems.kizuna(releases)
            try:
                _one_format(server, name, shuffled, costs)
                page = _page(server.port, things[0])
            finally:
                server.stop()
    slower = {name: round(_of(costs["cold"]["page"], costs["cold"]["Turtle"], name), 2)
              for name in ("cpu", "rate")}  # fmt: skip
    return {
        "load": os.getloadavg(),
        "µs of CPU": {kind: _medians(found, "cpu") for kind, found in costs.items()},
        "requests/s": {kind: _medians(found, "rate") for kind, found in costs.items()},
        "by CPU": _beside(costs, "cpu"),
        "by requests/s": _beside(costs, "rate"),
        "page": page | {"times Turtle, cold": slower},
    }


def _one_format(
    server: systems.Server, name: str, things: Sequence[str], costs: dict[str, Costs]
) -> None:
    accept, static = FORMATS[name]
    paths = [f"/{thing}" if name == "303" else _page_of(thing) for thing in things]
    _cost(server, [_request(path, accept) for path in paths[:WARMING_UP]])
    paths = paths[WARMING_UP:][:MOST_COLD]
    asked = {
        "static": [_request(static, "*/*")] * WARM_REQUESTS,
        "static, as many": [_request(static, "*/*")] * len(paths),
        "cold": [_request(path, accept) for path in paths],
        "static, cold": [_request(f"{static}?n={n}", "*/*") for n in range(len(paths))],
        "warm": [_request(paths[0], accept)] * WARM_REQUESTS,
    }
    for kind, requests in asked.items():
        costs[kind].setdefault(name, []).append(_cost(server, requests))


def _page_of(thing: str) -> str:
    return f"/doc/{thing.removeprefix('id/')}"


def _request(path: str, accept: str) -> bytes:
    lines = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n"
    return f"{lines}User-Agent: benchmark\r\n\r\n".encode()


def _cost(server: systems.Server, requests: Sequence[bytes]) -> Cost:
    """Return what the answers to ``requests`` cost, without that of opening and closing.

    Each connection has been open for one request already.
    """
    told = b"\0".join([_request(TINY, "*/*"), *requests])
    command = [sys.executable, "-c", CLIENT, str(server.port), str(CONNECTIONS), str(len(told))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        client.stdin.write(told)
        client.stdin.flush()
        assert client.stdout.readline() == b"ready\n"
        before = _cpu(server)
        client.stdin.write(b"!")
        client.stdin.flush()
        rate = float(client.stdout.readline())
        return Cost(rate, (_cpu(server) - before) / len(requests))


def _cpu(server: systems.Server) -> float:
    """Return the microseconds of CPU that the server process has had, in all its threads."""
    assert server.process is not None
    clock = (~server.process.pid << 3) | 2  # clock_getcpuclockid(3)
    return time.clock_gettime(clock) * 1e6


def _medians(found: Costs, what: str) -> dict[str, int]:
    return {
        name: round(statistics.median(getattr(cost, what) for cost in costs))
        for name, costs in found.items()
    }


def _beside(costs: dict[str, Costs], what: str) -> dict[str, dict[str, float]]:
    """Return how quick each is as a part of how quick a static answer in the same round is."""
    pairs = (("warm", "static"), ("cold", "static, as many"), ("cold", "static, cold"))
    return {
        f"{kind} ÷ {static}": {
            name: round(1 / _of(costs[kind][name], costs[static][name], what), 2)
            for name in FORMATS
        }
        for kind, static in pairs
    }


def _of(one: Sequence[Cost], other: Sequence[Cost], what: str) -> float:
    """Return how many times as long one takes as the other: the median over the rounds."""
    pairs = zip(one, other, strict=True)
    if what == "cpu":
        return statistics.median(a.cpu / b.cpu for a, b in pairs)
    return statistics.median(b.rate / a.rate for a, b in pairs)


def _page(port: int, thing: str) -> dict[str, Any]:
    """Return how much a thing's page weighs with its style sheet and scripts."""
    weights = {}
    for coding in ("identity", "br"):
        path = f"{_page_of(thing)}.html"
        html, plain = _get(port, path, coding), _get(port, path, "identity").decode()
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
