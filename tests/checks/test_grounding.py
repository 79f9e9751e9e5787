"""Messages about quotes help to mend them."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import check, copy_bridge, edit

HARBOUR = "data/ttl/harbour-news.ttl"
QUOTE = '"Anna Example signed"'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_bridge(tmp_path / "bridge")


# fmt: off
CASES = [
    # quote written                     message has                             hint has
    ("Anna Exemple signed",             "not in the document harbour-news.txt", 'Nearest there: "Anna Example signed'),
    ("x" * 300,                         "x" * 159 + "…",                        "Copy the words"),  # long quotes are cut
    ("the",                             "which stands 11 times",                "kz:quotePrefix"),
    ("Optics is everywhere.",           "marks as website furniture",           "kz:contentEnd"),
]
# fmt: on


@pytest.mark.parametrize(("quote", "message", "hint"), CASES)
def test_message_and_hint(root: Path, quote: str, message: str, hint: str) -> None:
    edit(root / HARBOUR, QUOTE, f'"{quote}"')
    (finding,) = check(root).findings
    assert finding.message.startswith("claim/harbour-007 quotes ")
    assert message in finding.message
    assert hint in finding.hint
    assert finding.focus.endswith("/claim/harbour-007")


def test_a_line_break_in_the_text_is_no_difference(root: Path) -> None:
    edit(
        root / HARBOUR,
        '"signed a memorandum of understanding"',
        '"""signed a memorandum\n  of   understanding"""',
    )
    assert check(root).conforms


def test_places_are_code_points(root: Path) -> None:
    text = (root / "data/documents/bay-letter.txt").read_text(encoding="utf-8")
    for found in check(root).located:
        assert found.verified
        if found.claim.path.endswith("bay-letter.ttl"):
            assert text[found.place.start : found.place.end] == found.claim.quote


def test_blank_node_and_literal_facts_are_told_too(root: Path) -> None:
    edit(
        root / HARBOUR,
        'kz:assessment "the strongest cluster of the north"@en .',
        'kz:assessment "the strongest cluster of the north"@en , "so there"@en .',
    )
    messages = [f.message for f in check(root).findings]
    assert messages == ['no claim supports organisation/beta-bay kz:assessment "so there"']
