"""Ranges of bytes (RFC 9110, section 14): which of those that are asked for there are."""

from __future__ import annotations

import re

_SPEC = r"(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})"
_RANGES = re.compile(rf"bytes=({_SPEC}(?:[ \t]*,[ \t]*{_SPEC}){{0,9}})", re.IGNORECASE)


def ranges_of(header: str, size: int) -> list[tuple[int, int]] | None:
    """Return first and last byte of each range that a file of ``size`` bytes has.

    None where ``header`` is not a set of at most ten ranges of bytes, and so is to be ignored: an
    unknown unit, bad syntax, an end before the beginning.

    >>> ranges_of("bytes=0-9, -5, 100-", 20), ranges_of("bytes=20-", 20), ranges_of("bytes=2-1", 20)
    ([(0, 9), (15, 19)], [], None)
    """
    matched = _RANGES.fullmatch(header)
    if matched is None:
        return None
    found = []
    for spec in re.split(r"[ \t]*,[ \t]*", matched[1]):
        first, _, last = spec.partition("-")
        begin = int(first) if first else max(0, size - int(last))
        end = int(last) if first and last else max(begin, size - 1)
        if begin > end:
            return None
        if begin < size:
            found.append((begin, min(end, size - 1)))
    return found
