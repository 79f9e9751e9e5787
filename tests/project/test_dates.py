"""EDTF expressions become the earliest and the latest day that they can mean."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.project.dates import bounds

# fmt: off
BOUNDS = [
    # expression                 earliest        latest
    ("2017-09-20",               "2017-09-20",   "2017-09-20"),
    ("2020-03",                  "2020-03-01",   "2020-03-31"),
    ("2016-02",                  "2016-02-01",   "2016-02-29"),   # leap year
    ("1900-02",                  "1900-02-01",   "1900-02-28"),   # and a century that is none
    ("2008",                     "2008-01-01",   "2008-12-31"),
    ("2008?",                    "2008-01-01",   "2008-12-31"),   # doubt does not widen
    ("2008~",                    "2008-01-01",   "2008-12-31"),
    ("2008-05%",                 "2008-05-01",   "2008-05-31"),
    ("201X",                     "2010-01-01",   "2019-12-31"),
    ("20XX",                     "2000-01-01",   "2099-12-31"),
    ("1XXX",                     "1000-01-01",   "1999-12-31"),
    ("2017-XX",                  "2017-01-01",   "2017-12-31"),
    ("2017-02-XX",               "2017-02-01",   "2017-02-28"),
    ("2017-33",                  "2017-01-01",   "2017-03-31"),   # first quarter
    ("2017-36",                  "2017-10-01",   "2017-12-31"),
    ("XXXX-02",                  None,           None),           # a year that nobody named
    ("XXXX",                     None,           None),
    ("XXXX-02-03",               None,           None),
    ("2015-10/2015-12",          "2015-10-01",   "2015-12-31"),
    ("2015/2015",                "2015-01-01",   "2015-12-31"),
    ("../2017",                  None,           "2017-12-31"),
    ("/2017",                    None,           "2017-12-31"),
    ("2015-10-02/..",            "2015-10-02",   None),
    ("2015/",                    "2015-01-01",   None),
    ("XXXX-02/2017",             None,           "2017-12-31"),
    ("[2015-10..2017-12]",       "2015-10-01",   "2017-12-31"),
    ("[2015,2017-03]",           "2015-01-01",   "2017-03-31"),
    ("{2015, 2013..2014}",       "2013-01-01",   "2015-12-31"),
    ("[..2017]",                 None,           "2017-12-31"),
    ("[2017..]",                 "2017-01-01",   None),
    ("[2017..,2012]",            "2012-01-01",   None),
    ("0001-01-01",               "0001-01-01",   "0001-01-01"),
]
WRONG = [
    "", " ", "03.05.2019", "2019-5-3", "2019-13", "2019-00", "2019-02-30", "2017-02-29",
    "2019-05-03T10:00:00", "Ende 2015", "2017-33-05", "2017-37", "2017-21", "2XX", "17",
    "20177", "123X9", "X017", "2017-1X", "2017-05-1X", "0000", "2020/2019", "2019-12-31/2019-12-30",
    "../..", "/", "2017/2018/2019", "[]", "{}", "[2017", "[..]", "[2018..2017]", "[2018..2017,2020]",
    "[2017,,2018]", "[2017/2018]", "2017..2018", "２０１７", "2017-09-20 ", "-2017", "Y170000002",
    "2017-09-20\n",
]
# fmt: on


@pytest.mark.parametrize(("text", "earliest", "latest"), BOUNDS)
def test_bounds(text: str, earliest: str | None, latest: str | None) -> None:
    found = bounds(text)
    assert found.earliest == (date.fromisoformat(earliest) if earliest else None)
    assert found.latest == (date.fromisoformat(latest) if latest else None)


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        bounds(text)


POINT = st.from_regex(r"[0-9X]{4}(-[0-9X]{2}(-[0-9X]{2})?)?[?~%]?", fullmatch=True)
EDGE = st.one_of(POINT, st.sampled_from(["", ".."]))
WILD = st.one_of(
    st.text(),
    st.text("0123456789X-/.,[]{}?~% ", max_size=24),
    POINT,
    st.builds("{}/{}".format, EDGE, EDGE),
    st.builds("[{}..{}]".format, EDGE, EDGE),
    st.builds("{{{}, {}}}".format, EDGE, EDGE),
)


@given(WILD)
def test_bounds_are_ordered_or_refused(text: str) -> None:
    try:
        found = bounds(text)
    except ValueError:
        return
    if found.earliest and found.latest:
        assert found.earliest <= found.latest


@given(st.dates(), st.dates())
def test_an_interval_has_the_bounds_of_its_ends(first: date, last: date) -> None:
    text = f"{first.isoformat()}/{last.isoformat()}"
    if first > last:
        with pytest.raises(ValueError, match="ends before it begins"):
            bounds(text)
    else:
        assert (bounds(text).earliest, bounds(text).latest) == (first, last)


@given(st.dates())
def test_less_is_said_less_is_known(day: date) -> None:
    exact, month, year = (bounds(day.isoformat()[:n]) for n in (10, 7, 4))
    assert exact.earliest == exact.latest == day
    for narrow, wide in ((exact, month), (month, year)):
        assert wide.earliest
        assert narrow.earliest
        assert wide.earliest <= narrow.earliest
        assert wide.latest
        assert narrow.latest
        assert wide.latest >= narrow.latest
