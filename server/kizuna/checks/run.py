"""The table of all checks, and the run of a project through them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kizuna.checks.duplicates import (
    different_declarations,
    repeated_claims,
    repeated_statements,
    repeated_stems,
    repeated_things,
)
from kizuna.checks.findings import Finding, Report, Severity, from_fault
from kizuna.checks.grounding import (
    claims_without_fact,
    document_findings,
    facts_without_claim,
    locate_quotes,
)
from kizuna.checks.links import (
    dangling_links,
    foreign_base,
    things_without_class,
    things_without_label,
)
from kizuna.checks.questions import query_findings
from kizuna.checks.shapes import shape_findings
from kizuna.checks.showing import page_findings
from kizuna.checks.terms import unknown_terms
from kizuna.checks.values import wrong_dates
from kizuna.project import Project, Role


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of finding: its name, what it is about, and who looks for it.

    ``needs`` are the folders that must have been read whole: with a file missing, the check
    would blame what is right. Rows without ``run`` are found on the way (reading, quotes).
    """

    name: str
    about: str
    needs: frozenset[Role] = frozenset()
    run: Callable[[Project], Iterable[Finding]] | None = None


_ALL = frozenset(Role)
_DATA = frozenset({Role.DATA})
_MODEL = frozenset({Role.DATA, Role.ONTOLOGY})

# fmt: off
CHECKS: tuple[Check, ...] = (
    Check("file", "A file is a regular UTF-8 text file without byte order mark and NUL bytes."),
    Check("syntax", "A file is Turtle 1.1."),
    Check("graph-name", "No two files have the same name: it names the graph.",
          frozenset(), repeated_stems),
    Check("claim-for-fact", "Every fact has a claim; predicates marked kz:editorial are exempt.",
          _MODEL, facts_without_claim),
    Check("fact-for-claim", "Every claim's triple is asserted.", _DATA, claims_without_fact),
    Check("document-text", "A document's text is the one whose digest was recorded.",
          _DATA, document_findings),
    Check("document-absent", "A document's text is on this machine (information only)."),
    Check("document-content", "kz:contentEnd and kz:furniture are words of the document."),
    Check("quote-document", "A claim quotes from a recorded kz:SourceDocument."),
    Check("quote-in-document", "A quote stands word for word in its document."),
    Check("quote-once", "A quote, with its kz:quotePrefix, stands in one place only."),
    Check("quote-in-content", "A quote is from the article, not from website furniture."),
    Check("unknown-term", "Every term is defined in ontology/ or listed in ontology/terms.ttl.",
          frozenset({Role.ONTOLOGY}), unknown_terms),
    Check("dangling-link", "Every link inside the publication leads to a described thing.",
          _ALL, dangling_links),
    Check("label", "Every thing has a label; classes marked kz:valueClass are exempt.",
          _MODEL, things_without_label),
    Check("class", "Every thing has a class.", _DATA, things_without_class),
    Check("base", "There is data, and it is about things under the project's base.",
          _DATA, foreign_base),
    Check("query", "Every saved query has a title and is SPARQL.", frozenset(), query_findings),
    Check("pages", "pages.toml, where there is one, names terms of the ontology, and all it must.",
          frozenset({Role.ONTOLOGY}), page_findings),
    Check("duplicate-statement", "No file says the same twice.", frozenset(), repeated_statements),
    Check("duplicate-claim", "No two claims say the same with the same words.",
          _DATA, repeated_claims),
    Check("duplicate-thing", "No two things of a class have the same label.",
          _DATA, repeated_things),
    Check("declared-differently", "No two files declare classes or names of a thing differently.",
          frozenset(), different_declarations),
    Check("date", "Imprecise dates are EDTF.", frozenset(), wrong_dates),
    Check("shape", "The data conforms to the SHACL shapes; the part behind the slash is the shape.",
          _ALL, shape_findings),
    Check("shape-syntax", "The shapes themselves are in order."),
    Check("catalogue-points", "The catalogue has all for which portals give points (information)."),
    Check("not-run", "A check could not run because files it needs could not be read."),
)
# fmt: on


def check_project(project: Project) -> Report:
    """Return everything that the checks find in ``project``, sorted by file and line.

    What could not be checked stands after the faults that are the reason.
    """
    grounding = locate_quotes(project)
    findings = [*map(from_fault, project.faults), *grounding.findings]
    broken = _broken_roles(project)
    for check in CHECKS:
        if check.run and check.needs & broken:
            findings.append(_not_run(check, project))
        elif check.run:
            findings.extend(check.run(project))
    order = sorted(set(findings), key=_order)
    return Report(tuple(order), grounding.located, _counts(project, grounding.located))


def _order(finding: Finding) -> tuple[bool, str, int, int, str, str]:
    place = (finding.path, finding.line, finding.column)
    return (finding.check == "not-run", *place, finding.check, finding.message)


def _broken_roles(project: Project) -> frozenset[Role]:
    return frozenset(
        role for role in Role for f in project.faults if f.path.startswith(role.value + "/")
    )


def _not_run(check: Check, project: Project) -> Finding:
    path = project.faults[0].path
    message = f"check {check.name} did not run because this file could not be read"
    return Finding("not-run", Severity.INFO, path, 0, 0, message, "Mend the file first.")


def _counts(project: Project, located: Iterable[object]) -> dict[str, int]:
    """Return what was looked at, for the last line of the report."""
    quotes = list(located)
    return {
        "files": len(project.files) + len({f.path for f in project.faults}),
        "triples": sum(len(f.triples) for f in project.files),
        "documents": len(project.documents),
        "claims": len(project.claims),
        "quotes verified": sum(bool(getattr(q, "verified", False)) for q in quotes),
        "quotes from the lock": sum(not getattr(q, "verified", False) for q in quotes),
    }


def check_names() -> Iterator[str]:
    """Yield the names of all checks."""
    return (check.name for check in CHECKS)
