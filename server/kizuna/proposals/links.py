"""Proposed links with things elsewhere, and what is decided of them.

``data/proposals/links.ttl`` has what is proposed, ``decisions.ttl`` what was accepted, rejected, or
found to be nowhere; both are SSSOM. What is accepted goes to ``data/ttl/links.ttl``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from kizuna.errors import ProjectError
from kizuna.project.editing import Values, added
from kizuna.project.files import Unreadable, read_text, replace_text
from kizuna.proposals.protocol import ACCEPT, DEFER, REJECT, Choice, Context, Place, Row, Verdict
from kizuna.proposals.sssom import (
    BY_HAND,
    NO_TERM,
    Record,
    read_records,
    record_iri,
    register_of,
    write_records,
)
from kizuna.vocabulary import shortened, term

KIND = "link"
LINKS = "links.ttl"
DECISIONS = "decisions.ttl"
PUBLISHED = Path("data/ttl/links.ttl")
MARGIN = 0.1
"""How far the next candidate must be behind, for the best one to be recommended."""
_PROPOSED = "Proposed by `kizuna link`; `kizuna review` decides. Nothing here is published."
_DECIDED = "What was decided in `kizuna review`, so that it is not proposed again."
_NEW_FILE = """# Links with other datasets: accepted in `kizuna review`, or written by hand.

@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix wd: <http://www.wikidata.org/entity/> .
"""
EXACT = Choice("exact", "e", "accept as skos:exactMatch: the same thing")
CLOSE = Choice("close", "c", "accept as skos:closeMatch: nearly the same thing")
SAME = Choice("same", "s", "accept as owl:sameAs: all that is said there holds here")
NOTHING = Choice("none", "n", "nothing there is this thing: do not look again")
CHOICES = (ACCEPT, EXACT, CLOSE, SAME, REJECT, NOTHING, DEFER)
_PREDICATES = {
    EXACT: term("skos:exactMatch"),
    CLOSE: term("skos:closeMatch"),
    SAME: term("owl:sameAs"),
}
_NOTE, _DERIVED = term("skos:editorialNote"), term("prov:wasDerivedFrom")


@dataclass(frozen=True, slots=True)
class LinkProposal:
    """A proposed link; see ``Proposal``."""

    place: Place
    record: Record
    recommended: bool
    kind: str = KIND
    context: Context | None = None
    choices: tuple[Choice, ...] = CHOICES

    @property
    def id(self) -> str:
        """The IRI of the record."""
        return record_iri(self.place.addresses.base, Path(LINKS).stem, self.record).value

    @property
    def score(self) -> float:
        """How sure the comparison is."""
        return self.record.confidence

    @property
    def reasons(self) -> tuple[str, ...]:
        """The features that were compared."""
        return tuple(line for line in self.record.comment.splitlines() if not _is_about(line))

    @property
    def rows(self) -> tuple[Row, ...]:
        """The thing, how it is linked, with what."""
        about = [line for line in self.record.comment.splitlines() if _is_about(line)]
        subject, target = self.record.subject.value, self.record.target.value
        return (
            Row("thing", f"{self.record.subject_label} <{subject}>", subject),
            Row("link", shortened(self.record.predicate.value)),
            Row("candidate", f"{self.record.target_label} <{target}>", target),
            *(Row("described as", line.removeprefix(ABOUT)) for line in about),
        )

    def decide(self, choice: Choice, verdict: Verdict) -> str:
        """Do what ``choice`` says; see ``Proposal.decide``."""
        return _DONE[choice](self, choice, verdict)


ABOUT = "about: "
"""How the line of a comment begins that describes the target."""


def _is_about(line: str) -> bool:
    return line.startswith(ABOUT)


def proposed(place: Place) -> tuple[Record, ...]:
    """Return what is proposed. Raises ProjectError."""
    return read_records(place.folder / LINKS)


def decided(place: Place) -> tuple[Record, ...]:
    """Return what was decided. Raises ProjectError."""
    return read_records(place.folder / DECISIONS)


def propose(place: Place, records: Iterable[Record]) -> None:
    """Write what is proposed anew. Raises OSError."""
    write_records(place.folder / LINKS, _PROPOSED, place.addresses.base, records)


def pending(place: Place) -> tuple[LinkProposal, ...]:
    """Return the proposals that wait for a decision, those of a thing by their score.

    Raises ProjectError.
    """
    records = proposed(place)
    best: dict[tuple[NamedNode, str], list[float]] = {}
    for record in records:
        best.setdefault((record.subject, record.register), []).append(record.confidence)
    found = []
    for record in records:
        rivals = sorted(best[record.subject, record.register], reverse=True)
        ahead = len(rivals) < 2 or rivals[0] - rivals[1] >= MARGIN
        is_best = record.confidence == rivals[0]
        sure = record.confidence >= place.accept and is_best and ahead
        found.append(LinkProposal(place, record, sure))
    return tuple(sorted(found, key=lambda p: (p.record.subject.value, -p.score)))


def _accept(proposal: LinkProposal, choice: Choice, verdict: Verdict) -> str:
    record, place = proposal.record, proposal.place
    predicate = _PREDICATES.get(choice, record.predicate)
    accepted = _by_hand(replace(record, predicate=predicate), verdict)
    said: dict[NamedNode, Values] = {
        predicate: [record.target],
        _NOTE: [Literal(_note(accepted), language="en")],
        _DERIVED: [record.target],
    }
    path = place.root / PUBLISHED
    graph = place.addresses.graph(path.stem)
    before = _published(path)
    replace_text(path, added(before, graph, record.subject, said))
    try:
        _remember(place, accepted)
    except OSError:
        replace_text(path, before)
        raise
    is_exact = predicate != _PREDICATES[CLOSE]
    _withdraw(place, record, whole_register=is_exact)
    return f"{PUBLISHED}: {shortened(predicate.value)} <{record.target.value}>"


def _note(record: Record) -> str:
    """Return who linked when on what evidence, in a sentence."""
    evidence = "; ".join(line for line in record.comment.splitlines() if not _is_about(line))
    return (
        f"{record.target.value}: accepted by {record.reviewer} on {record.on}, "
        f"score {record.confidence:.2f} ({evidence})."
    )


def _published(path: Path) -> str:
    if not path.exists():
        return _NEW_FILE
    try:
        return read_text(path)
    except Unreadable as error:
        raise ProjectError(f"{path}: {error.message}", hint=error.hint) from error


def _reject(proposal: LinkProposal, _: Choice, verdict: Verdict) -> str:
    record = _by_hand(replace(proposal.record, is_negated=True), verdict)
    _remember(proposal.place, record)
    _withdraw(proposal.place, proposal.record, whole_register=False)
    return f"rejected, and remembered in {DECISIONS}"


def _nothing(proposal: LinkProposal, _: Choice, verdict: Verdict) -> str:
    """Remember that a register has nothing for the thing; the predicate's target says which."""
    record = proposal.record
    none = replace(record, target=NO_TERM, target_label=record.register, comment="")
    _remember(proposal.place, _by_hand(none, verdict))
    _withdraw(proposal.place, record, whole_register=True)
    return f"nothing at {record.register} is this thing: remembered in {DECISIONS}"


def _later(proposal: LinkProposal, _: Choice, verdict: Verdict) -> str:
    del proposal, verdict
    return "left for later"


_DONE: dict[Choice, Callable[[LinkProposal, Choice, Verdict], str]] = {
    ACCEPT: _accept,
    EXACT: _accept,
    CLOSE: _accept,
    SAME: _accept,
    REJECT: _reject,
    NOTHING: _nothing,
    DEFER: _later,
}


def _by_hand(record: Record, verdict: Verdict) -> Record:
    return replace(record, justification=BY_HAND, on=verdict.on, reviewer=verdict.by)


def _remember(place: Place, record: Record) -> None:
    """Add a decision; an earlier one on the same pair gives way."""
    pair = (record.subject, record.target, record.target_label if _is_none(record) else "")
    kept = [
        r
        for r in decided(place)
        if (r.subject, r.target, r.target_label if _is_none(r) else "") != pair
    ]
    path = place.folder / DECISIONS
    write_records(path, _DECIDED, place.addresses.base, [*kept, record])


def _withdraw(place: Place, record: Record, *, whole_register: bool) -> None:
    def stays(other: Record) -> bool:
        if other.subject != record.subject:
            return True
        return (
            other.register != record.register if whole_register else other.target != record.target
        )

    propose(place, filter(stays, proposed(place)))


def _is_none(record: Record) -> bool:
    return record.target == NO_TERM


@dataclass(frozen=True, slots=True)
class Decisions:
    """What must not be proposed again: pairs, and things of which a register has nothing."""

    rejected: frozenset[tuple[NamedNode, NamedNode]]
    nowhere: frozenset[tuple[NamedNode, str]]

    def forbid(self, subject: NamedNode, target: str) -> bool:
        """Tell whether a link was rejected, or there is known to be none."""
        there = (subject, register_of(target)) in self.nowhere
        return there or (subject, NamedNode(target)) in self.rejected


def decisions(place: Place) -> Decisions:
    """Return the decisions against proposals. Raises ProjectError."""
    records = decided(place)
    return Decisions(
        frozenset((r.subject, r.target) for r in records if r.is_negated),
        frozenset((r.subject, r.target_label) for r in records if _is_none(r)),
    )
