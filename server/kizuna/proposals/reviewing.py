"""Proposed claims as they are decided one by one: the sentence, and the triple beside it.

What is accepted goes into the file of its document, with all that it needs. What is rejected is
kept in ``data/proposals/rejected/``, by document, and not proposed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode

from kizuna.errors import BadData, Changed, ProjectError
from kizuna.project.files import Unreadable
from kizuna.proposals.claims import REJECTED, ClaimProposal, Proposals, read, write
from kizuna.proposals.placing import accept, settle
from kizuna.proposals.protocol import ACCEPT, DEFER, REJECT, Choice, Context, Place, Row, Verdict
from kizuna.proposals.turtle import prefixes, thing
from kizuna.vocabulary import LABELS, shortened

KIND = "claim"


@dataclass(frozen=True, slots=True)
class ClaimReview:
    """A proposed claim among those of its document; see ``Proposal``.

    None is ever ``recommended``: whether a sentence says a fact is for people to tell.
    """

    place: Place
    claim: ClaimProposal
    proposals: Proposals
    kind: str = KIND
    recommended: bool = False
    choices: tuple[Choice, ...] = (ACCEPT, REJECT, DEFER)

    @property
    def id(self) -> str:
        """The IRI of the claim."""
        return self.claim.id.value

    @property
    def score(self) -> float:
        """How sure the extractor is."""
        return self.claim.score

    @property
    def reasons(self) -> tuple[str, ...]:
        """The rule that found it, what it infers, and what is accepted with it."""
        needs = ", ".join(map(self._name, self.claim.needs))
        return (
            f"found by {self.claim.rule}",
            *(f"inferred: {rule.value}" for rule in self.claim.rules if rule.language == "en"),
            *([f"accepted with it: {needs}"] if needs else []),
        )

    @property
    def rows(self) -> tuple[Row, ...]:
        """The triple, how it is said and by whom, and what is new about its ends."""
        fact, claim = self.claim.fact, self.claim
        said = shortened(claim.modality.value)
        by = f", by {self._name(claim.attributed)}" if claim.attributed else ""
        return (
            Row("subject", self._name(fact.subject), _href(fact.subject)),
            Row("predicate", self._name(fact.predicate), fact.predicate.value),
            Row("object", self._name(fact.object), _href(fact.object)),
            Row("modality", said + by),
            Row("document", self._name(claim.document), claim.document.value),
            *(Row("new", text) for text in self._new()),
        )

    @property
    def context(self) -> Context:
        """The quote in its sentence."""
        quote = self.claim.quote
        return Context(quote.before, quote.text, quote.after)

    def decide(self, choice: Choice, verdict: Verdict) -> str:
        """Do what ``choice`` says; see ``Proposal.decide``."""
        try:
            return _DONE[choice](self, verdict)
        except (Unreadable, BadData, Changed) as error:
            raise ProjectError(error.message, hint=error.hint) from error

    def _name(self, term: object) -> str:
        """Return a term as it stands in Turtle, a new thing also with its label."""
        if not isinstance(term, NamedNode):
            return str(term)
        addresses = self.place.addresses
        own = (addresses.things, f"{addresses.ontology}#")
        rest = (term.value[len(space) :] for space in own if term.value.startswith(space))
        name = next(rest, shortened(term.value))
        rows = self.proposals.things.get(term, ())
        texts = [t.object for t in rows if t.predicate in LABELS]
        labels = [text.value for text in texts if isinstance(text, Literal)]
        return f"{name} “{labels[0]}”" if labels else name

    def _new(self) -> Iterator[str]:
        for node in self.claim.brings:
            rows = self.proposals.things[node]
            yield thing(rows, prefixes(rows))


def pending(place: Place) -> tuple[ClaimReview, ...]:
    """Return the claims that wait for a decision, in the order of their documents.

    Raises ProjectError.
    """
    try:
        found = read(place.root)
    except BadData as error:
        raise ProjectError(error.message, hint=error.hint) from error
    return tuple(ClaimReview(place, claim, one) for one in found for claim in one.claims)


def _accept(review: ClaimReview, verdict: Verdict) -> str:
    del verdict  # git tells who has put it into the data
    done = accept(review.place.project(), [review.claim.id])
    root = review.place.root
    files = ", ".join(path.relative_to(root).as_posix() for path in done.files)
    more = len(done.claims) - 1
    return f"{files}: written" + (f", with {more} that it needs" if more else "")


def _reject(review: ClaimReview, verdict: Verdict) -> str:
    """Take the claim out, with those that need it, and remember all of them."""
    del verdict
    root, document = review.place.root, review.proposals.document
    now = _of(read(root), document) or review.proposals
    gone = [c for c in now.claims if c.id in _needing(now.claims, review.claim.id)]
    earlier = _of(read(root, REJECTED), document)
    facts = {claim.fact for claim in gone}
    kept = [c for c in (earlier.claims if earlier else ()) if c.fact not in facts]
    write(root, replace(now, claims=(*kept, *gone), things={}, describes=()), REJECTED)
    settle(root, now, {claim.id for claim in gone})
    more = len(gone) - 1
    told = f"rejected, and remembered in {REJECTED.as_posix()}/"
    return told + (f", with {more} that need it" if more else "")


def _of(found: Iterable[Proposals], document: NamedNode) -> Proposals | None:
    return next((one for one in found if one.document == document), None)


def _needing(claims: Sequence[ClaimProposal], start: NamedNode) -> set[NamedNode]:
    """Return a claim and all that cannot stand without it."""
    found = {start}
    while more := {c.id for c in claims if not found.isdisjoint(c.needs)} - found:
        found |= more
    return found


def _later(review: ClaimReview, verdict: Verdict) -> str:
    del review, verdict
    return "left for later"


def _href(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else ""


_DONE: dict[Choice, Callable[[ClaimReview, Verdict], str]] = {
    ACCEPT: _accept,
    REJECT: _reject,
    DEFER: _later,
}
