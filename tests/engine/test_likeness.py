"""How alike names are: what people change in a name changes little, what makes it another does."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from kizuna.engine import write_search
from kizuna.engine.likeness import likeness, read_name, readings
from kizuna.engine.nominating import Memory, Nominator, nominating
from kizuna.errors import QueryTooLong, ReleaseBroken
from kizuna.vocabulary import SKOS_ALT_LABEL, SKOS_PREF_LABEL

THINGS = "https://example.org/id/"


def alike(one: str, other: str) -> float:
    return max(likeness(each, read_name(other), lambda _: 1.0) for each in readings(one))


# fmt: off
SAME = [
    ("Harbour Society",              "HARBOUR  society"),
    ("Müller & Söhne",               "Mueller & Soehne"),
    ("Müller",                       "Muller"),
    ("ﾊﾞｲｵｴﾑ",                        "バイオエム"),
    ("Quill, Ada",                   "Ada Quill"),
    ("R.W.T.H. Lindenau",            "RWTH Lindenau"),
]
NEAR = [
    ("Harbour Society",              "Harbour Society Ltd."),
    ("Harbor Society",               "Harbour Society"),
    ("The Harbour Society",          "Harbour Society"),
    ("Hafen Verein Lindenau",        "Hafenverein Lindenau"),
    ("Hafenverein GmbH",             "Hafenverein"),
    ("Dr. Ada Quill",                "Ada Quill"),
    ("Techn. Universität Lindenau",  "Technische Universität Lindenau"),
    ("株式会社港湾技術研究所",         "港湾技術研究所"),
    ("港湾技術研究処",                "港湾技術研究所"),
    ("川崎",                          "川崎市"),
    ("Lindenaus",                    "Lindenau"),
]
OTHER = [
    ("Lindenau University",          "University Lindenau"),
    ("Reinhold Quill",               "Reinhard Quill"),
    ("Harbour Society",              "Harbour Museum"),
    ("静岡県",                        "静岡市"),
    ("神戸大学",                      "神戸市"),
    ("Quill AG",                     "Quill GmbH"),
    ("Agreement of 2010",            "Agreement of 2011"),
    ("Fire brigade of Lindenau",     "Lindenau"),
    ("",                             "Lindenau"),
    ("!?",                           "Lindenau"),
]
# fmt: on
SURE = 0.87


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_name(one: str, other: str) -> None:
    assert alike(one, other) == 1


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_the_same_name_written_otherwise(one: str, other: str) -> None:
    assert SURE - 0.02 <= alike(one, other) < 1


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_name(one: str, other: str) -> None:
    assert alike(one, other) < SURE


NAMES = st.text(st.characters(codec="utf-8"), max_size=60) | st.lists(
    st.sampled_from(["Harbour", "Hafen-Verein", "GmbH", "神戸市", "Dr.", "e.V.", "of", ","])
).map(" ".join)


@given(NAMES, NAMES)
def test_likeness_is_a_share(one: str, other: str) -> None:
    assert 0 <= alike(one, other) <= 1.000001
    if read_name(one).words:
        assert alike(one, one) == 1


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("names") / "search.sqlite"
    write_search(path, _quads())
    return path


def _quads() -> list[Quad]:
    texts = {
        "harbour": ("Harbour Society", "Hafenverein"),
        "guild": ("Lindenau Guild",),
        "kobe": ("神戸市", "Kobe"),
        "twin-1": ("Twin",),
        "twin-2": ("Twin",),
    }
    quads = [
        Quad(NamedNode(THINGS + thing), SKOS_PREF_LABEL, Literal(text))
        for thing, names in texts.items()
        for text in names
    ]
    other = Quad(NamedNode(f"{THINGS}guild"), SKOS_ALT_LABEL, Literal("LG"))
    elsewhere = Quad(
        NamedNode("https://example.org/x"), SKOS_PREF_LABEL, Literal("Harbour Society")
    )
    return [*quads, other, elsewhere]


def nominees(index: Path, text: str, seconds: float = 10) -> list[tuple[str, float]]:
    with nominating(index, THINGS, seconds) as nominator:
        found = nominator.nominees(text)
        return [(each.thing.removeprefix(THINGS), round(each.alike, 2)) for each in found]


def test_things_that_a_name_may_mean(index: Path) -> None:
    assert nominees(index, "harbour society") == [("harbour", 1.0)]
    assert nominees(index, "Harbuor Society")[0][0] == "harbour"
    assert nominees(index, "Hafenvereins")[0][0] == "harbour"
    assert nominees(index, "LG") == [("guild", 0.98)]
    assert nominees(index, "神戸")[0][0] == "kobe"
    assert nominees(index, "Twin") == [("twin-1", 1.0), ("twin-2", 1.0)]
    assert nominees(index, "GmbH") == []
    assert nominees(index, "") == []


class Forgetful(dict[str, str]):
    """What another thread may make of a memory at any time."""

    def __setitem__(self, word: str, meant: str) -> None:
        super().__setitem__(word, meant)
        self.clear()


def test_what_is_remembered_may_be_forgotten_meanwhile(index: Path) -> None:
    with nominating(index, THINGS, 10) as first:
        memory = Memory(near=Forgetful())
        nominator = Nominator(first.connection, memory, THINGS, time.monotonic() + 10)
        assert [found.thing for found in nominator.nominees("Harbuor")] == [f"{THINGS}harbour"]


def test_when_the_time_is_over(index: Path) -> None:
    with pytest.raises(QueryTooLong):
        nominees(index, "harbour", seconds=-1)


def test_an_index_that_is_none(tmp_path: Path) -> None:
    broken = tmp_path / "search.sqlite"
    broken.write_bytes(b"no database at all, whatever its name says")
    with pytest.raises(ReleaseBroken):
        nominees(broken, "harbour")
    sqlite3.connect(tmp_path / "empty.sqlite").close()
    with pytest.raises(ReleaseBroken):
        nominees(tmp_path / "empty.sqlite", "harbour")
