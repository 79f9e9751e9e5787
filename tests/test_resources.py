"""A thing is described with what is said of it, by whom, in which words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from kizuna.engine import DescriptionIndex, write_index
from kizuna.errors import NotFound
from kizuna.resources import describe, is_claim, label_of, parts_of, read_evidence
from kizuna.vocabulary import (
    DCT_TITLE,
    KZ_CLAIM,
    KZ_INFERRED,
    RDF_TYPE,
    RDFS_LABEL,
    SKOS_PREF_LABEL,
    term,
)
from support import ID, build, copy_bridge

SIGNING = NamedNode(ID + "event/signing")
ATTENDANCE = term("kz:attendance")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DescriptionIndex]:
    root = copy_bridge(tmp_path_factory.mktemp("resources") / "bridge")
    opened = DescriptionIndex(build(root).index)
    yield opened
    opened.close()


def is_figure(value: object) -> bool:
    return "/attendance/" in str(value) or "/time/" in str(value)


def test_description(index: DescriptionIndex) -> None:
    signing = describe(index, SIGNING)
    assert signing.types == (term("kz:SigningEvent"),)
    assert [str(v) for v in signing.values(SKOS_PREF_LABEL)] == [
        '"Signing of the memorandum"@en',
        '"Unterzeichnung des Memorandums"@de',
    ]
    assert signing.values(term("kz:speaker")) == ()
    assert {by for _, by in signing.pointing} >= {term("kz:hasSigning"), term("kz:follows")}


def test_parts_of_a_description(index: DescriptionIndex) -> None:
    parts = parts_of(index, SIGNING, is_figure)
    described = {q.subject for q in (*parts.incoming, *parts.values, *parts.evidence)}
    assert NamedNode(ID + "attendance/signing-bay") in described  # values are spelt out
    assert NamedNode(ID + "claim/bay-002") in described
    assert NamedNode(ID + "claim/bay-002#quote") in described
    assert NamedNode(ID + "claim/harbour-001") not in described  # says something of another


def test_disagreeing_values_have_each_its_own_evidence(index: DescriptionIndex) -> None:
    signing = describe(index, SIGNING)
    figures = signing.values(ATTENDANCE)
    assert len(figures) == 2
    quotes = [[e.quote for e in signing.evidence_for(ATTENDANCE, f)] for f in figures]
    assert quotes == [
        ["Mehr als 30 Gäste waren bei der Unterzeichnung"],
        ["About 40 guests came to the signing"],
    ]


def test_one_fact_from_two_documents(index: DescriptionIndex) -> None:
    memorandum = describe(index, NamedNode(ID + "agreement/mou-alpha-beta"))
    party = NamedNode(ID + "organisation/beta-bay")
    found = memorandum.evidence_for(term("kz:party"), party)
    assert [str(e.document).rpartition("/")[2] for e in found] == ["bay-letter>", "harbour-news>"]


def test_evidence_in_reading_order(index: DescriptionIndex) -> None:
    evidence = describe(index, SIGNING).evidence
    starts = [(str(e.document), e.start) for e in evidence]
    assert starts == sorted(starts)
    assert all(e.start >= 0 for e in evidence)


# fmt: off
PARTS = [
    # claim            part           value
    ("harbour-005",    "prefix",      "for the City of Alpha."),
    ("harbour-005",    "source_link", "https://news.example/2019/bridge#:~:text=for%20the%20City%20of%20Alpha.-,Optics%20is"),
    ("harbour-007",    "prefix",      ""),
    ("harbour-014",    "modality",    KZ_INFERRED),
    ("harbour-014",    "rules",       (Literal("2020 is after 3 May 2019.", language="en"),
                                       Literal("2020 liegt nach dem 3. Mai 2019.", language="de"))),
    ("harbour-015",    "speaker",     NamedNode(ID + "person/bela-sample")),
    ("bay-001",        "speaker",     None),
    ("bay-001",        "source_link", ""),       # no page of it is known
    ("bay-001",        "predicate",   term("kz:party")),
]
# fmt: on


@pytest.mark.parametrize(("claim", "part", "value"), PARTS)
def test_evidence(index: DescriptionIndex, claim: str, part: str, value: object) -> None:
    iri = NamedNode(f"{ID}claim/{claim}")
    assert is_claim(index, iri)
    assert getattr(read_evidence(index, iri), part) == value


def test_nothing_is_said(index: DescriptionIndex) -> None:
    with pytest.raises(NotFound, match="is not described here"):
        describe(index, NamedNode(ID + "event/none"))
    assert not is_claim(index, SIGNING)


X = "https://x.example/"
A, CLAIM = NamedNode(X + "a"), NamedNode(X + "c")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[DescriptionIndex]:
    one, two = BlankNode("one"), BlankNode("two")
    quads = [
        Quad(A, term("schema:address"), one),
        Quad(one, term("schema:near"), two),
        Quad(two, term("schema:near"), one),  # a circle
        Quad(CLAIM, RDF_TYPE, KZ_CLAIM),
        Quad(CLAIM, term("rdf:subject"), A),
        Quad(CLAIM, term("kz:evidence"), two),
        Quad(two, term("oa:start"), Literal("no number")),
        Quad(two, term("oa:end"), Literal("9" * 5_000)),
        *(Quad(NamedNode(X + s), p, o) for s, p, o in LABELLED),  # type: ignore[arg-type]
    ]
    write_index(tmp_path / "x", quads)
    opened = DescriptionIndex(tmp_path / "x")
    yield opened
    opened.close()


def tagged(text: str) -> Literal:
    value, _, language = text.partition("@")
    return Literal(value, language=language) if language else Literal(value)


LABELLED = [
    ("l", SKOS_PREF_LABEL, tagged("eins@de")),
    ("l", SKOS_PREF_LABEL, tagged("one@en")),
    ("l", RDFS_LABEL, tagged("first@en")),
    ("l", RDFS_LABEL, tagged("1")),
    ("m", RDFS_LABEL, tagged("один@ru")),
    ("m", DCT_TITLE, NamedNode(X + "no-text")),
    ("n", RDFS_LABEL, tagged("b@en")),
    ("n", RDFS_LABEL, tagged("a@en")),
]
# fmt: off
LABELS = [
    # thing  languages       label
    ("l",    ("de", "en"),   "eins@de"),
    ("l",    ("en",),        "one@en"),       # the better predicate
    ("l",    ("ja",),        "1"),            # no language before one that was not asked for
    ("m",    ("de", "en"),   "один@ru"),      # any rather than none
    ("n",    ("en",),        "a@en"),         # a fixed choice
    ("x",    ("en",),        None),
]
# fmt: on


@pytest.mark.parametrize(("thing", "languages", "label"), LABELS)
def test_label(
    small: DescriptionIndex, thing: str, languages: tuple[str, ...], label: str | None
) -> None:
    found = label_of(small, NamedNode(X + thing), languages)
    assert found == (tagged(label) if label else None)
    assert label_of(small, Literal("x"), languages) is None


def test_blank_nodes_are_described_along_and_circles_end(small: DescriptionIndex) -> None:
    parts = parts_of(small, A, lambda _: False)
    assert len(parts.values | parts.evidence) == 7


def test_a_bare_claim_is_evidence_without_words(small: DescriptionIndex) -> None:
    (evidence,) = describe(small, A).evidence
    assert (evidence.claim, evidence.quote) == (CLAIM, "")
    assert (evidence.start, evidence.end) == (-1, -1)  # what is stated there is no place
    assert (evidence.document, evidence.modality, evidence.rules) == (None, None, ())
