"""Comunica, a client of others, answers a join over fragments as over SPARQL."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from conftest import SMALL
from live import Live, serving
from support import ROOT

HERE = ROOT / "tests" / "comunica"
INSTALLED = ROOT / ".venv" / "comunica"
OLDEST_NODE = 20
JOIN = """
PREFIX kz: <https://w3id.org/kizuna/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?claim ?quote ?name {
  ?claim a kz:Claim ; kz:quote ?quote ; rdf:subject ?thing .
  ?thing skos:prefLabel ?name .
}
"""
OPTIONAL = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?thing ?name { ?thing a ?class . OPTIONAL { ?thing skos:prefLabel ?name
  FILTER(lang(?name) = "de") } }
"""


@pytest.fixture(scope="module")
def comunica() -> Path:
    """The folder in which Comunica is installed, with npm from the lock beside this file."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("there is no node with npm here")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    if int(version.stdout.lstrip("v").partition(".")[0]) < OLDEST_NODE:
        pytest.skip(f"node is {version.stdout.strip()}, Comunica needs {OLDEST_NODE}")
    lock, done = HERE / "package-lock.json", INSTALLED / "installed-lock.json"
    if not done.exists() or done.read_bytes() != lock.read_bytes():
        INSTALLED.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, INSTALLED)
        npm = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
            cwd=INSTALLED,
            capture_output=True,
            text=True,
            check=False,
        )
        if npm.returncode:
            pytest.skip(f"npm cannot install Comunica here: {npm.stderr[-300:]}")
        shutil.copy(lock, done)
    shutil.copy(HERE / "ask.mjs", INSTALLED)
    return INSTALLED


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    project = tmp_path_factory.mktemp("comunica") / "small"
    shutil.copytree(SMALL, project)
    with serving(str(project)) as live:
        yield live


@dataclass
class Asker:
    """Comunica in one process, for it takes long to start. What was asked before is known."""

    process: subprocess.Popen[str]
    known: dict[tuple[str, str, str], list[dict[str, Any]]] = field(default_factory=dict)

    def ask(self, kind: str, address: str, query: str) -> list[dict[str, Any]]:
        """Return the solutions that Comunica finds, sorted."""
        asked = (kind, address, query)
        if asked not in self.known:
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            print(json.dumps(asked), file=self.process.stdin, flush=True)
            rows = json.loads(self.process.stdout.readline())["results"]["bindings"]
            self.known[asked] = sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))
        return self.known[asked]


@pytest.fixture(scope="module")
def asker(comunica: Path) -> Iterator[Asker]:
    with subprocess.Popen(
        ["node", "ask.mjs"],
        cwd=comunica,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Asker(process)
        process.kill()


@pytest.mark.embedded("fragments do not come from the engine")
@pytest.mark.parametrize("kind", ["qpf", "brtpf", "auto"])
@pytest.mark.parametrize("query", [JOIN, OPTIONAL], ids=["join", "optional"])
def test_a_join_has_the_same_answer_over_fragments(
    asker: Asker, server: Live, kind: str, query: str
) -> None:
    expected = asker.ask("sparql", f"{server.base}sparql", query)
    found = asker.ask(kind, f"{server.base}fragments", query)
    assert len(expected) > 20
    assert found == expected


@pytest.mark.embedded("fragments do not come from the engine")
def test_a_fragment_is_read_to_its_last_page(asker: Asker, server: Live) -> None:
    """All that is typed takes several pages; the controls lead through them."""
    query = "SELECT ?thing ?class { ?thing a ?class }"
    expected = asker.ask("sparql", f"{server.base}sparql", query)
    assert len(expected) > 100
    assert asker.ask("qpf", f"{server.base}fragments", query) == expected
