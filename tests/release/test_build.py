"""A release is content-addressed, complete or not there, and never harms the one before."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, parse

from builder import Builder, builder
from conftest import SMALL_BASE
from kizuna.checks import check_project
from kizuna.engine import DescriptionIndex, search
from kizuna.errors import FindingsError, UnavailableError
from kizuna.formats import BY_SUFFIX, Kind, carrying
from kizuna.release import Release, Releases, build_release
from kizuna.release import build as build_module
from kizuna.release.build import gather
from support import BASE, ID, ROOT, build, copy_bridge, edit, load, lock

HARBOUR = "data/ttl/harbour-news.ttl"
SHARED = "data/ttl/shared.ttl"
STAGES = [
    "store",
    "fragments",
    "index of descriptions",
    "full-text index",
    "figures",
    "tables",
    "dumps",
    "manifest",
    "switching",
]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release that no test changes."""
    root = copy_bridge(tmp_path_factory.mktemp("first") / "bridge")
    lock(root)
    return build(root)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_bridge(tmp_path / "bridge")


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """Builds the project in processes of their own."""
    with builder(copy_bridge(tmp_path_factory.mktemp("apart") / "bridge")) as found:
        yield found


@pytest.fixture(scope="module")
def changed_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """Builds the project as it is when it was changed, in processes of their own."""
    with builder(change(copy_bridge(tmp_path_factory.mktemp("changed") / "bridge"))) as found:
        yield found


def content_of(release: Release) -> dict[str, bytes]:
    """Return the bytes of a release that must not differ between builds."""
    files = [release.index, *sorted(release.dumps.iterdir())]
    return {p.name: p.read_bytes() for p in files}


def test_building_twice_gives_the_same_bytes(first: Release, root: Path) -> None:
    for seed in ("1", "2"):
        with builder(root, PYTHONHASHSEED=seed) as other:
            status, output = other.build(root / "releases")
        assert (status, output.strip()) == (0, first.id)
        built = Releases(root / "releases").current()
        assert content_of(built) == content_of(first)
        (root / "releases" / first.id).rename(root / f"kept-{seed}")


def test_without_the_texts_the_same_release(first: Release, root: Path, tmp_path: Path) -> None:
    lock(root)
    release = build(root, documents=tmp_path / "nowhere")
    assert release.id == first.id
    assert content_of(release) == content_of(first)


# fmt: off
CHANGES = [
    # file                    old                     new                        same release
    (SHARED,                  "schema:latitude 1.50", "schema:latitude 1.5",     False),  # a digit
    (SHARED,                  '"Beta Bay"@en',        '"Beta Bay "@en',          False),
    (SHARED,                  '"Beta Bay"@en',        '"Beta Bay"@EN',           True),   # tags have no case
    (SHARED,                  "# Things",             "# Other things",          True),   # a comment
    (SHARED,                  "schema:longitude 10.250 .", 'schema:longitude "10.250"^^<http://www.w3.org/2001/XMLSchema#decimal> .', True),
    ("data/documents/bay-letter.txt", "",             "",                        True),
]
# fmt: on


@pytest.mark.parametrize(("file", "old", "new", "same"), CHANGES)
def test_the_identifier_is_that_of_the_content(
    first: Release,
    root: Path,
    file: str,
    old: str,
    new: str,
    same: bool,  # noqa: FBT001
) -> None:
    if old:
        edit(root / file, old, new)
    project = load(root)
    assert (gather(project, check_project(project)).identifier == first.id) is same


def test_terms_come_back_as_they_were_written(first: Release) -> None:
    """The store turns "1.50" into "1.5"; the index and the dumps do not."""
    alpha = NamedNode(ID + "place/alpha")
    decimal = NamedNode("http://www.w3.org/2001/XMLSchema#decimal")
    index = DescriptionIndex(first.index)
    assert Literal("1.50", datatype=decimal) in {q.object for q in index.outgoing(alpha)}
    index.close()
    for form in carrying(Kind.GRAPH):
        assert form.rdf is not None
        data = (first.dumps / f"dataset.{form.suffix}").read_bytes()
        objects = {q.object for q in parse(data, form.rdf) if q.subject == alpha}
        assert Literal("10.250", datatype=decimal) in objects, form.name


def test_integers_with_zeros_too(root: Path) -> None:
    integer = '"007"^^<http://www.w3.org/2001/XMLSchema#int>'
    with (root / "ontology/terms.ttl").open("a", encoding="utf-8") as stream:
        stream.write(
            "<http://www.w3.org/2001/XMLSchema#int> a <http://www.w3.org/2000/01/rdf-schema#Datatype> .\n"
            f"<https://schema.org/location> <http://www.w3.org/2004/02/skos/core#note> {integer} .\n"
        )
    release = build(root)
    for suffix in ("nq", "nt", "ttl", "trig", "rdf", "jsonld"):
        assert b"007" in (release.dumps / f"dataset.{suffix}").read_bytes()
    index = DescriptionIndex(release.index)
    found = index.outgoing(NamedNode("https://schema.org/location"))
    index.close()
    assert integer in {str(q.object) for q in found}


def test_the_store_has_graphs_and_their_merge(first: Release) -> None:
    store = Store.read_only(str(first.store))
    graphs = {g.value.removeprefix(BASE + "graph/") for g in store.named_graphs()}
    assert {"harbour-news", "shared", "kizuna", "derived", "reifiers"} <= graphs
    party = f"<{ID}agreement/mou-alpha-beta> <{BASE}ontology#party> <{ID}organisation/beta-bay>"
    once = list(store.query(f"SELECT * {{{party} BIND(1 AS ?x)}}"))  # type: ignore[arg-type]
    assert len(once) == 1
    twice = list(store.query(f"SELECT ?g {{GRAPH ?g {{{party}}}}}"))  # type: ignore[arg-type]
    assert len(twice) == 2
    number = next(iter(store.query("SELECT (COUNT(*) AS ?n) {?s ?p ?o}")))["n"]  # type: ignore[arg-type]
    assert int(number.value) == first.manifest.counts["triples"]


def test_reifiers_stand_apart(first: Release) -> None:
    reifiers = list(parse((first.dumps / "reifiers.nt").read_bytes(), RdfFormat.N_TRIPLES))
    assert len(reifiers) == 18
    quads = parse((first.dumps / "dataset.nq").read_bytes(), RdfFormat.N_QUADS)
    assert {q.predicate for q in reifiers}.isdisjoint({q.predicate for q in quads})


def test_manifest(first: Release) -> None:
    manifest = first.manifest
    assert manifest.version.endswith(first.id)
    assert manifest.base == BASE
    assert (manifest.counts["documents"], manifest.counts["claims"]) == (2, 18)
    assert manifest.classes[BASE + "ontology#Claim"] == 18
    assert manifest.graphs[BASE + "graph/bay-letter"] > 20
    assert manifest.prefixes["organisation"] == ID + "organisation/"
    assert BASE + "ontology#TimeReference" in manifest.value_classes
    on_disk = {
        p.relative_to(first.folder).as_posix() for p in first.folder.rglob("*") if p.is_file()
    }
    assert set(manifest.files) == on_disk - {"manifest.json"}


def test_the_time_of_the_build_can_be_set(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1500000000")
    manifest = build(root).manifest
    assert manifest.created == "2017-07-14T02:40:00+00:00"
    assert manifest.version == f"2017-07-14-{manifest.id}"
    assert manifest.commit is None  # the copy is no git repository


def test_the_commit_is_known_in_a_repository() -> None:
    commit = build_module._commit(ROOT)
    assert commit is None or len(commit) == 40


def test_no_git_no_commit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert build_module._commit(ROOT) is None


def test_prefixes_on_which_files_disagree_are_left_out(root: Path) -> None:
    for name, namespace in (("one", "urn:1:"), ("two", "urn:2:")):
        text = f"@prefix other: <{namespace}> . @prefix {name}: <{namespace}> .\n"
        (root / f"data/ttl/{name}.ttl").write_text(text, encoding="utf-8")
    prefixes = build(root).manifest.prefixes
    assert "other" not in prefixes
    assert (prefixes["one"], prefixes["two"]) == ("urn:1:", "urn:2:")


def test_violations_build_nothing(root: Path) -> None:
    old = build(root)
    edit(root / HARBOUR, '"Anna Example signed"', '"Anna Exemple signed"')
    with pytest.raises(FindingsError, match="no release was built"):
        build(root)
    assert Releases(root / "releases").current().id == old.id
    assert leftovers(root) == set()


def leftovers(root: Path) -> set[str]:
    """Return what a build should not leave in the folder of releases."""
    releases = Releases(root / "releases")
    kept = {"current", ".lock", ".history", ".touched.json", *releases.ids()}
    return {p.name for p in releases.folder.iterdir()} - kept


def changed(root: Path, first: Release) -> Path:
    """Give ``root`` its first release, then change it."""
    shutil.copytree(first.folder.parent, root / "releases", symlinks=True)
    return change(root)


def change(root: Path) -> Path:
    edit(root / SHARED, '"optics"@en', '"Optics"@en')
    return root


@pytest.mark.parametrize("stage", STAGES)
def test_killed_in_the_middle(
    changed_apart: Builder, first: Release, root: Path, stage: str
) -> None:
    changed(root, first)
    status, _ = changed_apart.build(
        root / "releases", progress=f"os.kill(os.getpid(), 9) if stage == {stage!r} else None"
    )
    assert status == -9
    assert Releases(root / "releases").current().id == first.id  # verified, every byte
    assert leftovers(root), "the kill came in time to leave something"
    status, output = changed_apart.build(root / "releases")
    assert status == 0
    assert Releases(root / "releases").current().id == output.strip() != first.id
    assert leftovers(root) == set()


@pytest.mark.parametrize("call", ["symlink_to", "rename", "replace"])
def test_killed_around_the_switch(
    changed_apart: Builder, first: Release, root: Path, call: str
) -> None:
    changed(root, first)
    kill = (
        f"real = Path.{call}; Path.{call} = "
        "lambda *a, **k: (real(*a, **k), os.kill(os.getpid(), 9))"
    )
    status, _ = changed_apart.build(root / "releases", before=kill)
    assert status == -9
    assert Releases(root / "releases").current().id  # the old or the new, and whole
    status, output = changed_apart.build(root / "releases")
    assert status == 0
    assert Releases(root / "releases").current().id == output.strip() != first.id
    assert leftovers(root) == set()


@pytest.mark.parametrize("delay", [0.01, 0.1])
def test_killed_at_any_moment(
    changed_apart: Builder, first: Release, root: Path, delay: float
) -> None:
    changed(root, first)
    timer = f"import threading; threading.Timer({delay}, os.kill, (os.getpid(), 9)).start()"
    changed_apart.build(root / "releases", before=timer)
    assert Releases(root / "releases").current().id
    time.sleep(0)
    assert changed_apart.build(root / "releases")[0] == 0
    assert leftovers(root) == set()
    assert first.id in Releases(root / "releases").ids()


@pytest.mark.parametrize("size", [0, 8_000, 100_000, 400_000, 1_000_000])
def test_no_room_for_a_file(changed_apart: Builder, first: Release, root: Path, size: int) -> None:
    """A limit on the size of files fails writes of all kinds: ours, SQLite's, RocksDB's."""
    changed(root, first)
    limit = f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"
    status, output = changed_apart.build(root / "releases", before=limit)
    assert status == 3, output
    assert "the release could not be written" in output or "cannot be written" in output
    assert "Traceback" not in output
    assert Releases(root / "releases").current().id == first.id
    assert leftovers(root) == set()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small disk")
@pytest.mark.parametrize("size", ["40k", "600k", "2m", "4m", "6m"])
def test_full_disk(apart: Builder, first: Release, root: Path, tmp_path: Path, size: str) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(disk)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        (root / "releases").symlink_to(disk)
        status, output = apart.build(root / "releases")
        assert status in {0, 3}, output
        assert "Traceback" not in output
        if status == 3:
            assert "current release is untouched" in output or "cannot be written" in output
            assert Releases(disk).current_id() is None
        else:
            assert Releases(disk).current().id == first.id
        assert leftovers(root) == set()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_trouble_while_writing_is_told(
    first: Release, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(root, first)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build_module, "write_contents", fail)
    with pytest.raises(UnavailableError, match="written: No space left on device") as caught:
        build(root)
    assert "untouched" in caught.value.hint
    assert Releases(root / "releases").current().id == first.id
    assert leftovers(root) == set()


def test_no_two_builds_at_once(apart: Builder, root: Path) -> None:
    releases = Releases(root / "releases")
    with releases.building() as folder:
        assert folder.is_dir()
        with pytest.raises(UnavailableError, match="another build is running"):
            build(root)
        status, output = apart.build(root / "releases")
        assert (status, "another build is running" in output) == (3, True)
        assert folder.is_dir(), "the other build's folder is left alone"
    assert build(root).id == releases.current().id


def test_progress_is_told(root: Path) -> None:
    told: list[str] = []
    project = load(root)
    build_release(project, check_project(project), Releases(root / "releases"), told.append)
    assert told == STAGES


def test_building_the_same_again_changes_no_file(root: Path) -> None:
    release = build(root)
    before = {p: p.stat().st_mtime_ns for p in release.folder.rglob("*")}
    created = release.manifest.created
    again = build(root)
    assert again.manifest.created == created
    assert {p: p.stat().st_mtime_ns for p in release.folder.rglob("*")} == before


def test_a_damaged_release_is_built_anew(root: Path) -> None:
    release = build(root)
    (release.dumps / "dataset.nt").write_bytes(b"")
    assert build(root).id == release.id
    assert Releases(root / "releases").current().id == release.id
    assert leftovers(root) == set()


def test_blank_nodes_do_not_change_the_identifier(root: Path) -> None:
    shape = "\n<https://w3id.org/kizuna/shapes#x> <http://www.w3.org/ns/shacl#ignoredProperties> ( {} ) .\n"
    path = root / "shapes/common-shapes.ttl"
    identifiers = set()
    for members in ("<urn:a> <urn:b>", "<urn:a>\n <urn:b>"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text + shape.format(members), encoding="utf-8")
        project = load(root)
        content = gather(project, check_project(project))
        assert any(isinstance(q.subject, BlankNode) for q in content.published)
        identifiers.add(content.identifier)
        path.write_text(text, encoding="utf-8")
    assert len(identifiers) == 1


def test_json_of_the_manifest_is_readable(first: Release) -> None:
    content = json.loads((first.folder / "manifest.json").read_text(encoding="utf-8"))
    assert content["id"] == first.id
    assert BY_SUFFIX["nq"].suffix == "nq"
    assert isinstance(next(iter(parse(b"", RdfFormat.N_QUADS)), None), Quad | None)


def test_things_are_found_by_name_and_by_quote(small_release: Release) -> None:
    found = search(small_release.search, "Fest")
    assert found
    assert all(hit.thing.value.startswith(SMALL_BASE) for hit in found)
    assert {hit.text.language for hit in search(small_release.search, "小さな")} == {"ja"}
