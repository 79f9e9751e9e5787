"""Words that are near to one that nobody wrote: typing errors.

Compared are only words with about as many letters, of which one of the first two is one of the
first two of the word that was typed; so an error in the first letter counts, too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from itertools import pairwise

from kizuna.engine.words import is_paired

LONGEST = 40
"""Words with more letters are taken as they are."""
_MOST_ERRORS = ((3, 0), (6, 1), (LONGEST + 1, 2))
"""For words with fewer letters than this, so many errors are mended."""
_MOST_COMPARED = 300
"""Words that are compared letter by letter; those that share most pairs of letters."""
PAIRS_PER_ERROR = 6
"""One error changes at most so many pairs of letters: those that are gone, and new ones."""
_LIKELY = """
SELECT pairs, word, texts FROM near
WHERE letter = :first AND length IN (:n - 2, :n - 1, :n, :n + 1, :n + 2)
AND word >= :start AND word < :end
"""
_POSSIBLE = """
SELECT pairs, word, texts FROM near
WHERE letter IN (:first, :second) AND length BETWEEN :n - :most AND :n + :most
"""


def near_rows(words: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int, str, int, int]]:
    """Yield what is kept of each word, which stands in so many texts: a row per first letter.

    Japanese and words with digits are left out: in these no other word is meant.
    """
    for word, texts in words:
        if _is_spelled(word):
            for letter in sorted(set(word[:2])):
                yield letter, len(word), word, pairs_of(word), texts


def nearest(connection: sqlite3.Connection, word: str) -> str | None:
    """Return the word of the index that was meant by ``word``, None where nothing is near.

    The fewest errors count first, then a right first letter, then how many texts have the word.
    """
    most = most_errors(word)
    if not most:
        return None
    wanted = {"first": word[0], "second": word[1], "n": len(word), "most": most}
    beginning = {"start": word[:2], "end": f"{word[:2]}\U0010ffff"}
    likely = connection.execute(_LIKELY, wanted | beginning)
    found = _best(word, most, likely)
    if found is None or found[0] > 1:  # then all, of which there are some ten thousand
        found = _best(word, most, connection.execute(_POSSIBLE, wanted))
    return found[-1] if found is not None else None


_Ranked = tuple[int, bool, int, str]


def _best(word: str, most: int, others: Iterable[tuple[int, str, int]]) -> _Ranked | None:
    """Return the nearest of ``others`` after its rank, None where none is near."""
    mine, limit = pairs_of(word), PAIRS_PER_ERROR * most
    near = {
        (differ, other, texts)
        for pairs, other, texts in others
        if (differ := (pairs ^ mine).bit_count()) <= limit
    }
    best: _Ranked | None = None
    for differ, other, texts in nsmallest(_MOST_COMPARED, near):
        if best is not None and differ > PAIRS_PER_ERROR * best[0]:
            break  # from here on, all have more errors
        found = (distance(word, other, most), other[0] != word[0], -texts, other)
        if found[0] <= most and (best is None or found < best):
            best = found
    return best


def most_errors(word: str) -> int:
    """Return how many errors in a word are mended."""
    if not _is_spelled(word):
        return 0
    return next(errors for length, errors in _MOST_ERRORS if len(word) < length)


def pairs_of(word: str) -> int:
    """Return the pairs of letters in a word, its ends included, as bits."""
    bits = 0
    for one, other in pairwise(f" {word} "):
        bits |= 1 << (ord(one) * 31 + ord(other)) % 61
    return bits


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters are to be added, left out, replaced or swapped to make it the other.

    Beyond ``most`` the answer is only that it is more. (Optimal string alignment distance.)

    >>> distance("kboe", "kobe", 2), distance("tokio", "tokyo", 2), distance("a", "xyz", 1)
    (1, 1, 2)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    far = most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i] + [far] * len(other)
        for j in range(max(1, i - most), min(len(other), i + most) + 1):  # beyond, it is too far
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other[j - 1]))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == other[j - 1]:
                least = min(least, earlier[j - 2] + 1)
            row[j] = least
    return min(row[-1], far)


def _is_spelled(word: str) -> bool:
    return 2 <= len(word) <= LONGEST and word.isalpha() and not is_paired(word)
