"""When what is said of a thing last changed: over builds, rollbacks and writes."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode

from conftest import SMALL, SMALL_BASE
from kizuna.checks import check_project
from kizuna.engine import DescriptionIndex
from kizuna.iris import Addresses
from kizuna.project import load_project
from kizuna.release import Release, Releases, build_release, read_touched
from kizuna.release import touched as module
from kizuna.release.filling import fill
from kizuna.release.manifest import write_manifest
from kizuna.resources import rows_of
from kizuna.vocabulary import RDF_TYPE
from support import edit

REPORT = "data/ttl/fair-report.ttl"


def built(folder: Path, *edits: tuple[str, str, str]) -> Release:
    """Return the release of the small project after these edits (file, old, new)."""
    project = folder / "project"
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(SMALL, project)
    for path, old, new in edits:
        edit(project / path, old, new)
    loaded = load_project(
        project, Addresses.at(SMALL_BASE), ("en", "de"), project / "data" / "documents"
    )
    report = replace(check_project(loaded), findings=())
    return build_release(loaded, report, Releases(folder / "releases"))


def descriptions(release: Release) -> dict[str, set[bytes]]:
    """Return all that is said of each thing, as the site serves it."""
    kinds = frozenset(release.manifest.value_classes)
    with closing(DescriptionIndex(release.index)) as index:

        def is_value(term: object) -> bool:
            said = index.outgoing(term) if isinstance(term, NamedNode | BlankNode) else ()
            return any(q.predicate == RDF_TYPE and q.object.value in kinds for q in said)  # type: ignore[union-attr]

        things = [t for t in index.subjects(f"{SMALL_BASE}id/") if "#" not in t.value]
        return {t.value: set(rows_of(index, t, is_value).splitlines()) for t in things}


EDITS = [
    # file     old                                             new                                what it is
    ((REPORT,  '"Harbour Society"@en',                         '"Harbour Club"@en'),              "a name"),
    ((REPORT,  "schema:value 140",                             "schema:value 141"),               "a value in words"),
    ((REPORT,  '"On 3 May 2019"@en',                           '"On the 3rd of May 2019"@en'),    "a date in words"),
    ((REPORT,  'kz:quote "About 140 people came"',             'kz:quote "About 140 people"'),    "a quote and where it stands"),
    ((REPORT,  'kz:quotePrefix "letter of intent at the" ;',   ""),                               "a part of a claim"),
    ((REPORT,  "kz:party organisation:guild , organisation:harbour", "kz:party organisation:guild"), "a link"),
    ((REPORT,  'person:ada-quill a foaf:Person ;\n    skos:prefLabel "Ada Quill"@en .', ""),      "a thing that goes"),
    ((REPORT,  'person:ada-quill a',                           'person:bo a foaf:Person ; skos:prefLabel "Bo"@en .\nperson:ada-quill a'), "a thing that comes"),
]  # fmt: skip


@pytest.mark.parametrize("case", EDITS, ids=lambda case: case[1])
def test_those_are_noted_whose_description_is_another(
    tmp_path: Path, case: tuple[tuple[str, str, str], str]
) -> None:
    folder = tmp_path / "releases"
    first = built(tmp_path)
    assert read_touched(folder, first.manifest) == module.Touched(first.manifest.created)
    second = built(tmp_path, case[0])
    old, new = descriptions(first), descriptions(second)
    touched = read_touched(folder, second.manifest)
    assert touched.at.keys() == {iri for iri in new if new[iri] != old.get(iri)}
    assert old != new
    assert touched.since == first.manifest.created
    assert touched.when(f"{SMALL_BASE}id/nothing") == first.manifest.created


def test_what_does_not_change_keeps_its_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = (datetime(2100, 1, day, tzinfo=UTC) for day in range(1, 9))
    monkeypatch.setattr(module, "now", lambda: next(days))
    folder = tmp_path / "releases"
    first = built(tmp_path)
    second = built(tmp_path, (REPORT, '"Second fair"@en', '"Next fair"@en'))
    once = read_touched(folder, second.manifest).at
    both = built(
        tmp_path,
        (REPORT, '"Second fair"@en', '"Next fair"@en'),
        (REPORT, '"Ada Quill"@en', '"A. Quill"@en'),
    )
    twice = read_touched(folder, both.manifest).at
    assert {iri: twice[iri] for iri in once} == dict(once)
    assert set(twice) - set(once) == {f"{SMALL_BASE}id/person/ada-quill"}
    again = built(tmp_path, (REPORT, '"Second fair"@en', '"Next fair"@en'))  # as it was before
    assert again.id == second.id
    thrice = read_touched(folder, again.manifest).at
    assert set(thrice) == set(twice)
    assert thrice[f"{SMALL_BASE}id/person/ada-quill"] > twice[f"{SMALL_BASE}id/person/ada-quill"]
    Releases(folder).rollback(first.id)  # going back is a change as well
    assert set(read_touched(folder, first.manifest).at) == set(thrice)


def test_what_goes_is_forgotten(tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    built(tmp_path)
    comes = (REPORT, "person:ada-quill a", "person:bo a foaf:Person .\nperson:ada-quill a")
    with_bo = built(tmp_path, comes)
    assert f"{SMALL_BASE}id/person/bo" in read_touched(folder, with_bo.manifest).at
    without = built(tmp_path)
    assert f"{SMALL_BASE}id/person/bo" not in read_touched(folder, without.manifest).at


def test_of_a_release_that_differs_in_nearly_all_everything_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "releases"
    monkeypatch.setattr(module, "now", lambda: datetime(2100, 1, 1, tzinfo=UTC))
    monkeypatch.setattr(module, "MOST", 1)
    first = built(tmp_path)
    second = built(tmp_path, (REPORT, '"Ada Quill"@en', '"A. Quill"@en'))
    assert read_touched(folder, second.manifest).since == first.manifest.created
    third = built(tmp_path, (REPORT, "schema:value 140", "schema:value 141"))
    assert read_touched(folder, third.manifest) == module.Touched("2100-01-01T00:00:00+00:00")


BROKEN = [
    # text                        why it tells nothing
    ("",                          "empty"),
    ("[]",                        "no object"),
    ('{"since": "2026"}',         "without the things"),
    ('{"since": "x", "at": []}',  "the things are a list"),
]  # fmt: skip


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case[1])
def test_a_broken_record_tells_nothing_and_is_written_anew(
    tmp_path: Path, case: tuple[str, str]
) -> None:
    folder = tmp_path / "releases"
    first = built(tmp_path)
    (folder / module.FILE_NAME).write_text(case[0])
    assert read_touched(folder, first.manifest) == module.Touched(first.manifest.created)
    second = built(tmp_path, (REPORT, '"Ada Quill"@en', '"A. Quill"@en'))
    assert set(read_touched(folder, second.manifest).at) == {f"{SMALL_BASE}id/person/ada-quill"}
    assert json.loads((folder / module.FILE_NAME).read_text())["since"] == first.manifest.created


def test_a_written_release_is_compared_once_it_is_filled(tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    first = built(tmp_path)
    second = built(tmp_path, (REPORT, '"Ada Quill"@en', '"A. Quill"@en'))
    Releases(folder).rollback(first.id)
    (folder / module.FILE_NAME).unlink()
    write_manifest(second.folder, replace(second.manifest, parent=first.id, filled=False))
    Releases(folder).switch(second.id)
    assert not (folder / module.FILE_NAME).exists()  # nobody knows yet what is in it
    fill(second.folder)
    assert set(read_touched(folder, second.manifest).at) == {f"{SMALL_BASE}id/person/ada-quill"}
