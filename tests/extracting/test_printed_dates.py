"""Dates and figures: as precise as they are printed, and no more."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.extracting.dates import Date, Figure, values
from kizuna.project.dates import bounds

# fmt: off
DATES = [
    # language, text                                          EDTF
    ("de", "am 20. September 2017 in Tokio",                  ["2017-09-20"]),
    ("de", "18.10.2017 | Aktuelles",                          ["2017-10-18"]),
    ("de", "im März 2020",                                    ["2020-03"]),
    ("de", "Bereits im Februar hatte",                        ["XXXX-02"]),               # no year is printed
    ("de", "im Februar dieses Jahres",                        ["XXXX-02"]),               # of which year?
    ("de", "im Jahre 2017",                                   ["2017"]),
    ("de", "seit 2006",                                       ["2006/.."]),
    ("de", "bis 2017 verlängert",                             ["../2017"]),
    ("de", "Ende 2015",                                       ["2015-10/2015-12"]),
    ("de", "vom 4. bis 9. Juni 2018",                         ["2018-06-04/2018-06-09"]),
    ("de", "Herbst 2024",                                     ["2024"]),                  # autumn where?
    ("de", "wurde 2008 ein Abkommen und 2010 ein MoU",        ["2008", "2010"]),
    ("de", "gestern, letzte Woche, heute und demnächst",      []),                         # relative: open
    ("de", "am 45.13.2017",                                   []),
    ("de", "kostet 2017 Euro",                                []),
    ("en", "On September 20th 2017",                          ["2017-09-20"]),
    ("en", "3 March 2021",                                    ["2021-03-03"]),
    ("en", "held on September 21 at",                         ["XXXX-09-21"]),
    ("en", "last Friday, next year, soon",                    []),
    ("en", "may be, March on",                                []),                         # words, not months
    ("ja", "2017年11月20日に",                                 ["2017-11-20"]),
    ("ja", "2024年には",                                       ["2024"]),
    ("ja", "来月、昨年",                                       []),
    ("en", "was built in May 1610 by",                        ["1610-05"]),               # not May alone
    ("en", "was built in 1742 by the miller",                 ["1742"]),
    ("en", "in May 900 or so",                                []),
    ("en", "in 1200 companies",                               []),
    ("en", "was built around 1830 by",                        []),                        # not 1830 itself
    ("en", "between 1850 and 1860",                           []),
    ("en", "300 years before 1999",                           []),
    ("en", "after 3 May 1999 it",                             []),                        # nor May 1999
    ("de", "um 1830 gebaut",                                  []),
    ("de", "zwischen 1850 und 1860",                          []),
    ("de", "vor dem Jahr 2003",                               []),
    ("ja", "2010年頃に",                                       []),
]
FIGURES = [
    # language, text                                          count, qualifier
    ("de", "mit rund 140 Teilnehmenden",                      (140, "approximately")),
    ("de", "mehr als 100 Gäste",                              (100, "moreThan")),
    ("de", "1.200 Besucher",                                  (1200, "exactly")),
    ("de", "fünfzig Personen",                                (50, "exactly")),
    ("en", "More than one hundred guests",                    (100, "moreThan")),
    ("en", "about 45 guests",                                 (45, "approximately")),
    ("ja", "約50名が出席",                                     (50, "approximately")),
    ("de", "mit 140 Euro",                                    None),
]
# fmt: on


def found(kind: str, language: str, text: str) -> list[object]:
    return [f.value for f in values(text, 0, len(text), language) if f.kind == kind]


@pytest.mark.parametrize(("language", "text", "edtf"), DATES)
def test_a_date_is_as_precise_as_its_words(language: str, text: str, edtf: list[str]) -> None:
    dates = found("date", language, text)
    assert [d.edtf for d in dates if isinstance(d, Date)] == edtf


@pytest.mark.parametrize(("language", "text", "expected"), FIGURES)
def test_a_figure_says_how_exact_it_is(
    language: str, text: str, expected: tuple[int, str] | None
) -> None:
    figures = [f for f in found("figure", language, text) if isinstance(f, Figure)]
    assert [(f.count, f.qualifier) for f in figures] == ([expected] if expected else [])


@given(
    st.lists(
        st.sampled_from(
            [
                "am",
                "im",
                "bis",
                "seit",
                "Ende",
                "3",
                "17.",
                "2019",
                "20.",
                "Mai",
                "September,",
                "2021",
                "99",
                "vom",
                "12.05.2020",
                "on",
                "in",
                "4th",
            ]
        ),
        max_size=8,
    ).map(" ".join),
    st.sampled_from(["de", "en", "ja"]),
)
def test_no_digit_is_invented(text: str, language: str) -> None:
    for date in found("date", language, text):
        assert isinstance(date, Date)
        assert date.text in text
        for year in re.findall(r"[0-9]{4}", date.edtf):
            assert year in date.text
        bounds(date.edtf)  # it is EDTF
