"""CKAN's own harvester of DCAT reads the catalogue: datasets, licences, files, tags.

``.ci/ckan .venv/ckan`` sets CKAN up, in a Python of its own.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, Quad

from kizuna.engine import DescriptionIndex
from kizuna.formats import BY_SUFFIX
from kizuna.release.catalogue import catalogue, source_of
from kizuna.representations import write
from support import BASE, ROOT, build, real_texts

CKAN = ROOT / ".venv" / "ckan" / "bin" / "python"
FORMATS = [("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld"), ("nt", "nt")]
pytestmark = pytest.mark.skipif(not CKAN.exists(), reason="CKAN is not here: .ci/ckan .venv/ckan")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the catalogue of a release of the shipped project in each format."""
    folder = tmp_path_factory.mktemp("ckan")
    release = build(ROOT, folder / "releases", real_texts() or ROOT / "nowhere")
    index = DescriptionIndex(release.index)
    triples = catalogue(source_of(release, index))
    index.close()
    quads = [Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples]
    for suffix, _ in FORMATS:
        (folder / f"catalog.{suffix}").write_bytes(write(quads, BY_SUFFIX[suffix]))
    return folder


@pytest.mark.parametrize(("suffix", "named"), FORMATS)
def test_ckan_reads_it(files: Path, suffix: str, named: str) -> None:
    command = [str(CKAN), "tests/ckan/read.py", str(files / f"catalog.{suffix}"), named, BASE]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found: list[dict[str, Any]] = json.loads(ended.stdout)
    assert sorted(d["extras_by_key"]["uri"].partition("/dumps/")[0] for d in map(keyed, found)) == [
        BASE.rstrip("/"),
        f"{BASE}id/dataset/clusters",
    ]
    for dataset in found:
        assert dataset["license_id"] == "cc-by"
        assert len(dataset["tags"]) >= 10
        names = [tag["name"] for tag in dataset["tags"]]
        assert len(names) == len(set(names)), "CKAN has no tag twice"
        assert dataset["title"].startswith("kizuna: ")
        assert len(dataset["notes"]) > 50
        assert len(dataset["resources"]) == 24
        for resource in dataset["resources"]:
            assert resource["format"]
            assert resource["mimetype"]
            assert resource["size"] > 0
            assert len(resource["hash"]) == 64
            assert resource["url"].startswith(f"{BASE}dumps/")
            assert resource["license"]


def keyed(dataset: dict[str, Any]) -> dict[str, Any]:
    return dataset | {"extras_by_key": {e["key"]: e["value"] for e in dataset["extras"]}}
