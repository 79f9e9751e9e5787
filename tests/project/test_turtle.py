"""Turtle files become values, or faults that name every mistake; nothing is thrown."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode

from kizuna.project import Fault, Role, SourceFile
from kizuna.project.turtle import MAX_BLANK_NODES, MAX_SYNTAX_ERRORS, read_turtle

GRAPH = "https://x.example/graph/x"
PREFIX = "@prefix : <https://x.example/> .\n"


def read(folder: Path, data: str | bytes, name: str = "x.ttl") -> SourceFile | tuple[Fault, ...]:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_turtle(folder, path, Role.DATA, GRAPH)


def good(folder: Path, body: str, name: str = "x.ttl") -> SourceFile:
    file = read(folder, PREFIX + body, name)
    assert isinstance(file, SourceFile), file
    return file


def test_a_file_as_a_value(tmp_path: Path) -> None:
    file = good(tmp_path, ':b :p "007"^^:int .\n:a :p 1.50 .\n')
    assert (file.path, file.stem, file.graph.value) == ("x.ttl", "x", GRAPH)
    assert file.prefixes == {"": "https://x.example/"}
    assert [str(t) for t in file.triples] == [  # in the order and the words of the file
        '<https://x.example/b> <https://x.example/p> "007"^^<https://x.example/int>',
        '<https://x.example/a> <https://x.example/p> "1.50"'
        "^^<http://www.w3.org/2001/XMLSchema#decimal>",
    ]
    assert {q.graph_name.value for q in file.quads} == {GRAPH}  # type: ignore[union-attr]
    assert file.positions.find("https://x.example/a") == (3, 1)


def test_relative_iris_belong_to_the_graph(tmp_path: Path) -> None:
    file = good(tmp_path, "<#a> :p <y> .")
    assert str(file.triples[0].subject) == f"<{GRAPH}#a>"
    assert str(file.triples[0].object) == "<https://x.example/graph/y>"


def test_blank_nodes_have_the_same_labels_in_any_order(tmp_path: Path) -> None:
    lines = [":a :p _:x .", "_:x :q _:y .", "_:y :q 1 , 2 .", "_:z :r _:y ."]
    found = {good(tmp_path, "\n".join(order)).triples for order in permutations(lines)}
    found.add(good(tmp_path, "\n".join(lines).replace("_:x", "_:other")).triples)
    assert len(found) == 1


def test_blank_nodes_of_two_files_are_not_one(tmp_path: Path) -> None:
    labels = [
        {t.subject for t in good(tmp_path, "[] :p 1 .", name).triples}
        for name in ("a.ttl", "ä.ttl")
    ]
    assert labels[0].isdisjoint(labels[1])
    assert all(isinstance(label, BlankNode) for group in labels for label in group)


def test_too_many_blank_nodes(tmp_path: Path) -> None:
    body = PREFIX + "".join(f"_:b{n} :p {n} .\n" for n in range(MAX_BLANK_NODES + 1))
    (fault,) = read(tmp_path, body)  # type: ignore[misc]
    assert isinstance(fault, Fault)
    assert (fault.check, fault.line) == ("file", 0)
    assert "more than" in fault.message


# fmt: off
FAULTS = [
    # text after the prefix line                    line of each fault
    (":a :b 1 2 .\n:c :d 3 .\n:e no:f 1 .",         [2, 2, 4]),          # two in line 2
    (":a :b 1",                                     [2]),            # cut off
    (":a :b 'x .\n",                                [2]),
    (":a :b <x y> .",                               [2]),
    (":a :b <<( :c :d :e )>> .",                    [2]),            # RDF 1.2
    (":a :b :c {| :d 1 |} .",                       [2]),
    (":x :y 1 . << :a :b :c >> :d 1 .",             [2]),
    (":a :b :c ~ :r .",                             [2]),
    (":a :b 'x'@ar--rtl .",                         [2]),
    (":a :b 1 . { :c :d 1 }",                       [2]),           # TriG
    ("VERSION '1.2'\n:a :b 'x'@ar--rtl .",          [3]),
]
# fmt: on


@pytest.mark.parametrize(("body", "lines"), FAULTS)
def test_faults(tmp_path: Path, body: str, lines: list[int]) -> None:
    faults = read(tmp_path, PREFIX + body)
    assert isinstance(faults, tuple)
    assert [f.line for f in faults] == lines, faults
    assert {f.check for f in faults} == {"syntax"}
    assert all(f.hint and not f.message.startswith("Parser error") for f in faults)


def test_not_more_faults_than_people_read(tmp_path: Path) -> None:
    faults = read(tmp_path, PREFIX + ":a no:b 1 .\n" * 100)
    assert isinstance(faults, tuple)
    assert len(faults) == MAX_SYNTAX_ERRORS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("turtle")


PIECE = st.sampled_from(
    [b"@prefix : <https://x/> .", b":a", b" ", b"\n", b".", b";", b",", b"[", b"]", b"(", b")", b"'",
     b'"""', b"\\", b"<", b">", b"<<(", b")>>", b"{|", b"|}", b"@de", b"@de--ltr", b"^^", b"1.5",
     b"_:b", b"a", b"\xff", b"\xef\xbb\xbf", b"\x00", "絆".encode(), b"#", b"\\u0000", b"\\uD800",
     b"@base <x> .", b"PREFIX", b"VERSION", b"~", b"{", b"}", b"<http://[>", b"true"]
)  # fmt: skip


@settings(deadline=None)
@given(st.binary() | st.lists(PIECE, max_size=14).map(b"".join))
@example(b"<a> <b> <<( <a> <b> <<( <a> <b> 'x'@ar--rtl )>> )>> .")
@example(b"[" * 20_000)
@example(b"@prefix : <x> . :a :b " + b"( " * 5_000)
@example(b"<http://[> <a:b> 1 .")
def test_any_bytes_are_a_file_or_faults(folder: Path, data: bytes) -> None:
    result = read(folder, data)
    if isinstance(result, SourceFile):
        assert all(
            not hasattr(t.object, "direction") or t.object.direction is None for t in result.triples
        )
        assert result.positions is not None
    else:
        assert result
        for fault in result:
            assert fault.message
            assert fault.line <= data.count(b"\n") + data.count(b"\r") + 1
