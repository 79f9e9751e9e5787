from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from kizuna.engine import opened, write_search
from kizuna.engine.fulltext import FILE_NAME
from kizuna.engine.spelling import LONGEST, distance, pairs_of
from kizuna.vocabulary import SKOS_PREF_LABEL

NAMES = (
    "Kobe",
    "Thüringen",
    "Cooperation",
    "Cluster",
    "Cluster of Tokyo",
    "Nord",
    "神戸市",
    "R2D2",
    "of",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spelling") / FILE_NAME
    write_search(
        path,
        [
            Quad(NamedNode(f"https://example.org/{n}"), SKOS_PREF_LABEL, Literal(name))
            for n, name in enumerate(NAMES)
        ],
    )
    return path


# fmt: off
MENDED = [
    # typed                   meant
    ("Kobbe",                 {"kobbe": "kobe"}),                # one too many
    ("Kbe",                   {"kbe": "kobe"}),                  # one left out
    ("Kibe",                  {"kibe": "kobe"}),                 # another
    ("Nrod",                  {"nrod": "nord"}),                 # swapped
    ("Jobe",                  {"jobe": "kobe"}),                 # the first letter
    ("Okbe",                  {"okbe": "kobe"}),
    ("obe",                   {"obe": "kobe"}),
    ("Thüringne",             {"thuringne": "thuringen"}),       # accents are no errors
    ("Coopration",            {"coopration": "cooperation"}),
    ("cooperetoin",           {"cooperetoin": "cooperation"}),   # two errors in a long word
    ("kibbe",                 {}),                               # are too many in a short one
    ("Kobe Tokoy",            {"tokoy": "tokyo"}),
    ("clust",                 {}),                               # the beginning of a word
    ("Thueringen",            {}),                               # two letters for one
    ("神尸市",                {}),                               # Japanese is taken as it is
    ("R2D3 2017",             {}),                               # and so are numbers
    ("xq",                    {}),
    ("z" * LONGEST * 2,       {}),
    ("",                      {}),
    ('"; DROP TABLE near',    {}),
]
# fmt: on


@pytest.mark.parametrize(("typed", "meant"), MENDED)
def test_words_that_were_meant(index: Path, typed: str, meant: dict[str, str]) -> None:
    with opened(index) as looked:
        assert looked.mended(typed) == meant


# fmt: off
DISTANCES = [
    ("",      "",      0), ("a",     "",      1), ("kobe",  "kobe",  0), ("kboe", "kobe", 1),
    ("kob",   "kobe",  1), ("tokio", "tokyo", 1), ("ca",    "abc",   3), ("abcd", "wxyz", 3),
]
# fmt: on


@pytest.mark.parametrize(("one", "other", "errors"), DISTANCES)
def test_distances(one: str, other: str, errors: int) -> None:
    assert distance(one, other, 2) == distance(other, one, 2) == min(errors, 3)


@given(st.text("abcdeü", max_size=9), st.text("abcdeü", max_size=9))
def test_words_that_are_near_share_pairs_of_letters(one: str, other: str) -> None:
    errors = distance(one, other, 2)
    if errors <= 2:
        assert (pairs_of(one) ^ pairs_of(other)).bit_count() <= 6 * errors
    assert (errors == 0) is (one == other)
