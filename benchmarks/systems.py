"""The systems that are compared: how each is started, asked and stopped."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import QueryResultsFormat, QueryTriples, RdfFormat, Store

HERE = Path(__file__).parent
JSON, TRIPLES = "application/sparql-results+json", "application/n-triples"
START_SECONDS = 120
IDLE_SECONDS = 2.0
VIRTUOSO_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx
[Parameters]
ServerPort = {sql}
NumberOfBuffers = 100000
MaxDirtyBuffers = 60000
DirsAllowed = {folder}
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = 100000000
"""


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@dataclass
class InProcess:
    """pyoxigraph in this process: the floor that the engine itself sets."""

    name: str
    store: Store

    def ask(self, query: str, seconds: float) -> bytes:
        """Return the answer as JSON or N-Triples; nothing stops it after ``seconds``."""
        del seconds
        found = self.store.query(query)
        if isinstance(found, QueryTriples):
            return found.serialize(format=RdfFormat.N_TRIPLES) or b""
        return found.serialize(format=QueryResultsFormat.JSON) or b""

    def ready(self) -> None:
        """Do nothing: it always is."""

    def stop(self) -> None:
        """Do nothing: no process runs."""


@dataclass
class Server:
    """A SPARQL endpoint on loopback, asked over one connection that is kept open."""

    name: str
    command: Sequence[str]
    port: int
    path: str = "/sparql"
    more: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    connection: http.client.HTTPConnection | None = None
    used: float = 0.0

    def start(self) -> None:
        """Start the process and wait until it answers. Raises OSError when it does not."""
        self.process = subprocess.Popen(
            self.command,
            env=os.environ | self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                self.ask("ASK { ?s ?p ?o }", 10)
            except OSError:
                time.sleep(0.2)
            else:
                return
        self.stop()
        raise OSError(f"{self.name} did not start")

    def ask(self, query: str, seconds: float) -> bytes:
        """Return the answer. Raises OSError when there is none in time, or an error."""
        self.ready()
        assert self.connection is not None
        self.connection.sock.settimeout(seconds)
        accept = TRIPLES if "CONSTRUCT" in query else JSON
        try:
            self.connection.request(
                "GET", f"{self.path}?query={quote(query)}{self.more}", headers={"Accept": accept}
            )
            answer = self.connection.getresponse()
            body = answer.read()
            self.used = time.monotonic()
        except (OSError, http.client.HTTPException) as error:
            self.disconnect()
            raise OSError(str(error)) from error
        if answer.status != 200:
            raise OSError(f"{self.name}: {answer.status}: {body[:200]!r}")
        if answer.will_close:
            self.disconnect()
        return body

    def ready(self) -> None:
        """Have a connection that is open: servers close those that were idle for long."""
        if time.monotonic() - self.used > IDLE_SECONDS:
            self.disconnect()
        if self.connection is None or self.connection.sock is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port)
            self.connection.connect()
            self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.used = time.monotonic()

    def disconnect(self) -> None:
        """Close the connection; the next question opens another."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def stop(self) -> None:
        """End the process."""
        self.disconnect()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def kizuna(releases: Path, seconds: float = 30, name: str = "kizuna") -> Server:
    """Return kizuna over the release in ``releases``."""
    port = free_port()
    command = [sys.executable, str(HERE / "release.py"), str(releases), str(port), str(seconds)]
    server = Server(name, command, port)
    server.environment = {"PYTHONPATH": str(HERE.parent / "server")}
    server.start()
    return server


def oxigraph(binary: Path, data: Path, folder: Path | None = None) -> Server:
    """Return the ``oxigraph`` server with ``data`` in memory, or on disk in ``folder``."""
    port = free_port()
    command = [str(binary), "serve", "--bind", f"127.0.0.1:{port}"]
    where = "memory"
    if folder is not None:
        command += ["--location", str(folder)]
        where = "disk"
    server = Server(f"oxigraph, {where}", command, port)
    server.path = "/query"
    server.start()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    with data.open("rb") as body:
        connection.request("POST", "/store?default", body, {"Content-Type": TRIPLES})
        connection.getresponse().read()
    connection.close()
    return server


def rdflib_endpoint(binary: Path, data: Path) -> Server:
    """Return rdflib-endpoint with ``data`` in memory."""
    port = free_port()
    command = [str(binary), "serve", "--port", str(port), "--host", "127.0.0.1", str(data)]
    server = Server("rdflib-endpoint", command, port, path="/")
    server.start()
    return server


def virtuoso(folder: Path, data: Path) -> Server:
    """Return Virtuoso with ``data`` loaded. Raises OSError when it is not installed."""
    binary, isql = shutil.which("virtuoso-t"), shutil.which("isql-vt") or shutil.which("isql-v")
    if not binary or not isql:
        raise OSError("virtuoso-opensource-7 is not installed")
    folder.mkdir(parents=True)
    port, sql = free_port(), free_port()
    ini = folder / "virtuoso.ini"
    ini.write_text(VIRTUOSO_INI.format(folder=folder, port=port, sql=sql), encoding="utf-8")
    shutil.copy(data, folder / "data.nt")
    server = Server("Virtuoso", [binary, "+foreground", "+configfile", str(ini)], port)
    server.more = "&default-graph-uri=urn%3Abench"
    server.start()
    load = (
        f"ld_dir('{folder}', 'data.nt', 'urn:bench'); rdf_loader_run(); checkpoint;"
        'GRANT SELECT ON DB.DBA.RDF_QUAD TO "SPARQL";'
    )
    subprocess.run(
        [isql, str(sql), "dba", "dba", f"exec={load}"], check=True, capture_output=True, timeout=600
    )
    return server


def cached(server: Server) -> Server:
    """Return a second client of a server that runs, whose queries may be answered from memory."""
    return Server(f"{server.name}, cached", (), server.port, server.path)
