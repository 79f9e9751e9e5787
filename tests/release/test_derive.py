"""What the build adds: selectors for quotes, bounds for dates, reifiers for RDF 1.2."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kizuna.checks import check_project
from kizuna.iris import DERIVED, REIFIERS
from kizuna.project import Claim, Located, Place, Project
from kizuna.release.derive import derived_quads, reifier_quads, text_fragment
from kizuna.vocabulary import term
from support import BASE, ID, copy_bridge, load

IRI = NamedNode(ID + "claim/c")


def located(quote: str, prefix: str = "") -> Located:
    return Located(Claim(IRI, "x.ttl", None, None, quote, prefix, None), Place(0, 1), verified=True)


# fmt: off
FRAGMENTS = [
    # page                  prefix     quote              link after the page
    ("https://p.example/",  "",        "a b",             "#:~:text=a%20b"),
    ("https://p.example/",  "",        "a\n  b",          "#:~:text=a%20b"),
    ("https://p.example/",  "",        "e-mail, 5 & 6",   "#:~:text=e%2Dmail%2C%205%20%26%206"),
    ("https://p.example/",  "be fore", "a",               "#:~:text=be%20fore-,a"),
    ("https://p.example/",  "",        "“神戸”",           "#:~:text=%E2%80%9C%E7%A5%9E%E6%88%B8%E2%80%9D"),
    ("https://p.example/#x", "",       "a",               "#:~:text=a"),   # one fragment, not two
]
# fmt: on


@pytest.mark.parametrize(("page", "prefix", "quote", "link"), FRAGMENTS)
def test_text_fragment(page: str, prefix: str, quote: str, link: str) -> None:
    assert text_fragment(page, located(quote, prefix)) == page.partition("#")[0] + link


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = copy_bridge(tmp_path_factory.mktemp("derive") / "bridge")
    letter = root / "data/ttl/bay-letter.ttl"
    text = letter.read_text(encoding="utf-8")
    text += "".join(
        f"<{ID}time/{name}> a kz:TimeReference ; kz:edtf {value} .\n"
        for name, value in (
            ("open", '"../2017"^^<http://id.loc.gov/datatypes/edtf/EDTF>'),
            ("unknown", '"XXXX-02"^^<http://id.loc.gov/datatypes/edtf/EDTF>'),
            ("text", '"2017"'),
            ("iri", "<urn:2017>"),
        )
    )
    letter.write_text(text, encoding="utf-8")
    return load(root)


@pytest.fixture(scope="module")
def derived(project: Project) -> set[Triple]:
    quads = list(derived_quads(project, check_project(project).located))
    assert {q.graph_name for q in quads} == {NamedNode(BASE + "graph/" + DERIVED)}
    return {q.triple for q in quads}


def about(derived: set[Triple], subject: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for triple in derived:
        if triple.subject == NamedNode(ID + subject):
            name = triple.predicate.value.rpartition("#")[2].rpartition("/")[2]
            found.setdefault(name, set()).add(getattr(triple.object, "value", ""))
    return found


# fmt: off
BOUNDS = [
    # time            earliest       latest         the day itself
    ("time/signing",  "2019-05-03",  "2019-05-03",  "2019-05-03"),
    ("time/workshop", "2020-01-01",  "2020-12-31",  None),
    ("time/open",     None,          "2017-12-31",  None),
    ("time/unknown",  None,          None,          None),   # an unknown year has no bounds
    ("time/text",     None,          None,          None),   # no EDTF literal: told by a shape
    ("time/iri",      None,          None,          None),
]
# fmt: on


@pytest.mark.parametrize(("time", "earliest", "latest", "day"), BOUNDS)
def test_bounds(
    derived: set[Triple], time: str, earliest: str | None, latest: str | None, day: str | None
) -> None:
    expected = {
        "hasEarliestBeginTimeStamp": earliest,
        "hasLatestEndTimeStamp": latest,
        "inXSDDate": day,
    }
    assert about(derived, time) == {k: {v} for k, v in expected.items() if v}


def test_selectors_lead_to_the_words(
    project: Project, derived: set[Triple], tmp_path: Path
) -> None:
    texts = {d.iri.value: d.text or "" for d in project.documents}
    for claim in project.claims:
        name = claim.iri.value.removeprefix(ID)
        (target,) = about(derived, name)["evidence"]
        assert target.endswith("#evidence")
        evidence, words, position = (
            about(derived, f"{name}#{part}") for part in ("evidence", "quote", "position")
        )
        (source,) = evidence["hasSource"]
        (start,), (end,) = position["start"], position["end"]
        quoted = texts[source][int(start) : int(end)]
        assert {" ".join(quoted.split())} == {" ".join(q.split()) for q in words["exact"]}
        assert ("prefix" in words) == bool(claim.quote_prefix)
        assert ("textFragment" in evidence) == source.endswith("harbour-news")


def test_quotes_of_unknown_documents_are_left_out(project: Project) -> None:
    quads = derived_quads(project, [located("x")])
    assert not [q for q in quads if q.subject == IRI]


def test_reifiers(project: Project) -> None:
    fact = Triple(IRI, term("kz:party"), Literal("x"))
    claims = [
        Claim(IRI, "x.ttl", fact, None, "", "", None),
        Claim(IRI, "x.ttl", None, None, "", "", None),
    ]
    (quad,) = reifier_quads(project, claims)
    assert (quad.subject, quad.predicate, quad.object) == (IRI, term("rdf:reifies"), fact)
    assert quad.graph_name == NamedNode(BASE + "graph/" + REIFIERS)


def test_what_is_derived_says_of_which_dataset_it_is_part(tmp_path: Path) -> None:
    root = copy_bridge(tmp_path / "bridge")
    part_of = term("dct:isPartOf")

    def said() -> list[Triple]:
        project = load(root)
        quads = derived_quads(project, check_project(project).located)
        return [q.triple for q in quads if q.predicate == part_of]

    assert said() == []
    dataset = f"{ID}dataset/bridge"
    (root / "data/ttl/catalogue.ttl").write_text(
        f"<{dataset}> a <http://www.w3.org/ns/dcat#Dataset> .", encoding="utf-8"
    )
    graph = NamedNode(f"{BASE}graph/{DERIVED}")
    assert said() == [Triple(graph, part_of, NamedNode(dataset))]
