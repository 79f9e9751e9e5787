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
        read = [
            (s, mentions.read(n, s)) for n, s in enumerate(sentences(source.text, source.language))
        ]
        said, dropped = _said(read, mentions, source)
        mint = Mint(data, self.forms, patterns, self.project.addresses.things, said)
        numbered = (source.document, *numbering(data, source.document, self.project))
        return Extracted(
            propose(said, source.text, mint, numbered, dropped), dict(sorted(dropped.items()))
        )


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
