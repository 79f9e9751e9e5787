"""Links inside the publication, and what a thing must have to be shown: a label and a class."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from pyoxigraph import NamedNode

from kizuna.checks.findings import Finding, Severity, Spot, finding_at
from kizuna.project import Project, Role
from kizuna.vocabulary import KZ_CLAIM, LABELS, RDF_TYPE

MOST_SUGGESTIONS = 20
"""A near miss is looked for among all things: only for the first findings of a run."""


def dangling_links(project: Project) -> Iterator[Finding]:
    """Yield each IRI of this publication that is pointed to and described nowhere."""
    described = {
        t.subject.value
        for f in project.files
        for t in f.triples
        if isinstance(t.subject, NamedNode)
    }
    inside = (project.addresses.things, project.addresses.shapes + "#")
    suggestions = MOST_SUGGESTIONS
    for file in project.files:
        told: set[str] = set()
        for triple in file.triples:
            value = triple.object
            if not isinstance(value, NamedNode) or not value.value.startswith(inside):
                continue
            if value.value not in described and value.value not in told:
                told.add(value.value)
                suggestions -= 1
                near = described if suggestions >= 0 else set()
                yield _dangling(project, file.path, value.value, near)


def _dangling(project: Project, path: str, iri: str, described: set[str]) -> Finding:
    near = get_close_matches(iri, described, n=1, cutoff=0.9)
    return finding_at(
        project,
        "dangling-link",
        Spot(iri),
        f"points to <{iri}>, which no file describes",
        (f"Did you mean <{near[0]}>? " if near else "") + "Describe the thing, or correct the IRI.",
        path=path,
    )


def foreign_base(project: Project) -> Iterator[Finding]:
    """Yield a finding when the data makes claims, but about nothing under the project's base.

    Checks look at the things under ``base``; with a wrong one they would have nothing to look at.
    """
    claims = sorted((c.path, c.iri.value) for c in project.claims)
    inside = any(project.addresses.is_thing(t.value) for t in project.types)
    if not project.data:
        message, hint = "there is no data to publish", "Put Turtle into data/ttl/."
        yield Finding("base", Severity.VIOLATION, Role.DATA.value, 0, 0, message, hint)
    elif claims and not inside:
        yield finding_at(
            project,
            "base",
            Spot(claims[0][1], RDF_TYPE.value, KZ_CLAIM.value),
            f"no thing in the data lies under {project.addresses.things}",
            "Correct base in kizuna.toml, or the prefixes of the data.",
            path=claims[0][0],
        )


def things_without_label(project: Project) -> Iterator[Finding]:
    """Yield each thing that has no name in any language."""
    named = {t.subject for t in project.data if t.predicate in LABELS}
    for thing, path in _things(project).items():
        if thing not in named and not project.is_value(thing):
            yield finding_at(
                project,
                "label",
                Spot(thing.value),
                f"<{thing.value}> has no label",
                f'Name it in {", ".join(project.languages)}: skos:prefLabel "…"@en .',
                path=path,
            )


def things_without_class(project: Project) -> Iterator[Finding]:
    """Yield each thing that has no class, so that no shape applies to it."""
    for thing, path in _things(project).items():
        if thing not in project.types:
            yield finding_at(
                project,
                "class",
                Spot(thing.value),
                f"<{thing.value}> has no class",
                "Say what it is: the narrowest class of the ontology that fits.",
                path=path,
            )


def _things(project: Project) -> dict[NamedNode, str]:
    """Return the things described in the data, each with the first file that names or types it.

    Where none does, with the first that says anything.
    """
    things: dict[NamedNode, str] = {}
    declared: dict[NamedNode, str] = {}
    for file in project.having(Role.DATA):
        for triple in file.triples:
            subject = triple.subject
            if isinstance(subject, NamedNode) and project.addresses.is_thing(subject.value):
                things.setdefault(subject, file.path)
                if triple.predicate == RDF_TYPE or triple.predicate in LABELS:
                    declared.setdefault(subject, file.path)
    return things | declared
