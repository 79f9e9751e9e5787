"""The extractor by rules: offline, the same every time, each proposal with the rule behind it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kizuna.extracting.binding import Memory
from kizuna.extracting.cascade import Cascade
from kizuna.extracting.forms import Forms, forms
from kizuna.extracting.mentions import Mentions
from kizuna.extracting.minting import Mint
from kizuna.extracting.passages import Sentence, sentences
from kizuna.extracting.patterns import Patterns, load_patterns
from kizuna.extracting.proposing import numbering, propose
from kizuna.extracting.protocol import Extracted, Source
from kizuna.extracting.said import Said
from kizuna.extracting.speech import speeches
from kizuna.extracting.things import Known, Thing, known
from kizuna.extracting.tokens import Token
from kizuna.project import Project
from kizuna.proposals.claims import read

LONGEST = 2_000
"""Characters of a sentence; what is longer is none, and would take very long."""


@dataclass(slots=True)
class Rules:
    """The extractor by rules over a project; ``without`` is a file whose data it must not know.

    Raises BadData and ProjectError for patterns that cannot be read.
    """

    project: Project
    without: str = ""
    patterns: Patterns = field(init=False)
    data: Known = field(init=False)
    forms: Forms = field(init=False)

    def __post_init__(self) -> None:
        self.patterns = load_patterns(self.project.root)
        self.data = known(self.project, self.without)
        self.forms = forms(self.project, self.data)

    def extract(self, source: Source) -> Extracted:
        """Return the claims that the patterns find in a text."""
        data, patterns = self.data, self.patterns
        mentions = Mentions(data, patterns, source.text)
        found = sentences(source.text, source.language)
        short = [one for one in found if one.end - one.start <= LONGEST]
        read = [(one, mentions.read(n, one)) for n, one in enumerate(short)]
        said, dropped = _said(read, mentions, source)
        dropped["sentence too long"] += len(found) - len(short)
        dropped = +dropped
        taken = _pending(self.project, source)
        mint = Mint(data, self.forms, patterns, self.project.addresses.things, said, taken)
        numbered = (source.document, *numbering(data, source.document, self.project))
        return Extracted(
            propose(said, source.text, mint, numbered, dropped), dict(sorted(dropped.items()))
        )


def _pending(project: Project, source: Source) -> set[str]:
    """Return the addresses of new things in the proposals from other texts."""
    return {
        node.value
        for one in read(project.root)
        if one.document != source.document
        for node in one.things
    }


def _said(
    read: list[tuple[Sentence, list[Token]]], mentions: Mentions, source: Source
) -> tuple[list[Said], Counter[str]]:
    """Return everything that the sentences say, in their order, and what was dropped."""
    slot = mentions.patterns.slots.get("person")
    document = Thing(source.document.value, frozenset())
    memory = Memory(mentions.known, mentions.patterns, source.text, document, mentions.things)
    spoken = speeches(source.text, read, mentions.known, slot.accepts if slot else ())
    cascade = Cascade(memory, spoken)
    for sentence, tokens in read:
        cascade.read(sentence, tokens)
    return memory.said, cascade.dropped
