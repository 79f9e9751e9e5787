"""Patterns applied to the sentences of a text, stage by stage: what each match says.

A match of a pattern with ``kzx:reduces`` becomes one mention for the stages after it: "Dr Gloy,
Professor at the Institut …" is then a person, so that an enumeration of persons is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kizuna.extracting.language import tongue
from kizuna.extracting.matching import Compiled, Match, compile_pattern, encode, matches, slot_letters
from kizuna.extracting.passages import Sentence
from kizuna.extracting.patterns import Minting, Pattern, Patterns, Saying
from kizuna.extracting.speech import Speech
from kizuna.extracting.things import Known, Thing
from kizuna.extracting.tokens import Token
from kizuna.vocabulary import term

_ROUNDS = 8
DOCUMENT, WHOLE = "document", "match"
"""Names that facts may use beside the variables: the document, and all words of the match."""
SENTENCE = "#"
"""What makes a new thing one of its sentence."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words taken from the document as a value."""

    words: str
    language: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Said:
    """One fact that a sentence says: parts, where its words stand, and how it is said."""

    subject: Thing
    predicate: str
    value: Thing | Text | str
    start: int
    end: int
    pattern: Pattern
    planned: bool
    speaker: Thing | None
    sentence: Sentence


def _aspect(thing: Thing, name: str) -> Thing | str:
    """Return a thing itself, or what is asked of it: the day of a date, the class of a thing."""
    if name == "day":
        return str(getattr(thing.value, "day", ""))
    if name == "class":
        return f"<{min(thing.classes)}>" if thing.classes else ""
    return thing


@dataclass(slots=True)
class Cascade:
    """The patterns at work on one text."""

    known: Known
    patterns: Patterns
    text: str
    document: Thing
    things: dict[str, Thing]
    speeches: Sequence[Speech] = ()
    minted: dict[tuple[object, ...], Thing] = field(default_factory=dict)
    history: list[Thing] = field(default_factory=list)
    once: set[str] = field(default_factory=set)
    said: list[Said] = field(default_factory=list)
    now: list[Token] = field(default_factory=list)
    number: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    names: tuple[str, ...] = field(init=False)
    compiled: list[Compiled] = field(init=False)

    def __post_init__(self) -> None:
        self.names = tuple(sorted(self.patterns.slots))
        self.compiled = [
            c for p in self.patterns.patterns for c in compile_pattern(p, self.patterns.slots)
        ]

    def read(self, sentence: Sentence, tokens: list[Token]) -> Iterator[Said]:
        """Yield what a sentence says."""
        spoken = tongue(sentence.language)
        self.number += 1
        encoded = encode(tokens, [self._fits(t) for t in tokens], spoken)
        planned = any(spoken.has("plans", t.text) for t in tokens if not t.things)
        for compiled in self.compiled:
            if compiled.language != spoken.code:
                continue
            for _ in range(_ROUNDS):
                found = list(matches(compiled, encoded, self.names))
                self.now = tokens
                for match in found:
                    for one in self._say(compiled.pattern, match, tokens, (sentence, planned)):
                        self.said.append(one)
                        yield one
                if not found or not compiled.pattern.reduces:
                    break
                tokens = self._reduced(tokens, found[0], compiled.pattern.reduces)
                encoded = encode(tokens, [self._fits(t) for t in tokens], spoken)
        for token in tokens:
            for thing in token.things:
                if not token.adjective and thing.value is None:
                    self._mentioned(thing)

    def _mentioned(self, thing: Thing) -> None:
        if thing in self.history:
            self.history.remove(thing)
        self.history.append(thing)

    def _fits(self, token: Token) -> str:
        fitting = frozenset(
            name
            for name, slot in self.patterns.slots.items()
            if (slot.reads == "adjective") == token.adjective and self._suits(token, name)
        )
        return slot_letters(self.names, fitting) if token.things else ""

    def _suits(self, token: Token, name: str) -> bool:
        slot = self.patterns.slots[name]
        if slot.reads and slot.reads != "adjective":
            return token.value == slot.reads
        return any(self.known.is_a(t.classes, c) for t in token.things for c in slot.accepts)

    def _reduced(self, tokens: list[Token], match: Match, name: str) -> list[Token]:
        """Return the tokens with those of a match as one, with the things of its variable."""
        head = tokens[match.slots[name][0]]
        whole = Token(
            tokens[match.first].start, tokens[match.last].end, head.text, head.norm,
            head.things, head.adjective, head.value, head.inside,
        )
        return [*tokens[: match.first], whole, *tokens[match.last + 1 :]]

    def _say(
        self, pattern: Pattern, match: Match, tokens: list[Token], place: tuple[Sentence, bool]
    ) -> Iterator[Said]:
        """Yield the facts of a match; a negated one says nothing and is counted."""
        sentence, planned = place
        if self._negated(match, tokens, sentence):
            self.dropped["negated"] += 1
            return
        if pattern.once and pattern.once in self.once:
            return
        bound = self._bound(pattern, match, tokens, sentence)
        start = tokens[match.first].start
        speaker = next((s.speaker for s in self.speeches if s.start <= start < s.end), None)
        said = False
        for saying in pattern.planned if planned and pattern.planned else pattern.says:
            for subject, value, spans in self._parts(saying, bound, match, tokens):
                said = True
                first, last = self._quote(spans, match, tokens)
                yield Said(subject, saying.predicate, value, first, last, pattern, planned, speaker, sentence)
        if said and pattern.once:
            self.once.add(pattern.once)

    def _negated(self, match: Match, tokens: list[Token], sentence: Sentence) -> bool:
        spoken = tongue(sentence.language)
        if not spoken.spaced:
            rest = self.text[tokens[match.first].start : sentence.end]
            return any(word in rest for word in spoken.words["negations"])
        near = range(max(0, match.first - 1), min(match.last + 3, len(tokens)))
        denied = (n for n in near if not tokens[n].things and spoken.has("negations", tokens[n].text))
        after = (tokens[n + 1].text if n + 1 < len(tokens) else "" for n in denied)
        return any(not spoken.has("affirmed", word) for word in after)

    def _bound(
        self, pattern: Pattern, match: Match, tokens: list[Token], sentence: Sentence
    ) -> dict[str, list[tuple[Thing | Text, int]]]:
        """Return the things of each variable, with the token of each (-1: not in the sentence)."""
        bound: dict[str, list[tuple[Thing | Text, int]]] = {DOCUMENT: [(self.document, -1)]}
        slots = self.slots_of(pattern, sentence.language)
        for name, numbers in match.slots.items():
            bound[name] = [(self._best(tokens[n], slots[name]), n) for n in numbers]
        for name, (first, last) in match.texts.items():
            words = self.text[tokens[first].start : tokens[last].end]
            bound[name] = [(Text(words, sentence.language, tokens[first].start, tokens[last].end), first)]
        whole = self.text[tokens[match.first].start : tokens[match.last].end]
        bound[WHOLE] = [(Text(whole, sentence.language, 0, 0), match.first)]
        for minting in pattern.mints:
            thing = self._mint(minting, bound)
            if thing is not None:
                bound[minting.name] = [(thing, -1)]
                self._mentioned(thing)
        return bound

    def slots_of(self, pattern: Pattern, language: str) -> dict[str, str]:
        """Return the slot of each variable of a pattern in a language."""
        found: dict[str, str] = {}
        for compiled in self.compiled:
            if compiled.pattern is pattern and compiled.language == language:
                found.update(compiled.slots)
        return found

    def _best(self, token: Token, slot: str) -> Thing:
        """Return the thing of a mention that suits a slot best, of equals the one spoken of last."""
        accepts = self.patterns.slots[slot].accepts

        def rank(thing: Thing) -> tuple[int, int]:
            place = next((i for i, c in enumerate(accepts) if self.known.is_a(thing.classes, c)), len(accepts))
            return place, -max(thing.numbers, default=0)

        return min(token.things, key=rank)

    def _mint(self, minting: Minting, bound: dict[str, list[tuple[Thing | Text, int]]]) -> Thing | None:
        """Return the thing that a sentence brings; the same parts make the same thing."""
        parts = [
            thing
            for name in minting.parts
            for thing, _ in self._named(name, bound)
            if isinstance(thing, Thing) and (thing.value is None)
        ]
        if not parts:
            return None
        here = self.number if SENTENCE in minting.parts else -1
        key = (minting.cls, frozenset(map(id, parts)), here)
        if key not in self.minted:
            iri = self._existing(minting.cls, parts)
            self.minted[key] = Thing(iri, frozenset({minting.cls}), parts=tuple(parts))
        return self.minted[key]

    def _existing(self, cls: str, parts: list[Thing]) -> str:
        """Return the known thing of a class that has all the parts among its values, or nothing."""
        if any(part.new for part in parts):
            return ""
        wanted = {part.iri for part in parts}
        for iri, classes in sorted(self.known.classes.items()):
            if self.known.is_a(classes, cls):
                values = {getattr(t.object, "value", "") for t in self.known.about.get(iri, ())}
                if wanted <= values:
                    return iri
        return ""

    def _named(
        self, name: str, bound: dict[str, list[tuple[Thing | Text, int]]]
    ) -> list[tuple[Thing | Text, int]]:
        """Return what a name in a fact stands for; see docs/extracting.md."""
        variable, into, slot = name.partition(">")
        if into:
            return self._inside(variable, slot, bound)
        variable, along, predicate = name.partition("/")
        if along:
            return self._along(variable, predicate, bound)
        if name.startswith("~"):
            here = {id(thing) for things in bound.values() for thing, _ in things}
            others = (t for t in reversed(self.history) if id(t) not in here)
            latest = next((t for t in others if self._accepted(t, name[1:])), None)
            return [(latest, -1)] if latest else []
        variable, reverse, predicate = name.partition("^")
        if reverse:
            found = (
                (iri, token)
                for thing, token in bound.get(variable, ())
                if isinstance(thing, Thing)
                for iri in self.known.subjects(term(predicate).value, thing.iri)
            )
            return [(self.things[iri], n) for iri, n in found if iri in self.things][:1]
        return bound.get(variable.partition(".")[0], [])

    def _inside(
        self, variable: str, slot: str, bound: dict[str, list[tuple[Thing | Text, int]]]
    ) -> list[tuple[Thing | Text, int]]:
        """Return the things named within a name, or within words, that fit a slot."""
        found: list[tuple[Thing | Text, int]] = []
        for value, number in bound.get(variable, ()):
            if isinstance(value, Text):
                tokens = [t for t in self.now if value.start <= t.start < value.end and not t.adjective]
                inner = [thing for t in tokens for thing in t.things]
            else:
                inner = list(self.now[number].inside) if number >= 0 else []
            found += [(t, number) for t in inner if self._accepted(t, slot)][-1:]
        return found

    def _along(
        self, variable: str, predicate: str, bound: dict[str, list[tuple[Thing | Text, int]]]
    ) -> list[tuple[Thing | Text, int]]:
        """Return what the text has said so far of a thing by a predicate."""
        wanted = term(predicate).value
        of = [thing for thing, _ in self._named(variable, bound)]
        values = [s.value for s in self.said if s.subject in of and s.predicate == wanted]
        return [(v, -1) for v in dict.fromkeys(values) if isinstance(v, Thing)]

    def _accepted(self, thing: Thing, slot: str) -> bool:
        return any(self.known.is_a(thing.classes, c) for c in self.patterns.slots[slot].accepts)

    def _parts(
        self,
        saying: Saying,
        bound: dict[str, list[tuple[Thing | Text, int]]],
        match: Match,
        tokens: list[Token],
    ) -> Iterator[tuple[Thing, Thing | Text | str, list[int]]]:
        """Yield subject and value of each fact, with the tokens of both."""
        fixed = saying.value.startswith("<")
        values = [(saying.value, -1)] if fixed else self._named(saying.value, bound)
        for subject, at in self._named(saying.subject, bound):
            for value, place in values:
                if isinstance(subject, Thing):
                    shown: Thing | Text | str = value
                    if isinstance(value, Thing):
                        shown = _aspect(value, saying.value.partition(".")[2])
                    if shown != "" and shown is not subject:
                        yield subject, shown, [n for n in (at, place) if n >= 0]

    def _quote(self, spans: list[int], match: Match, tokens: list[Token]) -> tuple[int, int]:
        """Return where the words stand that say a fact: its parts and the words of the pattern."""
        numbers = sorted({*spans, *match.fixed}) or [match.first]
        texts = [s for s in match.texts.values() if s[0] in spans]
        last = max([numbers[-1], *(s[1] for s in texts)])
        return tokens[numbers[0]].start, tokens[last].end
