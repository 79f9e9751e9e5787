"""A proposal in the reader's language, with the answers that it takes as buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kizuna.proposals import Context, Proposal, Row
from kizuna.web.reader import Reader

_CHOICES: Mapping[str, str] = MappingProxyType(
    {
        "accept": "review.accept",
        "exact": "review.exact",
        "close": "review.close",
        "same": "review.same",
        "reject": "review.reject",
        "none": "review.none",
        "defer": "review.defer",
    }
)
"""The texts of answers, by their names; others are told in English."""
_ROWS: Mapping[str, str] = MappingProxyType(
    {
        "thing": "review.thing",
        "link": "review.link",
        "candidate": "review.candidate",
        "described as": "review.described",
        "subject": "review.subject",
        "predicate": "review.predicate",
        "object": "review.object",
        "modality": "review.modality",
        "document": "review.document",
        "new": "review.new",
    }
)


@dataclass(frozen=True, slots=True)
class Button:
    """An answer: its name, and the word on it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal as the page shows it; addresses of rows are those that a browser may follow."""

    id: str
    score: str
    recommended: bool
    rows: tuple[Row, ...]
    context: Context | None
    reasons: tuple[str, ...]
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the page is made of; without a token it asks for one."""

    token: str = ""
    by: str = ""
    left: tuple[str, ...] = ()
    done: str = ""
    count: int = 0
    proposal: Shown | None = None


def shown(reader: Reader, proposal: Proposal) -> Shown:
    """Return a proposal for the page."""
    return Shown(
        proposal.id,
        f"{proposal.score:.2f}",
        proposal.recommended,
        tuple(_row(reader, row) for row in proposal.rows),
        proposal.context,
        proposal.reasons,
        tuple(Button(c.name, _text(reader, _CHOICES, c.name, c.about)) for c in proposal.choices),
    )


def _row(reader: Reader, row: Row) -> Row:
    href = row.href if row.href.startswith(("http://", "https://")) else ""
    return Row(_text(reader, _ROWS, row.label, row.label), row.value, href)


def _text(reader: Reader, texts: Mapping[str, str], name: str, otherwise: str) -> str:
    return reader.text(texts[name]) if name in texts else otherwise
