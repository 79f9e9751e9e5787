"""What somebody finds out who has never seen the site: from the front page, by what is there to see.

Only visible links, buttons, disclosures and fields are used, by the names that a screen reader
tells. Where a test goes another way than before, a newcomer does too.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browsing import Visit, Visitor
from kizuna.checks.showing import read_pages
from kizuna.web.texts import LANGUAGES, text
from support import ROOT

GROUPS = {group.name: group.labels for group in read_pages(ROOT / "pages.toml", {}).navigation}
LOI = "Letter of Intent of FBRI and Life Science Nord"
RIT = "Regional Industry Tie-Up Program"


@dataclass
class Newcomer:
    """Somebody at a page, who follows what they see."""

    visit: Visit
    language: str

    @property
    def page(self) -> Page:
        return self.visit.page

    def says(self, key: str) -> str:
        """Return a text of the interface as this person reads it."""
        return text(key, self.language)

    def go(self, name: str) -> None:
        """Follow a link of the head of the page: of a group of the project, or the site's own."""
        called = GROUPS[name][self.language] if name in GROUPS else self.says(name)
        self.page.get_by_role("navigation").get_by_role("link", name=called, exact=True).click()

    def follow(self, name: str, within: Locator | None = None) -> None:
        """Follow a link of the page."""
        place = within or self.page.get_by_role("main")
        place.get_by_role("link", name=name, exact=True).first.click()

    def press(self, key: str) -> None:
        self.page.get_by_role("main").get_by_role("button", name=self.says(key)).click()

    def take(self, name: str) -> str:
        """Return what is in a file that the page offers."""
        with self.page.expect_download() as download:
            self.page.get_by_role("main").get_by_role("link", name=name, exact=True).last.click()
        return Path(download.value.path()).read_text(encoding="utf-8")

    def fact(self, name: str) -> Locator:
        """Return what is said about the thing under a name."""
        return self.page.locator(".fact").filter(
            has=self.page.get_by_role("link", name=name, exact=True)
        )

    @property
    def title(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def names(self) -> list[str]:
        """What the first column of the table holds."""
        return self.page.locator("table.members tbody th").all_inner_texts()


@pytest.fixture
def newcomer(visitor: Visitor) -> Newcomer:
    return at_the_front(visitor, "en")


def at_the_front(visitor: Visitor, language: str) -> Newcomer:
    return Newcomer(visitor.visit("/", language=language), language)


def test_the_agreement_its_programme_and_the_sentence(newcomer: Newcomer) -> None:
    newcomer.follow("Kobe")  # a dot on the map
    newcomer.follow("Signing of the Letter of Intent in Kobe")
    newcomer.follow(LOI)
    expect(newcomer.fact("party")).to_contain_text("Life Science Nord")
    under = newcomer.fact("under programme")
    quote = under.get_by_role("blockquote")
    expect(quote).to_be_hidden()
    under.locator("summary").click()
    expect(quote).to_contain_text("Darin regeln sie die Kooperation im RIT-Programm")
    expect(under.get_by_role("link", name="Report on the letter of intent")).to_be_visible()
    newcomer.follow(RIT, under)
    assert newcomer.title == RIT
    assert newcomer.visit.wrong == []


# fmt: off
WANTED = {
    "en": ("Kobe northern Germany",
           "Cooperation of the Kobe region and Life Science Nord", LOI),
    "de": ("Kobe Norddeutschland",
           "Kooperation der Region Kobe und von Life Science Nord",
           "„Letter of Intent“ von FBRI und Life Science Nord"),
    "ja": ("神戸 ライフ・サイエンス・ノルド",
           "神戸地域とライフ・サイエンス・ノルドの連携",
           "FBRIとライフ・サイエンス・ノルドの意向表明書"),
}
# fmt: on


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_agreement_by_words(visitor: Visitor, language: str) -> None:
    newcomer = at_the_front(visitor, language)
    words, cooperation, agreement = WANTED[language]
    newcomer.page.get_by_role("combobox").fill(words)
    newcomer.page.get_by_role("banner").get_by_role("button").click()
    newcomer.follow(cooperation)
    newcomer.follow(agreement)
    assert newcomer.title == agreement
    assert newcomer.visit.wrong == []


# fmt: off
LEADERS = {
    "en": ("Who led a delegation?",           "Wolfgang Tiefensee"),
    "de": ("Wer leitete eine Delegation?",    "Wolfgang Tiefensee"),
    "ja": ("代表団を率いたのは誰か",           "Wolfgang Tiefensee"),
}
# fmt: on


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_led_the_delegation_of_2017(visitor: Visitor, language: str) -> None:
    newcomer = at_the_front(visitor, language)
    question, leader = LEADERS[language]
    newcomer.go("nav.questions")
    newcomer.follow(question)
    row = newcomer.page.get_by_role("row").filter(has_text="2017")
    expect(row.get_by_role("link", name=leader, exact=True)).to_be_visible()
    assert newcomer.visit.wrong == []


def test_who_led_the_delegation_of_2017_by_the_list_of_events(newcomer: Newcomer) -> None:
    newcomer.go("events")
    newcomer.follow("2017")
    newcomer.follow("Delegation trip led by Wolfgang Tiefensee, 2017")
    expect(newcomer.fact("delegation leader")).to_contain_text("Wolfgang Tiefensee")


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_agreements_before_2011_by_clicking_years(visitor: Visitor, language: str) -> None:
    newcomer = at_the_front(visitor, language)
    newcomer.go("agreements")
    for year in ("2008", "2010"):  # the years before 2011 that the list offers
        newcomer.follow(year)
    rows = list(csv.DictReader(io.StringIO(newcomer.take("CSV"))))
    assert sorted(newcomer.names) == sorted(row["name"] for row in rows)
    assert sorted(row["earliest"] for row in rows) == ["2008-01-01", "2010-01-01"]
    assert newcomer.visit.wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_agreements_before_2011_as_a_table(visitor: Visitor, language: str) -> None:
    newcomer = at_the_front(visitor, language)
    newcomer.go("agreements")
    newcomer.page.get_by_label(newcomer.says("lists.last_year")).fill("2010")
    newcomer.press("lists.apply")
    rows = list(csv.DictReader(io.StringIO(newcomer.take("CSV"))))
    assert sorted(newcomer.names) == sorted(row["name"] for row in rows)
    assert sorted(row["earliest"] for row in rows) == ["2008-01-01", "2010-01-01"]
    assert newcomer.visit.wrong == []


# fmt: off
UNDATED = {
    "en": ("Report on the letter of intent of FBRI and Life Science Nord",      "Darin regeln sie"),
    "de": ("Meldung über den Letter of Intent FBRI – Life Science Nord",        "Darin regeln sie"),
    "ja": ("FBRIとライフ・サイエンス・ノルドの意向表明書に関する報道",                   "Darin regeln sie"),
}
# fmt: on


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_document_says_and_leaves_open(visitor: Visitor, language: str) -> None:
    newcomer = at_the_front(visitor, language)
    document, words = UNDATED[language]
    newcomer.follow(document)
    assert newcomer.title == document
    expect(newcomer.page.get_by_role("blockquote").filter(has_text=words).first).to_be_visible()
    opens = newcomer.page.get_by_role("region", name=newcomer.says("thing.questions"))
    expect(opens).to_be_visible()
    assert newcomer.visit.wrong == []


def test_an_answer_as_a_picture_of_another_kind(newcomer: Newcomer) -> None:
    newcomer.go("nav.questions")
    newcomer.follow("Which agreements are there, between whom, since when, in which programme?")
    newcomer.follow(newcomer.says("questions.run"))
    newcomer.press("sparql.run")
    newcomer.follow(newcomer.says("pictures.network"))
    expect(newcomer.page.locator("svg.picture")).to_be_visible()
    assert newcomer.visit.wrong == []


# fmt: off
JAPANESE = {
    "en": ("Japan", "Kobe Biomedical Innovation Cluster"),
    "de": ("Japan", "Kobe Biomedical Innovation Cluster"),
    "ja": ("日本",  "神戸医療産業都市"),
}
# fmt: on


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_japanese_clusters(visitor: Visitor, language: str) -> None:
    newcomer = at_the_front(visitor, language)
    country, cluster = JAPANESE[language]
    newcomer.go("clusters")
    newcomer.follow(country)
    assert newcomer.names == [cluster]
    assert newcomer.visit.wrong == []


def test_what_two_documents_say_of_the_number_of_guests(newcomer: Newcomer) -> None:
    newcomer.go("events")
    newcomer.follow("German-Japanese Symposium “Regional Innovation and Cluster Collaborations”")
    figures = newcomer.fact("attendance")
    expect(figures).to_contain_text("Said differently")
    for summary in figures.locator("summary").all():
        summary.click()
    said = {
        (quote.get_by_role("blockquote").inner_text(), quote.locator("cite").inner_text())
        for quote in figures.get_by_role("figure").all()
    }
    documents = {document for _, document in said}
    assert len(said) >= 3
    assert len(documents) == 2
    assert any("rund 140" in words for words, _ in said)
    assert any("More than one hundred" in words for words, _ in said)


# fmt: off
PLANNED = {
    "en": ("Which events were only planned or announced?",
           "Business trip to Japan in March 2020 (announced)"),
    "de": ("Welche Veranstaltungen waren nur geplant oder angekündigt?",
           "Unternehmensreise nach Japan im März 2020 (angekündigt)"),
    "ja": ("予定・予告されただけの催し",
           "2020年3月の日本への企業ミッション（予告）"),
}
# fmt: on


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_planned_and_not_reported_as_done(visitor: Visitor, language: str) -> None:
    newcomer = at_the_front(visitor, language)
    question, trip = PLANNED[language]
    newcomer.go("nav.questions")
    newcomer.follow(question)
    row = newcomer.page.get_by_role("row").filter(has_text=trip)
    expect(row.locator("q")).to_have_text("Die kommende Unternehmerreise im März")
    newcomer.follow(trip, row)
    assert newcomer.title == trip
    assert newcomer.visit.wrong == []


# fmt: off
SHARED = {
    "en": ("Life Science Nord Cluster", "Kobe Biomedical Innovation Cluster", "life sciences"),
    "de": ("Life Science Nord Cluster", "Kobe Biomedical Innovation Cluster", "Life Sciences"),
    "ja": ("Life Science Nord Cluster", "神戸医療産業都市", "life sciences"),
}
# fmt: on


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_two_clusters_share(visitor: Visitor, language: str) -> None:
    newcomer = at_the_front(visitor, language)
    one, other, field = SHARED[language]
    newcomer.go("nav.compare")
    newcomer.page.get_by_label(newcomer.says("compare.first")).fill(one)
    newcomer.page.get_by_label(newcomer.says("compare.second")).fill(other)
    newcomer.press("compare.run")
    common = newcomer.page.get_by_role("region", name=newcomer.says("compare.common"))
    expect(common.get_by_role("link", name=field, exact=True)).to_be_visible()
    expect(common.get_by_role("link", name=WANTED[language][2], exact=True)).to_be_visible()
    assert newcomer.visit.wrong == []


def test_a_thing_as_data(newcomer: Newcomer) -> None:
    newcomer.go("agreements")
    newcomer.follow(LOI)
    thing = newcomer.page.url
    newcomer.follow("Turtle")
    expect(newcomer.page.locator("body")).to_contain_text("a kz:LetterOfIntent")
    newcomer.page.go_back()
    assert newcomer.page.url == thing
    newcomer.follow("JSON-LD")
    shown = newcomer.page.locator("pre").inner_text()
    assert LOI in json.dumps(json.loads(shown))


def test_a_question_with_another_value_as_a_table(newcomer: Newcomer) -> None:
    newcomer.go("nav.questions")
    newcomer.follow("Which agreements is BioM Biotech Cluster Development GmbH a party to?")
    newcomer.page.get_by_label("Organisation").select_option(label="Life Science Nord")
    newcomer.press("questions.ask")
    assert newcomer.title == "Which agreements is Life Science Nord a party to?"
    rows = list(csv.DictReader(io.StringIO(newcomer.take("CSV"))))
    assert len(rows) == 1
    assert rows[0]["agreement"].endswith("loi-fbri-life-science-nord")


# fmt: off
ON_THE_MAP = {
    "en": ("Kawasaki", "Kawasaki City"),
    "de": ("Kawasaki", "Kawasaki City"),
    "ja": ("川崎市",    "川崎市"),
}
# fmt: on


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_a_place_on_the_map_to_an_organisation(visitor: Visitor, language: str) -> None:
    newcomer = at_the_front(visitor, language)
    place, organisation = ON_THE_MAP[language]
    newcomer.follow(place)
    here = newcomer.page.get_by_role("region", name=newcomer.says("thing.incoming"))
    newcomer.follow(organisation, here)
    assert newcomer.title == organisation
    assert "/organisation/" in newcomer.page.url
    assert newcomer.visit.wrong == []
