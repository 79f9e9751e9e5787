"""The texts of the pages in every language of the pages, and dates and numbers as it writes them.

The texts stand in message catalogues (``locale/``), known by keys. A reader whose language has no
catalogue gets English texts around data in the language that was asked for.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.dates import format_date, format_skeleton
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

LOCALES = Path(__file__).parent / "locale"
LANGUAGES = ("en", "de", "ja")
LANGUAGE_NAMES = {"en": "English", "de": "Deutsch", "ja": "日本語"}
# Of the ways to write English, the one with the day before the month: it is the more common one.
_REGIONS = {"en": "en_GB"}
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}\.[0-9]{1,15}")
_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def catalogue(language: str) -> Catalog:
    """Return the message catalogue of one of ``LANGUAGES``."""
    with (LOCALES / language / "LC_MESSAGES" / "kizuna.po").open("rb") as file:
        return read_po(file, locale=language)


@lru_cache(len(LANGUAGES))
def _translations(language: str) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return Translations(compiled)


def text(key: str, language: str, **values: object) -> str:
    """Return the text with this key in ``language``, English where the pages do not speak it.

    A text with a plural takes the form for the number ``n``. Whole numbers are written as the
    language writes them.

    >>> text("sparql.rows", "de", n=1), text("sparql.rows", "en", n=2500)
    ('1 Zeile', '2,500 rows')
    """
    return _formatted(key, language, **values) if values else _plain(key, language)


@lru_cache(5_000)
def _plain(key: str, language: str) -> str:
    return _formatted(key, language)


def _formatted(key: str, language: str, **values: object) -> str:
    messages = _translations(spoken(language))
    n = values.get("n")
    found = messages.ngettext(key, key, n) if isinstance(n, int) else key
    if found == key:
        found = messages.gettext(key)
    shown = {k: number(v, language) if isinstance(v, int) else v for k, v in values.items()}
    return found.format(**shown)


def number(value: int, language: str) -> str:
    """Return a number as the language writes it.

    >>> number(10269, "en"), number(10269, "de")
    ('10,269', '10.269')
    """
    return format_decimal(value, locale=_locale(language))


def decimal(value: str, language: str) -> str:
    """Return a number with a point as the language writes it, with all its digits.

    >>> decimal("34.6913", "de"), decimal("-1234.50", "en"), decimal("1E400", "de")
    ('34,6913', '-1,234.50', '1E400')
    """
    if not _DECIMAL.fullmatch(value):
        return value
    digits = "0" * len(value.partition(".")[2])
    return format_decimal(Decimal(value), f"#,##0.{digits}", locale=_locale(language))


def size(octets: int, language: str) -> str:
    """Return a number of bytes in its largest unit.

    >>> size(628, "de"), size(143_300, "de"), size(2_800_000, "en")
    ('628 B', '143,3 kB', '2.8 MB')
    """
    unit = next((u for u in _UNITS if octets >= u[0]), (1, "B"))
    shown = f"{octets / unit[0]:.1f}" if unit[0] > 1 else str(octets)
    return f"{decimal(shown, language)} {unit[1]}"


def day(iso: str, language: str) -> str:
    """Return a day (``2017-09-20``) in words; what is no such day is returned as it is.

    >>> day("2017-09-20", "en"), day("2017-09-20", "ja"), day("-0044-03", "en")
    ('20 September 2017', '2017年9月20日', '-0044-03')
    """
    known = _date(iso)
    return format_date(known, "long", locale=_locale(language)) if known else iso


def period(first: str, last: str, language: str) -> str:
    """Return a period between two days as one year or month, or as "" where it is neither.

    >>> period("2013-01-01", "2013-12-31", "en"), period("2020-03-01", "2020-03-31", "de")
    ('2013', 'März 2020')
    """
    begin, end = _date(first), _date(last)
    if begin is None or end is None or begin.year != end.year or begin.day != 1:
        return ""
    if (begin.month, end.month, end.day) == (1, 12, 31):
        return format_skeleton("y", begin, locale=_locale(language))
    if begin.month == end.month and end.day == monthrange(end.year, end.month)[1]:
        return format_skeleton("yMMMM", begin, locale=_locale(language))
    return ""


def _date(iso: str) -> date | None:
    """Return a date in the common era, None for anything else."""
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None


def spoken(language: str) -> str:
    """Return the language in which pages speak to readers of ``language``."""
    return language if language in LANGUAGES else LANGUAGES[0]


def _locale(language: str) -> str:
    known = spoken(language)
    return _REGIONS.get(known, known)
