"""A server of its own process, for tests of what only a real server shows."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import httpx

TOKEN = "tests-only"
_COMMAND = [sys.executable, "-c", "from kizuna.cli import main; main()"]


@dataclass(frozen=True)
class Live:
    """A running server and a client of it; ``write`` shows the token."""

    base: str
    process: subprocess.Popen[bytes]
    client: httpx.Client

    def ask(self, query: str, accept: str = "text/csv") -> str:
        answer = self.client.get("/sparql", params={"query": query}, headers={"accept": accept})
        assert answer.status_code == 200, answer.text
        return answer.text

    def write(self, method: str, path: str, content: str | bytes = "", **headers: str) -> Any:  # noqa: ANN401
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(
            method,
            path,
            content=content,
            headers={"authorization": f"Bearer {TOKEN}", **named},
        )

    def update(self, text: str, path: str = "/sparql", **headers: str) -> Any:  # noqa: ANN401
        return self.write("POST", path, text, content_type="application/sparql-update", **headers)

    def children(self) -> dict[int, str]:
        """Return the command lines of all processes below the server, by their ids."""
        lines = subprocess.run(
            ["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        rows = [line.split(None, 2) for line in lines]
        below = {self.process.pid}
        for pid, parent, _ in sorted(rows, key=lambda row: int(row[0])):
            if int(parent) in below:
                below.add(int(pid))
        return {int(pid): args for pid, _, args in rows if int(pid) in below}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    """Return the environment without this machine's settings of kizuna, with ``more``.

    Nothing is made ahead, unless a test wants it: that would keep one core busy for a while.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KIZUNA_")}
    return kept | {"KIZUNA_PREPARE_MB": "0"} | more


def kizuna(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command of kizuna to its end."""
    return subprocess.run(
        [*_COMMAND, *arguments],
        env=environment(**environ),
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def serving(*arguments: str, **environ: str) -> Iterator[Live]:
    """Give a server that ``kizuna serve`` has started with these arguments on a free port."""
    port = free_port()
    log = [] if "--access-log" in arguments else ["--no-access-log"]
    command = [*_COMMAND, "serve", *arguments, *log, "--port", str(port)]
    named = environment(**{"KIZUNA_TOKEN": TOKEN} | environ)
    base = f"http://127.0.0.1:{port}/"
    with (
        tempfile.TemporaryFile() as told,
        subprocess.Popen(command, env=named, stderr=told) as process,
        httpx.Client(base_url=base, timeout=60) as client,
    ):
        try:
            _wait(client, process, told)
            yield Live(base, process, client)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def _wait(client: httpx.Client, process: subprocess.Popen[bytes], told: IO[bytes]) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        if process.poll() is not None:
            told.seek(0)
            raise AssertionError(told.read().decode())
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("the server does not answer")
