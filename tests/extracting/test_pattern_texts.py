"""The language of patterns, and what is said where a file of patterns is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from kizuna.errors import BadData, ProjectError
from kizuna.extracting.compiling import compile_pattern
from kizuna.extracting.language import tongue
from kizuna.extracting.matching import encode, matches, slot_letters
from kizuna.extracting.patterns import Pattern, Slot, load_patterns
from kizuna.extracting.things import Thing
from kizuna.extracting.tokens import Token, tokenise
from support import ROOT

SLOTS = {n: Slot(n, (f"urn:{n}",), "") for n in ("org", "event")}
NAMES = tuple(sorted(SLOTS))
# fmt: off
CASES = [
    # pattern                                 sentence ("@A" is an organisation, "#E" an event)    matches
    ("{org} besucht {event}",                 "die @A besucht das #E",                              True),   # no determiners
    ("{org} besucht {event}",                 "@A hat besucht #E",                                  False),
    ("{org} … {event}",                       "@A hat mit viel Mühe #E",                            True),
    ("{org} … {event}",                       "@A hat . #E",                                        False),  # a gap ends with the sentence
    ("{orgs:org+} kooperieren",               "@A , @B und die @C kooperieren",                     True),
    ("unterzeichne* {event}",                 "unterzeichneten #E",                                 True),
    ("*vertrag {event}",                      "Kooperationsvertrag #E",                             True),
    ("(a|b c) {event}",                       "b c #E",                                             True),
    ("{org} [sehr] gern {event}",             "@A gern #E",                                         True),
    (r"{org} \( heute {o:org} \)",            "@A ( heute @B )",                                    True),
    ("^ {event}",                             "nun #E",                                             False),
    ("{org} * {event}",                       "@A irgendwie #E",                                    True),
    ("{org} zu {aim:text} .",                 "@A zu mehr guter Arbeit .",                          True),
    ("im Rahmen {event}",                     "in dem Rahmen des #E",                               True),   # im = in
]
WRONG = [
    # Turtle after the prefixes                                                          message
    ('x:p a kzx:Pattern ; kzx:match "{nobody} kam"@de .',                                "names a slot that is not declared"),
    ('x:p a kzx:Pattern ; kzx:match "(kam"@de .',                                        "is no pattern"),
    ('x:n a kzx:Noun ; kzx:word "Treffen"@de .',                                         "has no kzx:class"),
    ('x:n a kzx:Noun ;',                                                                 ":2:"),
]
# fmt: on


def read(sentence: str) -> list[Token]:
    tokens = tokenise(sentence.replace("@", "Q").replace("#", "Z"), 0, len(sentence), tongue("de"))
    for token in tokens:
        kind = {"Q": "org", "Z": "event"}.get(token.text[0])
        if kind and len(token.text) == 2:
            token.things = (Thing("urn:x", frozenset({f"urn:{kind}"})),)
            token.value = kind
    return tokens


@pytest.mark.parametrize(("text", "sentence", "expected"), CASES)
def test_a_pattern_matches(text: str, sentence: str, *, expected: bool) -> None:
    pattern = Pattern("urn:p", (("de", text),), (), (), (), "", 5, 0.8, "", "")
    [compiled] = compile_pattern(pattern, SLOTS)
    tokens = read(sentence)
    fits = [slot_letters(NAMES, frozenset({t.value} & set(NAMES))) for t in tokens]
    found = list(matches(compiled, encode(tokens, fits, tongue("de")), NAMES))
    assert bool(found) is expected


def test_a_gap_leads_to_the_nearest_thing() -> None:
    pattern = Pattern("urn:p", (("de", "{org} … {event}"),), (), (), (), "", 5, 0.8, "", "")
    [compiled] = compile_pattern(pattern, SLOTS)
    tokens = read("@A und dann @B bei #E")
    fits = [slot_letters(NAMES, frozenset({t.value} & set(NAMES))) for t in tokens]
    [match] = matches(compiled, encode(tokens, fits, tongue("de")), NAMES)
    assert tokens[match.slots["org"][0]].text == "QB"


@pytest.mark.parametrize(("turtle", "message"), WRONG)
def test_wrong_patterns_are_told_with_their_place(
    tmp_path: Path, turtle: str, message: str
) -> None:
    folder = tmp_path / "ontology" / "patterns"
    folder.mkdir(parents=True)
    prefixes = "@prefix x: <urn:x:> . @prefix kzx: <https://w3id.org/kizuna/extraction#> .\n"
    (folder / "bad.ttl").write_text(prefixes + turtle, encoding="utf-8")
    with pytest.raises((ProjectError, BadData), match=message):
        patterns = load_patterns(tmp_path)
        for pattern in patterns.patterns:
            compile_pattern(pattern, patterns.slots)


def test_a_project_without_patterns_has_none(tmp_path: Path) -> None:
    assert load_patterns(tmp_path).patterns == ()


def test_the_shipped_patterns_speak_of_terms_that_there_are() -> None:
    patterns = load_patterns(ROOT)
    terms = (ROOT / "ontology" / "kizuna.ttl").read_text(encoding="utf-8")
    own = "https://w3id.org/kizuna/ontology#"
    used = {s.predicate for p in patterns.patterns for s in (*p.says, *p.planned)}
    used |= {m.cls for p in patterns.patterns for m in p.mints} | {n.cls for n in patterns.nouns}
    for iri in used:
        if iri.startswith(own):
            assert f"kz:{iri.removeprefix(own)} a " in terms, iri


def test_no_pattern_is_a_sentence_of_the_documents() -> None:
    """A pattern has few fixed words in a row: who copies a sentence learns nothing."""
    for pattern in load_patterns(ROOT).patterns:
        for _, text in pattern.texts:
            runs = [r.split() for r in text.replace("…", "{").replace("(", "{").split("{")]
            assert max(len([w for w in run if w.isalpha()]) for run in runs) <= 4, text
