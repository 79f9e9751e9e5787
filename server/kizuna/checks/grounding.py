"""The evidence rule, both ways, and the quotes in their documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from pyoxigraph import NamedNode, Triple

from kizuna.checks.findings import Finding, Severity, Spot, finding_at
from kizuna.project import Claim, Document, DocumentState, Located, Place, Project, Role
from kizuna.project.evidence import by_fact, in_furniture, places
from kizuna.project.lock import recall
from kizuna.vocabulary import (
    KZ_CONTENT_END,
    KZ_FURNITURE,
    KZ_QUOTE,
    KZ_SHA256,
    PROV_QUOTED_FROM,
    RDF_OBJECT,
    shortened,
)


def facts_without_claim(project: Project) -> Iterator[Finding]:
    """Yield each asserted fact that no claim supports."""
    claimed = by_fact(project.claims)
    for file in project.files:
        for triple in file.triples:
            domain = file.role is Role.DATA or _about_thing(project, triple)
            if domain and is_fact(project, triple) and triple not in claimed:
                yield finding_at(
                    project,
                    "claim-for-fact",
                    _spot(triple),
                    f"no claim supports {told(triple)}",
                    "Add a kz:Claim with the quote that says it, or remove the fact.",
                    path=file.path,
                )


def is_fact(project: Project, triple: Triple) -> bool:
    """Tell whether ``triple`` says something of the domain that needs evidence.

    It does so whatever its subject is: a thing of others (a Wikidata item) is no way around.
    """
    subject = triple.subject
    value = isinstance(subject, NamedNode) and project.is_value(subject)
    return triple.predicate not in project.editorial and not value


def _about_thing(project: Project, triple: Triple) -> bool:
    subject = triple.subject
    return isinstance(subject, NamedNode) and project.addresses.is_thing(subject.value)


def claims_without_fact(project: Project) -> Iterator[Finding]:
    """Yield each claim whose fact is not asserted anywhere in the data."""
    for claim in project.claims:
        if claim.fact is not None and claim.fact not in project.data:
            yield finding_at(
                project,
                "fact-for-claim",
                Spot(claim.iri.value, RDF_OBJECT.value),
                f"claims {told(claim.fact)}, which the data does not say",
                "Assert the fact in this file, or correct the claim's subject, predicate, object.",
                path=claim.path,
            )


def document_findings(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with the documents' texts themselves."""
    for document in project.documents:
        name = document.file_name or document.iri.value
        if document.state is DocumentState.ABSENT:
            yield _absent(project, document, name)
        elif document.state is DocumentState.PRESENT:
            yield from _bad_ranges(project, document)
        else:
            yield finding_at(
                project,
                "document-text",
                Spot(document.iri.value, KZ_SHA256.value),
                f"the text {document.path} cannot prove quotes: {document.problem}",
                "Restore the text, or record the new digest and check every quote again.",
            )


def _absent(project: Project, document: Document, name: str) -> Finding:
    quotes = sum(c.document == document.iri for c in project.claims)
    found = finding_at(
        project,
        "document-absent",
        Spot(document.iri.value),
        f"the text of {name} is not in {project.documents_folder}: "
        f"{quotes} quotes not verified here",
        "Put the text there, or set KIZUNA_DOCUMENTS to the folder that has it.",
    )
    return replace(found, severity=Severity.INFO)


def _bad_ranges(project: Project, document: Document) -> Iterator[Finding]:
    ranges = document.ranges()
    if isinstance(ranges, str):
        wrong = KZ_FURNITURE if ranges.startswith("kz:furniture") else KZ_CONTENT_END
        yield finding_at(
            project,
            "document-content",
            Spot(document.iri.value, wrong.value),
            f"in {document.file_name}, {ranges}",
            "Copy the words of the document exactly, or remove the statement.",
        )


@dataclass(frozen=True, slots=True)
class Grounding:
    """The outcome of looking for every quote: those found, and findings about the rest."""

    located: tuple[Located, ...]
    findings: tuple[Finding, ...]


def locate_quotes(project: Project) -> Grounding:
    """Return where every quote stands, in its text where that is here, else by the lock."""
    documents = {d.iri: d for d in project.documents}
    located: list[Located] = []
    findings: list[Finding] = []
    for claim in project.claims:
        if not claim.quote or claim.document is None:
            continue  # the shape of a claim says what is missing
        document = documents.get(claim.document)
        outcome = _no_document(claim) if document is None else _locate(project, claim, document)
        if isinstance(outcome, Located):
            located.append(outcome)
        elif outcome is not None:
            predicate = PROV_QUOTED_FROM if document is None else KZ_QUOTE
            spot = Spot(claim.iri.value, predicate.value)
            findings.append(finding_at(project, *outcome.at(spot), path=claim.path))
    return Grounding(tuple(located), tuple(findings))


@dataclass(frozen=True, slots=True)
class _Failure:
    check: str
    message: str
    hint: str

    def at(self, spot: Spot) -> tuple[str, Spot, str, str]:
        return self.check, spot, self.message, self.hint


def _no_document(claim: Claim) -> _Failure:
    iri = claim.document.value if claim.document else ""
    return _Failure(
        "quote-document",
        f"{_name(claim)} quotes from <{iri}>, which no file records as a kz:SourceDocument",
        "Record the document in data/ttl/documents.ttl, or correct prov:wasQuotedFrom.",
    )


def _locate(project: Project, claim: Claim, document: Document) -> Located | _Failure | None:
    """Return the quote's place, or why there is none; None where the text itself is at fault."""
    if document.state is DocumentState.ABSENT:
        place = recall(project.lock, claim, document.sha256)
        return Located(claim, place, verified=False) if place else _never_checked(claim, document)
    if document.text is None:
        return None
    found = places(claim, document.text)
    if not found:
        return _not_there(claim, document, document.text)
    if len(found) > 1:
        return _several(claim, document, found)
    if in_furniture(found[0], document):
        return _Failure(
            "quote-in-content",
            f'{_name(claim)} quotes "{_cut(claim.quote)}" from what {document.file_name} '
            "marks as website furniture",
            "Quote the article itself, or correct kz:contentEnd and kz:furniture of the document.",
        )
    return Located(claim, found[0], verified=True)


def _never_checked(claim: Claim, document: Document) -> _Failure:
    return _Failure(
        "quote-in-document",
        f'{_name(claim)} quotes "{_cut(claim.quote)}", which was never checked against '
        f"{document.file_name}",
        "Run kizuna check where the text is, and commit data/documents.lock.",
    )


def _not_there(claim: Claim, document: Document, text: str) -> _Failure:
    match = SequenceMatcher(None, text, claim.quote, autojunk=False).find_longest_match()
    begin = max(0, match.a - match.b)
    near = " ".join(text[begin : begin + len(claim.quote)].split())
    return _Failure(
        "quote-in-document",
        f'{_name(claim)} quotes "{_cut(claim.quote)}", which is not in the document '
        f"{document.file_name}",
        f'Copy the words of the document, or remove the claim. Nearest there: "{_cut(near)}"',
    )


def _several(claim: Claim, document: Document, found: list[Place]) -> _Failure:
    return _Failure(
        "quote-once",
        f'{_name(claim)} quotes "{_cut(claim.quote)}", which stands {len(found)} times in '
        f"{document.file_name}",
        "Quote a few words more, or add the words just before it as kz:quotePrefix.",
    )


def _name(claim: Claim) -> str:
    return claim.iri.value.rpartition("/id/")[2]


def _cut(words: str, size: int = 160) -> str:
    return words if len(words) <= size else words[: size - 1] + "…"


def _spot(triple: Triple) -> Spot:
    return Spot(*(getattr(term, "value", "") for term in triple))


def told(triple: Triple) -> str:
    """Return the triple as a short text for messages."""
    subject, predicate, value = (getattr(t, "value", str(t)) for t in triple)
    end = shortened(value) if isinstance(triple.object, NamedNode) else f'"{_cut(value, 60)}"'
    return f"{_tail(subject)} {shortened(predicate)} {_tail(end)}"


def _tail(text: str) -> str:
    return text.rpartition("/id/")[2].rstrip(">")
