"""The field at the head of every page, as people with and without a mouse use it."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from browsing import PHONE, Visit, Visitor

HOSTILE = "<img src=x onerror=alert(1)>"


def field(visit: Visit) -> Page:
    visit.page.locator("#find").press_sequentially("kob")
    expect(visit.page.get_by_role("option").first).to_be_visible()
    return visit.page


def active(page: Page) -> str:
    named = page.locator("#find").get_attribute("aria-activedescendant")
    return page.locator(f"#{named}").inner_text() if named else ""


def test_keys(visitor: Visitor) -> None:
    visit = visitor.visit("/", language="en")
    page = field(visit)
    box = page.get_by_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status")).to_contain_text("Suggestions:")
    assert visit.violations() == []
    assert active(page) == ""
    page.keyboard.press("ArrowDown")
    first = active(page)
    assert first.startswith("Kobe")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    assert active(page) == ""  # back in the field
    page.keyboard.press("ArrowUp")
    assert active(page) not in {"", first}  # the last one
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert active(page) == first
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("kob")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/doc/place/kobe")
    assert visit.wrong == []


def test_enter_without_a_choice_searches(visitor: Visitor) -> None:
    visit = visitor.visit("/?lang=de")
    page = field(visit)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*")
    assert parse_qs(urlsplit(page.url).query) == {"q": ["kob"], "lang": ["de"]}
    expect(page.locator("mark").first).to_have_text("Kobe")
    assert visit.wrong == []


@pytest.mark.parametrize("size", [PHONE, (1400, 900)])
def test_a_click_leads_to_the_thing(visitor: Visitor, size: tuple[int, int]) -> None:
    visit = visitor.visit("/?lang=ja", size=size)
    page = field(visit)
    assert visit.overflow() <= 0
    page.get_by_role("option").first.click()
    page.wait_for_url("**/doc/place/kobe?lang=ja")
    assert visit.wrong == []


def test_leaving_the_field_closes_the_list(visitor: Visitor) -> None:
    page = field(visitor.visit("/"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_hostile_suggestions_stay_text(visitor: Visitor) -> None:
    visit = visitor.visit("/")

    def answer(route: Route) -> None:
        rows = [
            HOSTILE,
            [HOSTILE, "b"],
            [HOSTILE, ""],
            ["javascript:alert(1)", "https://evil.example/"],
        ]
        route.fulfill(content_type="application/x-suggestions+json", body=json.dumps(rows))

    visit.page.route("**/search/suggest?*", answer)
    page = field(visit)
    assert page.get_by_role("option").first.locator("bdi").inner_text() == HOSTILE
    expect(page.locator("img[src=x]")).to_have_count(0)
    page.get_by_role("option").nth(1).click()  # an address elsewhere is not followed
    page.wait_for_url("**/search?q=b")
    assert visit.wrong == []


def test_an_answer_that_fails_or_comes_late_does_no_harm(visitor: Visitor) -> None:
    visit = visitor.visit("/")
    late: list[Route] = []

    def wait(route: Route) -> None:
        late.append(route)

    visit.page.route("**/search/suggest?*", wait)
    box = visit.page.locator("#find")
    box.press_sequentially("kob")
    visit.page.wait_for_timeout(400)
    box.press_sequentially("e", delay=10)
    visit.page.wait_for_timeout(400)
    assert len(late) == 2
    late[1].fulfill(status=503, body="")
    visit.page.wait_for_timeout(200)
    expect(visit.page.get_by_role("option")).to_have_count(0)
    box.press("Enter")
    visit.page.wait_for_url("**/search?q=kobe")


def test_it_works_without_javascript(visitor: Visitor) -> None:
    visit = visitor.visit("/", scripts=False)
    box = visit.page.locator("#find")
    assert box.get_attribute("role") is None
    box.fill("Thürigen")
    box.press("Enter")
    visit.page.wait_for_url("**/search?q=*")
    expect(visit.page.locator("main")).to_contain_text("Showing results for “Thüringen”")
    visit.page.locator("#find").fill("https://www.wikidata.org/wiki/Q48320")
    visit.page.get_by_role("button").click()
    visit.page.wait_for_url("**/doc/place/kobe")
    assert visit.wrong == []


@pytest.mark.parametrize("language", ["en", "de", "ja"])
def test_it_keeps_the_margin_of_a_phone(visitor: Visitor, language: str) -> None:
    page = visitor.visit(f"/?lang={language}", size=PHONE).page
    button = page.locator("header.top .find button").bounding_box()
    beside = page.locator("header.top nav").bounding_box()
    assert button is not None
    assert beside is not None
    assert round(button["x"] + button["width"] - beside["x"] - beside["width"]) == 0
