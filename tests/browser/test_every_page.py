"""Every kind of page, in every language and at two widths, in a real browser."""

from __future__ import annotations

import pytest

from browsing import PHONE, WIDE, Visitor
from kizuna.web.texts import LANGUAGES

# fmt: off
KINDS = {
    "front":        "/",
    "agreement":    "/id/agreement/loi-fbri-life-science-nord",
    "cluster":      "/id/cluster/life-science-nord",
    "person":       "/id/person/wolfgang-tiefensee",
    "event":        "/id/event/symposium-2017",
    "place":        "/id/place/kobe",
    "programme":    "/id/programme/rit",
    "document":     "/id/document/dwih-symposium",
    "claim":        "/id/claim/kobe-001",
    "classes":      "/classes",
    "class":        "/classes/Agreement",
    "questions":    "/queries",
    "question":     "/queries/agreements-older-than",
    "sparql":       "/sparql",
    "rows":         "/sparql?query=SELECT%20*%20%7B%20%3Fs%20a%20%3Ftype%20%7D%20LIMIT%205",
    "bad query":    "/sparql?query=SELEKT",
    "ontology":     "/ontology",
    "shapes":       "/shapes",
    "vocabularies": "/terms",
    "term":         "/terms/Event",
    "property":     "/terms/schema-location",
    "shape":        "/terms/shapes/Event",
    "catalogue":    "/catalog",
    "graph":        "/graph/places",
    "data":         "/dumps",
    "nothing":      "/id/nothing/here",
    "search":       "/search?q=Kobe",
    "no search":    "/search",
}
# fmt: on


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_every_page_is_for_everybody(visitor: Visitor, path: str, language: str) -> None:
    visit = visitor.visit(path, language=language)
    assert visit.page.locator("html").get_attribute("lang") == language
    for size in (WIDE, PHONE):
        visit.page.set_viewport_size({"width": size[0], "height": size[1]})
        assert visit.overflow() <= 0, size
        assert visit.violations() == [], size
    assert visit.wrong == []
