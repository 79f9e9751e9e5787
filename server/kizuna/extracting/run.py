"""One text on its way: read, put beside the documents, extracted, checked, written down."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from kizuna.extracting.conforming import conforming
from kizuna.extracting.describing import NewDocument, document_of, save_text
from kizuna.extracting.protocol import Extractor, Source
from kizuna.extracting.reading import Reading
from kizuna.project import Project
from kizuna.proposals.claims import REJECTED, Proposals, read, write


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one text: the proposals, what was dropped by reason, the files written."""

    proposals: Proposals
    dropped: dict[str, int]
    text: Path | None
    file: Path | None


def extract_text(
    project: Project, reading: Reading, extractor: Extractor, *, keep: bool = True
) -> Outcome:
    """Return the proposals of a text; with ``keep``, the text and they are written.

    The text goes into the project's folder of documents, the proposals to ``data/proposals/``.
    A claim that the data has from this document already, or that was rejected, is not proposed.

    Raises what the extractor and ``save_text`` raise.
    """
    document = document_of(project, reading)
    found = extractor.extract(Source(document.iri, reading.text, reading.language))
    dropped = Counter(found.dropped)
    proposals = _unclaimed(project, document, found.proposals, dropped)
    proposals = conforming(project, proposals, dropped, reading.text)
    if not keep or not proposals.claims:
        return Outcome(proposals, dict(sorted((+dropped).items())), None, None)
    text = save_text(project.documents_folder, document, reading)
    file = write(project.root, proposals)
    return Outcome(proposals, dict(sorted((+dropped).items())), text, file)


def _unclaimed(
    project: Project, document: NewDocument, proposals: Proposals, dropped: Counter[str]
) -> Proposals:
    """Return the proposals that are neither in the data from this document nor were rejected."""
    claimed = {c.fact for c in project.claims if c.document == document.iri}
    refused = {
        claim.fact
        for one in read(project.root, REJECTED)
        for claim in one.claims
        if one.document == document.iri
    }
    for reason, facts in (("in the data already", claimed), ("rejected before", refused - claimed)):
        dropped[reason] += sum(claim.fact in facts for claim in proposals.claims)
    claims = tuple(c for c in proposals.claims if c.fact not in claimed | refused)
    return replace(proposals, claims=claims, describes=document.describes)
