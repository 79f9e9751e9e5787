"""Proposals beside the data: what the project's own checks would say if they were accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from pyoxigraph import NamedNode, Triple

from kizuna.checks import Finding, Severity, check_project
from kizuna.project import Project, Role, SourceFile
from kizuna.project.documents import read_documents
from kizuna.project.evidence import read_claims
from kizuna.proposals.claims import FOLDER, ClaimProposal, Proposals

_ROUNDS = 3


def conforming(project: Project, proposals: Proposals, dropped: Counter[str]) -> Proposals:
    """Return the proposals that the checks of ``project`` have nothing against.

    What they object to is dropped and counted, with all that needs it.
    """
    for _ in range(_ROUNDS):
        found = objections(project, proposals)
        bad = {f.focus for f in found}
        kept = _without(proposals, bad)
        if len(kept.claims) == len(proposals.claims):
            return kept
        dropped.update(f"violates {name}" for name in sorted({f.check for f in found}))
        proposals = kept
    return proposals


def objections(project: Project, proposals: Proposals) -> list[Finding]:
    """Return the violations that accepting all the proposals would bring."""
    file = _as_file(project, proposals)
    files = (*project.files, file)
    triples = [t for f in files if f.role is Role.DATA for t in f.triples]
    whole = replace(
        project,
        files=files,
        documents=read_documents(triples, project.documents_folder),
        claims=(*project.claims, *read_claims(file)),
    )
    report = check_project(whole)
    return [f for f in report.findings if f.severity is Severity.VIOLATION and f.path == file.path]


def _as_file(project: Project, proposals: Proposals) -> SourceFile:
    """Return the proposals as the file of the data that they would make."""
    triples = list(accepted_triples(proposals, proposals.claims))
    known = {t for t in triples if t in project.data}
    rows = tuple(dict.fromkeys(t for t in triples if t not in known))
    path = (FOLDER / f"{proposals.name}.ttl").as_posix()
    graph = NamedNode(project.addresses.graph(f"proposed-{proposals.name}"))
    text = "".join(f"{t.subject} {t.predicate} {t.object} .\n" for t in rows)
    return SourceFile(path, Role.DATA, graph, text, {}, rows)


def accepted_triples(proposals: Proposals, claims: Iterable[ClaimProposal]) -> Iterable[Triple]:
    """Yield what accepting some of the claims adds to the data."""
    yield from proposals.describes
    described: set[NamedNode] = set()
    for claim in claims:
        for node in (*claim.brings, *([claim.attributed] if claim.attributed else [])):
            if node not in described:
                described.add(node)
                yield from proposals.things.get(node, ())
        yield claim.fact
        yield from claim.claim()


def _without(proposals: Proposals, bad: set[str]) -> Proposals:
    """Return the proposals without those about ``bad`` things, and without what needs them."""
    claims = list(proposals.claims)
    while True:
        gone = {c.id for c in claims if {c.id.value, *(n.value for n in c.brings)} & bad}
        ids = {c.id for c in claims} - gone
        kept = [c for c in claims if c.id in ids and all(need in ids for need in c.needs)]
        if len(kept) == len(claims):
            break
        claims = kept
    used = {n for c in claims for n in (*c.brings, c.attributed) if n is not None}
    things = {iri: rows for iri, rows in proposals.things.items() if iri in used}
    return replace(proposals, claims=tuple(claims), things=things)
