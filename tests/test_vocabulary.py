"""Terms and prefixes that the program speaks are those of the ontology."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from kizuna import vocabulary
from kizuna.vocabulary import PREFIXES, shortened, term
from support import ROOT

TERMS = {name: value for name, value in vars(vocabulary).items() if isinstance(value, NamedNode)}


def test_unknown_prefix() -> None:
    with pytest.raises(KeyError):
        term("nope:x")


# fmt: off
SHORTENED = [
    # IRI                                        shortened
    ("https://schema.org/location",              "schema:location"),
    ("https://w3id.org/kizuna/ontology#Claim",   "kz:Claim"),
    ("https://schema.org/a/b",                   "<https://schema.org/a/b>"),   # no local name
    ("https://schema.org/a#b",                   "<https://schema.org/a#b>"),
    ("urn:x",                                    "<urn:x>"),
]
# fmt: on


@pytest.mark.parametrize(("iri", "short"), SHORTENED)
def test_shortened(iri: str, short: str) -> None:
    assert shortened(iri) == short


def test_the_longest_namespace_wins() -> None:
    prefixes = {"a": "https://x.example/", "b": "https://x.example/id/"}
    assert shortened("https://x.example/id/k", prefixes) == "b:k"
    assert shortened("https://x.example/k", prefixes) == "a:k"


def test_every_term_of_our_own_is_defined() -> None:
    text = (ROOT / "ontology" / "kizuna.ttl").read_bytes()
    defined = {q.subject for q in parse(text, RdfFormat.TURTLE)}
    own = {t for t in TERMS.values() if t.value.startswith(PREFIXES["kz"])}
    assert len(own) > 15
    assert own <= defined


def test_every_term_is_named_once() -> None:
    assert len(set(TERMS.values())) == len(TERMS)
