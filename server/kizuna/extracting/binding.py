"""What the names in a pattern's facts stand for, in one match.

A name is a variable of the pattern, or of a thing that the sentence brings. Besides, ``document``
is the document, ``match`` all words of the match, ``~event`` the last thing spoken of before that
fits the slot, ``org>place`` what is named within a name or within words, ``~event/schema:about``
what the text has said of a thing so far, and ``adj^dct:spatial`` who has the thing as a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kizuna.extracting.matching import Match
from kizuna.extracting.passages import Sentence
from kizuna.extracting.patterns import Minting, Patterns
from kizuna.extracting.said import Said, Text
from kizuna.extracting.things import Known, Thing
from kizuna.extracting.tokens import Token
from kizuna.vocabulary import term

DOCUMENT, WHOLE, SENTENCE = "document", "match", "#"
"""Names beside the variables; the last makes a new thing one of its sentence."""

Bound = list[tuple[Thing | Text, int]]
"""Things or words, each with its token; -1 where it is not in the sentence."""


@dataclass(slots=True)
class Memory:
    """What has been said and brought so far in one text."""

    known: Known
    patterns: Patterns
    text: str
    document: Thing
    things: dict[str, Thing]
    said: list[Said] = field(default_factory=list)
    history: list[Thing] = field(default_factory=list)
    minted: dict[tuple[object, ...], Thing] = field(default_factory=dict)
    sentence: int = 0

    def mention(self, thing: Thing) -> None:
        """Remember that a thing was spoken of."""
        if thing in self.history:
            self.history.remove(thing)
        self.history.append(thing)

    def accepted(self, thing: Thing, slot: str) -> bool:
        """Tell whether a thing fits a slot."""
        return any(self.known.is_a(thing.classes, c) for c in self.patterns.slots[slot].accepts)

    def best(self, token: Token, slot: str) -> Thing:
        """Return the thing of a mention that suits a slot best, of equals the one named last."""
        accepts = self.patterns.slots[slot].accepts

        def rank(thing: Thing) -> tuple[int, int]:
            places = (i for i, c in enumerate(accepts) if self.known.is_a(thing.classes, c))
            return next(places, len(accepts)), -max(thing.numbers, default=0)

        return min(token.things, key=rank)


@dataclass(slots=True)
class Binding:
    """The names of one match."""

    memory: Memory
    tokens: list[Token]
    values: dict[str, Bound] = field(default_factory=dict)

    def fill(
        self, match: Match, slots: dict[str, str], sentence: Sentence, mints: Iterable[Minting]
    ) -> None:
        """Bind the variables of a match, and the things that it brings."""
        memory, tokens = self.memory, self.tokens
        self.values[DOCUMENT] = [(memory.document, -1)]
        for name, numbers in match.slots.items():
            self.values[name] = [(memory.best(tokens[n], slots[name]), n) for n in numbers]
        for name, span in {**match.texts, WHOLE: (match.first, match.last)}.items():
            start, end = tokens[span[0]].start, tokens[span[1]].end
            words = Text(memory.text[start:end], sentence.language, start, end)
            self.values[name] = [(words, span[0])]
        for minting in mints:
            thing = self._mint(minting)
            if thing is not None:
                self.values[minting.name] = [(thing, -1)]
                memory.mention(thing)

    def named(self, name: str) -> Bound:
        """Return what a name stands for."""
        readings = {">": self._inside, "/": self._along, "^": self._holders}
        for mark, read in readings.items():
            variable, found, rest = name.partition(mark)
            if found:
                return read(variable, rest)
        if name.startswith("~"):
            return self._latest(name[1:])
        return self.values.get(name.partition(".")[0], [])

    def _latest(self, slot: str) -> Bound:
        here = {id(thing) for things in self.values.values() for thing, _ in things}
        others = (t for t in reversed(self.memory.history) if id(t) not in here)
        latest = next((t for t in others if self.memory.accepted(t, slot)), None)
        return [(latest, -1)] if latest else []

    def _inside(self, variable: str, slot: str) -> Bound:
        """Return the last thing named within each name, or within words, that fits a slot."""
        found: Bound = []
        for value, number in self.values.get(variable, ()):
            if isinstance(value, Text):
                within = (t for t in self.tokens if value.start <= t.start < value.end)
                inner = [thing for t in within if not t.adjective for thing in t.things]
            else:
                inner = list(self.tokens[number].inside) if number >= 0 else []
            fitting = [(t, number) for t in inner if self.memory.accepted(t, slot)]
            found += fitting[-1:]
        return found

    def _along(self, variable: str, predicate: str) -> Bound:
        """Return what the text has said so far of a thing by a predicate."""
        wanted = term(predicate).value
        of = [thing for thing, _ in self.named(variable)]
        told = (s for s in self.memory.said if s.subject in of and s.predicate == wanted)
        return [(v, -1) for v in dict.fromkeys(s.value for s in told) if isinstance(v, Thing)]

    def _holders(self, variable: str, predicate: str) -> Bound:
        """Return the known thing that has a thing as its value."""
        memory, wanted = self.memory, term(predicate).value
        found: Bound = [
            (memory.things[iri], token)
            for thing, token in self.values.get(variable, ())
            if isinstance(thing, Thing)
            for iri in memory.known.subjects(wanted, thing.iri)
            if iri in memory.things
        ]
        return found[:1]

    def _mint(self, minting: Minting) -> Thing | None:
        """Return the thing that a sentence brings; the same parts make the same thing."""
        named = (thing for name in minting.parts for thing, _ in self.named(name))
        parts = [t for t in named if isinstance(t, Thing) and t.value is None]
        if not parts:
            return None
        here = self.memory.sentence if SENTENCE in minting.parts else -1
        key = (minting.cls, frozenset(map(id, parts)), here)
        if key not in self.memory.minted:
            iri = self._existing(minting.cls, parts)
            thing = Thing(iri, frozenset({minting.cls}), parts=tuple(parts))
            self.memory.minted[key] = thing
        return self.memory.minted[key]

    def _existing(self, cls: str, parts: list[Thing]) -> str:
        """Return the known thing of a class that has all the parts among its values, or nothing."""
        known = self.memory.known
        if any(part.new for part in parts):
            return ""
        wanted = {part.iri for part in parts}
        for iri, classes in sorted(known.classes.items()):
            if known.is_a(classes, cls):
                values = {getattr(t.object, "value", "") for t in known.about.get(iri, ())}
                if wanted <= values:
                    return iri
        return ""
