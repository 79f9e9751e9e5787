"""Names and words by which things are mentioned, found in any inflection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import Literal

from kizuna.extracting.language import Tongue
from kizuna.extracting.patterns import Noun, Patterns
from kizuna.extracting.things import Known, Thing
from kizuna.extracting.tokens import SKIPPED, Token, tokenise
from kizuna.vocabulary import SKOS_ALT_LABEL, SKOS_PREF_LABEL

_NOTATION = "http://www.w3.org/2004/02/skos/core#notation"
_NAMES = {SKOS_PREF_LABEL.value, SKOS_ALT_LABEL.value, _NOTATION}
_BOTH = re.compile(r"^(\w+) (?:oder|or) (\w+)$")
_ENDED = ("", "e", "en", "er", "es", "em")
_SHORTEST_HEAD, _SHORTEST_PART = 4, 5


@dataclass(frozen=True, slots=True)
class Hit:
    """A name or noun among the tokens: from ``first`` up to before ``last``."""

    first: int
    last: int
    things: tuple[Thing, ...] = ()
    noun: Noun | None = None
    adjective: bool = False

    @property
    def size(self) -> int:
        """The number of tokens."""
        return self.last - self.first


@dataclass(slots=True)
class Gazetteer:
    """The names of known things and the nouns of the patterns, for texts in one language."""

    spoken: Tongue
    names: dict[tuple[str, ...], list[Thing]] = field(default_factory=dict)
    nouns: dict[tuple[str, ...], Noun] = field(default_factory=dict)
    heads: list[tuple[str, Noun]] = field(default_factory=list)
    adjectives: dict[str, list[Thing]] = field(default_factory=dict)
    longest: int = 1

    def key(self, name: str) -> tuple[str, ...]:
        """Return the form in which a name is kept and looked up."""
        tokens = tokenise(name, 0, len(name), self.spoken)
        return tuple(self.spoken.stem(t.text) for t in tokens if t.text not in SKIPPED)

    def add_name(self, name: str, thing: Thing) -> None:
        """Let ``name`` mention ``thing``; a word that is a common noun is no name."""
        both = _BOTH.match(name)
        for single in both.groups() if both else (name,):
            key = self.key(single)
            if key and key not in self.nouns:
                found = self.names.setdefault(key, [])
                if thing not in found:
                    found.append(thing)
                self.longest = max(self.longest, len(key))

    def add_noun(self, word: str, noun: Noun) -> None:
        """Let a word mention things of the noun's class; ``*reise`` stands for compounds too."""
        if word.startswith("*"):
            self.heads.append((self.spoken.stem(word[1:]), noun))
        key = self.key(word.removeprefix("*"))
        self.nouns[key] = noun
        self.longest = max(self.longest, len(key))

    def add_adjective(self, word: str, thing: Thing) -> None:
        """Let an adjective of a place ("japanisch") point to the place, in all its endings."""
        for ending in _ENDED if self.spoken.code == "de" and not word.endswith("er") else ("",):
            found = self.adjectives.setdefault((word + ending).lower(), [])
            if thing not in found:
                found.append(thing)

    def hits(self, tokens: list[Token]) -> Iterator[Hit]:
        """Yield every name and noun among the tokens, also those within others."""
        for first in range(len(tokens)):
            yield from self._at(tokens, first)

    def _at(self, tokens: list[Token], first: int) -> Iterator[Hit]:
        if tokens[first].text in SKIPPED:
            return
        adjective = self._adjective(tokens, first)
        if adjective:
            yield adjective
        for key, last in self._keys(tokens, first):
            if key in self.names and not (adjective and len(key) == 1):
                yield Hit(first, last, tuple(self.names[key]))
            elif noun := self.nouns.get(key) or self._head(key):
                yield Hit(first, last, (), noun)

    def _keys(self, tokens: list[Token], first: int) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield the forms of the words from ``first`` on, one word more each, and their ends."""
        key: tuple[str, ...] = ()
        for last in range(first, len(tokens)):
            if tokens[last].text not in SKIPPED:
                key = (*key, self.spoken.stem(tokens[last].text))
                if len(key) > self.longest:
                    return
                yield key, last + 1

    def _head(self, key: tuple[str, ...]) -> Noun | None:
        """Return the noun in which a closed compound ends."""
        word = key[0] if len(key) == 1 and self.spoken.spaced else ""
        ending = ((head, noun) for head, noun in self.heads if word.endswith(head))
        return next((n for head, n in ending if len(word) > len(head) >= _SHORTEST_HEAD), None)

    def beginning(self, word: str) -> list[Thing]:
        """Return what the first part of a closed compound names: Optik in Optikwerk."""
        low = word.lower()
        sizes = range(len(low) - 3, _SHORTEST_PART - 1, -1)
        return next((self.names[low[:n],] for n in sizes if (low[:n],) in self.names), [])

    def _adjective(self, tokens: list[Token], first: int) -> Hit | None:
        """Return the adjective that begins here; a name with a hyphen has it at its end."""
        for size in (3, 1):
            part = tokens[first : first + size]
            if len(part) == size and (size == 1 or part[1].text == "-"):
                found = self.adjectives.get("".join(t.text for t in part).lower())
                if found:
                    return Hit(first, first + size, tuple(found), None, adjective=True)
        return None


def gazetteer(
    known: Known, patterns: Patterns, things: Iterable[Thing], spoken: Tongue
) -> Gazetteer:
    """Return the names of ``things`` and the nouns of ``patterns`` for texts in one language."""
    found = Gazetteer(spoken)
    for noun in patterns.nouns:
        for word in _spoken(noun.words, spoken):
            found.add_noun(word, noun)
    shown = [s for s in patterns.slots.values() if s.reads == "adjective"]
    places = {c for slot in shown for c in slot.accepts}
    for thing in things:
        named = names(known, thing.iri)
        for _, name in named:
            found.add_name(name, thing)
        words = list(patterns.adjectives.get(thing.iri, ()))
        if any(known.is_a(thing.classes, c) for c in places):
            words += [(lang, word) for lang, name in named for word in _adjectives(name, spoken)]
        for word in _spoken(words, spoken):
            found.add_adjective(word, thing)
    return found


def _spoken(words: Iterable[tuple[str, str]], spoken: Tongue) -> list[str]:
    return [word for language, word in words if language == spoken.code]


def names(known: Known, iri: str) -> list[tuple[str, str]]:
    """Return the names of a thing with their languages, sorted."""
    labels = (t.object for t in known.about.get(iri, ()) if t.predicate.value in _NAMES)
    return sorted((o.language or "", o.value) for o in labels if isinstance(o, Literal))


def _adjectives(name: str, spoken: Tongue) -> list[str]:
    """Return adjectives that German forms of a place's name: Hamburger, norddeutsch."""
    if spoken.code != "de" or " " in name:
        return []
    if name.endswith("deutschland"):
        return [name.removesuffix("land")]
    if name.endswith("en"):
        return [name.removesuffix("en") + "er"]
    return [name + "er", name + "isch"]
