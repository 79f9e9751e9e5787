"""What an imprecise date leaves open: the earliest and the latest day of an EDTF expression.

The Extended Date/Time Format (Library of Congress, 2019; ISO 8601-2) in the part that documents
need: days, months, years, quarters, unspecified digits, intervals, open ends, and sets. PyPI
``edtf`` fails on open ends and invents bounds for unknown years; here an unknown year has none.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

_POINT = re.compile(
    r"(?P<y>[0-9]{4}|[0-9]{3}X|[0-9]{2}XX|[0-9]XXX|XXXX)(?:-(?P<m>[0-9X]{2})(?:-(?P<d>[0-9X]{2}))?)?[?~%]?"
)
_QUARTERS = {33: (1, 3), 34: (4, 6), 35: (7, 9), 36: (10, 12)}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The first and the last day that can be meant, both inclusive; None where nothing is known."""

    earliest: date | None
    latest: date | None


def bounds(edtf: str) -> Bounds:
    """Return the days between which the date ``edtf`` lies.

    >>> bounds("2015-10/2015-12").earliest, bounds("../2017").latest
    (datetime.date(2015, 10, 1), datetime.date(2017, 12, 31))
    >>> bounds("XXXX-02")
    Bounds(earliest=None, latest=None)

    Raises ValueError for what is no such expression, and for an end before its beginning.
    """
    if len(edtf) > 2 and edtf[0] + edtf[-1] in {"[]", "{}"}:
        return _set(edtf[1:-1])
    if "/" in edtf:
        return _span(edtf, *_two(edtf, "/"), open_end="..")
    return _point(edtf)


def _two(text: str, separator: str) -> tuple[str, str]:
    parts = text.split(separator)
    if len(parts) != 2:
        raise ValueError(f"{text!r} has more than two ends")
    return parts[0], parts[1]


def _span(whole: str, first: str, last: str, open_end: str) -> Bounds:
    """Return the bounds of an interval; an empty or open end has none."""
    if first in {"", open_end} and last in {"", open_end}:
        raise ValueError(f"{whole!r} has no end at all")
    unknown = Bounds(None, None)
    begin = unknown if first in {"", open_end} else _point(first)
    end = unknown if last in {"", open_end} else _point(last)
    if begin.earliest and end.latest and begin.earliest > end.latest:
        raise ValueError(f"{whole!r} ends before it begins")
    return Bounds(begin.earliest, end.latest)


def _set(text: str) -> Bounds:
    """Return the bounds of ``a, b..c``: the earliest and the latest of all members."""
    members = [
        _span(text, *_two(part, ".."), open_end="") if ".." in part else _point(part)
        for part in (part.strip() for part in text.split(","))
    ]
    earliest = [m.earliest for m in members]
    latest = [m.latest for m in members]
    return Bounds(
        None if None in earliest else min(d for d in earliest if d),
        None if None in latest else max(d for d in latest if d),
    )


def _point(text: str) -> Bounds:
    """Return the bounds of one day, month, quarter or year."""
    match = _POINT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no EDTF date such as 2017-09-20, 2020-03, 2008 or XXXX-02")
    year, month, day = match["y"], match["m"], match["d"]
    if year == "XXXX":
        return Bounds(None, None)
    first_year, last_year = int(year.replace("X", "0")), int(year.replace("X", "9"))
    first_month, last_month = _months(text, month, day)
    try:
        first_day, last_day = _days(day, last_year, last_month)
        return Bounds(
            date(first_year, first_month, first_day), date(last_year, last_month, last_day)
        )
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}") from error


def _months(whole: str, month: str | None, day: str | None) -> tuple[int, int]:
    if month in {None, "XX"}:
        return 1, 12
    if not str(month).isdigit():
        raise ValueError(f"{whole!r}: month {month} is half unknown")
    number = int(str(month))
    if number in _QUARTERS and day is not None:
        raise ValueError(f"{whole!r}: a quarter has no day")
    return _QUARTERS.get(number, (number, number))


def _days(day: str | None, year: int, month: int) -> tuple[int, int]:
    if day in {None, "XX"}:
        return 1, calendar.monthrange(year, month)[1]
    if not str(day).isdigit():
        raise ValueError(f"day {day} is half unknown")
    return int(str(day)), int(str(day))
