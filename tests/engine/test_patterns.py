"""The file in which triple patterns are looked up finds what is in it, whatever that is."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kizuna.engine import Fragments, Pattern, write_fragments
from kizuna.errors import ReleaseBroken

IRIS = st.sampled_from([NamedNode(f"https://example.org/{n}") for n in ("a", "ab", "b", "京", "p")])
BLANKS = st.builds(BlankNode, st.sampled_from(["x", "y"]))
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
LITERALS = st.one_of(
    st.builds(Literal, WORDS),
    st.builds(lambda w: Literal(w, language="en-GB"), WORDS),
    st.builds(lambda w, kind: Literal(w, datatype=kind), WORDS, IRIS),
)
TRIPLES = st.builds(Triple, IRIS | BLANKS, IRIS, IRIS | BLANKS | LITERALS)


def fits(triple: Triple, pattern: Pattern) -> bool:
    pairs = (
        (pattern.subject, triple.subject),
        (pattern.predicate, triple.predicate),
        (pattern.object, triple.object),
    )
    return all(wanted in {None, found} for wanted, found in pairs)


@given(st.lists(TRIPLES, max_size=30), st.data())
def test_any_pattern_finds_what_fits_it_in_pages(
    triples: list[Triple], data: st.DataObject
) -> None:
    pattern = Pattern(
        data.draw(st.none() | IRIS | BLANKS),
        data.draw(st.none() | IRIS),
        data.draw(st.none() | IRIS | BLANKS | LITERALS),
    )
    size = data.draw(st.integers(1, 10))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fragments"
        write_fragments(path, triples)
        fragments = Fragments(path)
        row = fragments.find(pattern)
        pages = [fragments.triples(row, start, size) for start in range(0, row.total + 1, size)]
        fragments.close()
    rows = [b"%b %b %b ." % terms for page in pages for terms in page]
    found = [q.triple for q in parse(b"\n".join(rows), RdfFormat.N_TRIPLES)]
    assert len(found) == row.total
    assert set(map(str, found)) == {str(t) for t in triples if fits(t, pattern)}
    assert len(set(map(str, found))) == len(found)


def test_equal_triples_are_equal_bytes_in_whatever_order_they_come(tmp_path: Path) -> None:
    some = NamedNode("https://example.org/a")
    triples = [Triple(some, some, Literal(word)) for word in "dbca"]
    write_fragments(tmp_path / "one", triples)
    write_fragments(tmp_path / "other", [*reversed(triples), *triples])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


BROKEN = [
    # what is done to the file             why it is refused
    (lambda data: b"",                     "empty"),
    (lambda data: data[:-1],               "cut off"),
    (lambda data: b"x" + data[1:],         "of another kind"),
    (lambda data: data[:20],               "no whole head"),
]  # fmt: skip


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case[1])
def test_a_broken_file_is_told(tmp_path: Path, case: tuple) -> None:  # type: ignore[type-arg]
    path = tmp_path / "fragments"
    write_fragments(path, [Triple(NamedNode("x:a"), NamedNode("x:b"), Literal("c"))])
    path.write_bytes(case[0](path.read_bytes()))
    with pytest.raises(ReleaseBroken, match="kizuna build"):
        Fragments(path)
