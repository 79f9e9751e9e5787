"""One check and build in a process of its own, whose only answer is a line of JSON.

``python -m kizuna.renewing FOLDER RELEASES`` is what ``kizuna.keeping`` runs beside a server. It
writes the release and nothing else: the project's folder stays as it is, its lock included.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from rich.console import Console

from kizuna.building import checked, released
from kizuna.checks import OUTPUTS, Report
from kizuna.checks.findings import Severity
from kizuna.engine.sandbox import deny_network, die_with_parent
from kizuna.errors import KizunaError, UnavailableError
from kizuna.keeping import Place, Reason, Trouble
from kizuna.release import Releases
from kizuna.settings import load_settings

MOST_PLACES = 5
MOST_WORDS = 4_000


def renewed(root: Path, releases: Releases) -> str | Trouble:
    """Return the identifier of a new release of the project in ``root``, or why there is none."""
    silent = Console(quiet=True)
    try:
        settings = load_settings(root)
        project, report = checked(settings, silent)
        if not report.conforms:
            return _of_findings(report)
        return released(settings, project, report, releases).id
    except UnavailableError as error:
        return Trouble(Reason.SURROUNDINGS, _short(error))
    except KizunaError as error:
        return Trouble(Reason.PROJECT, _short(error))
    except OSError as error:
        return Trouble(Reason.SURROUNDINGS, _short(error))


def _of_findings(report: Report) -> Trouble:
    """Return the violations as trouble: the first of them by their places, and in words."""
    found = [f for f in report.findings if f.severity is Severity.VIOLATION]
    first = found[:MOST_PLACES]
    words = OUTPUTS["text"](Report(tuple(first), report.located, report.counts)).splitlines()[:-1]
    if len(found) > len(first):
        words.append(f"and {len(found) - len(first)} more: kizuna check tells all")
    places = tuple(Place(f.path, f.line, f.check) for f in first)
    told = "\n".join([f"{len(found)} violations", *words])
    return Trouble(Reason.FINDINGS, told[:MOST_WORDS], places, len(found))


def _short(error: Exception) -> str:
    return str(error)[:MOST_WORDS]


def main() -> None:
    """Check and build what is named, at the lowest priority and without a network."""
    die_with_parent()
    deny_network()
    os.nice(19)
    root, releases = map(Path, sys.argv[1:])
    made = renewed(root, Releases(releases))
    line = made.encode() if isinstance(made, Trouble) else json.dumps({"release": made}).encode()
    sys.stdout.buffer.write(line)


if __name__ == "__main__":
    main()
