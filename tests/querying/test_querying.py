from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode
from rich.cells import cell_len

from kizuna.engine.tokens import prefixes, tokens
from kizuna.errors import BadQuery, ProjectError, UsageError
from kizuna.formats import Kind
from kizuna.querying import (
    Source,
    pointed,
    query_source,
    shown_rows,
    term_of,
    wanted_formats,
    with_prefixes,
)
from kizuna.querying.table import shown


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "agreements.rq").write_text("ASK { ?saved ?p ?o }", encoding="utf-8")
    return folder


def test_where_a_query_comes_from(
    queries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "q.rq"
    path.write_bytes(b"\xef\xbb\xbfASK {}")
    assert query_source(str(path), queries) == Source("ASK {}", str(path))
    assert query_source("agreements", queries).text == "ASK { ?saved ?p ?o }"
    assert query_source("ASK {}", queries) == Source("ASK {}")
    assert query_source("ASK { " + "?s ?p ?o . " * 1_000, queries).name == ""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("ASK { ?絆 }".encode())))
    assert query_source("-", queries).text == "ASK { ?絆 }"


def test_where_no_query_comes_from(queries: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="agreement") as caught:
        query_source("agreement", queries)
    assert "agreements" in caught.value.hint
    with pytest.raises(UsageError):
        query_source("nowhere.rq", tmp_path / "nowhere")
    (tmp_path / "latin.rq").write_bytes(b"ASK { ?s ?p '\xe4' }")
    with pytest.raises(ProjectError, match="UTF-8"):
        query_source(str(tmp_path / "latin.rq"), queries)


# fmt: off
TERMS = [
    # value                     term
    ("Kobe",                    '"Kobe"'),
    ("Life Science Nord",       '"Life Science Nord"'),
    ("<urn:x>",                 "<urn:x>"),
    ("https://example.org/京",  "<https://example.org/京>"),
    ("http://a b",              '"http://a b"'),
    ("e:x",                     "<urn:e:x>"),
    ("unknown:x",               '"unknown:x"'),
    ("'Kobe'@de",               '"Kobe"@de'),
    ("12",                      '"12"^^<http://www.w3.org/2001/XMLSchema#integer>'),
    ("1.50",                    '"1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
    ("true",                    '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
    ('"2017"^^e:year',          '"2017"^^<urn:e:year>'),
    ("",                        '""'),
    ("_:b",                     '"_:b"'),
    ("[]",                      '"[]"'),
    ('"a" . <x:s> <x:p> "b"',   r'"\"a\" . <x:s> <x:p> \"b\""'),
    ('"a', r'"\"a"'),
]
# fmt: on


@pytest.mark.parametrize(("value", "term"), TERMS)
def test_values(value: str, term: str) -> None:
    assert term_of(value, {"e": "urn:e:"}) == term


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_value_is_a_term(value: str) -> None:
    assert term_of(value, {})


def test_prefixes_that_are_only_used_are_declared() -> None:
    known = {"e": "urn:e:", "f": "urn:f:", "g": "urn:g:"}
    source = with_prefixes(Source("PREFIX f: <urn:mine:>\nASK { e:x f:y 'g:z' }"), known)
    assert source.added == 1
    assert prefixes(list(tokens(source.text))) == {"e": "urn:e:", "f": "urn:mine:"}
    assert with_prefixes(Source("ASK {}"), known) == Source("ASK {}")
    error = BadQuery("no (line 3, column 9)", line=3, column=9)
    assert pointed(source, error).startswith("no\n    2 | ASK { e:x f:y")


# fmt: off
WISHES = [
    # name, terminal        rows     truth    graph
    ("", "people",              "json",  "json",  "ttl"),
    ("", "machine",             "csv",   "json",  "ttl"),
    ("table", "machine",        "json",  "json",  "ttl"),
    ("csv", "people",           "csv",   None,    None),
    ("json", "people",          "json",  "json",  "jsonld"),
    ("xml", "people",           "xml",   "xml",   "rdf"),
    ("turtle", "people",        None,    None,    "ttl"),
    ("N-Quads", "people",       None,    None,    "nq"),
    ("text/csv", "people",      "csv",   None,    None),
]
# fmt: on


@pytest.mark.parametrize(("name", "reader", "rows", "truth", "graph"), WISHES)
def test_formats(
    name: str, reader: str, rows: str | None, truth: str | None, graph: str | None
) -> None:
    found = {k: f.suffix for k, f in wanted_formats(name, terminal=reader == "people").items()}
    kinds = {Kind.ROWS: rows, Kind.TRUTH: truth, Kind.GRAPH: graph}
    assert found == {kind: suffix for kind, suffix in kinds.items() if suffix}


def test_no_format() -> None:
    for name in ("html", "docx"):
        with pytest.raises(UsageError, match="format") as caught:
            wanted_formats(name, terminal=True)
        assert "jsonld" in caught.value.hint


def results(*rows: dict[str, str]) -> bytes:
    bindings = [{k: {"type": "literal", "value": v} for k, v in row.items()} for row in rows]
    columns = list(dict.fromkeys(k for row in rows for k in row)) or ["a"]
    return json.dumps({"head": {"vars": columns}, "results": {"bindings": bindings}}).encode()


def test_columns_stand_under_one_another() -> None:
    text, number = shown_rows(
        results({"a": "神戸市", "b": "x"}, {"a": "Kobe", "b": "y"}, {"b": "z"}), {}, None
    )
    lines = text.splitlines()
    assert number == 3
    starts = {
        cell_len(line[: line.index(sign)]) for line, sign in zip(lines[2:], "xyz", strict=True)
    }
    assert starts == {cell_len(lines[0][: lines[0].index("b")])}


def test_a_narrow_screen_breaks_cells() -> None:
    text, _ = shown_rows(results({"a": "word " * 40}), {}, 30)
    assert all(cell_len(line) <= 30 for line in text.splitlines())
    assert text.count("word") == 40


def test_no_rows_and_no_columns() -> None:
    assert shown_rows(results(), {}, None)[1] == 0
    body = b'{"head": {"vars": []}, "results": {"bindings": [{}]}}'
    assert shown_rows(body, {}, None) == ("", 1)


def test_terms_are_shown_short_and_harmless() -> None:
    integer = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    edtf = NamedNode("http://id.loc.gov/datatypes/edtf/EDTF")
    known = {"edtf": "http://id.loc.gov/datatypes/edtf/"}
    assert shown(Literal("7", datatype=integer), known) == "7"
    assert shown(Literal("2017-XX", datatype=edtf), known) == "2017-XX ^^edtf:EDTF"
    for evil in ("\x1b[31mred", "\x07", "\u202egnp.exe", "\r"):
        assert not set(shown(Literal(evil), {})) & set("\x1b\x07\u202e\r")


def test_a_place_is_pointed_at() -> None:
    source = Source("SELECT ?a\n{ ?a\t?絆 }}", "q.rq")
    text = pointed(source, BadQuery("unexpected }", line=2, column=10, hint="Mend it."))
    first, line, mark, hint = text.splitlines()
    assert first == "q.rq:2: unexpected }"
    assert cell_len(mark.partition("^")[0]) == cell_len(line.removesuffix("}}")) + 1
    assert hint.strip() == "Mend it."
    assert pointed(Source(""), BadQuery("nothing")) == "nothing"
    assert pointed(Source("ASK"), BadQuery("far", line=9, column=1)) == "far"


def test_a_long_line_is_cut_around_the_place() -> None:
    text = pointed(Source("x" * 5_000 + "!" + "y" * 5_000), BadQuery("no", line=1, column=5_001))
    _, line, mark = text.splitlines()
    assert len(line) < 200
    assert line[mark.index("^")] == "!"
