"""Claims are read leniently: the shapes say what is missing."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kizuna.project import Claim, Document, DocumentState, Place, Role, SourceFile
from kizuna.project.evidence import by_fact, in_furniture, places, read_claims

PREFIXES = """@prefix : <https://x.example/id/> .
@prefix kz: <https://w3id.org/kizuna/ontology#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""
D = NamedNode("https://x.example/id/d")


def claims(body: str) -> tuple[Claim, ...]:
    quads = parse((PREFIXES + body).encode(), RdfFormat.TURTLE)
    triples = tuple(Triple(q.subject, q.predicate, q.object) for q in quads)
    return read_claims(SourceFile("x.ttl", Role.DATA, D, body, {}, triples))


WHOLE = """:c a kz:Claim ; rdf:subject :s ; rdf:predicate :p ; rdf:object "o"@de ;
    prov:wasQuotedFrom :d ; kz:quote "q" ; kz:quotePrefix "before" ; kz:modality kz:stated ."""


def test_a_whole_claim() -> None:
    (claim,) = claims(WHOLE)
    thing = "https://x.example/id/"
    fact = Triple(NamedNode(thing + "s"), NamedNode(thing + "p"), Literal("o", language="de"))
    assert (claim.fact, claim.document) == (fact, D)
    assert (claim.quote, claim.quote_prefix) == ("q", "before")
    assert claim.modality == NamedNode("https://w3id.org/kizuna/ontology#stated")
    assert by_fact([claim, claim]) == {fact: [claim, claim]}


# fmt: off
PARTIAL = [
    # statements of :c                                            fact    document
    ("",                                                          False,  False),
    ("rdf:subject :s ; rdf:predicate :p",                         False,  False),  # no object
    ("rdf:subject 's' ; rdf:predicate :p ; rdf:object :o",        False,  False),  # a literal
    ("rdf:subject :s ; rdf:predicate [] ; rdf:object :o",         False,  False),  # a blank node
    ("rdf:subject [] ; rdf:predicate :p ; rdf:object []",         True,   False),
    ("prov:wasQuotedFrom 'd' ; kz:modality 'm' ; kz:quote :q",    False,  False),  # wrong kinds
    ("prov:wasQuotedFrom :d",                                     False,  True),
]
# fmt: on


@pytest.mark.parametrize(("statements", "fact", "document"), PARTIAL)
def test_parts_that_are_missing(statements: str, fact: bool, document: bool) -> None:  # noqa: FBT001
    (claim,) = claims(f":c a kz:Claim ; {statements} .")
    assert (claim.fact is not None, claim.document is not None) == (fact, document)
    assert (claim.quote, claim.modality) == ("", None)
    assert len(by_fact([claim])) == fact


def test_claims_come_in_the_order_of_the_file() -> None:
    found = claims(":b a kz:Claim . :x a :Y . [] a kz:Claim . :a a kz:Claim .")
    assert [c.iri.value[-1] for c in found] == ["b", "a"]


def test_digest_tells_quote_and_prefix_apart() -> None:
    (one,) = claims(WHOLE)
    (two,) = claims(WHOLE.replace('"q"', '"before"').replace('Prefix "before"', 'Prefix "q"'))
    (three,) = claims(WHOLE.replace('"q"', '"Q"'))
    assert len({one.quote_digest, two.quote_digest, three.quote_digest}) == 3
    assert len(one.quote_digest) == 16


# fmt: off
PLACES = [
    # prefix         quote    text                   places
    ("",             "q",     "q before q",          [0, 9]),
    ("before",       "q",     "q before q",          [9]),
    ("before",       "q",     "q beforeq",           [8]),     # no space needed
    ("before",       "q",     "before x q",          []),      # must stand directly before
    ("before",       "q",     "before\n\n q",        [9]),
    ("be fore",      "q",     "be\nfore q",          [8]),
    ("none",         "q",     "q",                   []),
]
# fmt: on


@pytest.mark.parametrize(("prefix", "quote", "text", "starts"), PLACES)
def test_places(prefix: str, quote: str, text: str, starts: list[int]) -> None:
    body = WHOLE.replace('"q"', f'"{quote}"').replace('Prefix "before"', f'Prefix "{prefix}"')
    (claim,) = claims(body)
    assert places(claim, text) == [Place(s, s + len(quote)) for s in starts]


def test_blank_nodes_are_no_documents() -> None:
    (claim,) = claims(":c a kz:Claim ; prov:wasQuotedFrom [] .")
    assert claim.document is None


# fmt: off
FURNITURE = [
    # start, end    is furniture
    (0, 5,          True),      # around a passage
    (5, 10,         False),     # up to the end of the content
    (5, 11,         True),      # a letter past it
    (2, 3,          True),      # in a passage
    (0, 3,          True),      # into one
    (3, 4,          False),     # behind one
    (0, 2,          False),     # before one
]
# fmt: on


@pytest.mark.parametrize(("start", "end", "expected"), FURNITURE)
def test_in_furniture(start: int, end: int, expected: bool) -> None:  # noqa: FBT001
    document = Document(
        D, "d", "", None, "789", ("2",), DocumentState.PRESENT, "", "01" + "23456789" + "abc"
    )
    assert in_furniture(Place(start, end), document) == expected


def test_wrong_marks_are_told_elsewhere() -> None:
    document = Document(D, "d", "", None, "no", (), DocumentState.PRESENT, "", "text")
    assert not in_furniture(Place(0, 4), document)
