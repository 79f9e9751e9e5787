"""SPARQL servers of others, started for the tests on free ports of this machine.

``KIZUNA_TEST_ENGINE=virtuoso pytest tests/web`` puts one of them behind all tests over HTTP; it must
be here then. Without it these tests use the embedded engine, and ``test_engines.py`` all that are
here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kizuna.engine import EmbeddedEngine, Engine, Limits
from kizuna.engine.remote import Dataset, Remote, RemoteEngine
from kizuna.release import Release, Target, push
from live import free_port

EMBEDDED = "embedded"
CHOSEN = os.environ.get("KIZUNA_TEST_ENGINE", "")
"""The engine behind the tests over HTTP; empty is the embedded one."""
ELSEWHERE = "--writable and --engine exclude each other"
START_SECONDS = 60
DEFAULT_GRAPH = "https://example.org/small/graph-of-all"
JARS = Path(__file__).parents[1] / ".venv" / "engines"


@dataclass(frozen=True)
class Service:
    """A running server: its endpoint, its graph store, and what stands for its default graph.

    The embedded engine is one without addresses.
    """

    name: str
    endpoint: str = ""
    store: str = ""
    default: str | None = None

    def must_be_embedded(self, reason: str) -> None:
        """Skip the test that uses a fixture; see the marker of the same name in conftest.py."""
        if self.endpoint:
            pytest.skip(f"{EMBEDDED} engine only: {reason}")

    @property
    def options(self) -> tuple[str, ...]:
        """What ``kizuna serve`` must be told to use it."""
        return ("--engine", self.endpoint) if self.endpoint else ()

    @property
    def environ(self) -> dict[str, str]:
        """What must stand in the environment besides."""
        return {"KIZUNA_ENGINE_DEFAULT_GRAPH": self.default} if self.default else {}

    @property
    def target(self) -> Target:
        return Target(Remote(self.store), Remote(self.endpoint), self.default)

    def fill(self, release: Release) -> None:
        """Load a release into it as ``kizuna push`` does."""
        if self.endpoint:
            done = list(push(release, self.target))
            assert all(one.right for one in done), done

    def engine(self, release: Release, limits: Limits | None = None) -> Engine:
        """Return an engine that asks it about a release that it holds."""
        if not self.endpoint:
            return EmbeddedEngine(release.store)
        named = tuple(release.manifest.graphs) if self.default else ()
        dataset = Dataset(self.default or "", named, release.search)
        return RemoteEngine(Remote(self.endpoint), limits, dataset=dataset)


class NotHere(Exception):
    """The server is not on this machine; the text says how it would come here."""


@contextmanager
def oxigraph(folder: Path) -> Iterator[Service]:
    beside = Path(sys.executable).with_name("oxigraph")
    binary = str(beside) if beside.is_file() else shutil.which("oxigraph")
    if binary is None:
        raise NotHere("pip install oxigraph")
    url = f"http://127.0.0.1:{free_port()}"
    bind = url.removeprefix("http://")
    with _running([binary, "serve", "--location", str(folder), "--bind", bind], folder, url):
        yield Service("oxigraph", f"{url}/query", f"{url}/store")


_VIRTUOSO_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10
"""


@contextmanager
def virtuoso(folder: Path) -> Iterator[Service]:
    server, client = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if server is None or client is None:
        raise NotHere("apt-get install virtuoso-opensource-7-bin")
    sql, http = free_port(), free_port()
    config = folder / "virtuoso.ini"
    config.write_text(_VIRTUOSO_INI.format(folder=folder, sql=sql, http=http))
    url = f"http://127.0.0.1:{http}"
    command = [server, "+foreground", "+configfile", str(config)]
    with _running(command, folder, f"{url}/sparql?query=ASK%7B%7D"):
        grant = 'exec=grant SPARQL_UPDATE to "SPARQL"'
        subprocess.run(
            [client, f"127.0.0.1:{sql}", "dba", "dba", grant],
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=START_SECONDS,
        )
        yield Service("virtuoso", f"{url}/sparql", f"{url}/sparql-graph-crud", DEFAULT_GRAPH)


@contextmanager
def fuseki(folder: Path) -> Iterator[Service]:
    java, jars = shutil.which("java"), sorted(JARS.glob("jena-fuseki-server-*.jar"))
    if java is None or not jars:
        raise NotHere("make test-engines fetches it where Maven and Java are")
    port = free_port()
    url = f"http://127.0.0.1:{port}/ds"
    command = [
        java,
        "-Xmx1g",
        "-jar",
        str(jars[-1]),
        "--localhost",
        f"--port={port}",
        "--mem",
        "/ds",
    ]
    with _running(command, folder, f"{url}/query?query=ASK%7B%7D"):
        yield Service("fuseki", f"{url}/query", f"{url}/data")


@contextmanager
def embedded(_: Path) -> Iterator[Service]:
    yield Service(EMBEDDED)


SERVERS: dict[str, Callable[[Path], AbstractContextManager[Service]]] = {
    EMBEDDED: embedded,
    "oxigraph": oxigraph,
    "virtuoso": virtuoso,
    "fuseki": fuseki,
}


@contextmanager
def _running(command: list[str], folder: Path, url: str) -> Iterator[None]:
    """Run a server until the end of the context; it answers at ``url`` from the beginning."""
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        try:
            _wait(process, url, folder / "output.log")
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with opener.open(url, timeout=5):
                return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} did not start: {log.read_text(errors='replace')[-2000:]}")
