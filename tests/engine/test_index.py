"""The index gives descriptions back as they were written, from any thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from kizuna.engine import DescriptionIndex, write_index
from kizuna.errors import ReleaseBroken

X = "https://x.example/"
INT = NamedNode("http://www.w3.org/2001/XMLSchema#int")
A, B, P, G = (NamedNode(X + letter) for letter in "abpg")
NODE = BlankNode("file-c14n0")
QUADS = (
    Quad(A, P, Literal("007", datatype=INT), G),
    Quad(A, P, Literal("1.50", datatype=INT), G),
    Quad(A, P, B, G),
    Quad(B, P, NODE, G),
    Quad(NODE, P, Literal('line\nbreak "絆"\t', language="ja-Hira"), G),
    Quad(NamedNode(X + "id/神戸"), P, A, G),
)


def written(path: Path, quads: tuple[Quad, ...] = QUADS) -> DescriptionIndex:
    write_index(path, quads)
    return DescriptionIndex(path)


def test_terms_come_back_as_they_were_written(tmp_path: Path) -> None:
    index = written(tmp_path / "x")
    for subject in {q.subject for q in QUADS}:
        assert set(index.outgoing(subject)) == {q for q in QUADS if q.subject == subject}  # type: ignore[arg-type]
        assert set(index.incoming(subject)) == {q for q in QUADS if q.object == subject}  # type: ignore[arg-type]
    assert index.outgoing(P) == ()
    assert index.incoming(P) == ()
    index.close()


def test_subjects(tmp_path: Path) -> None:
    index = written(tmp_path / "x")
    assert [s.value for s in index.subjects(X)] == [X + "a", X + "b", X + "id/神戸"]
    assert [s.value for s in index.subjects(X + "id/")] == [X + "id/神戸"]
    assert list(index.subjects("urn:")) == []
    assert len(list(index.subjects())) == 3  # blank nodes have no IRI
    index.close()


def test_same_quads_same_bytes(tmp_path: Path) -> None:
    written(tmp_path / "one").close()
    written(tmp_path / "two", QUADS[::-1]).close()
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_many_threads(tmp_path: Path) -> None:
    index = written(tmp_path / "x")
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: index.outgoing(A), range(100)))
    assert len(found) == 1
    index.close()


@pytest.mark.parametrize("content", [None, b"", b"no database" * 100])
def test_what_is_no_index(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "x").write_bytes(content)
    with pytest.raises(ReleaseBroken, match="the index cannot be read"):
        DescriptionIndex(tmp_path / "x")


def test_a_name_that_a_uri_would_misread(tmp_path: Path) -> None:
    folder = tmp_path / "100% ?#ä"
    folder.mkdir()
    index = written(folder / "x")
    assert index.outgoing(A)
    index.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("index")


TEXT = st.text(st.characters(blacklist_categories=["Cs"]))
LITERAL = st.one_of(
    TEXT.map(Literal),
    TEXT.map(lambda text: Literal(text, language="de")),
    TEXT.map(lambda text: Literal(text, datatype=INT)),
)


@settings(max_examples=25)  # each writes a file
@given(st.lists(LITERAL, max_size=4))
def test_any_literal_comes_back(folder: Path, literals: list[Literal]) -> None:
    path = folder / "x"
    path.unlink(missing_ok=True)
    index = written(path, tuple(Quad(A, P, value, G) for value in literals))
    assert {q.object for q in index.outgoing(A)} == set(literals)
    index.close()
