"""From what sentences say to proposed claims: one for each fact, with its best quote."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode, Triple

from kizuna.extracting.mentions import OFFICE
from kizuna.extracting.merging import meet, merged, precise
from kizuna.extracting.minting import Mint
from kizuna.extracting.said import Said, Text
from kizuna.extracting.things import Known, Thing
from kizuna.project import Project
from kizuna.project.documents import find
from kizuna.proposals.claims import ClaimProposal, Proposals, Quote
from kizuna.vocabulary import KZ_INFERRED, XSD_DATE, term

_NUMBERED = re.compile(r"(.*/id/claim/.+?)-([0-9]+)$")
_AROUND = 160
_HEADING = 0.1
_RULES = {
    "en": "Concluded from these words by the extraction rule {rule}; a person has confirmed it.",
    "de": "Aus diesen Worten nach der Regel {rule} geschlossen; ein Mensch hat es bestätigt.",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact as a triple, with what said it."""

    fact: Triple
    said: Said
    quote: Quote

    @property
    def score(self) -> float:
        """How sure the pattern is; a heading only announces what the text then tells."""
        return self.said.pattern.score - (_HEADING if self.said.sentence.heading else 0)


def propose(
    said: list[Said],
    text: str,
    mint: Mint,
    numbered: tuple[NamedNode, str, int],
    dropped: Counter[str],
) -> Proposals:
    """Return the proposals that follow from what was said, in reading order.

    ``numbered`` are the document, the beginning of its claims' addresses, and the first number.
    """
    document, beginning, first = numbered
    mint.said = said = merged(said)
    meet(said, mint.known, mint.patterns)
    drafts = _best(_drafts(precise(said), text, mint, dropped))
    kept = _complete(drafts, mint, dropped)
    kept.sort(key=lambda d: (d.quote.start, d.quote.end, str(d.fact)))
    claims = [
        _claim(draft, NamedNode(f"{beginning}-{first + number:03}"), document, mint)
        for number, draft in enumerate(kept)
    ]
    claims = [replace(c, needs=tuple(_needed(c, claims, mint))) for c in claims]
    used = {part for c in claims for part in (c.fact.subject, c.fact.object, c.attributed)}
    things = {iri: rows for iri, rows in mint.described.items() if iri in used}
    return Proposals(document, tuple(claims), things)


def _drafts(said: Iterable[Said], text: str, mint: Mint, dropped: Counter[str]) -> Iterable[Draft]:
    for one in said:
        if _is_office(one.value) or _is_office(one.subject):
            dropped["office not listed"] += 1
            continue
        subject = mint.node(one.subject)
        value = _value(one, subject, mint)
        quote = _quote(text, one.start, one.end)
        if quote is None:
            dropped["quote not unique"] += 1
        elif subject != value:
            yield Draft(Triple(subject, NamedNode(one.predicate), value), one, quote)


def _is_office(value: object) -> bool:
    return isinstance(value, Thing) and value.value == OFFICE


def _value(one: Said, subject: NamedNode, mint: Mint) -> NamedNode | Literal:
    """Return the object of a fact."""
    value = one.value
    if isinstance(value, Text):
        return Literal(re.sub(r"\s+", " ", value.words), language=value.language)
    if isinstance(value, Thing):
        return mint.value(subject, one, value)
    if value.startswith("<"):
        return NamedNode(value.strip("<>"))
    return Literal(value, datatype=XSD_DATE)


def _quote(text: str, start: int, end: int) -> Quote | None:
    """Return the quote at a place, with the words before it as far as they make it unique."""
    words = text[start:end].strip()
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end = start + len(words)
    prefix = ""
    if len(list(find(words, text))) > 1:
        at = start
        while at > 0:
            at = max(text.rfind(" ", 0, at - 1), text.rfind("\n", 0, at - 1), 0) if at > 1 else 0
            prefix = text[at:start].strip()
            if prefix and len(list(find(f"{prefix} {words}", text))) == 1:
                break
            if start - at > 200:
                return None
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    return Quote(words, start, end, prefix, before, after) if words else None


def _best(drafts: Iterable[Draft]) -> list[Draft]:
    """Return one draft for each fact: that of the highest score, then the first."""
    best: dict[Triple, Draft] = {}
    for draft in drafts:
        other = best.get(draft.fact)
        if other is None or draft.score > other.score:
            best[draft.fact] = draft
    return list(best.values())


def _complete(drafts: list[Draft], mint: Mint, dropped: Counter[str]) -> list[Draft]:
    """Return the drafts without those about new things that lack what the shapes ask for."""
    while True:
        lacking = {
            node
            for node, rows in mint.described.items()
            for need in mint.forms.wants(mint.classes(node))
            if not any(_has(node, p, drafts, rows, inverse=need.inverse) for p in need.predicates)
        }
        kept = [d for d in drafts if not {d.fact.subject, d.fact.object} & lacking]
        if len(kept) == len(drafts):
            return kept
        dropped["would not conform"] += len(drafts) - len(kept)
        drafts = kept


def _has(
    node: NamedNode, predicate: str, drafts: list[Draft], rows: tuple[Triple, ...], *, inverse: bool
) -> bool:
    if any(t.predicate.value == predicate for t in rows):
        return True
    facts = (d.fact for d in drafts if d.fact.predicate.value == predicate)
    return any((f.object if inverse else f.subject) == node for f in facts)


def _claim(draft: Draft, iri: NamedNode, document: NamedNode, mint: Mint) -> ClaimProposal:
    said = draft.said
    modality, attributed = _modality(said, mint)
    rule = said.pattern.iri.rpartition("#")[2]
    rules = tuple(Literal(t.format(rule=rule), language=lang) for lang, t in _RULES.items())
    new = tuple(
        part
        for part in (draft.fact.subject, draft.fact.object)
        if isinstance(part, NamedNode) and part in mint.described
    )
    return ClaimProposal(
        id=iri,
        fact=draft.fact,
        document=document,
        quote=draft.quote,
        modality=modality,
        score=round(draft.score - 0.05 * len(new), 2),
        rule=rule,
        attributed=attributed,
        rules=rules if modality == KZ_INFERRED else (),
        brings=new,
    )


def _modality(said: Said, mint: Mint) -> tuple[NamedNode, NamedNode | None]:
    """Return how a fact is said; what a person says is that person's claim."""
    if said.pattern.modality == "inferred":
        return KZ_INFERRED, None
    if said.speaker is not None and said.speaker is not said.subject:
        return term("kz:claimedByPerson"), mint.node(said.speaker)
    if said.planned:
        return term("kz:planned"), None
    return term(f"kz:{said.pattern.modality or 'stated'}"), None


def _needed(claim: ClaimProposal, claims: list[ClaimProposal], mint: Mint) -> Iterable[NamedNode]:
    """Yield the proposals without which the new things of a claim would not conform."""
    for node in claim.brings:
        for need in mint.forms.wants(mint.classes(node)):
            giving = [
                c
                for c in claims
                if c.fact.predicate.value in need.predicates
                and (c.fact.object if need.inverse else c.fact.subject) == node
            ]
            if giving and claim not in giving:
                yield max(giving, key=lambda c: c.score).id


def numbering(data: Known, document: NamedNode, project: Project) -> tuple[str, int]:
    """Return how the document's claims are named, and the next number."""
    name = document.value.rpartition("/")[2]
    beginning = f"{project.addresses.things}claim/{name}"
    taken = [m for iri in data.about if (m := _NUMBERED.match(iri)) and m[1] == beginning]
    return beginning, max((int(m[2]) for m in taken), default=0) + 1
