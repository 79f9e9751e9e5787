from __future__ import annotations

from pathlib import Path

import pytest

from kizuna.checks.questions import parse_head, read_queries
from kizuna.errors import ProjectError
from kizuna.formats import Kind

BASE = "https://example.org/"
GOOD = "# title@en: Why?\nASK {}\n"

# fmt: off
BROKEN = [
    # name        text                                     message
    ("a",         "ASK {}",                                r"a\.rq:1: the query has no title"),
    ("a",         "# a note\n# title@en:\nASK {}",         r"a\.rq:1: the query has no title"),
    ("a",         "ASK {}\n# title@en: Too late",          r"a\.rq:1: the query has no title"),
    ("a",         "# title@en: Why?\nASK {",               r"a\.rq:\d+: "),
    ("a",         "# title@en: Why?\nASK { SERVICE <x:y> {} }", r"a\.rq:1: SERVICE"),
    ("A b",       GOOD,                                    "no name for a query"),
    ("a.b",       GOOD,                                    "no name for a query"),
]
# fmt: on


@pytest.mark.parametrize(("name", "text", "message"), BROKEN)
def test_broken_queries(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / f"{name}.rq").write_text(text, encoding="utf-8")
    with pytest.raises(ProjectError, match=message):
        read_queries(tmp_path, BASE)


def test_a_query_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "a.rq").write_bytes(b"# title@en: \xff\nASK {}")
    with pytest.raises(ProjectError, match="cannot be read"):
        read_queries(tmp_path, BASE)


def test_heads() -> None:
    titles, descriptions = parse_head(
        "#title@de-AT:  Wer? \n\n# description@en: One\n#   and more\n# a note\n#   no more\nASK {}"
    )
    assert titles == {"de-at": "Wer?"}
    assert descriptions == {"en": "One and more"}


def test_kinds_are_found(tmp_path: Path) -> None:
    for name, text in (("a", "ASK {}"), ("b", "SELECT * {}"), ("c", "DESCRIBE <x:y>")):
        (tmp_path / f"{name}.rq").write_text(f"# title@en: {name}\n\n{text}", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no query", encoding="utf-8")
    found = read_queries(tmp_path, BASE)
    assert [q.kind for q in found] == [Kind.TRUTH, Kind.ROWS, Kind.GRAPH]
    assert found[0].sparql == "ASK {}"
    assert read_queries(tmp_path / "nope", BASE) == ()
