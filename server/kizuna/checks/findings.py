"""What checks say: findings with a place, a message and advice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from kizuna.project import Fault, Located, Project
from kizuna.vocabulary import RDF_TYPE


class Severity(IntEnum):
    """How much a finding weighs; no release is built while there is a violation (as in SHACL)."""

    INFO = 0
    WARNING = 1
    VIOLATION = 2

    @property
    def word(self) -> str:
        """The name as people and machines read it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found. Line and column count from 1; 0 means the file as a whole."""

    check: str
    severity: Severity
    path: str
    line: int
    column: int
    message: str
    hint: str = ""
    focus: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All findings about a project, in the order of files and lines, with what was counted."""

    findings: tuple[Finding, ...]
    located: tuple[Located, ...]
    counts: dict[str, int]

    @property
    def conforms(self) -> bool:
        """Whether a release may be built."""
        return not any(f.severity is Severity.VIOLATION for f in self.findings)

    def number_of(self, severity: Severity) -> int:
        """Return how many findings have this severity."""
        return sum(f.severity is severity for f in self.findings)


@dataclass(frozen=True, slots=True)
class Spot:
    """The statement that a finding is about; later parts may be left out."""

    subject: str
    predicate: str = ""
    value: str = ""


def find_spot(project: Project, spot: Spot, path: str = "") -> tuple[str, int, int]:
    """Return file, line and column of ``spot``: in ``path`` if given, else where it is said best.

    The file that has the very statement wins over one that has only the subject, and of those
    the one that says what the subject is.
    """
    files = [f for f in project.files if path in {"", f.path}]
    files.sort(key=lambda f: (spot.subject, RDF_TYPE.value) not in f.positions.predicates)
    wishes = (
        (spot.subject, spot.predicate, spot.value),
        (spot.subject, spot.predicate, ""),
        (spot.subject, "", ""),
    )
    for subject, predicate, value in wishes:
        for file in files:
            at = file.positions
            place = (
                at.objects.get((subject, predicate, value))
                if value
                else at.predicates.get((subject, predicate))
                if predicate
                else at.subjects.get(subject)
            )
            if place:
                return file.path, place.line, place.column
    for file in files:
        mention = file.positions.mentions.get(spot.subject)
        if mention:
            return file.path, mention.line, mention.column
    return path or "kizuna.toml", 0, 0


def finding_at(  # noqa: PLR0913 - a finding is these six things
    project: Project, check: str, spot: Spot, message: str, hint: str, *, path: str = ""
) -> Finding:
    """Return a violation of ``check`` located at ``spot``."""
    file, line, column = find_spot(project, spot, path)
    return Finding(check, Severity.VIOLATION, file, line, column, message, hint, spot.subject)


def from_fault(fault: Fault) -> Finding:
    """Return the finding for a file that could not be read."""
    return Finding(
        fault.check,
        Severity.VIOLATION,
        fault.path,
        fault.line,
        fault.column,
        fault.message,
        fault.hint,
    )
