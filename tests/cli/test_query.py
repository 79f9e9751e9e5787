"""``kizuna query`` as people run it: a process, its output, its exit status, and what it leaves."""

from __future__ import annotations

import csv
import io
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import SMALL
from endpoints import serving as serving_endpoint
from kizuna.release import Release
from live import environment, kizuna, serving

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
FAIR = "https://example.org/small/id/event/fair"


def query(release: Release, *arguments: str) -> subprocess.CompletedProcess[str]:
    return kizuna("query", *arguments, KIZUNA_RELEASES=str(release.folder.parent))


def test_rows_for_programs(small_release: Release) -> None:
    text = "SELECT ?label { ?thing skos:prefLabel ?label } ORDER BY ?label"
    done = query(small_release, text, str(SMALL), "--param", f"thing={FAIR}")
    assert (done.returncode, done.stderr) == (0, "")
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert rows[0] == ["label"]
    assert ["Friendship fair"] in rows
    short = query(small_release, text, str(SMALL), "-p", "thing=event:fair")
    assert short.stdout == done.stdout


def test_a_table(small_release: Release) -> None:
    kind = "<https://example.org/small/ontology#Fair>"
    text = f"SELECT ?s ?label {{ ?s a {kind} ; skos:prefLabel ?label }}"
    done = query(small_release, text, str(SMALL), "--format", "table")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].split() == ["s", "label"]
    assert "event:fair" in done.stdout
    assert "rows, " in done.stderr


def test_saved_queries_graphs_and_truth(small_release: Release) -> None:
    assert "event" in query(small_release, "events", str(SMALL)).stdout
    assert query(small_release, "is-there-a-fair", str(SMALL)).stdout == "true\n"
    described = query(small_release, f"DESCRIBE <{FAIR}>", str(SMALL))
    assert "Friendship fair" in described.stdout
    found = query(small_release, 'SELECT ?t { ?t kz:search "fair"@en }', str(SMALL), "-f", "table")
    assert "event:fair" in found.stdout


# fmt: off
FAILURES = [
    # arguments                                                    status  told
    (["SELECT ?s {\n ?s ?p"],                                      2,      "    2 |  ?s ?p"),
    (["nope"],                                                     2,      "no saved query 'nope'"),
    (["ASK {}", "--format", "docx"],                               2,      "no format 'docx'"),
    (["ASK { ?x ?y ?z }", "--param", "x"],                         2,      "--param name=value"),
    (["ASK { ?x ?y ?z }", "--param", "w=1"],                       2,      "no variable ?w"),
    (["ASK {}", "--format", "csv"],                                3,      "ASK results"),
    (["ASK { SERVICE <http://x.invalid/> {} }"],                   3,      "SERVICE"),
    ([SLOW, "--seconds", "0.5"],                                   3,      "more than 0.5 seconds"),
    (["ASK {}", "--releases", "/nonexistent"],                     3,      "no release"),
]
# fmt: on


@pytest.mark.parametrize(("arguments", "status", "told"), FAILURES)
def test_failures(small_release: Release, arguments: list[str], status: int, told: str) -> None:
    first, *rest = arguments
    done = query(small_release, first, str(SMALL), *rest)
    assert (done.returncode, done.stdout) == (status, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def descendants(pid: int) -> set[int]:
    rows = subprocess.run(
        ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout.split()
    parents = {int(child): int(parent) for child, parent in zip(rows[::2], rows[1::2], strict=True)}
    below = {pid}
    for child in sorted(parents):
        if parents[child] in below:
            below.add(child)
    return below - {pid}


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_interrupted_it_leaves_nothing(small_release: Release) -> None:
    command = [sys.executable, "-c", "from kizuna.cli import main; main()", "query", SLOW]
    named = environment(KIZUNA_RELEASES=str(small_release.folder.parent))
    with subprocess.Popen([*command, str(SMALL)], env=named, stderr=subprocess.PIPE) as asked:
        until = time.monotonic() + 30
        while len(below := descendants(asked.pid)) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5)
        asked.send_signal(signal.SIGINT)
        errors = asked.communicate(timeout=20)[1].decode()
    assert asked.returncode == 130
    assert "Traceback" not in errors
    time.sleep(0.5)
    assert not [pid for pid in below if is_running(pid)]


def test_an_endpoint(small_release: Release, tmp_path: Path) -> None:
    releases = str(small_release.folder.parent)
    project = shutil.copytree(SMALL, tmp_path / "project")
    with serving(str(project), "--releases", releases) as live:
        done = query(
            small_release,
            "SELECT ?label { ?thing skos:prefLabel ?label } ORDER BY ?label",
            "--endpoint", f"{live.base}sparql", "--param", f"thing={FAIR}",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Friendship fair" in done.stdout
    away = query(small_release, "ASK {}", "--endpoint", "http://127.0.0.1:9/sparql")
    assert away.returncode == 3


def test_services(small_release: Release) -> None:
    with serving_endpoint() as endpoint:
        endpoint.store.update(f"INSERT DATA {{ <{FAIR}> <urn:visitors> 300 }}")
        text = (
            "SELECT ?n { ?fair a <https://example.org/small/ontology#Fair> "
            f"SERVICE <{endpoint.url}> {{ ?fair <urn:visitors> ?n }} }}"
        )
        told = {}
        for services in (endpoint.url, "", "http://127.0.0.1:1/"):
            environment = {"KIZUNA_RELEASES": str(small_release.folder.parent)}
            done = kizuna("query", text, str(SMALL), KIZUNA_SERVICES=services, **environment)
            told[services] = (done.returncode, done.stdout.split(), done.stderr)
        assert told[endpoint.url] == (0, ["n", "300"], "")
        assert FAIR in endpoint.seen[0]
    assert told[""][0] == told["http://127.0.0.1:1/"][0] == 3
    assert "not on the list" in told[""][2]
    assert "not on the list" in told["http://127.0.0.1:1/"][2]
