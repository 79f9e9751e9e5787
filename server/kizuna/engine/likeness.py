"""How alike two names are, for who looks for a thing by what others call it.

Names are compared word by word, Japanese by pairs of signs. Case, width, accents and umlauts do not
count, as in search; words that say little (legal forms, titles, articles) count little, and so do
those that stand in many texts. A word may have a typing error, be cut short before a full stop, or
be written as two.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from kizuna.engine.spelling import LONGEST, PAIRS_PER_ERROR, distance, most_errors, pairs_of
from kizuna.engine.words import MOST_SIGNS, MOST_WORDS, folded, forms, is_paired, plain

LIGHT = 0.1
"""The weight of a word that says little."""
ANOTHER_ORDER, ANOTHER_FORM = 0.85, 0.8
"""How much remains where words stand in another order, and where two say what kind of thing it is
in different words: ``University Kobe`` is not ``Kobe University``."""
WRITTEN_TOGETHER = 0.97
_REMEMBERED = 20_000
_ASKED = 500
"""Texts that are remembered of those that are asked for: other columns say the same in each row."""
_PER_ERROR = 1.5
"""Of how many wrong letters an error counts: most words differ from others by few."""
_ABBREVIATED, _INITIAL = 0.85, 0.7
_LEAST_PART = 0.6
"""How much of a word its beginning must be to count as that much of it (``Optik``, ``Optiker``)."""
_MOST_COMPARED = 12
"""Words of a name that are compared letter by letter."""
_SIGNS_PER_ERROR = 6
_INITIALS = re.compile(r"(?<!\w)(?:[^\W\d_]\.[ ]?){2,}")
_SHORT = re.compile(r"([^\W\d_]+)\.")
_INVERTED = re.compile(r"([^,;]+),\s*([^,;]+)")
Weigh = Callable[[str], float]


def _light() -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the group of each light word, and those that are affixes, the longest first."""
    with (Path(__file__).parent / "light_words.toml").open("rb") as file:
        groups = tomllib.load(file)
    found = {word: group for group, words in groups.items() for word in words}
    affixes = sorted((w for w in found if is_paired(w)), key=lambda w: (-len(w), w))
    return found, tuple(affixes)


_GROUPS, _AFFIXES = _light()
_TELLING = ("forms", "areas")


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared: its words in their order, and those that are cut short.

    ``spelled`` are the places of words in which letters may be wrong; ``telling`` are those that
    say what kind of thing it names, by group.
    """

    plain: str
    words: tuple[str, ...]
    short: frozenset[str]
    compact: str
    spelled: frozenset[int]
    telling: tuple[frozenset[str], ...]
    is_japanese: bool


def has_form(name: Name) -> bool:
    """Tell whether a name says what legal form something has."""
    return bool(name.telling[_TELLING.index("forms")])


def is_light(word: str) -> bool:
    """Tell whether a word of a name says little about which thing it means."""
    return word in _GROUPS


def read_name(text: str) -> Name:
    """Return a text as a name.

    >>> read_name("Dr. Ernst Müller").words, read_name("公益財団法人港湾").words
    (('dr', 'ernst', 'muller'), ('公益財団法人', '港湾'))
    """
    flat = _INITIALS.sub(_joined, folded(text[:MOST_SIGNS]))
    whole = plain(flat)
    words = tuple(w for run in whole.split()[:MOST_WORDS] for w in _words(run))[:MOST_WORDS]
    paired = [is_paired(word) for word in words]
    return Name(
        plain=whole,
        words=words,
        short=frozenset(map(_canonical, _SHORT.findall(flat))) & set(words),
        compact=whole.replace(" ", ""),
        spelled=frozenset(i for i, w in enumerate(words) if not paired[i] and w not in _GROUPS),
        telling=tuple(frozenset(w for w in words if _GROUPS.get(w) == g) for g in _TELLING),
        is_japanese=any(paired),
    )


held_name = lru_cache(_REMEMBERED)(read_name)
"""The same for names that are compared again and again: those of the data."""


@lru_cache(_ASKED)
def readings(text: str) -> tuple[Name, ...]:
    """Return what a text may be as a name: ``Müller, Ernst`` is Ernst Müller too."""
    inverted = _INVERTED.fullmatch(text[:MOST_SIGNS].strip())
    swapped = (f"{inverted[2]} {inverted[1]}",) if inverted else ()
    return tuple(read_name(each) for each in (text, *swapped))


def likeness(asked: Name, other: Name, weigh: Weigh) -> float:
    """Return how alike two names are: 1 for the same, 0 for nothing in common.

    ``weigh`` gives the weight of a word, above 0 and up to 1; light words weigh ``LIGHT``.
    """
    if not asked.words or not other.words:
        return 0.0
    if asked.plain == other.plain:
        return 1.0
    if asked.compact == other.compact:
        return WRITTEN_TOGETHER
    found = _by_words(asked, other, weigh)
    return max(found, _by_signs(asked, other)) if asked.is_japanese else found


@dataclass(slots=True)
class _Sides:
    """How well each word of two names has found another, and the places of those that did."""

    asked: Name
    other: Name
    mine: list[float]
    theirs: list[float]
    pairs: list[tuple[int, int]]

    def free(self) -> tuple[list[int], list[int]]:
        return (
            [i for i, done in enumerate(self.mine) if not done],
            [j for j, done in enumerate(self.theirs) if not done],
        )

    def free_spelled(self) -> tuple[list[int], list[int]]:
        mine, theirs = self.free()
        return (
            [i for i in mine if i in self.asked.spelled][:_MOST_COMPARED],
            [j for j in theirs if j in self.other.spelled][:_MOST_COMPARED],
        )

    def join(self, i: int, j: int, how: float) -> None:
        self.mine[i] = self.theirs[j] = how
        self.pairs.append((i, j))


def _by_words(asked: Name, other: Name, weigh: Weigh) -> float:
    """Return the mean of how much of each name is in the other one."""
    sides = _Sides(asked, other, [0.0] * len(asked.words), [0.0] * len(other.words), [])
    _join_equal(sides)
    _join_divided(sides)
    _join_similar(sides)
    weights = {j: _weight(word, weigh) for j, word in enumerate(other.words)}
    partners = dict(sides.pairs)
    mine = [
        weights.get(partners.get(i, -1)) or _weight(w, weigh) for i, w in enumerate(asked.words)
    ]
    shared = _share(sides.mine, mine) * _share(sides.theirs, list(weights.values()))
    return float(shared**0.5) * _order(sides) * _kind(asked, other)


def _share(found: Sequence[float], weights: Sequence[float]) -> float:
    return sum(f * w for f, w in zip(found, weights, strict=True)) / sum(weights)


def _weight(word: str, weigh: Weigh) -> float:
    return LIGHT if word in _GROUPS else weigh(word)


def _join_equal(sides: _Sides) -> None:
    places: dict[str, list[int]] = {}
    for j in reversed(range(len(sides.other.words))):
        places.setdefault(sides.other.words[j], []).append(j)
    for i, word in enumerate(sides.asked.words):
        if free := places.get(word):
            sides.join(i, free.pop(), 1.0)


def _join_divided(sides: _Sides) -> None:
    """Join words that are written as one in one of the names and as two in the other."""
    mine, theirs = sides.free_spelled()
    if not mine or not theirs or len(mine) + len(theirs) < 3:
        return
    for (i, second), j in _divided(sides.asked.words, mine, sides.other.words, theirs):
        sides.join(i, j, WRITTEN_TOGETHER)
        sides.mine[second] = WRITTEN_TOGETHER
    mine, theirs = sides.free_spelled()
    for (j, second), i in _divided(sides.other.words, theirs, sides.asked.words, mine):
        sides.join(i, j, WRITTEN_TOGETHER)
        sides.theirs[second] = WRITTEN_TOGETHER


def _divided(
    apart: Sequence[str], free: Sequence[int], together: Sequence[str], others: Sequence[int]
) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield places of two words that follow one another, and of one that is both in one."""
    used: set[int] = set()
    for one, two in pairwise(free):
        if two != one + 1 or one in used:
            continue
        joined = apart[one] + apart[two]
        for place in others:
            likely = len(together[place]) > len(apart[one]) and place not in used
            if likely and _similar(joined, together[place]) > _LEAST_PART:
                used |= {one, two, place}
                yield (one, two), place
                break


def _join_similar(sides: _Sides) -> None:
    """Join words that are cut short or have errors, the likest first."""
    asked, other = sides.asked, sides.other
    mine, theirs = sides.free()
    found = list(_cut_short(asked, mine, other, theirs))
    found += [(how, i, j) for how, j, i in _cut_short(other, theirs, asked, mine)]
    mine, theirs = sides.free_spelled()
    for i in mine:
        for j in theirs:
            if how := _similar(asked.words[i], other.words[j]):
                found.append((how, i, j))
    for how, i, j in sorted(found, key=lambda each: (-each[0], each[1:])):
        if not sides.mine[i] and not sides.theirs[j]:
            sides.join(i, j, how)


def _cut_short(
    one: Name, free: Sequence[int], other: Name, others: Sequence[int]
) -> Iterator[tuple[float, int, int]]:
    """Yield how well words that end with a full stop begin words of another name."""
    for i in free if one.short else ():
        short = one.words[i]
        for j in others if short in one.short else ():
            if other.words[j].startswith(short):
                yield (_ABBREVIATED if len(short) > 1 else _INITIAL), i, j


def _similar(one: str, other: str) -> float:
    """Return how alike two words are as they are written: most begin otherwise."""
    start = other[:2]
    near = (one[0] in start or one[1:2] in start) and max(len(one), len(other)) <= LONGEST
    return _spelled_alike(one, other) if near else 0.0


@lru_cache(_REMEMBERED)
def _spelled_alike(one: str, other: str) -> float:
    short, long = (one, other) if len(one) < len(other) else (other, one)
    part = len(short) / len(long)
    begun = part if part >= _LEAST_PART and long.startswith(short) else 0.0
    most = most_errors(long)
    if not most or len(long) - len(short) > most:
        return begun
    if (_pairs(one) ^ _pairs(other)).bit_count() > PAIRS_PER_ERROR * most:
        return begun
    wrong = distance(one, other, most)
    return max(begun, 1 - _PER_ERROR * wrong / len(long)) if wrong <= most else begun


_pairs = lru_cache(_REMEMBERED)(pairs_of)


def _by_signs(asked: Name, other: Name) -> float:
    """Return how alike two names are sign by sign: in Japanese an error spoils two pairs."""
    length = max(len(asked.compact), len(other.compact))
    most = max(1, length // _SIGNS_PER_ERROR)
    if length > MOST_WORDS:
        return 0.0
    wrong = distance(asked.compact, other.compact, most)
    return 1 - wrong / length if wrong <= most else 0.0


def _order(sides: _Sides) -> float:
    """Return what remains for the order of words; where light ones stand does not matter."""
    places = [j for i, j in sorted(sides.pairs) if sides.asked.words[i] not in _GROUPS]
    return 1.0 if all(one < two for one, two in pairwise(places)) else ANOTHER_ORDER


def _kind(asked: Name, other: Name) -> float:
    """Return what remains where two names say by different words what kind of thing they mean."""
    for mine, theirs in zip(asked.telling, other.telling, strict=True):
        if mine and theirs and mine.isdisjoint(theirs):
            return ANOTHER_FORM
    return 1.0


def _joined(found: re.Match[str]) -> str:
    """Return initials as one word, as they are written without full stops."""
    return re.sub(r"[. ]", "", found[0]) + " "


def _words(run: str) -> Iterator[str]:
    """Yield the words of a run: a Japanese one as its affixes and pairs of signs."""
    if not is_paired(run):
        yield _canonical(run)
        return
    before = next((a for a in _AFFIXES if run.startswith(a) and len(run) > len(a) > 1), "")
    rest = run[len(before) :]
    after = next((a for a in _AFFIXES if rest.endswith(a) and len(rest) > len(a)), "")
    core = rest[: len(rest) - len(after)]
    yield from filter(None, (before,))
    yield from (core[at : at + 2] for at in range(max(1, len(core) - 1)))
    yield from filter(None, (after,))


def _canonical(word: str) -> str:
    """Return a word with the umlauts that it may stand for."""
    return forms(word)[-1]
