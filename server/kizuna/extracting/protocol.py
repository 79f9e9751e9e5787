"""What every extractor takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from pyoxigraph import NamedNode

from kizuna.proposals.claims import Proposals


@dataclass(frozen=True, slots=True)
class Source:
    """A text to extract from: the document's IRI, its words and its language."""

    document: NamedNode
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Extracted:
    """What an extractor found, and how many findings it dropped, by reason."""

    proposals: Proposals
    dropped: dict[str, int] = field(default_factory=dict)


class Extractor(Protocol):
    """Reads a text and proposes claims; every quote stands in the content of the text."""

    def extract(self, source: Source) -> Extracted:
        """Return the claims that the text makes."""
        ...
