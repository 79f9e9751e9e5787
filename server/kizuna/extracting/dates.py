"""Dates and figures as the text prints them. What is not printed is never filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kizuna.extracting.language import Tongue, tongue

_YEAR = r"(?P<y>(?:1[0-9]|20)[0-9]{2})"
_RECENT = r"(?P<y>(?:18|19|20)[0-9]{2})"
"""A year that is told from other numbers without a word beside it."""
_DOUBT = re.compile(
    r"(?:around|about|circa|ca\.|c\.|roughly|approximately|before|after|um|rund|etwa|gegen|vor|nach"
    r"|(?:between|zwischen)(?:\s+\S+\s+(?:and|und))?)"
    r"\s+(?:the\s+year\s+|dem\s+Jahre?\s+)?$",
    re.IGNORECASE,
)
_DOUBT_AFTER = re.compile(r"(?:年)?(?:頃|ごろ|以前|以後|以降|前後)")
_LONGEST_DOUBT = 60
"""Words before a date that take its exactness away: what is left would say more than the text."""
_UNREAD = "unread"
"""The kind of what is seen to be a date or a figure, and not said exactly."""
_DAY = r"(?P<d>[0-3]?[0-9])"


@dataclass(frozen=True, slots=True)
class Date:
    """A date: its words, and EDTF as precise as they are; X stands for digits not told."""

    text: str
    edtf: str

    @property
    def day(self) -> str:
        """The day as ``xsd:date`` writes it, empty where the date is none."""
        return self.edtf if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", self.edtf) else ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of people: exactly, approximately or moreThan ``count``."""

    text: str
    count: int
    qualifier: str


@dataclass(frozen=True, slots=True)
class Found:
    """A value in the text and where it stands."""

    start: int
    end: int
    kind: str
    value: object


def values(text: str, start: int, end: int, language: str) -> list[Found]:
    """Return the dates, figures, durations and numbers of a sentence, none within another."""
    spoken = tongue(language)
    found: list[Found] = []
    for reader in (_figures, _dates, _durations, _numbers):
        for hit in reader(text, start, end, spoken):
            if all(hit.end <= f.start or f.end <= hit.start for f in found):
                found.append(hit)
    return sorted((f for f in found if f.kind != _UNREAD), key=lambda f: f.start)


@cache
def _date_forms(spoken: Tongue) -> tuple[re.Pattern[str], ...]:
    """Return the forms of dates, the most telling first."""
    if not spoken.spaced:
        return (
            re.compile(rf"{_YEAR}年(?:(?P<m>[01]?[0-9])月(?:{_DAY}日)?)?"),
            re.compile(rf"(?P<m>[01]?[0-9])月(?:{_DAY}日)?"),
        )
    names = "|".join(sorted(spoken.words["months"], key=len, reverse=True))
    month, ordinal = rf"(?P<mn>{names})", r"(?:\.|st|nd|rd|th)?"
    seasons = "|".join(spoken.words["seasons"])
    parts = {k: "|".join(spoken.words[k]) for k in ("begin", "middle", "end", "since", "until")}
    this_year = r"(?:\s+(?:dieses Jahres|this year))?"
    half = rf"(?P<part>{parts['begin']}|{parts['middle']}|{parts['end']})"
    forms = (
        rf"{_DAY}{ordinal}\s*(?:bis|to|until|-|–)\s*(?P<d2>[0-3]?[0-9]){ordinal}\s+(?:of\s+)?{month},?\s+{_YEAR}",
        rf"{month}\s+{_DAY}{ordinal}\s*(?:bis|to|-|–)\s*(?P<d2>[0-3]?[0-9]){ordinal},?\s+{_YEAR}",
        rf"{_DAY}{ordinal}\s+(?:of\s+)?{month},?\s+{_YEAR}",
        rf"{month}\s+{_DAY}{ordinal},?\s+{_YEAR}",
        rf"(?P<d>[0-3]?[0-9])\.\s?(?P<m>[01]?[0-9])\.\s?{_YEAR}",
        rf"{_YEAR}-(?P<m>[01][0-9])-(?P<d>[0-3][0-9])",
        rf"{half}[\s-]+(?:{month}\s+)?(?:(?:des|of)\s+)?(?:Jahres?\s+)?{_YEAR}",
        rf"(?:(?P<since>{parts['since']})|(?P<until>{parts['until']}))\s+(?:zum\s+)?(?:{_DAY}{ordinal}\s+)?(?:{month}\s+)?(?:dem\s+)?(?:Jahre?\s+)?{_YEAR}",
        rf"(?:im\s+|in\s+)?{month}\s+(?:of\s+)?{_YEAR}",
        rf"(?:im\s+|in\s+(?:the\s+)?)?(?P<season>{seasons})\s+(?:of\s+)?{_YEAR}",
        rf"(?:im|aus dem|in dem|in the|of the)\s+(?:Jahre?|year)\s+{_YEAR}",
        rf"{month}\s+{_DAY}{ordinal}(?![0-9])(?!,?\s+[0-9])",
        rf"(?:am\s+){_DAY}\.\s+{month}(?!\s+[0-9])",
        rf"(?:im|in|since|seit|last|next)\s+(?:kommenden\s+|vergangenen\s+)?{month}{this_year}(?!\s+[0-9])",
        rf"in\s+{_YEAR}(?=\s*(?:[.,;:)]|$)|\s(?:by|and|with|when|at|for|as|the|it|to|from)\b)",
        rf"(?<![0-9.,/-]){_RECENT}(?!\.[0-9]|[0-9/-]|\s?(?:Euro|EUR|Personen|km))",
    )
    flags = re.IGNORECASE
    return tuple(re.compile(rf"(?<!\w)(?:{form})(?!\w)", flags) for form in forms)


def _dates(text: str, start: int, end: int, spoken: Tongue) -> Iterator[Found]:
    for form in _date_forms(spoken):
        for match in form.finditer(text, start, end):
            edtf = _edtf(match, spoken)
            if _is_doubtful(text, match):
                yield Found(match.start(), match.end(), _UNREAD, None)
            elif edtf:
                yield Found(match.start(), match.end(), "date", Date(match[0], edtf))


def _is_doubtful(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - _LONGEST_DOUBT) : match.start()]
    return bool(_DOUBT.search(before) or _DOUBT_AFTER.match(text, match.end()))


def _edtf(match: re.Match[str], spoken: Tongue) -> str:
    """Return the EDTF of a match; empty where a month or a day is none."""
    got = {name: value for name, value in match.groupdict().items() if value}
    name = got.get("mn", "").lower()
    month = int(spoken.words["months"][name]) if name else int(got.get("m", 0))
    day = int(got.get("d", 0))
    if month > 12 or day > 31 or ("d2" in got and int(got["d2"]) > 31):
        return ""
    year = got.get("y", "XXXX")
    if "part" in got:
        return _part(year, month, got["part"].lower(), spoken)
    point = year + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")
    if "d2" in got:
        return f"{point}/{year}-{month:02}-{int(got['d2']):02}"
    return f"{point}/.." if "since" in got else f"../{point}" if "until" in got else point


def _part(year: str, month: int, word: str, spoken: Tongue) -> str:
    """Return early, mid and late of a year as its first, middle and last months.

    Early is January to March, mid May to August, late October to December; within a month the
    days are not told.
    """
    if month:
        return f"{year}-{month:02}"
    if word in spoken.words["begin"]:
        return f"{year}-01/{year}-03"
    return f"{year}-10/{year}-12" if word in spoken.words["end"] else f"{year}-05/{year}-08"


@cache
def _figure_form(spoken: Tongue) -> re.Pattern[str]:
    people = "|".join(sorted(spoken.words["people"], key=len, reverse=True))
    about, over = ("|".join(map(re.escape, spoken.words[k])) for k in ("about", "over"))
    words = "|".join(sorted(spoken.words["numbers"], key=len, reverse=True)) or "(?!)"
    number = rf"(?P<n>[0-9]{{1,3}}(?:[.,\u2009 ][0-9]{{3}})+|[0-9]{{1,6}}|(?:{words})(?!\w))"
    if not spoken.spaced:
        return re.compile(rf"(?P<about>{about})?{number}(?:{people})(?P<over>{over})?")
    how = rf"(?:(?P<about>{about})\s+|(?P<over>{over})\s+)?"
    form = rf"(?<!\w){how}{number}\s+(?:\w+\s+)?(?:{people})(?!\w)"
    return re.compile(form, re.IGNORECASE)


def _figures(text: str, start: int, end: int, spoken: Tongue) -> Iterator[Found]:
    for match in _figure_form(spoken).finditer(text, start, end):
        qualifier = (
            "approximately" if match["about"] else "moreThan" if match["over"] else "exactly"
        )
        figure = Figure(match[0], _number(match["n"], spoken), qualifier)
        yield Found(match.start(), match.end(), "figure", figure)


def _number(words: str, spoken: Tongue) -> int:
    digits = re.sub(r"[.,\u2009 ]", "", words)
    return int(digits) if digits.isdecimal() else int(spoken.words["numbers"][words.lower()])


@cache
def _duration_form(spoken: Tongue) -> re.Pattern[str]:
    days, weeks = ("|".join(spoken.words[k]) for k in ("days", "weeks"))
    words = "|".join(sorted(spoken.words["numbers"], key=len, reverse=True)) or "(?!)"
    tail = r"(?!\w)" if spoken.spaced else ""
    return re.compile(
        rf"(?P<n>[0-9]+|{words})[ -]?(?:(?P<days>{days})|(?P<weeks>{weeks})){tail}", re.IGNORECASE
    )


def _durations(text: str, start: int, end: int, spoken: Tongue) -> Iterator[Found]:
    for match in _duration_form(spoken).finditer(text, start, end):
        unit = "D" if match["days"] else "W"
        value = f"P{_number(match['n'], spoken)}{unit}"
        yield Found(match.start(), match.end(), "duration", value)


@cache
def _number_form(spoken: Tongue) -> re.Pattern[str]:
    words = "|".join(
        sorted((w for w, n in spoken.words["numbers"].items() if n > 1), key=len, reverse=True)
    )
    return re.compile(rf"(?<![\w.,])(?:[0-9]{{1,4}}|{words or '(?!)'})(?![\w.,])", re.IGNORECASE)


def _numbers(text: str, start: int, end: int, spoken: Tongue) -> Iterator[Found]:
    for match in _number_form(spoken).finditer(text, start, end):
        yield Found(match.start(), match.end(), "number", _number(match[0], spoken))
