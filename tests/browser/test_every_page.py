"""Every kind of page, in every language and at two widths, in a real browser."""

from __future__ import annotations

import pytest

from browsing import PHONE, WIDE, Visit, Visitor
from kizuna.web.texts import LANGUAGES
from pages import ENHANCED, KINDS, ODD

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
