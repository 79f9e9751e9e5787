"""Proposals beside the data: what the project's own checks would say if they were accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from pyoxigraph import NamedNode, Triple

from kizuna.checks import Finding, Severity, check_project
from kizuna.project import DocumentState, Project, Role, SourceFile
from kizuna.project.documents import read_documents
from kizuna.project.evidence import read_claims
from kizuna.proposals.claims import ClaimProposal, Proposals
from kizuna.proposals.protocol import FOLDER
from kizuna.vocabulary import shortened

_ROUNDS = 3


def conforming(
    project: Project, proposals: Proposals, dropped: Counter[str], text: str | None = None
) -> Proposals:
    """Return the proposals that the checks of ``project`` have nothing against.

    What they object to is dropped and counted, with all that needs it. ``text`` is that of the
    document where it is not yet among the texts of the project.
    """
    for _ in range(_ROUNDS):
        file = _as_file(project, proposals)
        found = _objections(project, file, {proposals.document: text} if text is not None else {})
        if not found:
            break
        dropped.update(f"violates {finding.check}" for finding in found)
        bad = {c.id for f in found for c in _blamed(f, file, proposals)}
        proposals = _without(proposals, bad)
    return proposals


def _objections(
    project: Project, file: SourceFile, texts: Mapping[NamedNode, str]
) -> list[Finding]:
    """Return the violations that accepting all the proposals would bring."""
    files = (*project.files, file)
    triples = [t for f in files if f.role is Role.DATA for t in f.triples]
    whole = replace(
        project,
        files=files,
        documents=tuple(
            replace(one, text=texts[one.iri], state=DocumentState.PRESENT)
            if one.iri in texts
            else one
            for one in read_documents(triples, project.documents_folder)
        ),
        claims=(*project.claims, *read_claims(file)),
    )
    about = {str(getattr(t.subject, "value", "")) for t in file.triples}
    bad = (f for f in check_project(whole).findings if f.severity is Severity.VIOLATION)
    return [f for f in bad if f.path == file.path or f.focus in about]


def _blamed(finding: Finding, file: SourceFile, proposals: Proposals) -> list[ClaimProposal]:
    """Return the claims that a finding is about: of its statement, else of its thing.

    Of several about one thing, those are meant whose predicate the message names.
    """
    here = finding.path == file.path and 0 < finding.line <= len(file.triples)
    statement = file.triples[finding.line - 1] if here else None
    exact = [c for c in proposals.claims if c.fact == statement]
    if exact:
        return exact
    focus = {finding.focus, str(getattr(statement and statement.subject, "value", ""))}
    about = [
        c
        for c in proposals.claims
        if {c.id.value, *(n.value for n in c.brings)} & focus
        or str(getattr(c.fact.subject, "value", "")) in focus
    ]
    named = [c for c in about if shortened(c.fact.predicate.value) in finding.message]
    return named or about


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


def _without(proposals: Proposals, bad: set[NamedNode]) -> Proposals:
    """Return the proposals without the ``bad`` ones, and without what needs them."""
    claims = [c for c in proposals.claims if c.id not in bad]
    while True:
        ids = {c.id for c in claims}
        kept = [c for c in claims if all(need in ids for need in c.needs)]
        if len(kept) == len(claims):
            break
        claims = kept
    used = {n for c in claims for n in (*c.brings, c.attributed) if n is not None}
    things = {iri: rows for iri, rows in proposals.things.items() if iri in used}
    return replace(proposals, claims=tuple(claims), things=things)
