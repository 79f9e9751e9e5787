"""Every kind of page, in every language and at two widths, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from browsing import PHONE, WIDE, Tabs, Visit, Visitor
from kizuna.web.texts import LANGUAGES
from pages import ENHANCED, KINDS, ODD

COLOURS = "color-contrast"
TEXT = """([left]) => {
    const main = document.querySelector("main").cloneNode(true);
    if (left) main.querySelectorAll(left).forEach((one) => one.remove());
    return main.textContent.replace(/\\s+/g, " ").trim();
}"""


@pytest.fixture(scope="module")
def tabs(browser: Browser, address: str) -> Iterator[Tabs]:
    visitor = Visitor(browser, address)
    yield Tabs(visitor)
    visitor.leave()


@pytest.fixture(scope="module")
def odd_tabs(browser: Browser, odd_address: str) -> Iterator[Tabs]:
    visitor = Visitor(browser, odd_address)
    yield Tabs(visitor)
    visitor.leave()


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
        if language == "en":
            assert visit.violations(without="" if size == WIDE else COLOURS) == [], size
    if language == "en":
        page.emulate_media(color_scheme="dark")
        assert visit.violations(only=COLOURS) == [], "dark"
    else:  # the same page in other words: its colours are known, and axe is slow
        assert visit.violations(without=COLOURS) == []
    assert visit.wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("path", "status"), KINDS.values(), ids=KINDS)
def test_every_page_is_for_everybody(tabs: Tabs, path: str, status: int, language: str) -> None:
    is_for_everybody(tabs.open(path, language), language, status)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("path", "status"), ODD.values(), ids=ODD)
def test_every_odd_page_is_for_everybody(
    odd_tabs: Tabs, path: str, status: int, language: str
) -> None:
    is_for_everybody(odd_tabs.open(path, language), language, status)


def test_every_page_says_the_same_without_javascript(visitor: Visitor) -> None:
    with_scripts, without = (visitor.visit(scripts=on) for on in (True, False))
    for kind, (path, _) in KINDS.items():
        left = ENHANCED.get(kind, "")
        with_scripts.open(path)
        without.open(path)
        assert without.page.locator(left or "main").count() == 1, kind
        assert text_of(with_scripts, left) == text_of(without, left), kind
    assert without.wrong == []


def text_of(visit: Visit, left: str) -> str:
    return str(visit.page.evaluate(TEXT, [left]))
