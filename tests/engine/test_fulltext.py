from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from kizuna.engine import search, write_search
from kizuna.engine.fulltext import FILE_NAME
from kizuna.errors import QueryTooLong, ReleaseBroken
from kizuna.vocabulary import KZ_QUOTE, OA_EXACT, SKOS_PREF_LABEL, term

THING = "https://example.org/id/"


def text(name: str, value: str, language: str = "", predicate: NamedNode = SKOS_PREF_LABEL) -> Quad:
    literal = Literal(value, language=language or None)
    return Quad(NamedNode(THING + name), predicate, literal, NamedNode("https://example.org/g"))


QUADS = [
    text("overview", "Übersicht der Vereinbarungen", "de"),
    text("support", "Förderung in München"),
    text("street", "Große Straße", "de"),
    text("quarter", "quer durch die Quelle", "de"),
    text("kobe", "神戸市の医療産業", "ja"),
    text("both", "東京・神戸 Kobe Cluster", "ja"),
    text("half", "ｶﾞﾗｽ工業", "ja"),
    text("french", "Élan vital", "fr"),
    text("english", "elan of the cluster", "en-GB"),
    text("claim", "ein Cluster in Kobe", predicate=KZ_QUOTE),
    text("mention", "the overview of the clusters", "en", term("rdfs:comment")),
    text("korean", "고베 클러스터", "ko"),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / FILE_NAME
    write_search(path, QUADS)
    return path


def names(index: Path, words: str, *languages: str) -> list[str]:
    return [hit.thing.value.removeprefix(THING) for hit in search(index, words, languages)]


# fmt: off
CASES = [
    # words                       finds
    ("Übersicht",                 {"overview"}),
    ("ubersicht",                 {"overview"}),            # no accents
    ("UEBERSICHT",                {"overview"}),            # umlauts as two letters
    ("foerderung muenchen",       {"support"}),             # all words, any order
    ("Munchen Forderung",         {"support"}),
    ("strasse",                   {"street"}),              # ß is ss
    ("quelle",                    {"quarter"}),             # this ue is no umlaut
    ("Vereinbarung",              {"overview"}),            # the beginning of a word
    ("ereinbarung",               set()),                   # not its middle
    ("神戸",                      {"kobe", "both"}),        # two signs
    ("戸市",                      {"kobe"}),                # across what a reader sees as words
    ("戸",                        {"kobe", "both"}),        # one sign
    ("業",                        {"kobe", "half"}),        # the last sign of a run
    ("神戸市の医療",              {"kobe"}),
    ("神戸医療",                  set()),                   # not one after the other
    ("神戸 医療",                 {"kobe"}),
    ("ガラス",                    {"half"}),                # half width
    ("カラス",                    set()),                   # the voicing mark is no accent
    ("클러",                      {"korean"}),
    ("elan",                      {"french", "english"}),
    ("神戸kobe",                  {"both"}),                # scripts part words
    ('"神戸 kobe"',               {"both"}),                # exactly so
    ('"kobe 神戸"',               set()),
    ('"cluster in"',              {"claim"}),
    ('"cluster',                  {"both", "english", "claim", "mention"}),
    ('"Vereinbarung"',            set()),                   # whole words in quotation marks
    ("",                          set()),
    ("  \t\n",                    set()),
    ("。、！",                    set()),
    ("nowhere cluster",           set()),
]
HOSTILE = [
    "NEAR( * -", '"', '""', '"" ""', "*", "a*b", "-kobe", "^kobe", "text:kobe", "kobe OR cluster",
    "kobe NOT cluster", "NEAR(kobe cluster, 2)", "{kobe}", "'; DROP TABLE literal; --", "(", ")",
    "\0kobe", "\ud800", "神" * 5_000, "a " * 5_000, '"' * 999, "\\", "?", "%", "_", "\u0301", "ﷺ",
]
# fmt: on


@pytest.mark.parametrize(("words", "found"), CASES)
def test_what_is_found(index: Path, words: str, found: set[str]) -> None:
    assert set(names(index, words)) == found


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_typed_is_an_error(index: Path, words: str) -> None:
    assert isinstance(search(index, words), list)


@settings(deadline=None)  # other processes may be busy
@given(st.text())
def test_any_text_is_answered(index: Path, words: str) -> None:
    search(index, words)


@settings(deadline=None)  # other processes may be busy
@given(st.text(alphabet="aäßé神戸カー bB-。 ", min_size=1))
def test_a_text_is_found_by_itself(tmp_path_factory: pytest.TempPathFactory, words: str) -> None:
    path = tmp_path_factory.mktemp("self") / FILE_NAME
    write_search(path, [text("it", words)])
    found = names(path, words)
    assert found == (["it"] if any(c.isalnum() or c == "ー" for c in words) else [])


def test_names_come_before_mentions(index: Path) -> None:
    assert names(index, "overview") == ["mention"]
    assert names(index, "cluster")[-1] == "mention"
    scores = [hit.score for hit in search(index, "cluster")]
    assert scores == sorted(scores, reverse=True)


def test_languages(index: Path) -> None:
    assert set(names(index, "elan", "en")) == {"english"}  # en means en-GB too
    assert set(names(index, "elan", "EN-gb", "fr")) == {"english", "french"}
    assert names(index, "elan", "e") == []


def test_a_thing_is_found_once_and_the_limit_holds(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    write_search(
        path, [text(f"n{n}", f"word {other}") for n in range(30) for other in ("one", "two")]
    )
    assert len(names(path, "word")) == len(set(names(path, "word"))) == 30
    assert len(search(path, "word", limit=7)) == 7
    assert search(path, "word", limit=0) == []


def test_what_the_index_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    number = Literal("12", datatype=term("xsd:integer"))
    write_search(
        path,
        [
            text("copy", "kobe", predicate=OA_EXACT),
            text("shape", "kobe", predicate=term("sh:message")),
            Quad(BlankNode("b"), SKOS_PREF_LABEL, Literal("kobe")),
            Quad(NamedNode(THING + "n"), SKOS_PREF_LABEL, number),
        ],
    )
    assert names(path, "kobe") == names(path, "12") == []


def test_equal_statements_give_equal_bytes(tmp_path: Path) -> None:
    for name, quads in (("a", QUADS), ("b", [*reversed(QUADS), *QUADS])):
        write_search(tmp_path / name, quads)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_index_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ReleaseBroken, match="search"):
        search(tmp_path / FILE_NAME, "kobe")
    (tmp_path / FILE_NAME).write_bytes(b"no database" * 100)
    with pytest.raises(ReleaseBroken):
        search(tmp_path / FILE_NAME, "kobe")
    assert issubclass(sqlite3.DatabaseError, sqlite3.Error)


def test_a_long_search_is_stopped(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kizuna.engine.looking.SECONDS", -1.0)
    monkeypatch.setattr("kizuna.engine.looking._STEPS_BETWEEN_LOOKS", 1)
    with pytest.raises(QueryTooLong):
        search(index, "cluster")


def test_an_index_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="unable to open database file"):
        write_search(tmp_path / "none" / FILE_NAME, QUADS)
