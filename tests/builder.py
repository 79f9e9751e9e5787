"""Builds a project in processes of their own, which may be killed or run out of room.

Run as a program, it reads and checks a project once; each build is a fork of it, so that none has
to import, read and check anew. Each line that comes in is an order in JSON: the folder of the
releases, what is executed before the build, and what at each ``stage`` of it. For each goes out a
line with the exit status, negative where a signal has ended the process, and with what it wrote.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kizuna.checks import Report, check_project
from kizuna.errors import KizunaError
from kizuna.project import Project
from kizuna.release import Releases, build_release
from support import load

KNOWN = {"os": os, "resource": resource, "signal": signal, "threading": threading, "Path": Path}
"""What orders may name."""
PATIENCE = 300
"""Seconds after which a build is killed."""


@dataclass(frozen=True)
class Builder:
    """The program, at work on one project."""

    process: subprocess.Popen[str]

    def build(self, releases: Path, *, before: str = "", progress: str = "None") -> tuple[int, str]:
        """Build in a process of its own; return its exit status and what it wrote."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = {"releases": str(releases), "before": before, "progress": progress}
        print(json.dumps(order), file=self.process.stdin, flush=True)
        status, output = json.loads(self.process.stdout.readline())
        return status, output


@contextmanager
def builder(root: Path, **environ: str) -> Iterator[Builder]:
    """Give what builds the project in ``root``, as it is now."""
    with subprocess.Popen(
        [sys.executable, __file__, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | environ,
    ) as process:
        yield Builder(process)
        process.kill()


def _serve(project: Project, report: Report) -> None:
    for line in sys.stdin:
        told, telling = os.pipe()
        child = os.fork()
        if not child:
            os.close(told)
            os.dup2(telling, 1)
            os.dup2(telling, 2)
            _build(project, report, json.loads(line))
        os.close(telling)
        with os.fdopen(told, encoding="utf-8") as stream:
            output = stream.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps([status, output]), flush=True)


def _build(project: Project, report: Report, order: dict[str, str]) -> None:
    """Build as ordered, and end the process."""
    signal.alarm(PATIENCE)
    status = 0
    try:
        exec(order["before"], dict(KNOWN))

        def progress(stage: str) -> Any:  # noqa: ANN401
            return eval(order["progress"], KNOWN | {"stage": stage})

        print(build_release(project, report, Releases(Path(order["releases"])), progress).id)
    except KizunaError as error:
        print(error)
        status = error.exit_code
    except BaseException as error:  # noqa: BLE001
        print("Traceback", repr(error))
        status = 99
    sys.stdout.flush()
    os._exit(status)


if __name__ == "__main__":
    found = load(Path(sys.argv[1]))
    _serve(found, check_project(found))
