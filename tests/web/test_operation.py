"""Numbers, log, health and end of a server."""

from __future__ import annotations

import asyncio
import io
import json
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from conftest import SMALL, Client
from kizuna.errors import FindingsError, UnavailableError
from kizuna.release import Release
from kizuna.web import FixedSite, Site, create_app
from kizuna.web.accesslog import AccessLog
from kizuna.web.cache import Cache, CacheNumbers
from kizuna.web.exposition import Histogram, family, histograms
from kizuna.web.gate import Gate
from kizuna.web.metrics import MOST_WATCHED, Metrics
from kizuna.web.operation import Operation
from live import environment, free_port, kizuna
from servers import Service

SAMPLE = re.compile(r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+]+')
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


class Logged:
    """An application with a log in memory."""

    def __init__(self, site: Site, **options: bool) -> None:
        self.stream = io.StringIO()
        self.log = AccessLog(self.stream, **options)
        source = FixedSite(replace(site, cache=Cache()))
        self.operation = Operation(source, Metrics(), self.log)
        self.operation.metrics.watch(source.site)
        self.client = Client(create_app(source, operation=self.operation))

    def lines(self) -> list[dict[str, Any]]:
        self.log.close()
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


def numbers(text: str) -> dict[str, float]:
    rows = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}


def test_metrics_are_what_prometheus_reads(site: Site) -> None:
    logged = Logged(site)
    for path in ("/", "/doc/event/fair.ttl", "/nope", "/sparql?query=ASK%7B%7D", "/metrics.bak"):
        logged.client.get(path)
    logged.client.request("BREW", "/sparql")
    logged.client.get("/sparql?query=ASK%7B%7D")
    answer = logged.client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    lines = answer.text.splitlines()
    assert all(line.startswith(("# HELP ", "# TYPE ")) or SAMPLE.fullmatch(line) for line in lines)
    heads = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(heads) == len(set(heads))
    found = numbers(answer.text)
    assert found['kizuna_requests_total{kind="front",method="GET",status="200"}'] == 1
    assert found['kizuna_requests_total{kind="doc",method="GET",status="200"}'] == 1
    assert found['kizuna_requests_total{kind="other",method="GET",status="404"}'] == 1
    assert found['kizuna_requests_total{kind="sparql",method="other",status="405"}'] == 1
    assert found['kizuna_request_seconds_count{kind="sparql"}'] == 3
    assert found['kizuna_request_seconds_bucket{kind="sparql",le="+Inf"}'] == 3
    assert found["kizuna_cache_hits_total"] >= 1
    assert found["kizuna_cache_bytes"] > 0
    assert found["kizuna_requests_running"] == 1  # this one
    assert found["kizuna_release_refused"] == 0
    assert f'id="{site.release.id}"' in answer.text


def test_metrics_tell_nothing_of_clients(site: Site) -> None:
    logged = Logged(site)
    secret = "SELECT ?secret {}"
    headers = {"user-agent": "secret", "authorization": "Bearer secret", "cookie": "secret"}
    logged.client.get("/sparql", params={"query": secret}, headers=headers)
    logged.client.get("/secret/path", headers=headers)
    text = logged.client.get("/metrics").text
    assert "secret" not in text
    assert "127.0.0.1" not in text
    assert "secret" not in json.dumps(logged.lines()).replace("/secret/path", "")


def test_a_histogram() -> None:
    histogram = Histogram()
    for value in (0.0, 0.001, 0.002, 99.0):
        histogram.add(value)
    text = histograms("x", "X.", [({"k": "v"}, histogram)])
    found = numbers(text)
    assert found['x_bucket{k="v",le="0.001"}'] == 2  # a bound belongs to its bucket
    assert found['x_bucket{k="v",le="30"}'] == 3
    assert found['x_bucket{k="v",le="+Inf"}'] == found['x_count{k="v"}'] == 4
    assert found['x_sum{k="v"}'] == pytest.approx(99.003)
    assert family("y", "gauge", "Y.", []) == "# HELP y Y.\n# TYPE y gauge\n"


def test_numbers_outlive_releases(site: Site) -> None:
    metrics = Metrics()
    for _ in range(3 * MOST_WATCHED):
        other = replace(site, cache=Cache())
        other.cache.numbers.hits += 1
        metrics.watch(other)
    assert len(metrics._caches) <= MOST_WATCHED
    assert CacheNumbers.sum(metrics._caches).hits == 3 * MOST_WATCHED


def test_the_access_log(site: Site) -> None:
    logged = Logged(site)
    logged.client.get("/doc/event/fair.ttl?token=hidden")
    logged.client.get("/sparql", params={"query": "ASK {}"})
    logged.client.post("/sparql", data={"query": "ASK { ?s"})
    logged.client.get("/id/place/東京")
    first, second, third, fourth = logged.lines()
    assert (first["method"], first["path"], first["status"]) == ("GET", "/doc/event/fair.ttl", 200)
    assert first["release"] == site.release.id
    assert first["bytes"] > 100
    assert first["ms"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", first["time"])
    assert re.fullmatch("[0-9a-f]{12}", first["client"])
    assert "query" not in first
    assert second["query_bytes"] == 6
    assert len(second["query"]) == 64
    assert "query_text" not in second
    assert (third["status"], third["query_bytes"]) == (400, 8)
    assert fourth["path"] == "/id/place/%E6%9D%B1%E4%BA%AC"


def test_queries_are_logged_only_when_wished(site: Site) -> None:
    logged = Logged(site, with_queries=True)
    logged.client.post(
        "/sparql",
        content='ASK { ?s ?p "絆\n" }',
        headers={"content-type": "application/sparql-query"},
    )
    assert logged.lines()[0]["query_text"] == 'ASK { ?s ?p "絆\n" }'


def test_a_stuck_log_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kizuna.web.accesslog.MOST_HELD", 2)
    monkeypatch.setattr("kizuna.web.accesslog.SECONDS_TO_CLOSE", 0.2)
    free = threading.Event()

    class Stuck(io.StringIO):
        def write(self, text: str) -> int:
            free.wait(10)
            return super().write(text)

    log = AccessLog(Stuck())
    scope = {"method": "GET", "path": "/", "raw_path": b"/"}
    for _ in range(10):
        log.add(scope, {})
    assert log.dropped >= 7
    log.close()
    free.set()


def test_a_log_that_cannot_be_written() -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    log = AccessLog(Full())
    log.add({"method": "GET", "path": "/"}, {})
    log.close()
    assert log.dropped == 1


def test_readiness_tells_what_was_refused(site: Site) -> None:
    class Refusing(FixedSite):
        @property
        def refused(self) -> str | None:
            return "0123456789ab"

    client = Client(create_app(Refusing(site)))
    assert client.get("/readyz").json()["refused"] == "0123456789ab"
    assert numbers(client.get("/metrics").text)["kizuna_release_refused"] == 1


def test_before_there_is_a_release(site: Site) -> None:
    may_open, failures, closed = threading.Event(), [], []

    def opened() -> Any:  # noqa: ANN401
        may_open.wait(10)
        return create_app(site), lambda: closed.append(1)

    gate = Gate(opened, lambda: failures.append(1))

    async def live() -> None:
        said: asyncio.Queue[str] = asyncio.Queue()
        heard: asyncio.Queue[dict[str, str]] = asyncio.Queue()

        async def send(message: Any) -> None:  # noqa: ANN401
            await said.put(message["type"])

        life = asyncio.create_task(gate({"type": "lifespan"}, heard.get, send))
        await heard.put({"type": "lifespan.startup"})
        assert await said.get() == "lifespan.startup.complete"
        client = Client(gate)

        async def get(path: str) -> httpx.Response:
            return await client.send(httpx.Request("GET", f"http://x{path}"))

        assert (await get("/healthz")).status_code == 200
        ready = await get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "starting")
        page = await get("/doc/event/fair")
        assert (page.status_code, page.headers["retry-after"]) == (503, "1")
        assert page.headers["content-type"] == "application/problem+json"
        may_open.set()
        until = time.monotonic() + 10
        while (await get("/readyz")).status_code == 503 and time.monotonic() < until:
            await asyncio.sleep(0.01)
        assert (await get("/doc/event/fair")).status_code == 200
        await heard.put({"type": "lifespan.shutdown"})
        await life

    asyncio.run(live())
    assert (failures, closed) == ([], [1])


RUNNING = 'kizuna_queries{place="light"}'


class Server:
    """``kizuna serve`` on the small project, with its log."""

    def __init__(
        self,
        behind: Service,
        release: Release,
        folder: Path,
        *arguments: str,
        seconds: str = "30",
    ) -> None:
        self.log = folder / "access.log"
        project = shutil.copytree(SMALL, folder / "project")
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        command = [sys.executable, "-c", "from kizuna.cli import main; main()", "serve"]
        options = ["--releases", str(release.folder.parent), "--access-log", str(self.log)]
        self.process = subprocess.Popen(
            [*command, str(project), *options, "--port", str(port), *arguments, *behind.options],
            env=environment(KIZUNA_QUERY_SECONDS=seconds, **behind.environ),
            stderr=subprocess.PIPE,
        )
        until = time.monotonic() + 30
        with httpx.Client() as client:  # each new one reads all certificates of the system
            while time.monotonic() < until:
                assert self.process.poll() is None
                with suppress(httpx.TransportError):
                    if client.get(f"{self.url}/readyz").status_code == 200:
                        break
                time.sleep(0.05)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.errors = self.process.communicate(timeout=60)[1].decode()
        return self.process.returncode


@pytest.fixture
def server(behind: Service, small_release: Release, tmp_path: Path) -> Iterator[Server]:
    started = Server(behind, small_release, tmp_path, "--log-queries")
    yield started
    if started.process.poll() is None:
        started.end()


def test_told_to_stop_a_server_lets_queries_end(server: Server) -> None:
    found: list[httpx.Response] = []
    # Some tenths of a second: three times all statements.
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STR(?a) < STR(?f)) }"

    def ask() -> None:
        found.append(httpx.get(f"{server.url}/sparql", params={"query": query}, timeout=30))

    asking = threading.Thread(target=ask)
    asking.start()
    while asking.is_alive() and not numbers(httpx.get(f"{server.url}/metrics").text)[RUNNING]:
        time.sleep(0.01)
    assert server.end() == 0, server.errors
    asking.join(30)
    assert [answer.status_code for answer in found] == [200]
    entries = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert entries[-1]["query_text"] == query
    with pytest.raises(httpx.TransportError):
        httpx.get(server.url)


def test_a_query_past_the_limit_does_not_hold_the_server_up(
    behind: Service, small_release: Release, tmp_path: Path
) -> None:
    server = Server(behind, small_release, tmp_path, seconds="2")
    asking = threading.Thread(
        target=lambda: httpx.get(f"{server.url}/sparql", params={"query": SLOW}, timeout=30)
    )
    asking.start()
    while asking.is_alive() and not numbers(httpx.get(f"{server.url}/metrics").text)[RUNNING]:
        time.sleep(0.01)
    assert asking.is_alive()
    begun = time.monotonic()
    assert server.end() == 0
    assert time.monotonic() - begun < 10
    asking.join(30)


@pytest.mark.embedded("workers and lanes are its own")
def test_workers_and_kills_are_counted(
    behind: Service, small_release: Release, tmp_path: Path
) -> None:
    server = Server(behind, small_release, tmp_path, seconds="1")
    slow = httpx.get(f"{server.url}/sparql", params={"query": SLOW}, timeout=30)
    assert slow.status_code == 504
    found = numbers(httpx.get(f"{server.url}/metrics").text)
    assert found['kizuna_workers_ended_total{reason="time"}'] == 1
    assert found['kizuna_queries_total{outcome="failed"}'] == 1
    assert found["kizuna_queries_heavy_total"] == 1
    assert found['kizuna_queries{place="heavy"}'] == found['kizuna_queries{place="light"}'] == 0
    assert found["kizuna_workers_started_total"] >= 1
    assert server.end() == 0


@pytest.mark.embedded("it ends before it asks an engine")
def test_a_log_that_cannot_be_opened(small_release: Release, tmp_path: Path) -> None:
    project = shutil.copytree(SMALL, tmp_path / "project")
    done = kizuna(
        "serve", str(project), "--releases", str(small_release.folder.parent), "--port", "0",
        "--access-log", str(tmp_path / "nowhere" / "log"),
    )  # fmt: skip
    assert done.returncode == UnavailableError.exit_code
    assert "access log cannot be written" in done.stderr


@pytest.mark.embedded("it ends before it asks an engine")
def test_with_a_broken_project_and_a_broken_release_nothing_is_served(
    small_release: Release, tmp_path: Path
) -> None:
    project = shutil.copytree(SMALL, tmp_path / "project")
    (project / "data" / "ttl" / "broken.ttl").write_text("?", encoding="utf-8")
    releases = shutil.copytree(small_release.folder.parent, tmp_path / "releases", symlinks=True)
    (releases / small_release.id / "descriptions.sqlite").write_bytes(b"no index")
    done = kizuna("serve", str(project), "--releases", str(releases), "--port", "0")
    assert done.returncode == FindingsError.exit_code
    assert "broken.ttl:1" in done.stderr
    assert "last good" not in done.stderr
    assert "Traceback" not in done.stderr
