"""No English stands unmarked on a page in another language."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, RdfFormat, parse

from browsing import Visitor
from kizuna.web.texts import catalogue
from pages import KINDS
from support import ROOT

NAMES_OF_FILES_AND_VARIABLES = {"data", "rows"}
# Texts with the language that they are said to be in; marked words of a search stand in pieces.
TEXTS = """() => {
    const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const within = walker.currentNode.parentElement;
        if (within.closest("code, pre, script, style, textarea, bdi:has(mark)")) continue;
        const text = walker.currentNode.textContent.replace(/\\s+/g, " ").trim();
        if (/\\p{L}/u.test(text)) found.push([text, within.closest("[lang]").lang]);
    }
    return found;
}"""


def english(language: str) -> set[str]:
    """Return all texts of the data and the interface that are only English, not ``language`` too."""
    texts: dict[str | None, set[str]] = {}
    for folder in ("data/ttl", "ontology", "shapes"):
        for path in sorted((ROOT / folder).glob("*.ttl")):
            for quad in parse(path.read_bytes(), RdfFormat.TURTLE):
                if isinstance(quad.object, Literal):
                    texts.setdefault(quad.object.language, set()).add(quad.object.value)
    for code in ("en", language):
        texts[code] |= {str(message.string) for message in catalogue(code) if message.id}
    return texts["en"] - texts[language] - texts[None]


@pytest.mark.parametrize("language", ["de", "ja"])
def test_no_english_is_unmarked(visitor: Visitor, language: str) -> None:
    only_english = english(language)
    visit = visitor.visit("/", language=language)
    seen, stray = 0, []
    for kind, (path, _) in KINDS.items():
        if kind not in NAMES_OF_FILES_AND_VARIABLES:
            visit.open(path)
            for text, said in visit.page.evaluate(TEXTS):
                seen += said == "en" and text in only_english
                stray += [f"{kind}: {text}"] if said == language and text in only_english else []
    assert stray == []
    assert seen > 20  # what is only English is there, and marked
