"""A run of all checks: everything is told at once, sorted, and nothing stops it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from kizuna.checks import Severity, check_project
from kizuna.errors import ProjectError
from support import check, copy_bridge, edit, line_of, load, lock

HARBOUR = "data/ttl/harbour-news.ttl"
LETTER = "data/ttl/bay-letter.ttl"
SHARED = "data/ttl/shared.ttl"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_bridge(tmp_path / "bridge")


def test_all_findings_at_once(root: Path) -> None:
    edit(root / HARBOUR, '"Anna Example signed"', '"Anna Exemple signed"')
    edit(root / HARBOUR, "kz:follows event:signing ;", "kz:follows event:sining ;")
    edit(root / HARBOUR, "schema:value 40 ;", "schema:value -40 ;")
    edit(root / LETTER, "kz:modality kz:stated .\n\nclaim:bay-002", "\n.\n\nclaim:bay-002")
    edit(root / SHARED, '@de , "optics"@en', '@de , "Optics"@en ; skos:preflabel "x"@ja')
    found = check(root).findings
    told = {(f.path, f.check.partition("/")[0]) for f in found}
    assert told >= {
        (HARBOUR, "quote-in-document"),
        (HARBOUR, "dangling-link"),
        (HARBOUR, "claim-for-fact"),
        (HARBOUR, "fact-for-claim"),
        (HARBOUR, "shape"),
        (LETTER, "shape"),
        (SHARED, "unknown-term"),
    }
    assert list(found) == sorted(found, key=lambda f: (f.path, f.line, f.column))


def test_all_syntax_errors_of_all_files_at_once(root: Path) -> None:
    edit(root / HARBOUR, "kz:signedBy person:anna-example ;", "nope:signedBy person:anna-example ;")
    edit(root / HARBOUR, '"2020"^^edtf:EDTF', '"2020"^^nope:EDTF')
    edit(root / LETTER, "schema:minValue 31 ;", "schema:minValue 31 31 ;")
    found = [(f.path, f.line) for f in check(root).findings if f.check == "syntax"]
    for path, words in (
        (HARBOUR, "nope:signedBy"),
        (HARBOUR, "nope:EDTF"),
        (LETTER, "31 31"),
    ):
        assert (path, line_of(root / path, words)) in found


def test_checks_that_need_a_broken_file_say_that_they_did_not_run(root: Path) -> None:
    edit(root / "ontology/terms.ttl", "@prefix dct:", "@prefxi dct:")
    findings = check(root).findings
    left_out = [f for f in findings if f.check == "not-run"]
    assert {f.severity for f in left_out} == {Severity.INFO}
    assert any("unknown-term" in f.message for f in left_out)
    assert not any(f.check == "unknown-term" for f in findings)


def test_a_file_that_vanishes_while_it_is_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.lstat

    def vanish(path: Path) -> os.stat_result:
        if path.name == "shared.ttl":
            path.unlink(missing_ok=True)
        return real(path)

    monkeypatch.setattr(Path, "lstat", vanish)
    (fault,) = load(root).faults
    assert (fault.path, fault.check, fault.message) == (SHARED, "file", "has vanished")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(root: Path) -> None:  # pragma: no cover
    (root / SHARED).chmod(0)
    (fault,) = load(root).faults
    assert (fault.path, fault.message) == (SHARED, "may not be read")


def test_permission_denied_is_told_in_words(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", deny)
    assert {f.message for f in load(root).faults} == {"may not be read"}


@pytest.mark.parametrize("folder", ["ontology", "shapes", "data/ttl"])
def test_missing_folder(root: Path, folder: str) -> None:
    (root / folder).rename(root / "gone")
    with pytest.raises(ProjectError, match="there is no such folder"):
        load(root)


def test_folder_that_cannot_be_listed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(_: Path) -> list[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", deny)
    with pytest.raises(ProjectError, match="cannot be listed: Permission denied"):
        load(root)


def test_without_texts_the_lock_speaks(root: Path, tmp_path: Path) -> None:
    lock(root)
    report = check(root, tmp_path / "nowhere")
    assert report.conforms
    assert report.counts["quotes verified"] == 0
    assert report.counts["quotes from the lock"] == report.counts["claims"] == 18
    absent = [f for f in report.findings if f.check == "document-absent"]
    assert [f.severity for f in absent] == [Severity.INFO] * 2
    assert {(f.path, f.line) for f in absent} == {
        ("data/ttl/documents.ttl", line_of(root / "data/ttl/documents.ttl", f"document:{name} a"))
        for name in ("harbour-news", "bay-letter")
    }
    assert "15 quotes not verified here" in absent[0].message


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (HARBOUR, '"Anna Example signed"', '"Anna Exemple signed"'),  # the quote has changed
        (HARBOUR, '"for the City of Alpha."', '"the City of Alpha."'),  # so has its prefix
        (HARBOUR, "claim:harbour-007 a", "claim:harbour-077 a"),  # the claim is another
    ],
)
def test_what_was_changed_since_is_not_taken_from_the_lock(
    root: Path, tmp_path: Path, file: str, old: str, new: str
) -> None:
    lock(root)
    edit(root / file, old, new)
    report = check(root, tmp_path / "nowhere")
    (finding,) = [f for f in report.findings if f.severity is Severity.VIOLATION]
    assert finding.check == "quote-in-document"
    assert "never checked" in finding.message


def test_another_text_is_not_taken_from_the_lock(root: Path, tmp_path: Path) -> None:
    lock(root)
    file = root / "data/ttl/documents.ttl"
    digest = next(d for d in load(root).documents if d.file_name == "bay-letter.txt").sha256
    edit(file, digest, "0" * 64)
    report = check(root, tmp_path / "nowhere")
    assert [f.check for f in report.findings if f.severity is Severity.VIOLATION] == [
        "quote-in-document"
    ] * 3


def test_same_findings_in_any_order_of_files(root: Path) -> None:
    edit(root / HARBOUR, "kz:follows event:signing ;", "kz:follows event:sining ;")
    project = load(root)
    turned = replace(project, files=project.files[::-1], claims=project.claims[::-1])
    assert {(f.check, f.message) for f in check_project(project).findings} == {
        (f.check, f.message) for f in check_project(turned).findings
    }
