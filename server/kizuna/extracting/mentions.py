"""The mentions of a text: what each sentence speaks of, from names, nouns, values and new names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from kizuna.extracting.dates import Found, values
from kizuna.extracting.discourse import Discourse, definiteness
from kizuna.extracting.gazetteer import Gazetteer, Hit, gazetteer, names
from kizuna.extracting.language import Tongue, tongue
from kizuna.extracting.names import NewName, organisations, persons
from kizuna.extracting.passages import Sentence
from kizuna.extracting.patterns import Patterns
from kizuna.extracting.things import Known, Thing
from kizuna.extracting.tokens import QUOTES, Token, tokenise

OFFICE = "office"
"""What a thing holds that is an office, but none of the data's list."""
_SPACE = re.compile(r"\s+")


@dataclass(slots=True)
class Mentions:
    """A reader of sentences, in their order; new names are remembered for the sentences to come."""

    known: Known
    patterns: Patterns
    text: str
    discourse: Discourse = field(init=False)
    things: dict[str, Thing] = field(default_factory=dict)
    tables: dict[str, Gazetteer] = field(default_factory=dict)
    aliases: list[tuple[str, Thing]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.discourse = Discourse(self.known)
        wanted = {c for slot in self.patterns.slots.values() for c in slot.accepts}
        for iri, classes in sorted(self.known.classes.items()):
            if any(self.known.is_a(classes, c) for c in wanted):
                label = " / ".join(name for _, name in names(self.known, iri))
                self.things[iri] = Thing(iri, classes, label)

    def names(self, spoken: Tongue) -> Gazetteer:
        """Return the names for texts in a language, made when first asked for."""
        if spoken.code not in self.tables:
            made = gazetteer(self.known, self.patterns, self.things.values(), spoken)
            for name, thing in self.aliases:
                made.add_name(name, thing)
            self.tables[spoken.code] = made
        return self.tables[spoken.code]

    def read(self, number: int, sentence: Sentence) -> list[Token]:
        """Return the words of a sentence with its mentions in place."""
        spoken = tongue(sentence.language)
        tokens = tokenise(self.text, sentence.start, sentence.end, spoken)
        hits = list(self.names(spoken).hits(tokens))
        hits += list(self._new_organisations(tokens, hits, spoken))
        hits += self._offices(tokens, spoken)
        hits += _values(tokens, values(self.text, sentence.start, sentence.end, sentence.language))
        hits += self._new_persons(tokens, hits, spoken)
        chosen = _chosen(hits)
        inner = {hit.first: self._inner(tokens, hit, hits, spoken) for hit in chosen if hit.things}
        read = list(self._resolved(tokens, chosen, (number, sentence), spoken))
        starts = {tokens[first].start: things for first, things in inner.items()}
        for token in read:
            token.inside = starts.get(token.start, ()) if token.things else ()
        return _merged(read)

    def _inner(
        self, tokens: list[Token], hit: Hit, hits: list[Hit], spoken: Tongue
    ) -> tuple[Thing, ...]:
        """Return what a name holds besides: the place and the field in "Alphaer Optikwerk"."""
        within = (
            h for h in hits if hit.first <= h.first and h.last <= hit.last and h.size < hit.size
        )
        found = [thing for h in within for thing in h.things if thing.iri]
        for token in tokens[hit.first : hit.last]:
            found += self.names(spoken).beginning(token.text)
        return tuple(t for t in dict.fromkeys(found) if t not in hit.things)

    def _new_organisations(
        self, tokens: list[Token], known: list[Hit], spoken: Tongue
    ) -> Iterator[Hit]:
        for new in organisations(tokens, self.patterns.namings, spoken):
            name = self._words(tokens, new.first, new.last)
            if not any(_overlaps(hit, new, self.known) for hit in known):
                yield Hit(new.first, new.last, (self._new(name, new.cls),))

    def _offices(self, tokens: list[Token], spoken: Tongue) -> Iterator[Hit]:
        """Yield offices that the data does not list: they show persons, and are no concepts."""
        slot = self.patterns.slots.get("role")
        if slot is None:
            return
        longest = 2 if spoken.spaced else 3
        for first in range(len(tokens)):
            for size in range(longest, 0, -1):
                part = tokens[first : first + size]
                word = (" " if spoken.spaced else "").join(t.text for t in part)
                if len(part) == size and spoken.has("roles", word):
                    yield Hit(
                        first,
                        first + size,
                        (Thing("", frozenset(slot.accepts), word, value=OFFICE),),
                    )
                    break

    def _new_persons(self, tokens: list[Token], hits: list[Hit], spoken: Tongue) -> Iterator[Hit]:
        slot, offices = self.patterns.slots.get("person"), self.patterns.slots.get("role")
        if slot is None or offices is None:
            return
        wanted = offices.accepts[0]
        roles = [h for h in hits if any(self.known.is_a(t.classes, wanted) for t in h.things)]
        taken = [
            h for h in hits if (h.things and not _is_person(h, slot.accepts, self.known)) or h.noun
        ]
        for first, last in persons(tokens, roles, taken, spoken):
            name = _untitled(tokens, first, last, spoken)
            words = self._words(tokens, name, last)
            found = self.names(spoken).names.get(self.names(spoken).key(words))
            yield Hit(first, last, tuple(found or [self._new(words, slot.accepts[0])]))

    def _words(self, tokens: list[Token], first: int, last: int) -> str:
        return _SPACE.sub(" ", self.text[tokens[first].start : tokens[last - 1].end])

    def _new(self, name: str, cls: str) -> Thing:
        """Return the new thing with this name; it is made once."""
        for alias, thing in self.aliases:
            if alias == name:
                return thing
        thing = Thing("", frozenset({cls}), name)
        self._alias(name, thing)
        return thing

    def _alias(self, name: str, thing: Thing) -> None:
        if (name, thing) not in self.aliases:
            self.aliases.append((name, thing))
            for table in self.tables.values():
                table.add_name(name, thing)

    def _resolved(
        self, tokens: list[Token], hits: list[Hit], place: tuple[int, Sentence], spoken: Tongue
    ) -> Iterator[Token]:
        """Yield the tokens, those of a hit as one with its things."""
        number, sentence = place
        at = 0
        for hit in hits:
            yield from tokens[at : hit.first]
            token = Token(
                tokens[hit.first].start,
                tokens[hit.last - 1].end,
                self._words(tokens, hit.first, hit.last),
                "",
            )
            token.norm, token.adjective = token.text.lower(), hit.adjective
            token.things = hit.things
            if hit.noun is not None:
                known_next = _follows(tokens, hit, hits, self.known)
                sort = definiteness(tokens, hit.first, spoken)
                thing = known_next or self.discourse.resolve(
                    hit.noun, sort, token, (number, sentence.heading)
                )
                token.things = (thing,) if thing else ()
            for thing in token.things:
                if isinstance(thing.value, str) and thing.value == OFFICE:
                    continue
                if not hit.adjective and not _is_value(thing):
                    self.discourse.mention(thing, number)
                    self._remember_surname(thing, token)
            token.value = _kind(token.things)
            yield token
            at = hit.last
        yield from tokens[at:]

    def _remember_surname(self, thing: Thing, token: Token) -> None:
        slot = self.patterns.slots.get("person")
        if slot and any(self.known.is_a(thing.classes, c) for c in slot.accepts):
            surname = token.text.rpartition(" ")[2]
            if surname != token.text and len(surname) > 2:
                self._alias(surname, thing)


def _kind(things: tuple[Thing, ...]) -> str:
    return things[0].kind if things and _is_value(things[0]) else ""


def _is_value(thing: Thing) -> bool:
    return thing.value is not None and thing.value != OFFICE


def _values(tokens: list[Token], found: Iterable[Found]) -> Iterator[Hit]:
    """Yield dates, figures and numbers as hits."""
    for value in found:
        inside = [i for i, t in enumerate(tokens) if value.start <= t.start and t.end <= value.end]
        if inside:
            thing = Thing("", frozenset(), value=value.value, kind=value.kind)
            yield Hit(inside[0], inside[-1] + 1, (thing,))


def _overlaps(hit: Hit, new: NewName, known: Known) -> bool:
    """Tell whether a known name of the same sort stands where a new one would."""
    if hit.last <= new.first or new.last <= hit.first or hit.adjective or hit.noun:
        return False
    if hit.first <= new.word < hit.last:
        return True
    kinds = known.above.get(new.cls, frozenset({new.cls}))
    return any(kinds & known.above.get(c, frozenset({c})) for t in hit.things for c in t.classes)


def _is_person(hit: Hit, accepts: tuple[str, ...], known: Known) -> bool:
    return any(known.is_a(t.classes, c) for t in hit.things for c in accepts)


def _untitled(tokens: list[Token], first: int, last: int, spoken: Tongue) -> int:
    while first < last and (spoken.has("titles", tokens[first].text) or tokens[first].text == "."):
        first += 1
    return first


def _chosen(hits: list[Hit]) -> list[Hit]:
    """Return hits that do not overlap: the longest first, known names before new and nouns.

    An office that ends in the word with which a unit begins ("head of the Division New …") keeps
    the words before it.
    """

    def rank(hit: Hit) -> tuple[int, bool, bool, int]:
        known = any(t.iri for t in hit.things)
        return (-hit.size, not known, hit.noun is None and not hit.things, hit.first)

    chosen: list[Hit] = []
    for hit in sorted(hits, key=rank):
        clash = [c for c in chosen if hit.first < c.last and c.first < hit.last]
        same = next((c for c in clash if (c.first, c.last) == (hit.first, hit.last)), None)
        if not clash:
            chosen.append(hit)
        elif same and same.things and hit.things and not same.adjective and not hit.adjective:
            both = dict.fromkeys((*same.things, *hit.things))
            if all(t.iri for t in both):
                chosen[chosen.index(same)] = Hit(hit.first, hit.last, tuple(both))
        elif len(clash) == 1 and hit.things and hit.last == clash[0].first + 1 and hit.size > 1:
            free = Hit(hit.first, clash[0].first, hit.things)
            if all(free.last <= c.first or c.last <= free.first for c in chosen):
                chosen.append(free)
    return sorted(chosen, key=lambda h: h.first)


def _follows(tokens: list[Token], noun: Hit, hits: list[Hit], known: Known) -> Thing | None:
    """Return the known thing named right after a noun for its kind: the fair “…”."""
    at = noun.last
    while at < len(tokens) and tokens[at].text in QUOTES:
        at += 1
    wanted = noun.noun.cls if noun.noun else ""
    for hit in hits:
        if hit.first == at:
            for thing in hit.things:
                kin = known.is_a(thing.classes, wanted) or any(
                    known.is_a(frozenset({wanted}), c) for c in thing.classes
                )
                if thing.iri and kin:
                    return thing
    return None


def _merged(tokens: list[Token]) -> list[Token]:
    """Return the tokens with second names taken in: "the Office (OA)", "the fair “…”"."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if out and out[-1].things and token.text in QUOTES | {"("}:
            last = _same_until(tokens, at, out[-1])
            if last:
                out[-1] = _grown(out[-1], tokens[last - 1].end)
                at = last
                continue
        if out and token.things and set(token.things) & set(out[-1].things) and not token.adjective:
            out[-1] = _grown(out[-1], token.end)
        else:
            out.append(token)
        at += 1
    return out


def _grown(token: Token, end: int) -> Token:
    return replace(token, end=end)


def _same_until(tokens: list[Token], at: int, head: Token) -> int:
    """Return the end of a bracket or quotation at ``at`` that only names ``head`` again, else 0."""
    while at < len(tokens) and tokens[at].text in QUOTES:
        at += 1
    if at >= len(tokens):
        return 0
    if tokens[at].text != "(":
        return at + 1 if set(tokens[at].things) & set(head.things) else 0
    named = False
    for last in range(at + 1, len(tokens)):
        token = tokens[last]
        if token.text == ")":
            return last + 1 if named else 0
        if set(token.things) & set(head.things):
            named = True
        elif token.text not in QUOTES | {";", ",", "-", "/"}:
            return 0
    return 0
