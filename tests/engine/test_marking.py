from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.engine.marking import marks, pieces, replaced, spelled

# fmt: off
MARKED = [
    # text                            words            with the words marked
    ("Kobe and Tokyo",                "kobe",          "[Kobe] and Tokyo"),
    ("Vereinbarungen",                "VEREIN",        "[Vereinbarungen]"),        # beginnings, whole
    ("Hafenverein",                   "verein",        "Hafenverein"),             # but no middles
    ("Förderung, Große Straße",       "foerd strasse", "[Förderung], Große [Straße]"),
    ("Cluster-Kooperation",           "kooperation",   "Cluster-[Kooperation]"),
    ("神戸市の医療",                  "神戸 医療",     "[神戸]市の[医療]"),
    ("ｶﾞﾗｽ工業",                      "ガラス",        "[ｶﾞﾗｽ]工業"),              # half width
    ("東京・神戸Kobe",                "kobe 東京",     "[東京]・神戸[Kobe]"),
    ("Élan vital",                    "elan",          "[Élan] vital"),
    ("E\u0301lan",                    "élan",          "[E\u0301lan]"),            # marks apart
    ("ﬁne",                           "fi",            "[ﬁne]"),                   # two letters in a sign
    ('say "Kobe"',                    '"kobe"',        'say "[Kobe]"'),
    ("A cat and a car",               "a car",         "A cat and a [car]"),       # no beginning
    ("A cat and a car",               "car a",         "[A] cat [and] [a] [car]"), # still typed
    ("Kobe",                          "",              "Kobe"),
    ("",                              "kobe",          ""),
]
# fmt: on


@pytest.mark.parametrize(("text", "words", "shown"), MARKED)
def test_what_is_marked(text: str, words: str, shown: str) -> None:
    made = "".join(f"[{p.text}]" if p.marked else p.text for p in pieces(text, words))
    assert made == shown


@given(st.text(), st.text())
def test_nothing_is_lost(text: str, words: str) -> None:
    assert "".join(piece.text for piece in pieces(text, words)) == text
    found = marks(text, words)
    assert all(0 <= a < b <= len(text) for a, b in found)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(found))
    assert replaced(text, {}) == text


def test_a_long_text_is_cut_around_the_first_word() -> None:
    text = "one two three " * 50 + "needle " + "four five six " * 50
    made = pieces(text, "needle", around=30)
    assert [p.text for p in made if p.marked] == ["needle"]
    assert made[0].text == made[-1].text == "…"
    assert len("".join(p.text for p in made)) < 110
    assert made[1].text.startswith(("one ", "two ", "three "))
    assert pieces("short needle", "needle", around=30)[0].text == "short "
    assert pieces("神" * 500 + "戸", "戸", around=20)[-1].marked


def test_words_are_replaced_where_they_stand() -> None:
    assert (
        replaced('die "Tühringer" Kobbe-Reise', {"kobbe": "Kobe"}) == 'die "Tühringer" Kobe-Reise'
    )
    assert spelled("strasse", "Große Straße") == "Straße"
    assert spelled("nowhere", "Große Straße") == "nowhere"
