"""Quotes are found to the letter; documents are present, absent, changed or unreadable."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kizuna.project import Document, DocumentState
from kizuna.project.documents import find, read_documents
from kizuna.vocabulary import (
    DCT_IDENTIFIER,
    DCT_SOURCE,
    FOAF_PAGE,
    KZ_CONTENT_END,
    KZ_FURNITURE,
    KZ_SHA256,
    KZ_SOURCE_DOCUMENT,
    RDF_TYPE,
)

IRI = NamedNode("https://x.example/id/document/d")

# fmt: off
FOUND = [
    # quote              text                              places
    ("b",                "abcb",                           [(1, 2), (3, 4)]),
    ("a b",              "a\n \t b",                       [(0, 6)]),       # any white space
    (" a  b ",           "xa by",                          [(1, 4)]),       # of the quote as well
    ("a\u00a0b",         "a b",                            [(0, 3)]),       # the non-breaking too
    ("aa",               "aaaa",                           [(0, 2), (1, 3), (2, 4)]),  # overlapping
    ("B",                "abc",                            []),             # case counts
    ("é",                "e\u0301",                        []),             # so does normalisation
    ("“x”",              '"x"',                            []),             # and quotation marks
    ("",                 "abc",                            []),
    (" \n",              "a b",                            []),             # nothing stands nowhere
    ("a.c (x)",          "abc (x) a.c (x)",                [(8, 15)]),      # no regular expression
    ("絆",               "👋絆",                           [(1, 2)]),       # code points, not bytes
    ("ab",               "a b",                            []),             # a space is a letter
]
# fmt: on


@pytest.mark.parametrize(("quote", "text", "places"), FOUND)
def test_find(quote: str, text: str, places: list[tuple[int, int]]) -> None:
    assert list(find(quote, text)) == places


@given(st.text(), st.text(), st.text())
def test_a_quote_is_found_where_it_stands(before: str, quote: str, after: str) -> None:
    text = before + quote + after
    stripped = quote.strip()
    spots = list(find(quote, text))
    assert [text[a:b].split() for a, b in spots] == [quote.split()] * len(spots)
    if stripped:
        start = len(before) + quote.index(stripped)
        assert (start, start + len(stripped)) in spots


def recorded(folder: Path, *more: Triple, name: str = "d.txt", digest: str = "") -> Document:
    triples = [
        Triple(IRI, RDF_TYPE, KZ_SOURCE_DOCUMENT),
        Triple(IRI, DCT_IDENTIFIER, Literal(name)),
        Triple(IRI, KZ_SHA256, Literal(digest)),
        Triple(BlankNode(), RDF_TYPE, KZ_SOURCE_DOCUMENT),
        *more,
    ]
    (document,) = read_documents(triples, folder)
    return document


def written(folder: Path, text: str) -> str:
    data = text.encode()
    (folder / "d.txt").write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def test_present(tmp_path: Path) -> None:
    document = recorded(tmp_path, digest=written(tmp_path, "絆\r\n"))
    assert (document.state, document.text) == (DocumentState.PRESENT, "絆\r\n")


def test_changed(tmp_path: Path) -> None:
    written(tmp_path, "other")
    document = recorded(tmp_path, digest="0" * 64)
    assert (document.state, document.text) == (DocumentState.CHANGED, None)
    assert document.problem.endswith("recorded is " + "0" * 64)


def test_unreadable(tmp_path: Path) -> None:
    (tmp_path / "d.txt").mkdir()
    document = recorded(tmp_path)
    assert (document.state, document.problem) == (DocumentState.UNREADABLE, "is no regular file")


# fmt: off
NAMES = [
    "",                   # none recorded
    "missing.txt",        # not there
    "../d.txt",           # leads out of the folder, though something is there
    "sub/d.txt",          # into another
    "/etc/hostname",      # anywhere
    "a\x00b",             # no name of a file
    "x" * 5_000,          # longer than any
]
# fmt: on


@pytest.mark.parametrize("name", NAMES)
def test_absent(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "texts"
    (folder / "sub").mkdir(parents=True)
    for place in (tmp_path, folder / "sub"):
        (place / "d.txt").write_text("a", encoding="utf-8")
    assert recorded(folder, name=name).state is DocumentState.ABSENT


def test_missing_folder(tmp_path: Path) -> None:
    assert recorded(tmp_path / "nowhere").state is DocumentState.ABSENT


# fmt: off
SOURCES = [
    # statements                                                       url
    ([],                                                               None),
    ([(DCT_SOURCE, "https://x.example/id/document/d")],                None),  # described here
    ([(FOAF_PAGE, "https://p.example/")],                              "https://p.example/"),
    ([(DCT_SOURCE, "https://s.example/"), (FOAF_PAGE, "https://p.example/")], "https://s.example/"),
    ([(DCT_SOURCE, "urn:isbn:1"), (FOAF_PAGE, "https://p.example/")],  "https://p.example/"),
]
# fmt: on


@pytest.mark.parametrize(("statements", "url"), SOURCES)
def test_source_url(
    tmp_path: Path, statements: list[tuple[NamedNode, str]], url: str | None
) -> None:
    triples = [Triple(IRI, p, NamedNode(o)) for p, o in statements]
    assert recorded(tmp_path, *triples).source_url == url


TEXT = "Title\n© desk\nThe words. The end.\nRead more. The end."
# fmt: off
RANGES = [
    # end             furniture             ranges
    ("",              (),                   (len(TEXT), ())),
    ("The end.",      (),                   (32, ())),                 # the first place counts
    ("",              ("© desk",),          (len(TEXT), ((6, 12),))),
    ("The end.",      ("The", "© desk"),    (32, ((6, 12), (13, 16), (24, 27), (44, 47)))),
    ("No end",        (),                   "kz:contentEnd 'No end' is not in the text"),
    ("",              ("No desk",),         "kz:furniture 'No desk' is not in the text"),
]
# fmt: on


@pytest.mark.parametrize(("end", "furniture", "ranges"), RANGES)
def test_ranges(tmp_path: Path, end: str, furniture: tuple[str, ...], ranges: object) -> None:
    digest = written(tmp_path, TEXT)
    triples = [Triple(IRI, KZ_FURNITURE, Literal(f)) for f in furniture]
    if end:
        triples.append(Triple(IRI, KZ_CONTENT_END, Literal(end)))
    assert recorded(tmp_path, *triples, digest=digest).ranges() == ranges
