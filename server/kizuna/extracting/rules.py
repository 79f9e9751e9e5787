"""The extractor by rules: offline, the same every time, each proposal with the rule behind it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kizuna.extracting.cascade import Cascade, Said
from kizuna.extracting.forms import forms
from kizuna.extracting.mentions import Mentions
from kizuna.extracting.minting import Mint
from kizuna.extracting.passages import Sentence, sentences
from kizuna.extracting.patterns import load_patterns
from kizuna.extracting.proposing import propose
from kizuna.extracting.speech import speeches
from kizuna.extracting.things import Known, Thing, known
from kizuna.extracting.tokens import Token
from kizuna.project import Project
from kizuna.proposals.claims import Proposals

_NUMBERED = re.compile(r"(.*/id/claim/.+?)-([0-9]+)$")


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
    dropped: dict[str, int]


@dataclass(frozen=True, slots=True)
class Rules:
    """The extractor by rules over a project; ``without`` is a file whose data it must not know."""

    project: Project
    without: str = ""

    def extract(self, source: Source) -> Extracted:
        """Return the claims that the patterns find in a text.

        Raises BadData and ProjectError for patterns that cannot be read.
        """
        patterns = load_patterns(self.project.root)
        data = known(self.project, self.without)
        mentions = Mentions(data, patterns, source.text)
        read = [(s, mentions.read(n, s)) for n, s in enumerate(sentences(source.text, source.language))]
        said, dropped = _said(read, mentions, source)
        mint = Mint(data, forms(self.project, data), patterns, self.project.addresses.things, said)
        numbered = (source.document, *_numbering(data, source.document, self.project))
        return Extracted(propose(said, source.text, mint, numbered, dropped), dict(sorted(dropped.items())))


def _said(
    read: list[tuple[Sentence, list[Token]]], mentions: Mentions, source: Source
) -> tuple[list[Said], Counter[str]]:
    """Return everything that the sentences say, in their order."""
    persons = mentions.patterns.slots["person"].accepts if "person" in mentions.patterns.slots else ()
    document = Thing(source.document.value, frozenset())
    cascade = Cascade(
        mentions.known, mentions.patterns, source.text, document, mentions.things,
        speeches(source.text, read, mentions.known, persons),
    )
    said = [one for sentence, tokens in read for one in cascade.read(sentence, tokens)]
    return said, cascade.dropped


def _numbering(data: Known, document: NamedNode, project: Project) -> tuple[str, int]:
    """Return how the document's claims are named, and the next number."""
    name = document.value.rpartition("/")[2]
    beginning = f"{project.addresses.things}claim/{name}"
    taken = [m for iri in data.about if (m := _NUMBERED.match(iri)) and m[1] == beginning]
    return beginning, max((int(m[2]) for m in taken), default=0) + 1
