from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kizuna.engine import opened, search, write_search
from kizuna.engine.fulltext import FILE_NAME
from kizuna.vocabulary import KZ_QUOTE, SKOS_ALT_LABEL, SKOS_PREF_LABEL, term

THING = "https://example.org/id/"
# Named so that the alphabet does not help.
TEXTS = [
    ("z-exact", SKOS_PREF_LABEL, "Kobe", "en"),
    ("y-other-exact", SKOS_ALT_LABEL, "Kobe", "en"),
    ("x-begins", SKOS_PREF_LABEL, "Kobe Biomedical Innovation Cluster", "en"),
    ("w-words", SKOS_PREF_LABEL, "Visit to Kobe", "en"),
    ("v-other-words", SKOS_ALT_LABEL, "The Kobe one", "de"),
    ("u-quote", KZ_QUOTE, "Kobe", ""),
    ("t-note", term("skos:note"), "Kobe Kobe Kobe", "en"),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("looking") / FILE_NAME
    write_search(
        path,
        [
            Quad(NamedNode(THING + name), predicate, Literal(value, language=language or None))
            for name, predicate, value, language in TEXTS
        ],
    )
    return path


def found(index: Path, words: str, *languages: str, limit: int = 100) -> list[str]:
    hits = search(index, words, languages, limit)
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    return [hit.thing.value.removeprefix(THING) for hit in hits]


def test_names_come_first_and_exact_ones_before_all(index: Path) -> None:
    assert found(index, "kobe") == [name for name, *_ in TEXTS]
    assert found(index, "kob")[:2] == ["z-exact", "x-begins"]
    assert found(index, "kobe", "de") == ["v-other-words"]
    assert found(index, "KOBE bio") == ["x-begins"]
    for limit in (1, 2, 3, 5):
        assert found(index, "kobe", limit=limit) == [name for name, *_ in TEXTS][:limit]
    hits = {hit.thing.value.removeprefix(THING): hit.is_name for hit in search(index, "kobe")}
    assert [name for name, named in hits.items() if not named] == ["u-quote", "t-note"]


def test_one_letter_is_a_beginning_only_while_it_is_typed(index: Path) -> None:
    assert found(index, "kobe v") == ["w-words"]
    assert found(index, "v kobe") == []  # many of them would be looked up in nearly all texts
    assert found(index, "vi kobe") == ["w-words"]


def test_quotation_marks_want_whole_names(index: Path) -> None:
    assert found(index, '"kob"') == []
    assert found(index, '"kobe"')[0] == "z-exact"


def test_names_only(index: Path) -> None:
    with opened(index) as looked:
        names = [hit.thing.value.removeprefix(THING) for hit in looked.names("kobe", 9)]
        assert names == [name for name, *_ in TEXTS[:5]]
        assert looked.names("", 9) == looked.names("visit nowhere", 9) == []
        assert [h.text.value for h in looked.names("visit", 9)] == ["Visit to Kobe"]


def test_some_words_are_better_than_none(index: Path) -> None:
    with opened(index) as looked:
        assert looked.things("visit innovation") == []
        some = looked.things("visit innovation", some=True)
        assert {hit.thing.value.removeprefix(THING) for hit in some} == {"w-words", "x-begins"}
