"""Requests per second: answers that are bytes already, beside the least that the server can do."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import systems

CLIENTS = 2
CONNECTIONS = 8
SECONDS = 3.0
ROUNDS = 3
QUERY = "SELECT ?p ?o { <https://example.org/bench/id/dataset/77> ?p ?o }"
STATIC = """
import sys, uvicorn
body = b"x" * int(sys.argv[2])
start = {"type": "http.response.start", "status": 200, "headers": [
    (b"content-type", b"application/sparql-results+json"),
    (b"content-length", str(len(body)).encode()),
]}
async def app(scope, receive, send):
    await send(start)
    await send({"type": "http.response.body", "body": body})
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False,
            server_header=False, proxy_headers=False, lifespan="off")
"""
CLIENT = """
import socket, sys, time, select
port, connections, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
request = sys.stdin.buffer.read()
def connect():
    made = socket.create_connection(("127.0.0.1", port))
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made
def whole(s):
    data = b""
    while b"\\r\\n\\r\\n" not in data:
        data += s.recv(65536)
    head, _, body = data.partition(b"\\r\\n\\r\\n")
    assert b" 200 " in head.split(b"\\r\\n")[0] + b" ", head
    lines = dict(l.lower().split(b": ", 1) for l in head.split(b"\\r\\n")[1:])
    while len(body) < int(lines[b"content-length"]):
        body += s.recv(65536)
    return len(head) + 4 + len(body)
socks = [connect() for _ in range(connections)]
for s in socks:
    s.sendall(request)
    size = whole(s)
for s in socks:
    s.sendall(request)
left = dict.fromkeys(socks, size)
poll = select.epoll()
by = {s.fileno(): s for s in socks}
for n in by: poll.register(n, select.EPOLLIN)
done, until = 0, time.perf_counter() + seconds
while time.perf_counter() < until:
    for n, _ in poll.poll(1):
        s = by[n]
        left[s] -= len(s.recv(1 << 20))
        if left[s] <= 0:
            done += 1
            left[s] += size
            s.send(request)
print(done / seconds)
"""


def measure(releases: Path) -> dict[str, float | str]:
    """Return requests per second and the ratios that matter, medians of interleaved rounds."""
    kizuna = systems.kizuna(releases)
    asked = f"/sparql?query={quote(QUERY)}"
    size = len(kizuna.ask(QUERY, 10))
    static = _static(size)
    cases: dict[str, tuple[systems.Server, str, str]] = {
        "static bytes (bare ASGI)": (static, "/", "*/*"),
        "cached answer": (kizuna, asked, "application/sparql-results+json"),
        "one thing's Turtle": (kizuna, "/doc/dataset/77", "text/turtle"),
        "one thing's page": (kizuna, "/doc/dataset/77", "text/html"),
        "style sheet (file)": (kizuna, "/static/style.css", "*/*"),
    }
    try:
        found = _rates(cases)
    finally:
        static.stop()
        kizuna.stop()
    floor = found["static bytes (bare ASGI)"]
    figures: dict[str, float | str] = {f"{k}, requests/s": round(v) for k, v in found.items()}
    for name, value in found.items():
        figures[f"{name} ÷ static bytes"] = round(value / floor, 2)
    return figures


def _rates(cases: dict[str, tuple[systems.Server, str, str]]) -> dict[str, float]:
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, (server, path, accept) in cases.items():
            found[name].append(_rate(server.port, path, accept))
    return {name: sorted(rates)[len(rates) // 2] for name, rates in found.items()}


def _rate(port: int, path: str, accept: str) -> float:
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: {accept}\r\n"
        "User-Agent: benchmark\r\n\r\n"
    ).encode()
    command = [sys.executable, "-c", CLIENT, str(port), str(CONNECTIONS), str(SECONDS)]

    def client(_: int) -> float:
        done = subprocess.run(command, input=request, capture_output=True, check=True)
        return float(done.stdout)

    with ThreadPoolExecutor(CLIENTS) as clients:
        return sum(clients.map(client, range(CLIENTS)))


def _static(size: int) -> systems.Server:
    port = systems.free_port()
    server = systems.Server("static", [sys.executable, "-c", STATIC, str(port), str(size)], port)
    server.start()
    return server
