"""What of a text is content: sentences, languages, and none of the furniture."""

from __future__ import annotations

import pytest

from kizuna.extracting.passages import content, sentences

ARTICLE = "Die Stadt Alpha und die Stadt Beta haben am 3. Mai einen Vertrag geschlossen."
# fmt: off
FURNITURE = [
    # what surrounds the article                                             why it is none
    (f"Skip to content\n\n{ARTICLE}",                                        "a menu"),
    (f"{ARTICLE}\n\nMeist gelesen\n\nAm 4. Mai wurde ein Zoo eröffnet.",     "after the end"),
    (f"{ARTICLE}\n\n[Zurück](#)\n\nWeitere Informationen",                   "links at the end"),
    (f"{ARTICLE}\n\nNeuer Zoo\n\nNeuer Zoo\n\nAm 4. Mai wurde er eröffnet.", "a teaser has its heading twice"),
    (f"Bild: A. Nonym / stock\n\n{ARTICLE}",                                 "a credit"),
    (f"{ARTICLE}\n\nAutor/Autorin",                                          "an empty byline"),
    (f"https://example.org/news\n\n{ARTICLE}",                               "an address"),
    (f"{ARTICLE}\n\n関連記事\n別の記事。",                                     "related articles"),
]
SPLITS = [
    # text                                                                    sentences
    ("Prof. Dr. Muster kam am 20. Mai. Er blieb.",                            2),
    ("Am 3. Mai u. a. in Kiel. Dann ging es weiter.",                         2),
    ("„Wir kommen.“ Das sagte sie.",                                          2),
    ("覚書を締結した。式典を開いた。",                                          2),
    ("Ohne Ende",                                                             1),
]
# fmt: on


@pytest.mark.parametrize(("text", "why"), FURNITURE)
def test_furniture_is_no_content(text: str, why: str) -> None:
    assert [text[a:b] for a, b in content(text)] == [ARTICLE], why


@pytest.mark.parametrize(("text", "count"), SPLITS)
def test_sentences_end_where_they_end(text: str, count: int) -> None:
    assert len(sentences(text, "de")) == count


def test_each_paragraph_has_its_language() -> None:
    text = f"{ARTICLE}\n\nThe mayor said that it was a good day.\n\n市長が式典で挨拶した。"
    assert [s.language for s in sentences(text, "de")] == ["de", "en", "ja"]


def test_offsets_are_code_points_of_the_text() -> None:
    text = f"𝕏 – Überschrift\n\n{ARTICLE} Es war schön."
    assert [text[s.start : s.end] for s in sentences(text, "de")][1:] == [ARTICLE, "Es war schön."]
