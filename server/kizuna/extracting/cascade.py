"""Patterns applied to the sentences of a text, stage by stage: what each match says.

A match of a pattern with ``kzx:reduces`` becomes one mention for the stages after it: "Dr Gloy,
Professor at the Institut …" is then a person, so that an enumeration of persons is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from kizuna.extracting.binding import Binding, Memory
from kizuna.extracting.compiling import Compiled, compile_pattern
from kizuna.extracting.language import tongue
from kizuna.extracting.matching import Encoded, Match, encode, matches, slot_letters
from kizuna.extracting.passages import Sentence
from kizuna.extracting.patterns import Saying
from kizuna.extracting.said import Said, Value
from kizuna.extracting.speech import Speech
from kizuna.extracting.things import Thing
from kizuna.extracting.tokens import Token

_ROUNDS = 4
Seen = tuple[list[Token], Encoded]
"""The tokens of a sentence, and what patterns see of them."""


@dataclass(frozen=True, slots=True)
class View:
    """One match of a pattern in its sentence."""

    compiled: Compiled
    match: Match
    tokens: list[Token]
    sentence: Sentence
    planned: bool

    @property
    def negated(self) -> bool:
        """Whether the words deny what they tell of or leave it open; "nicht nur" does not."""
        spoken, tokens = tongue(self.sentence.language), self.tokens
        if not spoken.spaced:
            rest = "".join(t.text for t in tokens[self.match.first :])
            words = (*spoken.words["negations"], *spoken.words["doubts"])
            return any(word in rest for word in words)
        if any(spoken.has("doubts", t.text) for t in tokens[: self.match.last] if not t.things):
            return True
        near = range(max(0, self.match.first - 1), min(self.match.last + 3, len(tokens)))
        plain = (n for n in near if not tokens[n].things)
        denials = (n for n in plain if spoken.has("negations", tokens[n].text))
        after = (tokens[n + 1].text if n + 1 < len(tokens) else "" for n in denials)
        return any(not spoken.has("affirmed", word) for word in after)

    def quote(self, parts: list[int]) -> tuple[int, int]:
        """Return where the words stand that say a fact: its parts, and those of the pattern."""
        words = (n for n in self.match.fixed if self.tokens[n].text[0].isalnum())
        numbers = sorted({*parts, *words}) or [self.match.first]
        ends = [span[1] for span in self.match.texts.values() if span[0] in parts]
        return self.tokens[numbers[0]].start, self.tokens[max([numbers[-1], *ends])].end


@dataclass(slots=True)
class Cascade:
    """The patterns at work on one text."""

    memory: Memory
    speeches: Sequence[Speech] = ()
    once: set[str] = field(default_factory=set)
    dropped: Counter[str] = field(default_factory=Counter)
    names: tuple[str, ...] = field(init=False)
    compiled: list[Compiled] = field(init=False)

    def __post_init__(self) -> None:
        slots = self.memory.patterns.slots
        self.names = tuple(sorted(slots))
        self.compiled = [
            c for p in self.memory.patterns.patterns for c in compile_pattern(p, slots)
        ]

    def read(self, sentence: Sentence, tokens: list[Token]) -> None:
        """Let the memory hold what a sentence says."""
        spoken = tongue(sentence.language)
        self.memory.sentence += 1
        planned = any(spoken.has("plans", t.text) for t in tokens if not t.things)
        seen = tokens, self._encoded(tokens, sentence)
        for compiled in (c for c in self.compiled if c.language == spoken.code):
            seen = self._apply(compiled, seen, sentence, planned=planned)
        tokens, _ = seen
        for token in (t for t in tokens if not t.adjective):
            for thing in token.things:
                if thing.value is None:
                    self.memory.mention(thing)

    def _apply(self, compiled: Compiled, seen: Seen, sentence: Sentence, *, planned: bool) -> Seen:
        """Say what a pattern finds; return the tokens, reduced where it reduces."""
        tokens, encoded = seen
        for _ in range(_ROUNDS):
            found = list(matches(compiled, encoded, self.names))
            for match in found:
                view = View(compiled, match, tokens, sentence, planned=planned)
                self.memory.said += list(self._say(view))
            if not found or not compiled.pattern.reduces:
                break
            for match in reversed(found):
                tokens = _reduced(tokens, match, compiled.pattern.reduces)
            encoded = self._encoded(tokens, sentence)
        return tokens, encoded

    def _encoded(self, tokens: list[Token], sentence: Sentence) -> Encoded:
        return encode(tokens, [self._fits(t) for t in tokens], tongue(sentence.language))

    def _fits(self, token: Token) -> str:
        """Return the letters of the slots that a token fits."""
        slots = self.memory.patterns.slots
        fitting = frozenset(
            name
            for name, slot in slots.items()
            if token.things
            and (slot.reads == "adjective") == token.adjective
            and self._suits(token, name)
        )
        return slot_letters(self.names, fitting)

    def _suits(self, token: Token, name: str) -> bool:
        reads = self.memory.patterns.slots[name].reads
        if reads and reads != "adjective":
            return token.value == reads
        return any(self.memory.accepted(thing, name) for thing in token.things)

    def _say(self, view: View) -> Iterator[Said]:
        """Yield the facts of a match; a negated one says nothing and is counted."""
        pattern = view.compiled.pattern
        if view.negated:
            self.dropped["negated"] += 1
            return
        if pattern.once and pattern.once in self.once:
            return
        binding = Binding(self.memory, view.tokens)
        binding.fill(view.match, view.compiled.slots, view.sentence, pattern.mints)
        start = view.tokens[view.match.first].start
        speaker = next((s.speaker for s in self.speeches if s.start <= start < s.end), None)
        for saying in pattern.planned if view.planned and pattern.planned else pattern.says:
            for subject, value, parts in _facts(saying, binding):
                self.once.add(pattern.once)
                first, last = view.quote(parts)
                yield Said(
                    subject,
                    saying.predicate,
                    value,
                    first,
                    last,
                    pattern,
                    view.planned,
                    speaker,
                    view.sentence,
                )


def _facts(saying: Saying, binding: Binding) -> Iterator[tuple[Thing, Value, list[int]]]:
    """Yield subject and value of each fact, with the tokens of both."""
    for subject, at in binding.named(saying.subject):
        if not isinstance(subject, Thing):
            continue
        if saying.value.startswith("<"):
            yield subject, saying.value, [at] if at >= 0 else []
            continue
        for value, place in binding.named(saying.value):
            shown = _aspect(value, saying.value.partition(".")[2])
            if shown != "" and shown is not subject:
                yield subject, shown, [n for n in (at, place) if n >= 0]


def _aspect(value: Value, name: str) -> Value:
    """Return a value itself, or what is asked of it: the day of a date, the class of a thing."""
    if name == "day" and isinstance(value, Thing):
        return str(getattr(value.value, "day", ""))
    if name == "class" and isinstance(value, Thing):
        return f"<{min(value.classes)}>" if value.classes else ""
    return value


def _reduced(tokens: list[Token], match: Match, name: str) -> list[Token]:
    """Return the tokens with those of a match as one, with the things of its variable."""
    head = tokens[match.slots[name][0]]
    whole = replace(head, start=tokens[match.first].start, end=tokens[match.last].end)
    return [*tokens[: match.first], whole, *tokens[match.last + 1 :]]
