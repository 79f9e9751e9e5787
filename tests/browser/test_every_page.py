"""Every kind of page, in every language and at two widths, in a real browser."""

from __future__ import annotations

import pytest

from browsing import PHONE, WIDE, Visit, Visitor
from kizuna.web.texts import LANGUAGES

ROWS = "SELECT%20*%20%7B%20%3Fs%20a%20%3Ftype%20%7D%20LIMIT%205"
# fmt: off
KINDS = {
    "front":           ("/", 200),
    "agreement":       ("/id/agreement/loi-fbri-life-science-nord", 200),
    "cluster":         ("/id/cluster/life-science-nord", 200),
    "person":          ("/id/person/wolfgang-tiefensee", 200),
    "event":           ("/id/event/symposium-2017", 200),
    "place":           ("/id/place/kobe", 200),
    "programme":       ("/id/programme/rit", 200),
    "document":        ("/id/document/dwih-symposium", 200),
    "claim":           ("/id/claim/kobe-001", 200),
    "classes":         ("/classes", 200),
    "class":           ("/classes/Agreement", 200),
    "choice":          ("/classes/Agreement?year-to=2010&sort=-year", 200),
    "empty list":      ("/classes/Agreement?year-from=1900&year-to=1901", 200),
    "members":         ("/members?of=place/japan", 200),
    "compare":         ("/compare", 200),
    "comparison":      ("/compare?a=place/japan&b=place/germany", 200),
    "questions":       ("/queries", 200),
    "question":        ("/queries/agreements-older-than", 200),
    "choices":         ("/queries/agreements-of-an-organisation", 200),
    "drawn answer":    ("/queries/timeline", 200),
    "bars":            ("/queries/modality-counts", 200),
    "bad value":       ("/queries/agreements-older-than?day=yesterday", 400),
    "sparql":          ("/sparql", 200),
    "rows":            (f"/sparql?query={ROWS}", 200),
    "yes or no":       ("/sparql?query=ASK%20%7B%7D", 200),
    "bad query":       ("/sparql?query=SELEKT", 400),
    "ontology":        ("/ontology", 200),
    "shapes":          ("/shapes", 200),
    "vocabularies":    ("/terms", 200),
    "term":            ("/terms/Event", 200),
    "property":        ("/terms/schema-location", 200),
    "shape":           ("/terms/shapes/Event", 200),
    "catalogue":       ("/catalog", 200),
    "graph":           ("/graph/places", 200),
    "data":            ("/dumps", 200),
    "pictures":        ("/pictures", 200),
    "profiles":        ("/profiles", 200),
    "nothing":         ("/id/nothing/here", 404),
    "no route":        ("/nowhere", 404),
    "search":          ("/search?q=Kobe", 200),
    "mended search":   ("/search?q=Thürigen", 200),
    "one kind":        ("/search?q=Kobe&type=Claim", 200),
    "nothing found":   ("/search?q=xyzzyqwx", 200),
    "no search":       ("/search", 200),
}
ODD = {
    "gone":            ("/id/field/gone", 410),
    "whole text":      ("/id/document/fair-report", 200),
    "odd thing":       ("/id/event/fair", 200),
    "odd term":        ("/terms/Fair", 200),
}
ENHANCED = {
    "sparql":    "form.sparql",  # the editor stands in place of the form's text field
    "rows":      "form.sparql",
    "yes or no": "form.sparql",
    "bad query": "form.sparql",
}
# fmt: on
TEXT = """([left]) => {
    const main = document.querySelector("main").cloneNode(true);
    if (left) main.querySelectorAll(left).forEach((one) => one.remove());
    return main.textContent.replace(/\\s+/g, " ").trim();
}"""


def is_for_everybody(visit: Visit, language: str, status: int) -> None:
    """Check what holds for every page: frame, both widths, dark, nothing wrong on the way."""
    page = visit.page
    assert visit.status == status
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").count() == 1
    assert page.locator("h1").inner_text().strip()
    assert len(page.title().partition(" – ")[0].strip()) > 1
    for size in (WIDE, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert visit.overflow() <= 0, size
        assert visit.violations() == [], size
    page.emulate_media(color_scheme="dark")
    assert visit.violations("color-contrast") == [], "dark"
    assert visit.wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("path", "status"), KINDS.values(), ids=KINDS)
def test_every_page_is_for_everybody(
    visitor: Visitor, path: str, status: int, language: str
) -> None:
    is_for_everybody(visitor.visit(path, language=language), language, status)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("path", "status"), ODD.values(), ids=ODD)
def test_every_odd_page_is_for_everybody(
    odd_visitor: Visitor, path: str, status: int, language: str
) -> None:
    is_for_everybody(odd_visitor.visit(path, language=language), language, status)


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_says_the_same_without_javascript(visitor: Visitor, kind: str) -> None:
    left = ENHANCED.get(kind, "")
    with_scripts, without = (visitor.visit(KINDS[kind][0], scripts=on) for on in (True, False))
    assert text_of(with_scripts, left) == text_of(without, left)
    assert without.page.locator(left or "main").count() == 1
    assert without.wrong == []


def text_of(visit: Visit, left: str) -> str:
    return str(visit.page.evaluate(TEXT, [left]))
