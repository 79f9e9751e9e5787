"""The query form in a real browser: it edits and completes, and whatever the data hold stays text."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request

from browsing import on_a_port
from kizuna.web import Site, create_app
from kizuna.web.views.page import is_there

pytestmark = pytest.mark.skipif(not is_there("editor.js"), reason="the editor was not built")
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
EDITOR = ".yasqe .CodeMirror"


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    """The small site on a port of its own."""
    with on_a_port(create_app(site)) as found:
        yield found


@pytest.fixture
def complaints() -> list[str]:
    """What a browser tells that it must not: errors, refusals of the policy, requests elsewhere."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, complaints: list[str]) -> Iterator[Page]:
    """A page on which nothing may go wrong; a query that is none may answer 400."""
    opened = browser.new_page(locale="en-GB")

    def told(message: ConsoleMessage) -> None:
        if message.type == "error" and "400" not in message.text:
            complaints.append(message.text)

    def asked(request: Request) -> None:
        if not request.url.startswith(address):
            complaints.append(f"asked {request.url}")

    def opened_dialog(dialog: Dialog) -> None:
        complaints.append(dialog.message)
        dialog.dismiss()

    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("dialog", opened_dialog)
    opened.on("console", told)
    opened.on("request", asked)
    yield opened
    opened.close()
    assert complaints == []


def ask(page: Page, address: str, query: str, language: str = "en") -> None:
    page.goto(f"{address}/sparql?lang={language}&query={quote(query)}")
    page.wait_for_selector(EDITOR)


def type_anew(page: Page, text: str) -> None:
    """Type a query in place of the one that is there."""
    page.click(EDITOR)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def test_it_edits_what_is_sent(page: Page, address: str) -> None:
    ask(page, address, "ASK {}")
    type_anew(page, "SELECT (1 + 1 AS ?two) {}")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**two**")
    assert page.inner_text("section table tbody") == "2"
    assert page.locator("textarea#query").input_value() == "SELECT (1 + 1 AS ?two) {}"


def test_injected_markup_stays_text_in_results(page: Page, address: str) -> None:
    ask(page, address, f"SELECT ('{HOSTILE}' AS ?x) {{}}")
    assert page.inner_text("section table tbody") == HOSTILE
    assert page.locator("main img, main script").count() == 0
    guild = "SELECT ?s ?o { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?o }"
    ask(page, address, guild)
    assert "Guild <script>alert(1)</script>" in page.inner_text("section table")
    assert page.locator("main script").count() == 0
    assert page.locator('main a[href^="javascript"]').count() == 0


def test_injected_markup_stays_text_in_completions(page: Page, address: str) -> None:
    ask(page, address, "ASK {}")
    type_anew(page, "SELECT * WHERE {\n ?s ?p Guild")
    page.keyboard.press("Control+Space")
    hint = page.locator(".CodeMirror-hint").first
    hint.wait_for()
    assert hint.inner_text().startswith("organisation:guild")
    assert "Guild <script>alert(1)</script>" in hint.inner_text()
    assert page.locator(".CodeMirror-hints script, .CodeMirror-hints img").count() == 0


def test_a_name_is_completed_and_its_prefix_declared(page: Page, address: str) -> None:
    ask(page, address, "ASK {}", "de")
    type_anew(page, "SELECT * WHERE { ?s a Fest")
    page.keyboard.press("Control+Space")
    page.locator(".CodeMirror-hint").first.wait_for()
    page.keyboard.press("Enter")
    text = page.locator("textarea#query").input_value()
    assert "small:Fair" in text
    assert "PREFIX small: <https://example.org/small/ontology#>" in text


def test_a_mistake_is_marked_where_the_server_found_it(page: Page, address: str) -> None:
    ask(page, address, "SELECT * {\n  ?s nope:x ?o\n}")
    assert "Line 2, column 6" in page.inner_text("[role=alert]")
    assert page.inner_text(".wrong-word") == "nope:x"
    type_anew(page, "SELECT * {\n ?s ?p ?o ?oh\n}")
    assert (
        page.locator(".CodeMirror .wrong").get_attribute("title")
        == "From here on this is no SPARQL"
    )


def test_the_keyboard_gets_out(page: Page, address: str) -> None:
    ask(page, address, "ASK {}")
    page.click(EDITOR)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"


def test_nothing_is_kept_in_the_browser(page: Page, address: str) -> None:
    ask(page, address, "ASK {}")
    type_anew(page, "ASK { ?secret ?p ?o }")
    page.keyboard.press("Tab")
    assert page.evaluate("JSON.stringify(Object.entries(localStorage))") in {"[]", '[["yasqe",""]]'}


def test_without_javascript_the_form_works(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/sparql")
    page.fill("textarea#query", "SELECT (1 + 1 AS ?two) {}")
    page.click("form.sparql button")
    assert page.inner_text("section table tbody") == "2"
    context.close()


def test_a_question_is_asked_with_another_value(page: Page, address: str) -> None:
    page.goto(f"{address}/queries/agreements-of?lang=de")
    page.select_option("select", label="Hafenverein")
    page.click("form.fields button")
    assert page.inner_text("h1") == "Welche Vereinbarungen hat Hafenverein?"
    page.click("text=Im Abfrageformular öffnen")
    page.wait_for_selector(EDITOR)
    assert "organisation/harbour>" in page.locator("textarea#query").input_value()
