"""IRIs and paths: the same thing under any host, and no two things at one path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.errors import BadAddress
from kizuna.iris import Addresses, from_path, is_iri, to_path

HERE = Addresses.at("https://x.example/p/")

# fmt: off
IRIS = [
    # text                        is an absolute IRI
    ("https://x.example/",        True),
    ("urn:x",                     True),
    ("a+b-c.1:",                  True),
    ("https://x.example/神戸",     True),
    ("",                          False),
    ("x.example/y",               False),   # no scheme
    ("//x.example/y",             False),
    ("1a:b",                      False),   # a scheme begins with a letter
    ("http://a b",                False),
    ("http://a\nb",               False),
    ("http://a\x00b",             False),
    ("http://<a>",                False),
    ("http://a{b}|c\\^`\"",       False),
    ("http://a\n",                False),   # not even at the end
]
# fmt: on


@pytest.mark.parametrize(("text", "expected"), IRIS)
def test_is_iri(text: str, expected: bool) -> None:  # noqa: FBT001
    assert is_iri(text) is expected


# fmt: off
BASES = [
    # base                              trouble
    ("https://x.example/",              None),
    ("http://localhost:8000/",          None),
    ("https://x.example/神戸/",          None),
    ("https://x.example",               "does not end with a slash"),
    ("https://x.example/a",             "does not end with a slash"),
    ("https://x.example/a#",            "does not end with a slash"),
    ("https://x.example/?q=/",          "does not end with a slash"),  # the slash is the query's
    ("https://x.example/#/",            "does not end with a slash"),
    ("",                                "is no absolute http or https IRI"),
    ("x.example/",                      "is no absolute http or https IRI"),
    ("ftp://x.example/",                "is no absolute http or https IRI"),
    ("urn:x/",                          "is no absolute http or https IRI"),
    ("https:///a/",                     "is no absolute http or https IRI"),
    ("https://[/",                      "is no absolute http or https IRI"),
    ("https://x example/",              "is no absolute http or https IRI"),
]
# fmt: on


@pytest.mark.parametrize(("base", "trouble"), BASES)
def test_base(base: str, trouble: str | None) -> None:
    if trouble is None:
        assert Addresses.at(base).base == base
        return
    with pytest.raises(BadAddress, match=trouble) as caught:
        Addresses.at(base)
    assert "https://" in caught.value.hint


@given(st.text())
def test_any_base_is_taken_or_refused(text: str) -> None:
    try:
        assert Addresses.at(text).base == text
    except BadAddress:
        pass


# fmt: off
PAGES = [
    # IRI                                       page                thing, kind
    ("https://x.example/p/id/place/kobe",       "doc/place/kobe",   "place"),
    ("https://x.example/p/id/",                 "doc/",             ""),
    ("https://x.example/p/ontology#Claim",      "ontology#Claim",   None),
    ("https://x.example/p/",                    "",                 None),
    ("https://x.example/other",                 None,               None),   # beside the base
    ("https://elsewhere.example/id/place/x",    None,               None),
]
# fmt: on


@pytest.mark.parametrize(("iri", "page", "kind"), PAGES)
def test_pages(iri: str, page: str | None, kind: str | None) -> None:
    assert HERE.page(iri) == page
    assert HERE.is_thing(iri) is (kind is not None)
    assert HERE.kind(iri) == (kind or "")
    if page and page.startswith("doc/"):
        assert HERE.thing(page) == iri


def test_addresses() -> None:
    assert HERE.ontology == "https://x.example/p/ontology"
    assert HERE.shapes == "https://x.example/p/shapes"
    assert HERE.graph("a-b") == "https://x.example/p/graph/a-b"


# fmt: off
PATHS = [
    # raw path of a request          path of the IRI
    ("id/place/kobe",                "id/place/kobe"),
    ("id/%E7%A5%9E",                 "id/神"),
    ("id/%e7%a5%9e",                 "id/神"),           # hex in any case
    ("id/%7Eab%2D",                  "id/~ab-"),         # unreserved
    ("id/a%2Fb",                     "id/a%2Fb"),        # a slash in a name is no slash
    ("id/a%2fb",                     "id/a%2Fb"),
    ("id/100%25",                    "id/100%25"),       # decoded once only
    ("id/%2541",                     "id/%2541"),
    ("id/%FF%fe",                    "id/%FF%FE"),       # no UTF-8: stays
    ("id/%20%22%3C",                 "id/%20%22%3C"),    # no IRI holds these
    ("id/%00%0A",                    "id/%00%0A"),
    ("id/%C2%A0",                    "id/%C2%A0"),       # no-break space: may be, is not read well
    ("id/%E2%80%AE",                 "id/%E2%80%AE"),    # nor may what turns the text around
    ("id/%",                         "id/%"),            # no escape at all
    ("id/%4",                        "id/%4"),
    ("id/%zz",                       "id/%zz"),
    ("id/a+b",                       "id/a+b"),          # plus is plus
]
# fmt: on


@pytest.mark.parametrize(("raw", "path"), PATHS)
def test_from_path(raw: str, path: str) -> None:
    assert from_path(raw) == path


LETTERS = st.characters(blacklist_categories=["Cs", "Cn", "Co", "Cc", "Cf", "Zs", "Zl", "Zp"])


@given(st.text(LETTERS).filter(lambda text: is_iri(f"http://x/{text}") and "%" not in text))
def test_the_path_of_an_iri_leads_back_to_it(path: str) -> None:
    raw = to_path(path)
    assert raw.isascii()
    kept = {"?", "#", "[", "]"}  # these stay encoded: decoded they would end the path
    if not kept & set(path):
        assert from_path(raw) == path
    assert from_path(to_path(from_path(raw))) == from_path(raw)


@given(st.text())
def test_any_raw_path_is_read_once(raw: str) -> None:
    assert from_path(from_path(raw)) == from_path(raw)


@given(st.text(), st.text())
def test_no_two_paths_become_one_that_differ_in_reserved_letters(one: str, two: str) -> None:
    """Only escapes of letters that need none are resolved, so the slashes are the same."""
    if from_path(one) == from_path(two):
        assert one.count("/") == two.count("/")
