"""What two releases do not both say: facts, evidence, blank nodes, and the patch between them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
)

from kizuna.engine import write_index
from kizuna.release import Manifest
from kizuna.release.contents import INDEX_FILE
from kizuna.release.differing import (
    Difference,
    compare,
    difference_of,
    notes,
    told_as_json,
    told_as_patch,
    told_as_text,
)
from kizuna.vocabulary import PREFIXES

BASE = "https://example.org/"
HEAD = (
    f"@prefix t: <{BASE}id/thing/> . @prefix c: <{BASE}id/claim/> . @prefix g: <{BASE}graph/> .\n"
    "@prefix p: <https://example.org/p/> .\n"
) + "".join(f"@prefix {p}: <{ns}> .\n" for p, ns in PREFIXES.items())


def manifest(name: str, triples: int = 100) -> Manifest:
    return Manifest(
        id=name,
        version=f"2026-01-01-{name}",
        created="2026-01-01T00:00:00+00:00",
        commit=None,
        base=BASE,
        languages=("en",),
        counts={"triples": triples},
        classes={},
        graphs={},
        prefixes=PREFIXES | {"p": "https://example.org/p/"},
        value_classes=(f"{PREFIXES['kz']}TimeReference",),
        files={},
    )


def quads(trig: str) -> list[Quad]:
    return list(parse(HEAD + trig, RdfFormat.TRIG))


def put(releases: Path, name: str, found: list[Quad]) -> None:
    (releases / name).mkdir()
    write_index(releases / name / INDEX_FILE, sorted(set(found), key=str))


@contextmanager
def difference(old: list[Quad], new: list[Quad]) -> Iterator[Difference]:
    with tempfile.TemporaryDirectory() as folder:
        put(Path(folder), "a", old)
        put(Path(folder), "b", new)
        with closing(compare(Path(folder), manifest("a"), manifest("b"), "")) as found:
            yield found


def canonical(lines: set[str]) -> set[str]:
    found = Dataset(parse("\n".join(lines), RdfFormat.N_QUADS))
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in found}


def patched(lines: set[str], patch: str) -> set[str]:
    """Return what an RDF Patch makes of N-Quads, strictly: what it deletes must be there."""
    found = set(lines)
    rows = patch.splitlines()
    assert rows[0].startswith("H id <")
    assert (rows[2], rows[-1]) == ("TX .", "TC .")
    for row in rows[3:-1]:
        kind, line = row.split(" ", 1)
        if kind == "A":
            assert line not in found
            found.add(line)
        elif kind == "D":
            found.remove(line)
        else:
            assert kind in {"PA", "PD"}
    return found


def lines(found: list[Quad]) -> set[str]:
    return {f"{quad} ." for quad in found}


CLAIM = "c:1 a kz:Claim ; rdf:subject t:a ; rdf:predicate p:is ; rdf:object 1 ; kz:quote {quote} ."
PART = f'<{BASE}id/claim/1#quote> a oa:TextQuoteSelector ; oa:exact "x" .'
# fmt: off
CASES = [
    # name, before, after, rows (what, thing) expected
    ("nothing",        "g:f { t:a p:is 1 }", "g:f { t:a p:is 1 }", []),
    ("a fact came",    "g:f { t:a p:is 1 }", "g:f { t:a p:is 1, 2 }", [("added", "a")]),
    ("a fact went",    "g:f { t:a p:is 1, 2 }", "g:f { t:a p:is 1 }", [("removed", "a")]),
    ("a value",        "g:f { t:a p:is 1 }", "g:f { t:a p:is 2 }", [("added", "a"), ("removed", "a")]),
    ("another file",   "g:f { t:a p:is 1 }", "g:h { t:a p:is 1 }", []),
    ("one file less",  "g:f { t:a p:is 1 } g:h { t:a p:is 1 }", "g:h { t:a p:is 1 }", []),
    ("evidence came",  "g:f { t:a p:is 1 }", "g:f { t:a p:is 1 . " + CLAIM.format(quote="'x'") + " }",
     [("evidence came", "a")]),
    ("evidence went",  "g:f { t:a p:is 1 . " + CLAIM.format(quote="'x'") + " }", "g:f { t:a p:is 1 }",
     [("evidence went", "a")]),
    ("another quote",  "g:f { t:a p:is 1 . " + CLAIM.format(quote="'x'") + " }",
     "g:f { t:a p:is 1 . " + CLAIM.format(quote="'y'") + " }", [("evidence changed", "a")]),
    ("a selector",     "g:f { t:a p:is 1 . " + CLAIM.format(quote="'x'") + " }",
     "g:f { t:a p:is 1 . " + CLAIM.format(quote="'x'") + PART + " }", [("evidence changed", "a")]),
    ("fact and claim", "g:f { t:b p:is 1 }", "g:f { t:b p:is 1 . t:a p:is 1 . " + CLAIM.format(quote="'x'") + " }",
     [("added", "a")]),
    ("a claim of another fact", "g:f { t:a p:is 1, 2 . " + CLAIM.format(quote="'x'") + " }",
     "g:f { t:a p:is 1, 2 . " + CLAIM.format(quote="'x'").replace("object 1", "object 2") + " }",
     [("evidence came", "a"), ("evidence went", "a")]),
    ("other labels",   "g:f { t:a p:at _:x . _:x p:is 1 . t:b p:at _:y . _:y p:is 2 }",
     "g:f { t:a p:at _:y . _:y p:is 1 . t:b p:at _:x . _:x p:is 2 }", []),
    ("in a node",      "g:f { t:a p:at [ p:is 1 ; p:was 1 ] . t:b p:at [ p:is 2 ] }",
     "g:f { t:a p:at [ p:is 1 ; p:was 3 ] . t:b p:at [ p:is 2 ] }", [("added", "a"), ("removed", "a")]),
    ("into a list",    "g:f { t:a p:of (1 2 3) }", "g:f { t:a p:of (1 2 9 3) }", [("added", "a")] * 3 + [("removed", "a")]),
    ("equal trees",    "g:f { t:a p:at [ p:on [ p:is 1 ] ], [ p:on [ p:is 1 ] ] }",
     "g:f { t:a p:at [ p:on [ p:is 1 ] ], [ p:on [ p:is 1 ] ] }", []),
    ("a loose node",   "g:f { [] p:is 1 }", "g:f { [] p:is 1 . [] p:is 2 }", [("added", "")]),
    ("a node of a claim", "g:f { t:a p:is 1 . " + CLAIM.format(quote="'x'") + " }",
     "g:f { t:a p:is 1 . " + CLAIM.format(quote="'x'") + " c:1 p:by [ p:is 3 ] }", [("evidence changed", "a")]),
]
# fmt: on


@pytest.mark.parametrize(
    ("before", "after", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_what_differs(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    old, new = quads(before), quads(after)
    with difference(old, new) as found:
        rows = [(row.what, row.thing) for row in found.rows()]
        things = f"<{BASE}id/thing/"
        assert [(what, thing.removeprefix(things).rstrip(">")) for what, thing in rows] == [
            (what, name or f"<{BASE}graph/f") for what, name in expected
        ]
        assert found.counts.rows == len(expected)
        assert found.counts.nothing == (canonical(lines(old)) == canonical(lines(new)))
        patch = "".join(told_as_patch(found, manifest("a"), manifest("b")))
    assert canonical(patched(lines(old), patch)) == canonical(lines(new))


NODES = st.sampled_from(
    [*(BlankNode(n) for n in "uvwxyz"), *(NamedNode(f"{BASE}id/thing/{n}") for n in "ab")]
)
TERMS = NODES | st.sampled_from([Literal("_:x"), Literal("a . b", language="en"), Literal("\n\\")])
DATASETS = st.lists(
    st.builds(
        Quad,
        NODES,
        st.sampled_from([NamedNode(f"{BASE}p/{n}") for n in "pq"]),
        TERMS,
        st.sampled_from([NamedNode(f"{BASE}graph/{n}") for n in "fg"]),
    ),
    max_size=12,
)


@given(DATASETS, DATASETS)
@settings(max_examples=150)
def test_a_patch_makes_the_one_of_the_other(old: list[Quad], new: list[Quad]) -> None:
    with difference(old, new) as found:
        patch = "".join(told_as_patch(found, manifest("a"), manifest("b")))
    assert canonical(patched(lines(old), patch)) == canonical(lines(new))


@given(DATASETS, st.permutations("uvwxyz"))
@settings(max_examples=100)
def test_other_labels_are_no_difference(old: list[Quad], names: list[str]) -> None:
    """Where the nodes can be told apart by what is said; the patch is right in any case."""
    other = dict(zip("uvwxyz", names, strict=True))

    def renamed(term: object) -> object:
        return BlankNode(other[term.value]) if isinstance(term, BlankNode) else term

    new = [Quad(renamed(q.subject), q.predicate, renamed(q.object), q.graph_name) for q in old]  # type: ignore[arg-type]
    with difference(old, new) as found:
        patch = "".join(told_as_patch(found, manifest("a"), manifest("b")))
    after = patched(lines(old), patch)
    assert canonical(after) == canonical(lines(old))


def test_things_are_told_apart() -> None:
    old = quads("g:f { t:a p:is 1 . t:gone skos:prefLabel 'Went'@en . p:q p:is 1 }")
    new = quads(
        "g:f { t:a p:is 2 . t:new skos:prefLabel 'Neu'@de, 'New'@en . p:q p:is 2 ."
        " t:time a kz:TimeReference }"
    )
    with difference(old, new) as found:
        counts = found.counts
        assert (counts.came, counts.went, counts.changed) == (1, 1, 1)
        assert [t.key for t in found.things("came")] == [f"<{BASE}id/thing/new>"]
        assert found.thing(f"<{BASE}id/thing/time>").kind == "value"
        assert found.thing("<https://example.org/p/q>").kind == "other"
        assert found.thing(f"<{BASE}id/thing/gone>").names == ('"Went"@en',)
        with pytest.raises(LookupError):
            found.thing("<urn:none>")
        text = "".join(told_as_text(found, manifest("a"), manifest("b")))
        told = json.loads("".join(told_as_json(found, manifest("a"), manifest("b"))))
        said = notes(found, manifest("a"), manifest("b"))
    assert "  + p:is " in text
    assert told["counts"]["added"] == counts.added
    assert {row["what"] for thing in told["things"] for row in thing["rows"]} == {
        "added",
        "removed",
    }
    assert f"### New\n\n- [New](<{BASE}id/thing/new>)\n" in said
    assert f"### Gone\n\n- [Went](<{BASE}id/thing/gone>)\n" in said


def test_notes_hold_nothing_that_is_markup() -> None:
    new = quads('g:f { t:a skos:prefLabel "<b>*[x](javascript:1)*</b>\\n# y"@en }')
    with difference([], new) as found:
        said = notes(found, manifest("a"), manifest("b"))
    assert r"\<b\>\*\[x\]\(javascript:1\)\*\</b\> \# y" in said


def test_nearly_all_new_is_told_as_such() -> None:
    new = quads("g:f { " + " ".join(f"t:a{n} p:is {n} ." for n in range(60)) + " }")
    with difference([], new) as found:
        assert found.counts.mostly_new
        said = notes(found, manifest("a"), manifest("b"))
    assert "Nearly all of it is new since 2026-01-01-a: 60 of 100 facts." in said
    assert "### New" not in said


def test_rows_come_bit_by_bit() -> None:
    new = quads("g:f { " + " ".join(f"t:a{n} p:is {n} ." for n in range(9)) + " }")
    with difference([], new) as found:
        whole = list(found.rows())
        assert [*found.rows(0, 4), *found.rows(4, 4), *found.rows(8, 4)] == whole
        assert [row.place for row in whole] == list(range(1, 10))


def test_it_is_found_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a", quads("g:f { t:a p:is 1 }"))
    put(tmp_path, "b", quads("g:f { t:a p:is 2 }"))
    difference_of(tmp_path, manifest("a"), manifest("b")).close()
    kept = list((tmp_path / ".changes").iterdir())
    assert len(kept) == 1
    with monkeypatch.context() as patched_module:
        patched_module.delattr("kizuna.release.differing.kept.compare")
        with closing(difference_of(tmp_path, manifest("a"), manifest("b"))) as found:
            assert found.counts.quads == 2
    kept[0].write_bytes(b"rubbish")
    with closing(difference_of(tmp_path, manifest("a"), manifest("b"))) as found:
        assert found.counts.quads == 2
    put(tmp_path, "c", quads("g:f { t:a p:is 3 }"))
    (tmp_path / "a").rename(tmp_path / ".gone")
    difference_of(tmp_path, manifest("b"), manifest("c")).close()
    assert [path.name for path in (tmp_path / ".changes").iterdir()] == ["1-b-c.sqlite"]


def test_where_nothing_can_be_kept_it_is_found_each_time(tmp_path: Path) -> None:
    put(tmp_path, "a", quads("g:f { t:a p:is 1 }"))
    put(tmp_path, "b", quads("g:f { t:a p:is 2 }"))
    (tmp_path / ".changes").write_bytes(b"no folder")
    with closing(difference_of(tmp_path, manifest("a"), manifest("b"))) as found:
        assert found.counts.quads == 2
