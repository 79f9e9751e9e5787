"""``kizuna catalogue``: what portals will read, and what they give for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from kizuna.release.catalogue import MOST
from kizuna.vocabulary import RDF_TYPE, term
from support import ROOT, copy_bridge, edit, run


@pytest.mark.parametrize(
    ("suffix", "form"), [("ttl", RdfFormat.TURTLE), ("rdf", RdfFormat.RDF_XML)]
)
def test_it_is_written(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
    form: RdfFormat,
) -> None:
    status, out, _ = run(capsys, monkeypatch, "catalogue", ROOT, "--format", suffix)
    assert status == 0
    found = [q for q in parse(out.encode(), form) if q.predicate == RDF_TYPE]
    dataset = NamedNode("https://w3id.org/kizuna/id/dataset/clusters")
    assert any((q.subject, q.object) == (dataset, term("dcat:Dataset")) for q in found)
    files = {q.subject.value for q in found if q.object == term("dcat:Distribution")}
    assert "https://w3id.org/kizuna/catalog#agreements.csv.gz" in files


def test_the_score(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    status, out, _ = run(capsys, monkeypatch, "catalogue", ROOT, "--score")
    assert status == 0
    points, most = out.splitlines()[-1].split(" of ")
    assert int(most) == MOST == 405
    assert int(points) >= 385
    _, told, _ = run(capsys, monkeypatch, "catalogue", ROOT, "--json")
    found = json.loads(told)
    assert found["points"] == int(points) == sum(row["points"] for row in found["metrics"])
    assert sum(row["most"] for row in found["metrics"]) == found["most"] == MOST


def test_what_is_missing_costs_points(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = copy_bridge(tmp_path / "bridge")
    _, before, _ = run(capsys, monkeypatch, "catalogue", root, "--json")
    _, said, _ = run(capsys, monkeypatch, "catalogue", root, "--format", "nt")
    assert f"<{term('dcat:keyword').value}>" not in said
    keywords = next(m for m in json.loads(before)["metrics"] if m["metric"] == "keywords")
    assert keywords["points"] == 0


def test_a_project_with_violations_has_none(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = copy_bridge(tmp_path / "bridge")
    edit(root / "data/ttl/shared.ttl", '"Stadt Alpha"@de', '"Stadt Alpha"')
    status, out, err = run(capsys, monkeypatch, "catalogue", root)
    assert (status, out) == (1, "")
    assert "data/ttl/shared.ttl" in err
