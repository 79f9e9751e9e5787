"""How much of a description is wanted: Content Negotiation by Profile (W3C, 2 October 2023).

A profile is named in ``Accept-Profile`` by its IRI, or in the address (``_profile=``) by its token.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode, Quad

from kizuna.engine import DescriptionIndex
from kizuna.errors import NotAcceptable
from kizuna.resources import Parts
from kizuna.vocabulary import LABELS

ALTERNATES = "alt"
"""The token by which the list of all profiles is asked for."""
PARAMETER = "_profile"
# An IRI in angle brackets with or without a weight, as in Accept-Profile.
_WISH = re.compile(r"<([^<>\s]*)>\s{0,9}(?:;\s{0,9}[qQ]\s{0,9}=\s{0,9}([01](?:\.[0-9]{0,9})?))?")

Cut = Callable[[DescriptionIndex, Parts], Iterable[Quad]]


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile: by which token it goes, and what of a description it holds."""

    token: str
    cut: Cut

    def iri(self, base: str) -> str:
        """Return the IRI of the profile on the site with this base."""
        return f"{base}profiles#{self.token}"


def _own(_: DescriptionIndex, parts: Parts) -> Iterator[Quad]:
    yield from parts.statements
    yield from parts.values


def _with_labels(index: DescriptionIndex, parts: Parts) -> Iterator[Quad]:
    own = set(_own(index, parts))
    yield from own
    linked = {t for q in own for t in (q.predicate, q.object) if isinstance(t, NamedNode)}
    yield from _labels(index, linked)


def _with_evidence(_: DescriptionIndex, parts: Parts) -> Iterator[Quad]:
    for some in (parts.statements, parts.incoming, parts.values, parts.evidence):
        yield from some


def _with_incoming(index: DescriptionIndex, parts: Parts) -> Iterator[Quad]:
    links = [q for q in parts.incoming if q.subject not in parts.claims]
    yield from _own(index, parts)
    yield from links
    yield from _labels(index, {q.subject for q in links})


def _labels(index: DescriptionIndex, terms: Iterable[object]) -> Iterator[Quad]:
    for term in terms:
        if isinstance(term, NamedNode | BlankNode):
            yield from (q for q in index.outgoing(term) if q.predicate in LABELS)


PROFILES = (
    Profile("thing", _own),
    Profile("labels", _with_labels),
    Profile("evidence", _with_evidence),
    Profile("incoming", _with_incoming),
)
BY_TOKEN = {profile.token: profile for profile in PROFILES}
DEFAULT = BY_TOKEN["evidence"]


def profile_named(name: str, base: str) -> Profile:
    """Return the profile with this token or IRI.

    Raises NotAcceptable where there is none.
    """
    for profile in PROFILES:
        if name in {profile.token, profile.iri(base)}:
            return profile
    raise NotAcceptable(
        f"there is no profile {name!r}",
        hint=f"{PARAMETER} is one of: {', '.join(BY_TOKEN)}; {ALTERNATES} lists them.",
    )


def negotiate_profile(accept_profile: str, base: str) -> Profile:
    """Return the profile that the client likes best; the default where it knows none of them.

    Unlike with media types nobody is refused: a client that knows no profile can read RDF still.
    """
    liked = {m[1]: float(m[2] or 1) for m in _WISH.finditer(accept_profile)}
    ranked = [(liked.get(p.iri(base), 0.0), p is DEFAULT, p) for p in PROFILES]
    weight, _, best = max(ranked, key=lambda found: found[:2])
    return best if weight > 0 else DEFAULT
