"""What is found in the catalogue that would be published, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kizuna.checks import Report, Severity, check_project
from kizuna.release.catalogue.checking import CHECK, with_catalogue
from support import ROOT, copy_bridge, edit, line_of, load

FILE = "data/ttl/about.ttl"
ABOUT = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .

<https://w3id.org/kizuna/id/dataset/bridge> a dcat:Dataset ;
    dct:title "Bridge"@en , "Brücke"@de ;
    dct:description "Invented facts about a bridge between two ports, for tests."@en ;
    dct:publisher <https://w3id.org/kizuna/catalog#publisher> .

<https://w3id.org/kizuna/catalog#publisher> a foaf:Agent ;
    foaf:name "Bridge keepers"@en .
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_bridge(tmp_path / "bridge")


def found(root: Path) -> tuple[Report, Report]:
    """Return the report of the checks, and that with the catalogue."""
    project = load(root)
    report = check_project(project)
    return report, with_catalogue(project, report, ())


def test_without_a_dataset_there_is_nothing_to_say(root: Path) -> None:
    assert found(root)[1].findings == ()


def test_missing_points_are_told_at_the_dataset(root: Path) -> None:
    (root / FILE).write_text(ABOUT, encoding="utf-8")
    report, more = found(root)
    assert report.conforms, report.findings
    assert more.conforms
    told = [f for f in more.findings if f.check == CHECK]
    assert {f.severity for f in told} == {Severity.INFO}
    assert {(f.path, f.line) for f in told} == {(FILE, line_of(root / FILE, "<https"))}
    assert {f.hint.split()[1] for f in told} == {
        "dcat:keyword",
        "dcat:theme",
        "dct:spatial",
        "dct:temporal",
        "dct:license",
        "dct:accessRights",
        "dcat:contactPoint",
    }


def test_what_harvesting_cannot_do_without_is_a_violation(root: Path) -> None:
    (root / FILE).write_text(ABOUT, encoding="utf-8")
    edit(root / FILE, " ;\n    dct:publisher <https://w3id.org/kizuna/catalog#publisher> .", " .")
    report, more = found(root)
    assert report.conforms
    (told,) = [f for f in more.findings if f.severity is Severity.VIOLATION]
    assert told.check == "shape/Catalog-publisher"
    assert (told.path, told.line) == (FILE, line_of(root / FILE, "<https"))


def test_a_report_with_violations_stays_as_it_is(root: Path) -> None:
    (root / FILE).write_text(ABOUT, encoding="utf-8")
    edit(root / FILE, '"Bridge"@en', '"Bridge"@en ; dct:titel "x"')
    report, more = found(root)
    assert not report.conforms
    assert more == report


def test_the_shipped_catalogue_wants_nothing_but_what_two_lists_cannot_share() -> None:
    project = load(ROOT, ROOT / "nowhere")
    report = check_project(project)
    more = with_catalogue(project, report, ["agreements"])
    told = [f.message for f in more.findings if f not in report.findings]
    assert len(told) == 1
    assert "licence from the vocabulary (395 of 405 in all)" in told[0]
