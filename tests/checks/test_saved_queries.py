from __future__ import annotations

from pathlib import Path

import pytest

from kizuna.checks.heads import read_head, spoken
from kizuna.checks.questions import SHARED, read_queries
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
    ("a",         "# title@en: Why?\nASK { SERVICE <x:y> {} }", r"a\.rq:2: SERVICE"),
    ("A b",       GOOD,                                    "no name for a query"),
    ("a.b",       GOOD,                                    "no name for a query"),
    # what a head may not say
    ("a", "# title@en: Before {day}?\nASK {}",             r"a\.rq:1: the title speaks of \{day\}"),
    ("a", GOOD.replace("ASK", "# theme: no:thing\nASK"),   r"a\.rq:2: the theme 'no:thing' is no thing"),
    ("a", GOOD.replace("ASK", "# column x@en: X\nASK"),    r"a\.rq:2: the answer has no column x"),
    ("a", GOOD.replace("ASK", "# column x: X\nASK"),       r"a\.rq:2: '# column x: X' says nothing"),
    ("a", GOOD.replace("ASK", "# parameter day\nASK"),     r"a\.rq:2: '# parameter day' says nothing"),
    ("a", GOOD.replace("ASK", "# parameter day (day)\nASK"), r"a\.rq:2: the parameter day is of no type"),
    ("a", GOOD.replace("ASK", "# parameter day (no:Day)\nASK"), r"a\.rq:2: the parameter day is of no"),
    ("a", GOOD.replace("ASK", "# parameter day (date)\nASK"), r"a\.rq:2: the parameter day is not in the"),
    ("a", GOOD.replace("ASK", "# parameter day@en: D\nASK"), r"a\.rq:2: the parameter day has a label, but"),
    ("a", GOOD.replace("ASK", "# parameter lang (string)\nASK"), r"a\.rq:2: .* addresses use otherwise"),
    ("a", GOOD.replace("ASK", "# parameter n (integer)\n# parameter n (date)\nASK"), r"a\.rq:2: .* declared twice"),
    ("a", "# title@en: W\n# parameter n (integer)\nASK { VALUES ?n { 1.5 } }", r"a\.rq:2: .* has the default"),
    ("a", "# title@en: W\n# parameter n (integer)\nASK { VALUES ?n { <x:y> } }", r"a\.rq:2: .* has the default"),
    ("a", "# title@en: W\n# parameter n (integer)\nASK { VALUES ?n { 1 2 } }", r"a\.rq:2: .* not exactly one"),
    ("a", "# title@en: W\n# parameter n (integer)\nASK { VALUES ?n { 1 } { VALUES ?n { 2 } } }",
     r"a\.rq:2: .* not exactly one"),
    ("a", "# title@en: W\n# parameter n (integer)\nASK { VALUES (?n) { (1) } }", r"a\.rq:2: .* not in the query"),
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
    entries = read_head(
        "#title@de-AT:  Wer? \n\n# description@en: One\n#   and more\n# a note\n#   no more\nASK {}"
    )
    assert spoken(entries, "title") == {"de-at": "Wer?"}
    assert spoken(entries, "description") == {"en": "One and more"}


def test_comments_that_only_look_like_fields_are_notes() -> None:
    notes = "# title of nothing\n# parameters are below\n# theme\n# title@en:\nASK {}"
    assert read_head(notes) == ()


def test_shared_heads_of_columns(tmp_path: Path) -> None:
    select = "# title@en: W\n# column x@de: Eigen\nSELECT ?x ?y {}"
    (tmp_path / "a.rq").write_text(select, encoding="utf-8")
    shared = "# A note.\n# column x@en: Shared\n# column x@de: Geteilt\n# column z@en: Not here\n"
    (tmp_path / SHARED).write_text(shared, encoding="utf-8")
    (found,) = read_queries(tmp_path, BASE)
    assert found.columns["x"] == {"de": "Eigen", "en": "Shared"}
    (tmp_path / SHARED).write_text("# column x: X", encoding="utf-8")
    with pytest.raises(ProjectError, match=r"columns\.head:1: "):
        read_queries(tmp_path, BASE)


def test_kinds_are_found(tmp_path: Path) -> None:
    for name, text in (("a", "ASK {}"), ("b", "SELECT * {}"), ("c", "DESCRIBE <x:y>")):
        (tmp_path / f"{name}.rq").write_text(f"# title@en: {name}\n\n{text}", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no query", encoding="utf-8")
    found = read_queries(tmp_path, BASE)
    assert [q.kind for q in found] == [Kind.TRUTH, Kind.ROWS, Kind.GRAPH]
    assert found[0].sparql == "ASK {}"
    assert read_queries(tmp_path / "nope", BASE) == ()
