"""Which file an address becomes: by the address alone, and never outside the folder."""

from __future__ import annotations

import html
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.exporting.naming import Naming, relative
from kizuna.exporting.rewriting import Rewriting, redirect
from kizuna.iris import Addresses

BASE = "https://example.org/small/"
NAMING = Naming(Addresses(BASE), ("en", "de", "ja"))
THING = quote(f"{BASE}id/place/kobe", safe="")
# fmt: off
FILES = [
    # link                                          file
    ("/",                                           "index.html"),
    ("/?lang=de",                                   "index.de.html"),
    ("/doc/place/kobe",                             "doc/place/kobe.html"),
    ("/doc/place/kobe#claims",                      "doc/place/kobe.html"),
    ("/doc/place/kobe?lang=en",                     "doc/place/kobe.html"),  # the first language
    ("/doc/place/kobe?lang=ja",                     "doc/place/kobe.ja.html"),
    ("/doc/place/kobe?lang=fr",                     None),
    ("/doc/place/kobe.ttl",                         "doc/place/kobe.ttl"),
    ("/doc/place/kobe?_profile=alt",                None),
    ("/doc/place/%E7%A5%9E%E6%88%B8",               "doc/place/神戸.html"),
    ("/doc/place/a%20b",                            "doc/place/a b.html"),
    ("/doc/place/a%2Fb",                            None),  # would be another's file
    ("/doc/place/../../etc/passwd",                 None),
    ("/doc/place/%2e%2e/x",                         None),
    ("/doc/place/a%00b",                            None),
    ("/doc/place//x",                               None),
    ("/doc/place/.htaccess",                        None),
    ("/doc/place/kobe.de",                          None),  # would be the German page of kobe
    ("/doc/place/kobe.html/x",                      None),  # a file has that name
    ("/doc/place/" + "x" * 250,                     None),  # longer than file systems take
    ("/id/place/kobe",                              "id/place/kobe/index.html"),
    ("/ontology/0.1.0",                             "ontology/0.1.0.html"),
    ("/dumps/0a1b2c3d4e5f/dataset.nq.gz",           "dumps/0a1b2c3d4e5f/dataset.nq.gz"),
    ("/static/style.css?v=0123",                    "static/style.css"),
    ("/changes.atom?lang=de",                       "changes.de.atom"),
    (f"/pictures/place.svg?iri={THING}&lang=de",    "pictures/place/place/kobe.de.svg"),
    ("/pictures/place.svg?iri=https://x.org/a",     None),
    ("/members.csv?of=place/kobe",                  "members/place/kobe.csv"),
    ("/members?of=../x",                            None),
    ("/classes/Event?page=2",                       None),
    ("/search",                                     "search.html"),  # the note
    ("/search?q=kobe",                              None),
    ("/sparql.ttl",                                 None),
    ("/readyz",                                     None),
]
RELATIVE = [
    # from                  to                      link
    ("index.html",          "doc/a/b.html",         "doc/a/b.html"),
    ("doc/a/b.html",        "index.html",           "../../index.html"),
    ("doc/a/b.html",        "doc/a/c.html",         "c.html"),
    ("doc/a/b.html",        "doc/a/b/c.html",       "b/c.html"),
    ("index.html",          "a:b.html",             "a%3Ab.html"),  # no scheme
    ("index.html",          "a?b#c.html",           "a%3Fb%23c.html"),
]
TAGS = [
    # tag                                           as it stands in doc/place/kobe.html
    ('<a href="/doc/place/x#y">',                   '<a href="x.html#y">'),
    ('<a class="b" href="/?lang=de">',              '<a class="b" href="../../index.de.html">'),
    ('<a href="https://example.org/">',             '<a href="https://example.org/">'),
    ('<a href="//example.org/">',                   '<a href="../../copied.html">'),
    ('<a href="#claims">',                          '<a href="#claims">'),
    ('<a href="/classes/Event?page=2&amp;x=1">',    '<a href="../../copied.html">'),
    ('<link rel="search" href="/opensearch.xml">',  ""),
    ('<form action="/search" data-suggest="/s">',   '<form action="../../copied.html">'),
    ('<script src="/static/a.js?v=1" defer>',       '<script src="../../static/a.js" defer>'),
    ('text href="/x" and > more',                   'text href="/x" and > more'),
]
# fmt: on


@pytest.mark.parametrize(("link", "file"), FILES)
def test_the_file_of_a_link(link: str, file: str | None) -> None:
    address, _ = NAMING.canonical(link)
    assert NAMING.file(address) == file


def test_no_two_of_them_share_a_file() -> None:
    found: dict[str, set[str]] = {}
    for link, file in FILES:
        if file is not None:
            found.setdefault(file, set()).add(NAMING.canonical(link)[0])
    assert all(len(addresses) == 1 for addresses in found.values()), found


@given(st.text())
def test_no_address_leads_out_of_the_folder(path: str) -> None:
    file = NAMING.file("/" + path)
    if file is not None:
        parts = file.split("/")
        assert not {"", ".", ".."} & set(parts)
        assert not file.startswith("/")


@pytest.mark.parametrize(("source", "target", "link"), RELATIVE)
def test_links_from_file_to_file(source: str, target: str, link: str) -> None:
    assert relative(source, target) == link


@pytest.mark.parametrize(("tag", "expected"), TAGS)
def test_tags_in_a_copy(tag: str, expected: str) -> None:
    def target(link: str) -> str | None:
        return NAMING.file(NAMING.canonical(link)[0])

    assert Rewriting("doc/place/kobe.html", target, "copied.html").page(tag) == expected


def test_a_redirect_leads_on_without_a_server() -> None:
    page = redirect("id/a&b/index.html", 'doc/a&b"c.html', "de").decode()
    link = html.escape("../../doc/a%26b%22c.html")
    assert page.count(link) == 5
    assert urlsplit(link).scheme == ""
    assert '<html lang="de">' in page
