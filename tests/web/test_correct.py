"""How a thing is corrected where no address is set for it: a page that says where it stands."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest
from pyoxigraph import Store

from conftest import SMALL, SMALL_BASE, Client, build_small
from kizuna.engine import EmbeddedEngine
from kizuna.web import create_app, open_site
from kizuna.web.texts import LANGUAGES
from outline import read

PAGE = {"accept": "text/html"}
FAIR = "/correct?of=event/fair"
CONTACT = """
<https://example.org/small/id/dataset/small>
    <http://www.w3.org/ns/dcat#contactPoint> <https://example.org/small/catalog#contact> .
<https://example.org/small/catalog#contact>
    <http://www.w3.org/2006/vcard/ns#fn> "The editors" ;
    <http://www.w3.org/2006/vcard/ns#hasEmail> <mailto:editors@example.org> ;
    <http://www.w3.org/2006/vcard/ns#hasURL> <https://example.org/contact> , <javascript:alert(1)> ,
        <https://example.org/small/> .
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_thing_leads_to_the_page_on_which_it_is_corrected(
    client: Client, language: str
) -> None:
    page = client.get(f"/doc/event/fair?lang={language}", headers=PAGE).text
    link = f"{FAIR}&lang={language}"
    assert link in read(page).links
    answer = client.get(link, headers=PAGE)
    assert answer.status_code == 200
    assert answer.headers["content-language"] == language


def test_it_says_in_which_file_each_statement_stands(client: Client) -> None:
    page = client.get(FAIR, headers=PAGE).text
    stated = page.partition('id="stated"')[2].partition("</section>")[0]
    files = re.findall(r"<h3><code[^>]*>(.*?)</code>", stated)
    assert files == ["data/ttl/fair-report.ttl"]
    assert 'href="/terms/kz-attendance"' in stated
    quotes = page.partition('id="quotes"')[2].partition("</section>")[0]
    assert "Mehr als 100 Gäste kamen" in quotes
    assert "data/ttl/festbericht.ttl" in quotes
    assert 'name="robots" content="noindex"' in page


def test_what_builds_make_stands_in_no_file(client: Client) -> None:
    page = client.get("/correct?of=claim/r-1", headers=PAGE).text
    assert "data/ttl/derived.ttl" not in page
    assert f"{SMALL_BASE}graph/derived" in page
    assert "in no file" in page


def test_the_text_can_be_taken_and_sent(client: Client, small_id: str) -> None:
    page = client.get(FAIR, headers=PAGE).text
    shown = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert shown is not None
    (link,) = (x for x in read(page).links if x.startswith("/correct.txt"))
    answer = client.get(link)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="correction.txt"'
    assert answer.text == html.unescape(shown[1])
    for needed in (
        f"IRI: {SMALL_BASE}id/event/fair\n",
        f"Page: {SMALL_BASE}doc/event/fair\n",
        f"Release: {small_id}\n",
        "data/ttl/fair-report.ttl:\n",
        "- status: held (kz:held)\n",
        "“About 140 people came” (Report on the fair)",
        f"{SMALL_BASE}id/claim/r-",
        "What is wrong or missing?\n…\n",
        "Which document says so",
    ):
        assert needed in answer.text
    german = client.get(link, headers={"accept-language": "de"})
    assert german.text.startswith("Korrektur zu: ")
    assert german.headers["content-language"] == "de"


@pytest.fixture
def small_id(client: Client) -> str:
    """The identifier of the release that is served."""
    return str(client.get("/readyz").json()["release"])


def test_hostile_values_stay_text(client: Client) -> None:
    page = client.get("/correct?of=organisation/guild", headers=PAGE).text
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "Guild &lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_without_a_contact_none_is_invented(client: Client) -> None:
    assert "gives no address" in client.get(FAIR, headers=PAGE).text


def test_who_meant_another_thing_is_helped(client: Client) -> None:
    answer = client.get("/correct?of=event/fairr", headers=PAGE)
    assert answer.status_code == 404
    assert 'href="/doc/event/fair"' in answer.text
    hostile = client.get("/correct?of=%3Cscript%3Ealert(1)%3C/script%3E", headers=PAGE)
    assert hostile.status_code == 404
    assert "<script>alert" not in hostile.text
    for nothing in ("/correct", "/correct?of=", "/correct.txt"):
        assert client.get(nothing, headers=PAGE).status_code == 400


def test_who_takes_corrections_is_told_and_only_pages_are_linked(tmp_path: Path) -> None:
    root = Path(shutil.copytree(SMALL, tmp_path / "small"))
    with (root / "data/ttl/catalogue.ttl").open("a", encoding="utf-8") as file:
        file.write(CONTACT)
    site = open_site(build_small(root), EmbeddedEngine(Store()), SMALL / "queries")
    page = Client(create_app(site)).get(FAIR, headers=PAGE).text
    site.close()
    assert "gives no address" not in page
    assert "The editors" in page
    assert 'href="https://example.org/contact"' in page
    assert "editors@example.org" in page
    assert ">https://example.org/small/<" not in page  # who is sent here already is here
    assert not re.search(r'href="(mailto|javascript)', page)
