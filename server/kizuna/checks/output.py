"""A report as text for people, JSON, SARIF and GitHub annotations."""

from __future__ import annotations

import json
from collections.abc import Callable

from kizuna.checks.findings import Finding, Report, Severity

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF_LEVELS = {
    Severity.INFO: "note",
    Severity.WARNING: "warning",
    Severity.VIOLATION: "error",
}
_GITHUB_LEVELS = {
    Severity.INFO: "notice",
    Severity.WARNING: "warning",
    Severity.VIOLATION: "error",
}


def as_text(report: Report) -> str:
    """Return one paragraph per finding (``file:line: severity: message [check]``) and a summary."""
    paragraphs = [paragraph(f) for f in report.findings]
    return "\n".join([*paragraphs, summary(report)]) + "\n"


def paragraph(finding: Finding) -> str:
    """Return a finding as text, its advice in a line of its own."""
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    head = f"{place}: {finding.severity.word}: {finding.message} [{finding.check}]"
    return f"{head}\n    {finding.hint}" if finding.hint else head


def summary(report: Report) -> str:
    """Return the outcome in one line, with what was counted.

    Quotes that could not be compared with their text here are named as such.
    """
    numbers = report.counts
    counted = (
        f"{numbers['files']} files, {numbers['triples']} triples, "
        f"{numbers['documents']} documents, {numbers['claims']} claims, "
        f"{numbers['quotes verified']} quotes verified word for word"
    )
    if numbers["quotes from the lock"]:
        counted += f", {numbers['quotes from the lock']} not verified here (taken from the lock)"
    found = ", ".join(
        f"{report.number_of(s)} {s.word}{'' if report.number_of(s) == 1 else 's'}"
        for s in reversed(Severity)
        if report.number_of(s) or s is Severity.VIOLATION
    )
    return f"{found}: {counted}"


def as_json(report: Report) -> str:
    """Return the report as one JSON object: ``conforms``, ``counts``, ``findings``."""
    return _dump(
        {
            "conforms": report.conforms,
            "counts": report.counts,
            "findings": [
                {
                    "check": f.check,
                    "severity": f.severity.word,
                    "file": f.path,
                    "line": f.line,
                    "column": f.column,
                    "message": f.message,
                    "hint": f.hint,
                    "focus": f.focus or None,
                }
                for f in report.findings
            ],
        }
    )


def as_sarif(report: Report) -> str:
    """Return the report as SARIF 2.1.0 (OASIS), as code hosts and editors read it."""
    rules = sorted({f.check for f in report.findings})
    run = {
        "tool": {
            "driver": {
                "name": "kizuna",
                "informationUri": "https://w3id.org/kizuna/",
                "rules": [{"id": rule} for rule in rules],
            }
        },
        "results": [_sarif_result(f) for f in report.findings],
    }
    return _dump({"$schema": _SARIF, "version": "2.1.0", "runs": [run]})


def _sarif_result(finding: Finding) -> dict[str, object]:
    region = {"startLine": max(finding.line, 1), "startColumn": max(finding.column, 1)}
    location = {"artifactLocation": {"uri": finding.path}, "region": region}
    text = f"{finding.message} {finding.hint}".strip()
    return {
        "ruleId": finding.check,
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
    }


def as_github(report: Report) -> str:
    """Return workflow commands that GitHub shows as annotations beside the lines."""
    return "".join(_github_line(f) for f in report.findings) + summary(report) + "\n"


def _github_line(finding: Finding) -> str:
    place = {"file": finding.path, "line": max(finding.line, 1), "col": max(finding.column, 1)}
    place["title"] = finding.check
    properties = ",".join(f"{name}={_escaped(str(v), ':,')}" for name, v in place.items())
    message = _escaped(f"{finding.message} {finding.hint}".strip())
    return f"::{_GITHUB_LEVELS[finding.severity]} {properties}::{message}\n"


def _escaped(text: str, more: str = "") -> str:
    """Return ``text`` with what would end a workflow command percent-encoded."""
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


OUTPUTS: dict[str, Callable[[Report], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}
"""How a report can be written, by the name of the format."""
