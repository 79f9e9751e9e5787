"""The kinds of proposals that there are, and all that wait for a decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kizuna.errors import NotFound
from kizuna.proposals import links, reviewing
from kizuna.proposals.protocol import Place, Proposal


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of proposals: its name, what it proposes, and who reads those that wait."""

    name: str
    about: str
    pending: Callable[[Place], Sequence[Proposal]]


KINDS: tuple[Kind, ...] = (
    Kind(reviewing.KIND, "claims from texts, by kizuna extract", reviewing.pending),
    Kind(links.KIND, "links with things elsewhere, by kizuna link", links.pending),
)


def pending(place: Place, kind: str = "") -> tuple[Proposal, ...]:
    """Return what waits for a decision, of one kind or of all. Raises ProjectError."""
    chosen = [row for row in KINDS if kind in {"", row.name}]
    return tuple(proposal for row in chosen for proposal in row.pending(place))


def name(proposal: Proposal) -> str:
    """Return the short name of a proposal: the last part of its IRI."""
    return proposal.id.rpartition("#")[2].rpartition("/")[2]


def find(place: Place, iri: str) -> Proposal:
    """Return the proposal with this IRI or ``name``. Raises NotFound, and ProjectError."""
    waiting = pending(place)
    found = next((p for p in waiting if iri in {p.id, name(p)}), None)
    if found is None:
        raise NotFound(
            f"no proposal {iri!r} waits for a decision", hint="kizuna review --list tells all."
        )
    return found
