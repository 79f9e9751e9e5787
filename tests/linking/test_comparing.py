"""What speaks for a pair and what against it, feature by feature."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from kizuna.linking.client import Wrong
from kizuna.linking.comparing import Comparison, Feature, Pair, compare, distance
from kizuna.linking.items import Item, comparable, entities_in
from kizuna.linking.mapping import Mapping, Pattern
from kizuna.linking.names import most_alike, similarity
from kizuna.linking.things import Thing
from kizuna.project.dates import Bounds

E = "https://e.example/"
CITY, PLACE, FIELD = (NamedNode(E + name) for name in ("City", "Place", "Field"))
MAPPING = Mapping(
    {CITY: frozenset({"Q515"}), PLACE: frozenset({"Q2"}), FIELD: frozenset({"Q35120"})},
    {},
    {},
    {"P6782": Pattern("https://ror.org/", "")},
    {CITY: frozenset({PLACE})},
)
YEAR = Bounds(date(2008, 1, 1), date(2008, 12, 31))
THING = Thing(
    NamedNode(f"{E}kobe"),
    frozenset({CITY}),
    {"en": ("Kobe",), "ja": ("神戸市",)},
    places=frozenset({"Q17", "Q130290"}),
    neighbours={"Q99": "kz:partner"},
    point=(34.69, 135.19),
    dates={"P571": YEAR},
    identifiers={"P6782": frozenset({"abc"})},
)


def item(**more: object) -> Item:
    found = Item("Q1", {"en": {"Kobe": None}, "ja": {"神戸市": None}}, {}, {"P31": {"Q5"}})
    return replace(found, **more)  # type: ignore[arg-type]


# fmt: off
FEATURES = [
    # what the item is                                          feature       points   reason
    (item(),                                                    "name",        0.55,   "en “Kobe”; ja “神戸市”"),
    (item(names={"mul": {"Kobe": None}}),                       "name",        0.28,   "en “Kobe”; ja “神戸市” / “Kobe” (0.00)"),
    (item(names={"fr": {"Kobe": None}}),                        "name",        0.55,   "any “Kobe”"),
    (item(names={}),                                            "name",        None,   ""),
    (item(types={"Q515"}),                                      "type",        0.15,   "belongs to Q515"),
    (item(types={"Q2"}),                                        "type",        0.07,   "belongs to Q2 (a wider class)"),
    (item(),                                                    "type",       -0.50,   "is Q5, which is not below Q515"),
    (item(values={}),                                           "type",        None,   ""),
    (item(values={"P17": {"Q17"}}),                             "country",     0.10,   "both Q17"),
    (item(values={"P17": {"Q183"}}),                            "country",    -0.40,   "Q17 here, Q183 there"),
    (item(values={"P27": {"Q17"}}),                             "country",     0.10,   "both Q17"),
    (item(points=[(34.7, 135.2)]),                              "position",    0.20,   "1.4 km apart"),
    (item(points=[(35.2, 135.2)]),                              "position",    0.0,    "56.7 km apart"),
    (item(points=[(35.69, 139.69), (52.5, 13.4)]),              "position",   -0.50,   "423.7 km apart"),
    (item(values={"P6782": {"abc", "old"}}),                    "identifier",  0.50,   "both have P6782 abc"),
    (item(values={"P6782": {"xyz"}}),                           "identifier", -0.60,   "P6782 is abc here, xyz there"),
    (item(values={"P131": {"Q130290"}}),                        "neighbours",  0.10,   "Q130290 (lies in)"),
    (item(values={"P131": {"Q130290"}, "P749": {"Q99"}}),       "neighbours",  0.20,   "Q130290 (lies in); Q99 (kz:partner)"),
    (item(values={"P31": {"Q99"}, "P131": {"Q17"}}),            "neighbours",  None,   ""),
    (item(dates={"P571": [YEAR]}),                              "date",        0.15,   "P571 2008-01-01 to 2008-12-31 here, 2008 there"),
    (item(dates={"P571": [Bounds(date(1990, 1, 1), date(1990, 12, 31))]}), "date", -0.30, "P571 2008-01-01 to 2008-12-31 here, 1990 there"),
    (item(dates={"P576": [YEAR]}),                              "date",        None,   ""),
]
# fmt: on


@pytest.mark.parametrize(("other", "name", "points", "reason"), FEATURES)
def test_features(other: Item, name: str, points: float | None, reason: str) -> None:
    found = compare(Pair(THING, other, MAPPING, frozenset({"Q17", "Q183"}), 20.0))
    features = {f.name: f for f in found.features}
    if points is None:
        assert name not in features
    else:
        assert features[name] == Feature(name, points, reason)


def test_any_kind_says_nothing_of_the_type() -> None:
    thing = replace(THING, classes=frozenset({FIELD}))
    found = compare(Pair(thing, item(), MAPPING, frozenset(), 20.0))
    assert "type" not in {f.name for f in found.features}


def test_an_acronym_alone_is_worth_less() -> None:
    whole = most_alike("en", ["BioM"], ["BIOM"])
    assert whole is not None
    assert (whole.value, whole.worth) == (1.0, 0.6)
    both = most_alike("en", ["BioM", "BioM Biotech"], ["BIOM", "BioM Biotech"])
    assert both is not None
    assert (both.name, both.worth) == ("BioM Biotech", 1.0)
    assert most_alike("en", [], ["x"]) is None


# fmt: off
ALIKE = [
    ("Kōbe",                "Kobe",                        1.0),
    ("ＮＥＣ",               "nec",                         1.0),
    ("Straße",              "STRASSE",                     1.0),
    ("University Alpha",    "Alpha University",            0.97),
    ("ガス",                 "カス",                         0.0),   # the marks of kana are letters
    ("静岡大学",              "静岡県立大学",                  0.8),
    ("川崎市",                "川崎町",                       0.0),
    ("Meyer",               "Meyer zu Bentrup",            0.0),
    ("",                    "x",                           0.0),
    ("東京",                  "Tokyo",                       0.0),
]
# fmt: on


@pytest.mark.parametrize(("one", "other", "expected"), ALIKE)
def test_names(one: str, other: str, expected: float) -> None:
    assert similarity(one, other) == pytest.approx(expected)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_two_texts_can_be_compared(one: str, other: str) -> None:
    assert similarity(one, other) in {0.0, 1.0} or 0.7 <= similarity(one, other) < 1.0
    assert similarity(one, one) in {0.0, 1.0}


@given(st.lists(st.floats(-2, 2), max_size=8))
def test_a_score_lies_between_0_and_1(points: list[float]) -> None:
    assert 0 <= Comparison(tuple(Feature("x", p, "") for p in points)).score <= 1


degrees = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(degrees, degrees)
def test_no_two_points_are_further_apart_than_half_the_earth(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    assert 0 <= distance(one, other) <= 20_016
    assert distance(one, other) == pytest.approx(distance(other, one))


KEYS = (
    "entities",
    "Q1",
    "id",
    "claims",
    "mainsnak",
    "datavalue",
    "value",
    "P31",
    "time",
    "missing",
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
def test_wild_json_is_read_or_refused(answer: object) -> None:
    try:
        entities_in(answer)
    except Wrong:
        pass
    assert isinstance(comparable(answer), str)
