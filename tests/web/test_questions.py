"""Questions as pages and files: their parameters, their words in each language, what is hostile."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import NamedNode, Store

from conftest import SMALL, SMALL_BASE, Client
from kizuna.engine import EmbeddedEngine
from kizuna.release import Release
from kizuna.resources import describe
from kizuna.web import Site, create_app, open_site
from kizuna.web.reader import Reader
from kizuna.web.views.questions import related_questions
from kizuna.web.views.results import _places

ORG = f"{SMALL_BASE}id/organisation/"
HARBOUR = quote(f"{ORG}harbour", safe="")
GUILD = quote(f"{ORG}guild", safe="")


def page(client: Client, path: str, language: str = "en") -> str:
    answer = client.get(path, headers={"accept": "text/html", "accept-language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


def rows(client: Client, path: str) -> list[list[str]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text)))[1:]


# fmt: off
ANSWERS = [
    # address                                          rows   why
    ("said-of.csv",                                    8),
    ("said-of.csv?thing=",                             8),  # an empty field is the default
    (f"said-of.csv?thing={quote(SMALL_BASE, safe='')}nothing", 0),
    ("said-of.csv?word=took+place",                    2),
    ("said-of.csv?word=%22%20%7D%20UNION%20%7B",       0),
    ("said-of.csv?before=2019-05-05&word=took+place",  2),
    ("said-of.csv?before=2019-05-04",                  0),
    (f"agreements-of.csv?organisation={HARBOUR}",      1),
]
# fmt: on


@pytest.mark.parametrize(("path", "number"), ANSWERS)
def test_values_change_the_answer(client: Client, path: str, number: int) -> None:
    assert len(rows(client, f"/queries/{path}")) == number


@pytest.mark.parametrize("suffix", ["", ".csv", ".json", ".xml", ".tsv", ".rq"])
def test_a_wrong_value_is_told_in_every_form(client: Client, suffix: str) -> None:
    answer = client.get(f"/queries/said-of{suffix}?before=soon", headers={"accept": "*/*"})
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["detail"] == "before='soon' is no value of this question"
    assert "2012-01-31" in problem["hint"]
    shown = client.get("/queries/said-of?before=%3Cb%3E", headers={"accept": "text/html"})
    assert shown.status_code == 400
    assert "<b>" not in shown.text.partition("<main")[2].partition("</main>")[0].replace(
        "<b>Line", ""
    )
    assert '<a href="/queries/said-of">' in shown.text  # the question without what was wrong


@pytest.mark.parametrize("asked", ["bfore=2012-01-31", "before=2012-01-31&before=2013-01-31"])
def test_a_slip_gets_no_other_answer(client: Client, asked: str) -> None:
    answer = client.get(f"/queries/said-of.csv?{asked}", headers={"accept": "*/*"})
    assert answer.status_code == 400
    assert "before" in answer.json()["hint"] + answer.json()["detail"]


def test_the_query_with_its_values_can_be_taken_away(client: Client) -> None:
    text = client.get(f"/queries/agreements-of.rq?organisation={HARBOUR}").text
    assert f"VALUES ?organisation {{ <{ORG}harbour> }}" in text
    html = page(client, f"/queries/agreements-of?organisation={HARBOUR}")
    assert quote(f"<{ORG}harbour>", safe="") in html.partition('href="/sparql?query=')[2]
    again = client.post("/sparql", data={"query": text}, headers={"accept": "text/csv"})
    assert again.text == client.get(f"/queries/agreements-of.csv?organisation={HARBOUR}").text


def test_links_and_headers_keep_the_values(client: Client) -> None:
    answer = client.get(
        f"/queries/agreements-of?organisation={HARBOUR}&lang=de", headers={"accept": "text/csv"}
    )
    wanted = f"/queries/agreements-of.csv?organisation={HARBOUR}"
    assert answer.headers["content-location"] == wanted
    assert f"<{wanted}>" in answer.headers["link"]
    html = page(client, f"/queries/agreements-of?organisation={HARBOUR}&lang=de")
    assert f'href="/queries/agreements-of?organisation={HARBOUR}&amp;lang=ja"' in html
    assert f'href="{wanted}"' in html
    default = page(client, f"/queries/agreements-of?organisation={GUILD}")
    assert "organisation=" not in default.partition("</head>")[0]  # the default is not repeated


def test_a_page_says_what_it_asks_in_the_readers_words(client: Client) -> None:
    html = page(client, f"/queries/agreements-of?organisation={HARBOUR}", "de")
    assert "<h1><bdi>Welche Vereinbarungen hat Hafenverein?</bdi></h1>" in html
    assert f'<option value="{ORG}harbour" selected>Hafenverein</option>' in html
    assert '<label for="field-organisation" lang="en">Organisation</label>' in html
    assert '<th scope="col">Abmachung</th>' in html  # its own head, not the shared one
    assert "Absichtserklärung" in html
    english = page(client, f"/queries/agreements-of?organisation={HARBOUR}")
    assert '<th scope="col">Agreement</th>' in english  # the shared head


def test_quotes_stand_with_their_documents_and_names_in_the_readers_language(
    client: Client,
) -> None:
    html = page(client, "/queries/said-of?word=took+place", "de")
    assert '<th scope="col">Was</th>' in html
    assert "documentTitle" not in html.partition("<table>")[2].partition("</table>")[0]
    assert '<q lang="en">The fair took place</q> <cite><a href="/doc/document/fair-report">' in html
    assert "<bdi>Bericht über das Fest</bdi>" in html
    assert ">gehalten<" in html or ">durchgeführt<" in html


def test_hostile_names_stay_text(client: Client) -> None:
    html = page(client, "/queries/agreements-of")
    assert "<script>alert" not in html
    assert "Guild &lt;script&gt;" in html
    assert 'lang="&#34;' not in html
    other = quote('https://e.org/"onfocus="x', safe="")
    assert client.get(f"/queries/agreements-of?organisation={other}").status_code == 400
    elsewhere = page(client, "/queries/agreements-of?organisation=javascript:alert(1)")
    assert 'href="javascript' not in elsewhere
    assert '<option value="javascript:alert(1)" selected>' in elsewhere


def test_questions_are_listed_by_theme(client: Client) -> None:
    html = page(client, "/queries", "de")
    assert "Was sagt" not in html
    themes = html.partition("<main")[2].split("<section")[1:]
    assert len(themes) == 3
    assert "Weitere Fragen" in themes[-1]  # those without a theme stand last
    assert 'href="/queries/events"' in themes[-1]
    assert "What is said of Freundschaftsfest?" in html


RELATED = [
    # thing                 questions with it
    ("organisation/harbour", ["agreements-of?organisation", "said-of?thing"]),
    ("event/second-fair", ["said-of?thing"]),
    ("organisation/guild", ["agreements-of", "said-of?thing"]),  # the default needs no parameter
]


@pytest.mark.parametrize(("path", "expected"), RELATED)
def test_questions_about_a_thing(site: Site, path: str, expected: list[str]) -> None:
    iri = NamedNode(f"{SMALL_BASE}id/{path}")
    links = related_questions(Reader(site, "en"), describe(site.index, iri))
    assert [link.href.partition("=")[0] for link in links] == [f"/queries/{e}" for e in expected]


PLACES = [
    # columns of the answer                    columns of the page
    (["a", "aLabel", "n"],                     ["a", "n"]),
    (["aLabel"],                               ["aLabel"]),  # nothing else says it
    (["quote", "document", "documentTitle"],   ["quote"]),
    (["quote", "documentTitle"],               ["quote"]),
    (["document", "documentTitle"],            ["document"]),
    (["oneQuote", "one", "oneTitle", "other", "otherTitle"], ["oneQuote", "other"]),
    (["Label", "Quote"],                       ["Label", "Quote"]),
]  # fmt: skip


@pytest.mark.parametrize(("names", "shown"), PLACES)
def test_columns_that_stand_in_others_are_left_out(names: list[str], shown: list[str]) -> None:
    assert [place.name for place in _places(names)] == shown


def test_questions_named_in_a_description_are_linked_by_their_titles(
    small_release: Release, tmp_path: Path
) -> None:
    queries = Path(shutil.copytree(SMALL / "queries", tmp_path / "queries"))
    events = queries / "events.rq"
    more = "# description@en: Not “nothing-such”; see “is-there-a-fair”.\n# description@ja: 「is-there-a-fair」を参照。\n"
    text = events.read_text(encoding="utf-8")
    _, _, rest = text.partition("#   by label.\n")
    events.write_text(text.partition("# description@en")[0] + more + rest, encoding="utf-8")
    site = open_site(small_release, EmbeddedEngine(Store()), queries)
    client = Client(create_app(site))
    title = "Is there a fair?"
    for path in ("/queries", "/queries/events"):
        html = page(client, path)
        assert f'“<a href="/queries/is-there-a-fair"><bdi>{title}</bdi></a>”.' in html
        assert "Not “nothing-such”; see" in html
        assert f'「<a href="/queries/is-there-a-fair"><bdi lang="en">{title}</bdi></a>」を' in page(client, path, "ja")  # fmt: skip
    site.close()
