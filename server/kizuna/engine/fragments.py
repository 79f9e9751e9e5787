"""Triple patterns answered by looking alone: each triple of the default graph, in three orders.

One file per release. Its terms stand sorted, as N-Triples has them, predicates apart; a triple is a
number made of those of its terms, and stands sorted by subject, by predicate and by object.
Whatever is known of a pattern, what fits it stands in a row in one of the orders: two binary
searches tell how many triples that are and where a page of them begins, so that no page costs more
than another.
"""

from __future__ import annotations

import mmap
import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from kizuna.errors import ReleaseBroken

FILE_NAME = "fragments.bin"
_HEAD = struct.Struct("=8s5Q")
_MAGIC = b"kzfrags1"
_ORDERS = ("spo", "pos", "osp")
"""Any one place, and any two, are the beginning of one of them."""
_AT_ONCE = 20_000
_WORD = 8
"""Bytes of a number in the file."""

Term = NamedNode | BlankNode | Literal


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple pattern; None stands for any term."""

    subject: NamedNode | BlankNode | None = None
    predicate: NamedNode | None = None
    object: Term | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What fits a pattern: so many triples from a place on in one of the orders."""

    order: int
    start: int
    total: int


def write_fragments(path: Path, triples: Iterable[Triple]) -> None:
    """Write the new file ``path`` with all of ``triples``, each once, whatever their order.

    Equal triples give equal bytes on machines that write numbers alike.

    Raises OSError, also where there are more terms than numbers of triples have room for.
    """
    terms: dict[bytes, int] = {}
    predicates: dict[bytes, int] = {}
    columns = {place: array("I") for place in "spo"}
    for subject, predicate, value in _in_words(triples):
        columns["s"].append(terms.setdefault(subject, len(terms)))
        columns["p"].append(predicates.setdefault(predicate, len(predicates)))
        columns["o"].append(terms.setdefault(value, len(terms)))
    bits = _bits(len(terms), len(predicates))
    if sum(bits.values()) > _WORD * 8:
        raise OSError(f"{path.name}: {len(terms)} terms are too many")
    ranks = {"p": _ranks(predicates)}
    ranks["s"] = ranks["o"] = _ranks(terms)
    orders = [_sorted(columns, ranks, bits, order) for order in _ORDERS]
    with path.open("wb") as file:
        sizes = (sum(map(len, terms)), sum(map(len, predicates)))
        file.write(_HEAD.pack(_MAGIC, len(orders[0]), len(terms), len(predicates), *sizes))
        for row in (*map(_offsets, (terms, predicates)), *orders):
            row.tofile(file)
        for known in (terms, predicates):
            file.writelines(sorted(known))


def _in_words(triples: Iterable[Triple]) -> Iterator[list[bytes]]:
    """Yield subject, predicate and object of each triple, as N-Triples has them."""
    rest = iter(triples)
    while some := list(islice(rest, _AT_ONCE)):
        for line in (serialize(some, format=RdfFormat.N_TRIPLES) or b"").splitlines():
            yield line[:-2].split(b" ", 2)


def _bits(terms: int, predicates: int) -> dict[str, int]:
    """Return how many bits of a triple's number each of its places takes."""
    return {"s": terms.bit_length(), "p": predicates.bit_length(), "o": terms.bit_length()}


def _ranks(known: Mapping[bytes, int]) -> list[int]:
    """Return for each number that was given to a term the place of the term among all, sorted."""
    found = [0] * len(known)
    for rank, term in enumerate(sorted(known)):
        found[known[term]] = rank
    return found


def _shifts(bits: Mapping[str, int], order: str) -> dict[str, int]:
    """Return by how many bits each place is shifted in the numbers of an order."""
    return {place: sum(bits[later] for later in order[at + 1 :]) for at, place in enumerate(order)}


def _sorted(
    columns: Mapping[str, array[int]],
    ranks: Mapping[str, list[int]],
    bits: Mapping[str, int],
    order: str,
) -> array[int]:
    """Return the numbers of all triples in an order, sorted, each once."""
    shifts = _shifts(bits, order)
    s, p, o = ([rank << shifts[place] for rank in ranks[place]] for place in "spo")
    rows = zip(columns["s"], columns["p"], columns["o"], strict=True)
    return array("Q", sorted({s[x] | p[y] | o[z] for x, y, z in rows}))


def _offsets(known: Iterable[bytes]) -> array[int]:
    """Return where each of the sorted terms begins, and where the last one ends."""
    return array("Q", accumulate(map(len, sorted(known)), initial=0))


class _Terms:
    """Sorted terms in a file, as N-Triples has them, by their places."""

    def __init__(self, offsets: memoryview, text: memoryview) -> None:
        self.offsets = offsets
        self.text = text

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, place: int) -> bytes:
        return bytes(self.text[self.offsets[place] : self.offsets[place + 1]])

    def find(self, term: Term) -> int | None:
        """Return the place of a term, None where it is not among them."""
        wanted = str(term).encode()
        place = bisect_left(self, wanted)
        return place if place < len(self) and self[place] == wanted else None


class Fragments:
    """The triples of one release, open for looking; safe to use from several threads.

    Raises ReleaseBroken for a file that is none.
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._file = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._views = list(_views(self._file))
        except (OSError, ValueError, TypeError, struct.error) as error:
            raise ReleaseBroken(
                f"{path}: the fragments cannot be read: {error}",
                hint="Build the release again: kizuna build.",
            ) from error
        _, offsets, named, *orders, text, names = self._views
        terms, predicates = _Terms(offsets, text), _Terms(named, names)
        self._orders = orders
        self._terms = {"s": terms, "p": predicates, "o": terms}
        bits = _bits(len(terms), len(predicates))
        self._masks = {place: (1 << n) - 1 for place, n in bits.items()}
        self._shifts = [_shifts(bits, order) for order in _ORDERS]
        self._end = 1 << sum(bits.values())

    def find(self, pattern: Pattern) -> Row:
        """Return where what fits ``pattern`` stands, and how much it is."""
        asked = {"s": pattern.subject, "p": pattern.predicate, "o": pattern.object}
        known = {place: term for place, term in asked.items() if term is not None}
        order = next(n for n, o in enumerate(_ORDERS) if set(o[: len(known)]) == known.keys())
        first, shifts = 0, self._shifts[order]
        for place, term in known.items():
            rank = self._terms[place].find(term)
            if rank is None:
                return Row(order, 0, 0)
            first |= rank << shifts[place]
        after = first + min((1 << shifts[place] for place in known), default=self._end)
        start = bisect_left(self._orders[order], first)
        return Row(order, start, bisect_left(self._orders[order], after, lo=start) - start)

    def triples(self, row: Row, start: int, most: int) -> list[tuple[bytes, bytes, bytes]]:
        """Return at most so many triples of a row from a place in it on, as N-Triples has terms."""
        shifts, first = self._shifts[row.order], row.start + start
        numbers = self._orders[row.order][first : first + max(0, min(most, row.total - start))]
        s, p, o = (
            [self._terms[place][number >> shifts[place] & self._masks[place]] for number in numbers]
            for place in "spo"
        )
        return list(zip(s, p, o, strict=True))

    def close(self) -> None:
        """Close the file."""
        for view in reversed(self._views):
            view.release()
        self._file.close()


def _views(file: mmap.mmap) -> Iterator[memoryview]:
    """Yield views of a whole file and of its parts. Raises ValueError where they do not fit."""
    magic, triples, terms, predicates, text, names = _HEAD.unpack_from(file)
    numbers = [terms + 1, predicates + 1, *[triples] * len(_ORDERS)]
    if magic != _MAGIC or len(file) != _HEAD.size + _WORD * sum(numbers) + text + names:
        raise ValueError("it is of another kind, or not whole")
    whole = memoryview(file)
    yield whole
    at = _HEAD.size
    for length in numbers:
        yield whole[at : at + _WORD * length].cast("Q")
        at += _WORD * length
    yield whole[at : at + text]
    yield whole[at + text :]
