"""Reports are written so that people, editors and code hosts can read them."""

from __future__ import annotations

import json

import pytest

from kizuna.checks import OUTPUTS, Finding, Report, Severity
from kizuna.checks.output import summary

COUNTS = {
    "files": 3, "triples": 40, "documents": 1, "claims": 2,
    "quotes verified": 1, "quotes from the lock": 0,
}  # fmt: skip
WILD = 'says "100 %", a:b\nand <b>more</b> 絆'
FINDINGS = (
    Finding("shape/A-b", Severity.VIOLATION, "data/ttl/a,b:c.ttl", 7, 3, WILD, "Mend it.", "urn:x"),
    Finding("label", Severity.WARNING, "data/ttl/b.ttl", 1, 1, "has no label"),
    Finding("document-absent", Severity.INFO, "data/ttl/c.ttl", 0, 0, "is not here", "Put it."),
)
REPORT = Report(FINDINGS, (), COUNTS)
EMPTY = Report((), (), COUNTS)


def test_text_has_place_severity_message_check_and_advice() -> None:
    lines = OUTPUTS["text"](Report(FINDINGS[1:], (), COUNTS)).splitlines()
    assert lines == [
        "data/ttl/b.ttl:1: warning: has no label [label]",
        "data/ttl/c.ttl: info: is not here [document-absent]",
        "    Put it.",
        "0 violations, 1 warning, 1 info: 3 files, 40 triples, 1 documents, 2 claims, "
        "1 quotes verified word for word",
    ]


# fmt: off
SUMMARIES = [
    # findings          quotes from the lock   begins             ends
    ((),                0,                     "0 violations: ",  "verified word for word"),
    (FINDINGS[:1],      0,                     "1 violation: ",   "verified word for word"),
    (FINDINGS[:1] * 2,  5,                     "2 violations: ",  "5 not verified here (taken from the lock)"),
    (FINDINGS,          0,                     "1 violation, 1 warning, 1 info: ", "for word"),
]
# fmt: on


@pytest.mark.parametrize(("findings", "locked", "begins", "ends"), SUMMARIES)
def test_summary_counts(findings: tuple[Finding, ...], locked: int, begins: str, ends: str) -> None:
    text = summary(Report(findings, (), COUNTS | {"quotes from the lock": locked}))
    assert text.startswith(begins)
    assert text.endswith(ends)


def test_json_holds_everything() -> None:
    content = json.loads(OUTPUTS["json"](REPORT))
    assert content["conforms"] is False
    assert content["counts"] == COUNTS
    assert content["findings"][0] == {
        "check": "shape/A-b",
        "severity": "violation",
        "file": "data/ttl/a,b:c.ttl",
        "line": 7,
        "column": 3,
        "message": WILD,
        "hint": "Mend it.",
        "focus": "urn:x",
    }
    assert json.loads(OUTPUTS["json"](EMPTY))["conforms"] is True


def test_sarif_has_the_members_that_readers_require() -> None:
    content = json.loads(OUTPUTS["sarif"](REPORT))
    assert content["version"] == "2.1.0"
    assert content["$schema"].endswith("sarif-2.1.0.json")
    (run,) = content["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "kizuna"
    rules = [rule["id"] for rule in driver["rules"]]
    assert len(rules) == len(set(rules))
    for result, finding in zip(run["results"], FINDINGS, strict=True):
        assert result["ruleId"] in rules
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"].startswith(finding.message)
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == finding.path
        assert place["region"]["startLine"] >= 1  # 0 is no line in SARIF
        assert place["region"]["startColumn"] >= 1
    assert json.loads(OUTPUTS["sarif"](EMPTY))["runs"][0]["results"] == []


def test_github_escapes_what_would_end_a_command() -> None:
    first, second, third, last = OUTPUTS["github"](REPORT).splitlines()
    assert first == (
        "::error file=data/ttl/a%2Cb%3Ac.ttl,line=7,col=3,title=shape/A-b::"
        'says "100 %25", a:b%0Aand <b>more</b> 絆 Mend it.'
    )
    assert second.startswith("::warning ")
    assert third.startswith("::notice file=data/ttl/c.ttl,line=1,col=1,")
    assert last == summary(REPORT)


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_format_writes_every_report(name: str) -> None:
    for report in (REPORT, EMPTY):
        assert OUTPUTS[name](report).endswith("\n")
