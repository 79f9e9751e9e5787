"""What a text has spoken of so far: who is meant by "the agreement", "this trip", "Domdey"."""

from __future__ import annotations

from dataclasses import dataclass, field

from kizuna.extracting.language import Tongue
from kizuna.extracting.patterns import Noun
from kizuna.extracting.things import Known, Thing
from kizuna.extracting.tokens import QUOTES, Token

_NEAR = 6
"""Sentences over which a noun points back."""


@dataclass(slots=True)
class Discourse:
    """The things mentioned so far, the latest last."""

    known: Known
    history: list[Thing] = field(default_factory=list)
    main: Thing | None = None
    """What the text is about: the first thing that a noun introduced."""

    def mention(self, thing: Thing, sentence: int) -> None:
        """Remember that ``thing`` was mentioned."""
        thing.numbers.add(sentence)
        if self.main is None and thing.noun is not None and not thing.heading:
            self.main = thing
        if thing in self.history:
            self.history.remove(thing)
        self.history.append(thing)

    def latest(self, cls: str, label: str = "") -> Thing | None:
        """Return the last thing of a class or a class above; ``label`` must be in its name."""
        wide = frozenset({cls})
        for thing in reversed(self.history):
            near = self.known.is_a(thing.classes, cls)
            if near and label in thing.label.lower():
                return thing
        narrow = (
            t
            for t in reversed(self.history)
            if t.new and any(self.known.is_a(wide, c) for c in t.classes)
        )
        return None if label else next(narrow, None)

    def resolve(
        self, noun: Noun, definiteness: str, token: Token, place: tuple[int, bool]
    ) -> Thing | None:
        """Return the thing that a noun mentions, a new one where it introduces one.

        ``place`` is the number of the sentence, and whether it is a heading. A definite noun
        points back; an indefinite one is new, but may be what the heading announced.
        """
        number, heading = place
        if noun.refers:
            return self._named(noun, token) or self.latest(noun.cls)
        before = self._before(noun, definiteness, number)
        if before is not None and (definiteness == "definite" or before.heading):
            before.heading = before.heading and heading
            return before
        return Thing("", frozenset({noun.cls}), token.text, heading=heading, noun=noun)

    def _before(self, noun: Noun, definiteness: str, number: int) -> Thing | None:
        """Return what a noun can point back at: the same word, not long ago or the main matter."""
        for thing in reversed(self.history):
            same = thing.noun is noun or (
                not thing.new and self.known.is_a(thing.classes, noun.cls)
            )
            near = number - max(thing.numbers) <= _NEAR or thing is self.main
            if same and near:
                return thing
        wide = noun.back != noun.cls and definiteness == "definite"
        return self.latest(noun.back) if wide else None

    def _named(self, noun: Noun, token: Token) -> Thing | None:
        """Return the last thing whose name holds the noun: "das Ministerium"."""
        return self.latest(noun.cls, token.text.lower())


def definiteness(tokens: list[Token], first: int, spoken: Tongue) -> str:
    """Return definite, indefinite or bare, by the word before the noun and its adjectives.

    Japanese has no articles: the same word means the same thing.
    """
    if not spoken.spaced:
        return "definite"
    for at in range(first - 1, max(-1, first - 5), -1):
        text = tokens[at].text
        if text in QUOTES:
            continue
        if spoken.has("definite", text):
            return "definite"
        if spoken.has("indefinite", text):
            return "indefinite"
        if text.lower() in spoken.words["contractions"]:
            return "definite"
        if not text[:1].islower():
            break
    return "bare"
