"""The W3C suites, over HTTP, against a server that is started for them.

The suites and their runner are not part of this repository: they are looked for where
``KIZUNA_W3C`` says, or in ``../shared/w3c``. See docs/conformance.md.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from live import TOKEN, serving

ROOT = Path(__file__).parents[1]
PLACES = (os.environ.get("KIZUNA_W3C", ""), str(ROOT.parent / "shared" / "w3c"))
SUITE = next((Path(p) for p in PLACES if p and (Path(p) / "conform.py").is_file()), None)

# fmt: off
FLOOR = {
    # group                   passed at least; more only where a known deviation is mended
    "sparql10-query":         269,
    "sparql10-syntax":        198,
    "sparql11-query":         224,
    "sparql11-syntax-query":   97,
    "sparql11-update":        102,
    "sparql11-syntax-update":  55,
    "sparql11-results":         9,
    "protocol":                34,
    "service-description":      3,
    "gsp":                      9,
    "gsp-direct":               4,
    "x-protocol":              28,
    "x-update":                10,
    "x-formats":               18,
    "x-gsp":                   20,
    "x-ssrf":                   4,
    "rdf11-turtle":           312,
    "rdf11-ntriples":          70,
    "rdf11-rdfxml":           164,
}
# fmt: on
TOTAL = sum(FLOOR.values())


@pytest.mark.skipif(SUITE is None, reason="the W3C suites are not here (KIZUNA_W3C)")
def test_the_w3c_suites_hold(tmp_path: Path) -> None:
    assert SUITE is not None
    report = tmp_path / "report.json"
    with serving("--bare", "--writable") as server:
        command = [sys.executable, "conform.py", server.base.rstrip("/"), "--token", TOKEN]
        options = ["--groups", ",".join(FLOOR), "--json", str(report), "--timeout", "60"]
        ended = subprocess.run(
            [*command, *options], cwd=SUITE, capture_output=True, text=True, check=False
        )
    outcomes = json.loads(report.read_text(encoding="utf-8"))
    failed = [f"{o['group']} {o['id']}: {o['note']}" for o in outcomes if o["result"] == "fail"]
    assert failed == [], ended.stdout
    passed = dict.fromkeys(FLOOR, 0)
    for outcome in outcomes:
        passed[outcome["group"]] += outcome["result"] == "pass"
    short = {group: n for group, n in passed.items() if n < FLOOR[group]}
    assert short == {}, f"fewer tests passed than before: {short}"
    assert sum(passed.values()) >= TOTAL


# fmt: off
NEGOTIATED = [
    # path                   style
    ("/id/event/fair",       "303"),
    ("/doc/event/fair",      "200"),
    ("/ontology",            "200"),
    ("/catalog",             "200"),
    ("/graph/fair-report",   "200"),
    ("/graph/derived",       "200"),
]
# A named graph is what was put there, to the triple; so its file says what it is.
OF_ITSELF = "<https://example.org/small/graph/fair-report> <http://purl.org/dc/terms/source> document:fair-report ."
# fmt: on


@pytest.mark.skipif(SUITE is None, reason="the W3C suites are not here (KIZUNA_W3C)")
def test_all_kinds_are_negotiated_to_the_letter(tmp_path: Path) -> None:
    assert SUITE is not None
    small = shutil.copytree(ROOT / "tests" / "projects" / "small", tmp_path / "small")
    with (small / "data/ttl/fair-report.ttl").open("a", encoding="utf-8") as file:
        file.write(f"\n{OF_ITSELF}\n")
    with serving(str(small), "--releases", str(tmp_path / "releases")) as server:
        for number, (path, style) in enumerate(NEGOTIATED):
            report = tmp_path / f"{number}.json"
            command = [sys.executable, "conneg.py", server.base.rstrip("/"), "--resource", path]
            options = ["--style", style, "--format-param", "format", "--json", str(report)]
            odd = ["--nonascii", "/id/place/東京"]
            subprocess.run([*command, *options, *odd], cwd=SUITE, capture_output=True, check=False)
            outcomes = json.loads(report.read_text(encoding="utf-8"))
            assert len(outcomes) > 120
            failed = [f"{name}: {why}" for name, result, why in outcomes if result == "fail"]
            assert failed == [], path


@pytest.mark.skipif(SUITE is None, reason="the W3C suites are not here (KIZUNA_W3C)")
def test_every_known_deviation_is_told() -> None:
    assert SUITE is not None
    known = json.loads((SUITE / "known.json").read_text(encoding="utf-8"))["known"]
    told = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    assert [name for name in known if f"`{name}`" not in told] == []
