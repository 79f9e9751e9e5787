"""The shipped project is in order, with the texts and without them."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode

from kizuna.checks import Report, check_project
from kizuna.project import DocumentState
from kizuna.project.evidence import by_fact
from kizuna.project.lock import lock_of, read_lock
from kizuna.release.build import gather
from kizuna.settings import load_settings
from kizuna.vocabulary import term
from support import ROOT, load, real_texts

TEXTS = real_texts()
NOWHERE = ROOT / "nowhere"
with_texts = pytest.mark.skipif(TEXTS is None, reason="the third-party texts are not here")


@pytest.fixture(scope="module")
def blind() -> Report:
    """The report on a machine that has none of the texts."""
    return check_project(load(ROOT, NOWHERE))


@pytest.fixture(scope="module")
def seeing() -> Report:
    """The report on a machine that has them all."""
    assert TEXTS is not None
    return check_project(load(ROOT, TEXTS))


def test_settings() -> None:
    settings = load_settings(ROOT, {})
    assert settings.addresses.base == "https://w3id.org/kizuna/"
    assert settings.languages == ("en", "de", "ja")


def test_without_texts_it_conforms_by_the_lock(blind: Report) -> None:
    assert blind.conforms, blind.findings
    assert {f.check for f in blind.findings} == {"document-absent"}
    assert blind.counts["documents"] == len(blind.findings) == 5
    assert blind.counts["quotes verified"] == 0
    assert blind.counts["quotes from the lock"] == blind.counts["claims"] >= 200


@with_texts
def test_with_texts_there_is_nothing_to_say(seeing: Report) -> None:
    assert seeing.findings == ()
    assert seeing.counts["quotes verified"] == seeing.counts["claims"] >= 200


@with_texts
def test_the_lock_is_that_of_the_texts(seeing: Report) -> None:
    project = load(ROOT, TEXTS)
    assert {d.state for d in project.documents} == {DocumentState.PRESENT}
    texts = {d.iri.value: d.sha256 for d in project.documents}
    assert read_lock(ROOT / "data/documents.lock") == lock_of(seeing.located, texts)


@with_texts
def test_the_release_is_the_same_with_and_without(blind: Report, seeing: Report) -> None:
    identifiers = {
        gather(load(ROOT, folder or NOWHERE), report).identifier
        for folder, report in ((NOWHERE, blind), (TEXTS, seeing))
    }
    assert len(identifiers) == 1


def test_every_fact_has_its_claims_and_every_document_many() -> None:
    project = load(ROOT, NOWHERE)
    per_document = {
        d.iri: sum(c.document == d.iri for c in project.claims) for d in project.documents
    }
    assert len(per_document) == 5
    assert min(per_document.values()) >= 30
    shared = [
        claims
        for claims in by_fact(project.claims).values()
        if len({c.document for c in claims}) > 1
    ]
    assert shared, "some facts stand in two documents"


@with_texts
def test_no_text_is_republished(seeing: Report) -> None:
    """Single passages only: a good part of each text is not to be had from the quotes."""
    for document in load(ROOT, TEXTS).documents:
        quoted = {
            offset
            for found in seeing.located
            if found.claim.document == document.iri
            for offset in range(found.place.start, found.place.end)
        }
        assert len(quoted) < 0.8 * len(document.text or ""), document.file_name
    assert not list((ROOT / "data/documents").glob("*.txt")), "git ignores them, and so it must"


EDITORIAL = [
    term(name)
    for name in (
        "kz:openQuestion",
        "kz:inferenceRule",
        "skos:definition",
        "skos:scopeNote",
        "skos:editorialNote",
        "skos:note",
        "sh:message",
    )
]


@pytest.mark.parametrize("predicate", EDITORIAL, ids=lambda term: term.value)
def test_what_editors_say_is_said_in_every_language(predicate: NamedNode) -> None:
    said: dict[object, list[str]] = {}
    for file in load(ROOT, NOWHERE).files:
        for triple in file.triples:
            if triple.predicate == predicate and isinstance(triple.object, Literal):
                said.setdefault(triple.subject, []).append(triple.object.language or "")
    assert said
    assert {s: tags for s, tags in said.items() if sorted(tags) != ["de", "en", "ja"]} == {}


def test_a_letter_of_intent_has_one_name_in_japanese() -> None:
    texts = [
        triple.object.value
        for file in load(ROOT, NOWHERE).files
        for triple in file.triples
        if isinstance(triple.object, Literal) and triple.object.language == "ja"
    ]
    assert [text for text in texts if "基本合意書" in text] == []
    assert sum("意向表明書" in text for text in texts) > 5
