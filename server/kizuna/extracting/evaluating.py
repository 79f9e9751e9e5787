"""How well an extractor finds what people took from a document: precision and recall.

A document's file is taken out of what the extractor knows (the files of shared things stay), its
text is read, and the proposals are compared with the reviewed claims:

- A reviewed claim is *found* by a proposal with the same predicate, the right subject and object,
  and a quote that overlaps its own.
- A thing or a constant is right if it is the same; a value (date, figure) if it says the same but
  for its words; a text if half of all words of both are common to both.
- A thing that only the removed file describes has no address to compare. A proposed new thing
  stands for it if the class of one is the other's or above it; each stands for one at most, and
  the pairs are made so that those who share most claims find each other first.
- A proposal *agrees* if it finds a claim, or says a reviewed fact of the document by other words.
  The rest need not be wrong; a person has to judge them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from kizuna.extracting.language import recognise
from kizuna.extracting.protocol import Source
from kizuna.extracting.rules import Rules
from kizuna.extracting.things import Known, known
from kizuna.project import Document, Project
from kizuna.project.evidence import Claim, places
from kizuna.proposals.claims import ClaimProposal, Proposals
from kizuna.vocabulary import RDF_TYPE, shortened

_WORD = re.compile(r"\w+")
_COMMON = 0.5


@dataclass(frozen=True, slots=True)
class Expected:
    """A fact that a person took from a text, and where its quote stands."""

    fact: Triple
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Score:
    """Counts for one document or one relation."""

    expected: int = 0
    found: int = 0
    proposed: int = 0
    agreeing: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.expected + other.expected,
            self.found + other.found,
            self.proposed + other.proposed,
            self.agreeing + other.agreeing,
        )

    @property
    def recall(self) -> float:
        """The part of the expected claims that was found."""
        return self.found / self.expected if self.expected else 1.0

    @property
    def precision(self) -> float:
        """The part of the proposals that agree with what was expected."""
        return self.agreeing / self.proposed if self.proposed else 1.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The comparison for one document; ``missed`` and ``other`` are what did not meet."""

    document: str
    relations: dict[str, Score]
    missed: tuple[Expected, ...]
    other: tuple[ClaimProposal, ...]

    @property
    def total(self) -> Score:
        """The counts of all relations."""
        return sum(self.relations.values(), Score())


def evaluate(project: Project) -> list[Evaluation]:
    """Return the comparison for every document whose text is here and has claims."""
    found = []
    for document in project.documents:
        claims = [c for c in project.claims if c.document == document.iri]
        if document.text is None or not claims:
            continue
        without = Counter(c.path for c in claims).most_common(1)[0][0]
        source = Source(document.iri, document.text, recognise(document.text))
        proposals = Rules(project, without).extract(source).proposals
        comparison = Comparison(known(project, without), known(project), proposals)
        found.append(comparison.of(document.iri.value, list(_expected(claims, document))))
    return found


def _expected(claims: Sequence[Claim], document: Document) -> Iterator[Expected]:
    for claim in claims:
        spots = places(claim, document.text or "")
        if claim.fact is not None and spots:
            yield Expected(claim.fact, spots[0].start, spots[0].end)


@dataclass(slots=True)
class Comparison:
    """Proposals beside what was expected; ``before`` is what the extractor knew, ``after`` all."""

    before: Known
    after: Known
    proposals: Proposals
    pairs: dict[str, str] = field(default_factory=dict)

    def of(self, document: str, expected: list[Expected]) -> Evaluation:
        """Return the comparison with the expected claims."""
        self._pair(expected)
        claims = self.proposals.claims
        scores: Counter[tuple[str, str]] = Counter()
        missed, met = [], set()
        for one in expected:
            name = shortened(one.fact.predicate.value)
            finders = [
                c.id for c in claims if self._overlap(one, c) and self._same(one.fact, c.fact)
            ]
            met.update(finders)
            scores[name, "expected"] += 1
            scores[name, "found"] += bool(finders)
            if not finders:
                missed.append(one)
        other = []
        for claim in claims:
            name = shortened(claim.fact.predicate.value)
            agrees = claim.id in met or any(self._same(e.fact, claim.fact) for e in expected)
            scores[name, "proposed"] += 1
            scores[name, "agreeing"] += agrees
            if not agrees:
                other.append(claim)
        names = sorted({name for name, _ in scores})
        kinds = ("expected", "found", "proposed", "agreeing")
        relations = {n: Score(*(scores[n, k] for k in kinds)) for n in names}
        return Evaluation(document, relations, tuple(missed), tuple(other))

    def _pair(self, expected: list[Expected]) -> None:
        """Find out which new thing stands for which; those who share most claims first."""
        votes: Counter[tuple[str, str]] = Counter()
        for one in expected:
            for claim in self.proposals.claims:
                if one.fact.predicate != claim.fact.predicate or not self._overlap(one, claim):
                    continue
                ends = [
                    self._meeting(a, b)
                    for a, b in zip(
                        (one.fact.subject, one.fact.object),
                        (claim.fact.subject, claim.fact.object),
                        strict=True,
                    )
                ]
                if None not in ends:
                    votes.update(pair for pair in ends if pair)
        taken: set[str] = set()
        for (theirs, ours), _ in sorted(votes.items(), key=lambda v: (-v[1], v[0])):
            if theirs not in self.pairs and ours not in taken:
                self.pairs[theirs] = ours
                taken.add(ours)

    def _meeting(self, expected: object, proposed: object) -> tuple[str, str] | tuple[()] | None:
        """Return the two new things that would be one, () where none is needed, else None."""
        if self._equal(expected, proposed):
            return ()
        if self._is_removed(expected) and self._is_new(proposed):
            theirs, ours = self._classes(expected), self._classes(proposed)
            above = self.after.above
            if any(a in above.get(b, {b}) or b in above.get(a, {a}) for a in theirs for b in ours):
                return expected.value, proposed.value  # type: ignore[attr-defined]
        return None

    def _same(self, expected: Triple, proposed: Triple) -> bool:
        if expected.predicate != proposed.predicate:
            return False
        ends = ((expected.subject, proposed.subject), (expected.object, proposed.object))
        return all(
            self._equal(a, b)
            or self.pairs.get(str(getattr(a, "value", ""))) == getattr(b, "value", "")
            for a, b in ends
        )

    def _equal(self, expected: object, proposed: object) -> bool:
        if expected == proposed:
            return True
        if isinstance(expected, Literal) and isinstance(proposed, Literal):
            return (
                bool(expected.language)
                and expected.language == proposed.language
                and _alike(expected.value, proposed.value)
            )
        theirs, ours = self._value(expected), self._value(proposed)
        return bool(theirs) and theirs == ours

    def _value(self, term: object) -> frozenset[tuple[str, str]]:
        """Return what a value says, its words left out; empty for what is no value."""
        rows = self._rows(term)
        telling = {
            (t.predicate.value, str(t.object))
            for t in rows
            if not (isinstance(t.object, Literal) and t.object.language)
        }
        named = any(t.predicate.value.endswith("#prefLabel") for t in rows)
        linked = any(
            isinstance(t.object, NamedNode)
            and t.predicate != RDF_TYPE
            and self._is_described(t.object)
            for t in rows
        )
        return frozenset() if named or linked or len(telling) < 2 else frozenset(telling)

    def _rows(self, term: object) -> Sequence[Triple]:
        if not isinstance(term, NamedNode):
            return ()
        return self.proposals.things.get(term) or tuple(self.after.about.get(term.value, ()))

    def _is_described(self, node: NamedNode) -> bool:
        return node in self.proposals.things or node.value in self.after.classes

    def _is_removed(self, term: object) -> bool:
        iri = str(getattr(term, "value", ""))
        return (
            isinstance(term, NamedNode)
            and iri in self.after.classes
            and iri not in self.before.classes
        )

    def _is_new(self, term: object) -> bool:
        return isinstance(term, NamedNode) and term in self.proposals.things

    def _classes(self, term: object) -> set[str]:
        return {
            str(getattr(t.object, "value", "")) for t in self._rows(term) if t.predicate == RDF_TYPE
        }

    def _overlap(self, one: Expected, claim: ClaimProposal) -> bool:
        return one.start < claim.quote.end and claim.quote.start < one.end


def _alike(one: str, other: str) -> bool:
    a, b = ({w.lower() for w in _WORD.findall(text)} for text in (one, other))
    return len(a & b) >= _COMMON * len(a | b) > 0
