"""A term is known if ontology/ defines or lists it; what was probably meant is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import check, copy_bridge, edit

HARBOUR = "data/ttl/harbour-news.ttl"
OLD = "    kz:signedBy person:anna-example ;"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_bridge(tmp_path / "bridge")


# fmt: off
HINTS = [
    # written                                        meant
    ("kz:signdBy person:anna-example",               "Did you mean kz:signedBy? Define it in ontology/ first."),
    ("kz:SIGNEDBY person:anna-example",              "Did you mean kz:signedBy?"),   # case alone
    ("<http://www.w3.org/ns/org#memberOff> place:a", "Did you mean org:member? Add it to ontology/terms.ttl"),
    ("<https://elsewhere.example/knows> place:a",    "Add it to ontology/terms.ttl if it is right."),
]
# fmt: on


@pytest.mark.parametrize(("written", "meant"), HINTS)
def test_the_hint_says_what_was_meant(root: Path, written: str, meant: str) -> None:
    edit(root / HARBOUR, OLD, f"    {written} ;")
    (finding,) = [f for f in check(root).findings if f.check == "unknown-term"]
    assert finding.hint.startswith(meant)


# fmt: off
FINE = [
    # a statement that is no mistake                                       why
    'agreement:mou-alpha-beta skos:exactMatch <http://www.w3.org/ns/org#Nothing> .',  # a mapping may leave the known
    'agreement:mou-alpha-beta rdfs:seeAlso <https://schema.org/anything> .',          # so may a link for people
    'agreement:mou-alpha-beta dct:relation <https://elsewhere.example/x> .',          # no known namespace
    'agreement:mou-alpha-beta dct:relation <https://schema.org/> .',                  # the namespace itself
]
# fmt: on


@pytest.mark.parametrize("statement", FINE)
def test_what_is_no_term_of_a_known_vocabulary_passes(root: Path, statement: str) -> None:
    with (root / HARBOUR).open("a", encoding="utf-8") as stream:
        stream.write("@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n" + statement)
    assert not [f for f in check(root).findings if f.check == "unknown-term"]


def test_a_term_is_told_once_per_file(root: Path) -> None:
    text = (root / HARBOUR).read_text(encoding="utf-8")
    (root / HARBOUR).write_text(text.replace("kz:party ", "kz:partyy "), encoding="utf-8")
    letter = root / "data/ttl/bay-letter.ttl"
    letter.write_text(letter.read_text("utf-8").replace("kz:party ", "kz:partyy "), "utf-8")
    found = [f.path for f in check(root).findings if f.check == "unknown-term"]
    assert sorted(found) == ["data/ttl/bay-letter.ttl", HARBOUR]
