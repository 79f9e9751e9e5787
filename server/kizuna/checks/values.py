"""Literals whose form a shape cannot judge: imprecise dates."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal

from kizuna.checks.findings import Finding, Spot, finding_at
from kizuna.project import Project, Role
from kizuna.project.dates import bounds
from kizuna.vocabulary import EDTF


def wrong_dates(project: Project) -> Iterator[Finding]:
    """Yield each EDTF literal that is no date, or ends before it begins."""
    for file in project.having(Role.DATA):
        for triple in file.triples:
            value = triple.object
            if isinstance(value, Literal) and value.datatype == EDTF:
                try:
                    bounds(value.value)
                except ValueError as error:
                    spot = Spot(*(getattr(term, "value", "") for term in triple))
                    yield finding_at(
                        project,
                        "date",
                        spot,
                        f"no date: {error}",
                        'Write EDTF, for example "2017-09-20", "2020-03", "2015-10/2015-12".',
                        path=file.path,
                    )
