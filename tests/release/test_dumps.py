"""The files of a release: all say the same, and packed ones hold the plain ones."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, parse

from kizuna.checks import check_project
from kizuna.errors import KizunaError
from kizuna.release import Publication, Release, Releases, build_release, dumps
from kizuna.release.dumps import DATASET, Dump, names_of, statements_of, write_dumps
from kizuna.representations.writing import MOST_TIDY
from support import copy_bridge, load

TABLE = "SELECT ?s ?o { ?s a ?o } ORDER BY ?s ?o"


def names(release: Release) -> list[str]:
    return sorted(path.name for path in release.dumps.iterdir())


def test_their_names(small_release: Release) -> None:
    roles = small_release.manifest.roles.values()
    assert names(small_release) == names_of(roles, ())
    assert {"dataset.ttl", "dataset.ttl.gz", "ontology.ttl", "shapes.ttl"} <= set(
        names(small_release)
    )


def test_packed_ones_hold_the_plain_ones_and_no_time(small_release: Release) -> None:
    for path in small_release.dumps.glob("*.gz"):
        data = path.read_bytes()
        assert gzip.decompress(data) == path.with_suffix("").read_bytes(), path
        assert data[3:8] == b"\0\0\0\0\0", "no name, no time"


def said(path: Path) -> Dataset:
    """Return the triples in a file, its blank nodes called by what is said of them."""
    form = Dump.named(path.name).form
    assert form is not None
    found = Dataset(
        Quad(q.subject, q.predicate, q.object) for q in parse(path.read_bytes(), form.rdf)
    )
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return found


@pytest.mark.parametrize("most_tidy", [MOST_TIDY, 0], ids=["tidy", "as it comes"])
def test_all_formats_say_the_same(
    small_release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_tidy: int
) -> None:
    monkeypatch.setattr(dumps, "MOST_TIDY", most_tidy)
    quads = sorted(parse(path=small_release.dumps / "dataset.nq"), key=str)
    write_dumps(tmp_path / "dumps", quads, (), {}, small_release.manifest)
    expected = said(small_release.dumps / "dataset.nt")
    found = sorted((tmp_path / "dumps").glob(f"{DATASET}.*[!z]"))
    assert len(found) == 6
    for path in found:
        assert said(path) == expected, path.name
    lines = (tmp_path / "dumps" / "dataset.nq").read_bytes()
    assert lines == (small_release.dumps / "dataset.nq").read_bytes()


def test_what_rdf_xml_cannot_say_costs_that_file_alone(
    small_release: Release, tmp_path: Path
) -> None:
    odd = Quad(NamedNode("urn:x:s"), NamedNode("urn:x:1"), NamedNode("urn:x:o"))
    write_dumps(tmp_path / "dumps", [odd], (), {}, small_release.manifest)
    found = {path.name for path in (tmp_path / "dumps").iterdir()}
    assert {"dataset.ttl", "dataset.nq", "dataset.jsonld.gz"} <= found
    assert not {"dataset.rdf", "dataset.rdf.gz"} & found


def test_ontology_and_shapes_stand_apart(small_release: Release) -> None:
    for role in ("ontology", "shapes"):
        graphs = [iri for iri, of in small_release.manifest.roles.items() if of == role]
        quads = [q for iri in graphs for q in statements_of(small_release.dumps, NamedNode(iri))]
        found = {q.triple for q in parse(path=small_release.dumps / f"{role}.ttl")}
        assert len(found) == len({q.triple for q in quads}) > 10


def built(folder: Path, tables: dict[str, str]) -> Release:
    root = (
        copy_bridge(folder / "project") if not (folder / "project").exists() else folder / "project"
    )
    project = load(root)
    releases = Releases(folder / "releases")
    return build_release(
        project, check_project(project), releases, publication=Publication(tables=tables)
    )


def test_tables_are_files(tmp_path: Path) -> None:
    release = built(tmp_path, {"kinds": TABLE})
    text = (release.dumps / "kinds.csv").read_text(encoding="utf-8")
    head, *rows = csv.reader(io.StringIO(text))
    assert head == ["s", "o"]
    assert rows == sorted(rows)
    assert len(rows) > 10
    assert release.manifest.tables == {"kinds": TABLE}


def test_another_table_is_another_release(tmp_path: Path) -> None:
    assert built(tmp_path, {}).id != built(tmp_path, {"kinds": TABLE}).id


def test_a_table_that_cannot_be_made_leaves_the_release_as_it_was(tmp_path: Path) -> None:
    good = built(tmp_path, {})
    with pytest.raises(KizunaError):
        built(tmp_path, {"kinds": "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"})
    assert Releases(tmp_path / "releases").current().id == good.id


@pytest.mark.parametrize(
    ("name", "stem", "media_type"),
    [
        ("dataset.ttl", "dataset", "text/turtle; charset=utf-8"),
        ("dataset.ttl.gz", "dataset", "application/gzip"),
        ("events.csv", "events", "text/csv; charset=utf-8"),
        ("a.b.nt", "a.b", "application/n-triples"),
        ("notes", "", "application/octet-stream"),
    ],
)
def test_what_a_name_says(name: str, stem: str, media_type: str) -> None:
    assert (Dump.named(name).stem, Dump.named(name).media_type) == (stem, media_type)
