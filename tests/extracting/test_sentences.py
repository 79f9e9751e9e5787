"""Single sentences and what the rules take from them, over the shipped data and patterns."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from kizuna.extracting.protocol import Extracted, Source
from kizuna.extracting.rules import Rules
from support import ID, ROOT, load

DOCUMENT = NamedNode(ID + "document/one-sentence")


@cache
def rules() -> Rules:
    return Rules(load(ROOT, Path("/nowhere")))


def extract(text: str, language: str = "de") -> Extracted:
    return rules().extract(Source(DOCUMENT, text, language))


def short(term: object) -> str:
    value = str(getattr(term, "value", term))
    return value.rpartition("/")[2].rpartition("#")[2]


# fmt: off
CASES = [
    # language, text                                                                              predicate and object that must be there
    ("de", "Die LEG Thüringen unterzeichnete 2022 in Erfurt ein Memorandum mit der JETRO.",        ("party", "jetro")),
    ("de", "Im Beisein von Ministerpräsident Torsten Albig tagte das Symposium in Kobe.",          ("role", "minister-president")),
    ("de", "Japanische Gäste: Die Delegation besuchte den Cluster BioM.",                          ("visits", "biom")),
    ("de", "Der Workshop wurde von der GTAI gefördert und fand am 2. Mai 2021 in Jena statt.",     ("supportedBy", "gtai")),
    ("de", "Der Workshop fand am 2. Mai 2021 in Jena statt.",                                       ("status", "held")),
    ("de", "Der Workshop soll am 2. Mai 2031 in Jena stattfinden. Geplant ist ein Empfang. Ein Symposium ist geplant.", ("status", "announced")),
    ("en", "JETRO hosted a workshop on skills training in Kobe.",                                   ("organiser", "jetro")),
    ("en", "JETRO hosted a workshop on skills training in Kobe.",                                   ("topic", "skills-training")),
    ("en", "A workshop was held. More than 30 guests attended the workshop.",                       ("asStated", "More than 30 guests")),
    ("ja", "神戸市でシンポジウムが開催された。",                                                        ("location", "kobe")),
]
SILENT = [
    # language, text                                                                               why
    ("de", "Die LEG Thüringen und die JETRO haben kein Memorandum unterzeichnet.",                 "negated"),
    ("en", "It was not known whether JETRO hosted a workshop.",                                    "negated"),
    ("de", "Der Begriff Memorandum ist lateinisch.",                                               "says nothing of anybody"),
    ("de", "Das Wetter in Kobe war schön, und in Jena regnete es.",                                "places alone"),
]
# fmt: on


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_a_sentence_says(language: str, text: str, expected: tuple[str, str]) -> None:
    proposals = extract(text, language).proposals
    rows = [c.fact for c in proposals.claims]
    rows += [t for things in proposals.things.values() for t in things]
    assert expected in {(short(t.predicate), short(t.object)) for t in rows}


@pytest.mark.parametrize(("language", "text", "why"), SILENT)
def test_a_sentence_says_nothing(language: str, text: str, why: str) -> None:
    assert not extract(text, language).proposals.claims, why


def test_what_is_denied_is_counted() -> None:
    text = "Die LEG Thüringen und die JETRO haben kein Memorandum unterzeichnet."
    assert extract(text).dropped["negated"] > 0


def test_words_in_quotation_marks_are_the_speakers() -> None:
    text = (
        "„Thüringen verfügt über hervorragende Institute, und das wissen alle hier“, "
        "sagte Wolfgang Tiefensee."
    )
    [claim] = [c for c in extract(text).proposals.claims if short(c.fact.predicate) == "assessment"]
    assert short(claim.modality) == "claimedByPerson"
    assert short(claim.attributed) == "wolfgang-tiefensee"


def test_known_things_are_matched_before_new_ones_are_made() -> None:
    text = "Am 20. September 2017 führte das DWIH Tokyo ein Symposium in Tokio durch."
    proposals = extract(text).proposals
    assert {short(c.fact.subject) for c in proposals.claims} >= {"symposium-2017"}
    assert not any("event" in iri.value for iri in proposals.things)


def test_the_same_text_gives_the_same_proposals() -> None:
    text = "JETRO hosted a workshop on skills training in Kobe with 30 guests on 3 May 2021."
    assert extract(text, "en") == extract(text, "en")


def test_every_quote_stands_where_its_offsets_say() -> None:
    text = "Vorab: 𝕏.\n\nDer Workshop fand am 2. Mai 2021 in Jena statt. Der Workshop war gut."
    claims = extract(text).proposals.claims
    assert claims
    for claim in claims:
        assert text[claim.quote.start : claim.quote.end] == claim.quote.text
