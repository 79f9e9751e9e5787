"""The analysts' questions get the answers that the five documents give.

``tests/queries/<name>.csv`` is the answer to ``queries/<name>.rq``, in its order. It was written
from the documents; when the data change and an answer with it, read the documents before the CSV.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rdflib.plugins.sparql import prepareQuery

from kizuna.checks import OUTPUTS, check_project
from kizuna.checks.questions import read_queries
from kizuna.engine import Answer, Query
from kizuna.engine.federation import Federated, Services
from kizuna.formats import BY_SUFFIX, Kind
from kizuna.release import Releases, build_release
from servers import CHOSEN, EMBEDDED, SERVERS
from support import BASE, ROOT, load, real_texts

EXPECTED = ROOT / "tests" / "queries"
QUESTIONS = {q.name: q for q in read_queries(ROOT / "queries", BASE)}
FLOOR = 24
"""Questions that there are at least, so that a folder which is not found fails."""

Row = dict[str, str]
Ask = Callable[[str], list[list[str]]]
Rows = Callable[[str], list[Row]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Answer a saved query on a release of this project: the head first, then the rows.

    The engine is that of the tests over HTTP, see servers.py. Without the documents' texts the lock stands in for them; findings are a failure either way.
    """
    project = load(ROOT, real_texts())
    report = check_project(project)
    assert report.conforms, OUTPUTS["text"](report)
    release = build_release(project, report, Releases(tmp_path_factory.mktemp("releases")))
    with SERVERS[CHOSEN or EMBEDDED](tmp_path_factory.mktemp("engine")) as service:
        service.fill(release)
        engine = Federated(service.engine(release), Services((), base=BASE))  # calls nobody

        def answer(name: str) -> list[list[str]]:
            query = Query(QUESTIONS[name].text, BASE)
            found = asyncio.run(engine.ask(query, {Kind.ROWS: BY_SUFFIX["csv"]}))
            assert isinstance(found, Answer)
            return split(found.body.decode())

        yield answer
        engine.close()


@pytest.fixture(scope="module")
def rows(ask: Ask) -> Rows:
    """Answer a saved query with a dictionary for each row."""

    def answer(name: str) -> list[Row]:
        head, *found = ask(name)
        return [dict(zip(head, row, strict=True)) for row in found]

    return answer


def split(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def expected(name: str) -> list[list[str]]:
    return split((EXPECTED / f"{name}.csv").read_text(encoding="utf-8"))


def local(iri: str) -> str:
    """Return the end of an IRI, which the documents' things are told apart by."""
    return re.split(r"[/#]", iri)[-1]


def test_there_are_enough_questions() -> None:
    assert len(QUESTIONS) >= FLOOR


def test_every_question_has_an_expected_answer_and_every_answer_a_question() -> None:
    assert {p.stem for p in EXPECTED.iterdir()} == QUESTIONS.keys()


@pytest.mark.parametrize("name", QUESTIONS)
def test_says_what_it_asks(name: str) -> None:
    question = QUESTIONS[name]
    assert question.titles.keys() >= {"en", "de", "ja"}
    assert question.descriptions.keys() >= {"en", "de"}
    assert len({*question.titles.values(), *question.descriptions.values()}) == len(
        [*question.titles, *question.descriptions]
    )


@pytest.mark.parametrize("name", QUESTIONS)
def test_is_plain_sparql_with_named_columns_in_a_fixed_order(name: str) -> None:
    sparql = QUESTIONS[name].sparql
    prepareQuery(sparql)  # a second parser: it is SPARQL 1.1 and no dialect of one engine
    assert not re.search(r"\bSERVICE (?!SILENT\b)|\bGRAPH\b|SELECT (DISTINCT )?\*", sparql)
    order = re.search(r"\nORDER BY (.+)$", sparql.rstrip())
    assert order, "an answer without order differs from run to run"


@pytest.mark.parametrize("name", QUESTIONS)
def test_is_answered_as_the_documents_answer_it(name: str, ask: Ask) -> None:
    assert ask(name) == expected(name)


# Where a reader, or a careless model, goes wrong.


def test_memorandum_of_2010_has_no_thuringian_party(rows: Rows) -> None:
    (answer,) = rows("mou-2010-thuringian-party")
    assert answer["partiesNamed"] == "Hamamatsu Technopolis"
    assert not answer["signer"]
    assert not answer["onBehalfOf"]
    assert answer["openQuestion"].startswith("Who signed the MoU on the Thuringian side")
    parties = {local(a["agreement"]): a["parties"] for a in rows("agreements")}
    assert parties["mou-hamamatsu-2010"] == "Hamamatsu Technopolis"


def test_letter_of_intent_lies_between_two_days_and_is_no_more_exact(rows: Rows) -> None:
    (answer,) = rows("loi-date-bounds")
    assert (answer["notBefore"], answer["notAfter"]) == ("2015-10-01", "2017-12-31")
    assert answer["modalityLabel"] == "inferred"


def test_undated_agreement_is_neither_old_nor_new(rows: Rows) -> None:
    certain = {local(a["agreement"]) for a in rows("agreements-older-than")}
    assert certain == {"shizuoka-jena-2008", "mou-hamamatsu-2010"}
    answers = {local(a["agreement"]): a["answer"] for a in rows("agreements-by-certainty")}
    assert answers["mou-biom-kawasaki"] == "not known"
    assert answers["loi-fbri-life-science-nord"] == "possibly"


def test_attendance_has_three_figures_from_two_documents(rows: Rows) -> None:
    answer = rows("attendance")
    assert sorted((a["value"], a["atLeast"]) for a in answer) == [
        ("", "101"),
        ("", "101"),
        ("140", ""),
    ]
    assert len({a["documentTitle"] for a in answer}) == 2
    assert {a["bothPossible"] for a in rows("attendance-compared")} == {"yes"}


def test_taking_part_and_supporting_stay_apart(rows: Rows) -> None:
    (answer,) = rows("different-roles")
    assert local(answer["organisation"]) == "bmbf"
    assert {answer["oneRoleLabel"], answer["otherRoleLabel"]} == {
        "participating body",
        "supported by",
    }


def test_tiefensee_is_the_only_leader(rows: Rows) -> None:
    assert [local(a["person"]) for a in rows("delegation-leaders")] == ["wolfgang-tiefensee"]
    delegations = {local(a["event"]): a for a in rows("delegations")}
    assert not delegations["delegation-schleswig-holstein"]["leaders"]
    assert not delegations["delegation-tiefensee-2017"]["visited"]


def test_trip_of_march_2020_is_only_planned(rows: Rows) -> None:
    assert "japan-trip-2020" in {local(a["event"]) for a in rows("only-planned")}
    assert "japan-trip-2020" not in {local(a["event"]) for a in rows("events-in-japan")}
    status = {local(a["thing"]): a["statusLabel"] for a in rows("timeline")}
    assert status["japan-trip-2020"] == "announced"


def test_extension_of_a_programme_is_no_end(rows: Rows) -> None:
    answer = {local(a["programme"]): a for a in rows("programme-ends")}
    assert not any(a["ended"] for a in answer.values())
    assert answer["rit"]["extendedUntil"] == "bis 2017"


def test_nothing_answers_the_question_of_money(rows: Rows) -> None:
    assert rows("funding-amounts") == []


def test_february_of_an_unknown_year_has_no_date(rows: Rows) -> None:
    undated = {local(a["event"]): a["when"] for a in rows("undated-events")}
    assert undated["delegation-cluster-biom-february"] == "im Februar"
    assert undated["meeting-february-bavarian-ministry"] == "im Februar dieses Jahres"


def test_who_was_present_did_not_sign(rows: Rows) -> None:
    parts = {(a["partLabel"], local(a["actor"])) for a in rows("signings") if a["actor"]}
    assert {actor for part, actor in parts if part == "signed by"} == {"horst-domdey"}
    assert {actor for part, actor in parts if part == "witness"} == {
        "kawasaki-city",
        "tetsuya-kimura",
    }
    assert not {"torsten-albig", "reinhard-meyer"} & {actor for _, actor in parts}


def test_one_organisation_succeeds_the_other(rows: Rows) -> None:
    chain = [local(a["organisation"]) for a in rows("succession-of-hamamatsu-technopolis")]
    assert chain == ["hamamatsu-technopolis", "hapi", "hai"]


def test_every_quote_in_an_answer_is_from_a_document(rows: Rows) -> None:
    texts = real_texts()
    if texts is None:
        pytest.skip("the documents' texts are not on this machine")
    said = [squeezed(path) for path in texts.glob("*.txt")]
    quotes = {
        " ".join(row[column].split())
        for name in QUESTIONS
        for row in rows(name)
        for column in row
        if column.lower().endswith("quote") and row[column]
    }
    assert quotes
    assert [q for q in sorted(quotes) if not any(q in text for text in said)] == []


def squeezed(path: Path) -> str:
    return " ".join(path.read_text(encoding="utf-8").split())
